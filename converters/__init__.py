"""Models of other frameworks, converted to images of tinynn.

`convert(path)` gives the image of a model file, `convert_module` that of a PyTorch
module, and `inspect(path)` says what stands in its way.
"""

from converters.errors import ConverterError
from converters.graph import Options
from converters.hub import (
    Conversion,
    Report,
    conversion,
    convert,
    convert_module,
    inspect,
)

__all__ = [
    "Conversion",
    "ConverterError",
    "Options",
    "Report",
    "conversion",
    "convert",
    "convert_module",
    "inspect",
]
