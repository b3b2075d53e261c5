"""uint8 input made float32: Cast, then Mul or Div by a number.

Together they are one `scale_u8`. A division becomes a multiplication by the reciprocal,
which differs from it by a unit in the last place at most.
"""

import numpy as np

from converters.registry import Graph, Refused, lowers
from converters.values import Constant, Pixels, Tensor, Value

# onnx.TensorProto.DataType
FLOAT, INT32, INT64 = 1, 6, 7


@lowers("Cast")
def cast(graph: Graph, x: Value, *, to: int, saturate: int = 1) -> Value:
    """uint8 to float32; an index keeps its 32 bits whichever integer is asked for."""
    if isinstance(x, Tensor) and x.dtype == "uint8" and to == FLOAT:
        return Pixels(x, np.float32(1), x.shape)
    if isinstance(x, Tensor) and x.dtype == "int32" and to in (INT32, INT64):
        return x
    if not isinstance(x, Tensor | Constant) and to == FLOAT:
        return x
    raise Refused(
        "expected a cast of the uint8 input to float32, got another",
        "compute in float32 throughout",
    )


def multiplied(x: Value, factor: Value, invert: bool) -> Value:
    if not isinstance(x, Pixels) or not isinstance(factor, Constant):
        raise Refused("expected the uint8 input times a number, got another product")
    if factor.array.size != 1 or factor.array.dtype != np.float32:
        raise Refused(
            "factor: expected one float32 number, "
            f"got {factor.array.dtype} {factor.array.shape}"
        )
    number = np.float64(factor.array.reshape(-1)[0])
    if invert and number == 0:
        raise Refused("divisor: expected a number other than 0, got 0")
    scale = np.float64(x.factor) * (1 / number if invert else number)
    return Pixels(x.tensor, np.float32(scale), x.shape)


@lowers("Mul")
def mul(graph: Graph, a: Value, b: Value) -> Value:
    x, factor = (b, a) if isinstance(a, Constant) else (a, b)
    return multiplied(x, factor, invert=False)


@lowers("Div")
def div(graph: Graph, a: Value, b: Value) -> Value:
    return multiplied(a, b, invert=True)
