"""Models whose every bit is defined: image, validator, native executor, guest.

`load(path)` gives a Model, `GraphBuilder` makes an image.
"""

from .builder.calculator import calculated
from .builder.graph import GraphBuilder, Value
from .errors import GraphError, ImageError, InputError, TinynnError
from .execution.execution import Execution
from .memory.tensor import TensorSpec
from .model import Model, load

__all__ = [
    "Execution",
    "GraphBuilder",
    "GraphError",
    "ImageError",
    "InputError",
    "Model",
    "TensorSpec",
    "TinynnError",
    "Value",
    "calculated",
    "load",
]
