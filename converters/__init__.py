"""Models of other frameworks, converted to images of tinynn.

`convert(path)` gives the image of an ONNX file, `inspect(path)` what stands in its way.
"""

from converters.errors import ConverterError
from converters.hub import Report, convert, inspect

__all__ = ["ConverterError", "Report", "convert", "inspect"]
