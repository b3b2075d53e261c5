"""Models whose every bit is defined: image, validator, native executor, guest.

`load(path)` gives a Model, `GraphBuilder` makes an image.
"""

from .calculator import calculated
from .errors import GraphError, ImageError, InputError, TinynnError
from .execution import Execution
from .graph import GraphBuilder, Value
from .model import Model, load
from .tensor import TensorSpec

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
