"""Full-integer TFLite networks, bit for bit as their reference kernels compute them."""

from converters.tflite import lowering
from converters.tflite.exact import exact_model

__all__ = ["exact_model", "lowering"]
