"""rms_norm: `y = (x * r) * w` over rows of the last axis, each by itself.

`r = 1 / sqrt((((+0 + x[0] x[0]) + x[1] x[1]) + ...) / n + epsilon)`: what normalize
without the mean is, and a product.
"""

from typing import Final

from ...kernels import Call
from ...memory.tensor import TensorType
from ..family import Family, Operator, Space, Types, Words
from ..graph import Graph, Value
from ..numbers import bits_of
from ..shape import check_arity, check_dtype, check_shape, demand

MAX_WIDTH: Final = 1 << 24


def infer(types: Types, attributes: Words) -> TensorType:
    """float32 (..., n) and (n) to (..., n); the attribute is epsilon's bits."""
    check_arity(types, attributes, 2, 1)
    x, weights = types
    check_dtype("rms_norm", x, "float32")
    check_dtype("rms_norm: weights", weights, "float32")
    demand("rms_norm: axes", "at least 1", len(x.shape), bool(x.shape))
    n = x.shape[-1]
    demand("rms_norm: elements of a row", f"at most {MAX_WIDTH}", n, n <= MAX_WIDTH)
    check_shape("rms_norm: weights", (n,), weights)
    return x


def row(operator: Operator) -> int:
    """Elements of a row; rows are not cut."""
    return operator.target.shape[-1]


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    x, y = operator.part(space, first, count), operator.tile(space, first, count)
    n, weights = row(operator), operator.flat(space, 1)
    return [Call("rms.norm", (y, x, count // n, n, weights, operator.attributes[0]))]


def instructions(operator: Operator, count: int) -> int:
    """Four operations of at most 130 an element; a root and divisions a row."""
    return 600 * count + 4000 * (count // row(operator) + 1)


def rms_norm(graph: Graph, x: Value, weights: Value, *, epsilon: float) -> Value:
    """Rows of the last axis, scaled by their root mean square and by weights."""
    return graph.emit(FAMILY, [x, weights], [bits_of(epsilon)])


FAMILY: Final = Family(
    name="rms_norm",
    opcode=164,
    infer=infer,
    instructions=instructions,
    usual=lambda operator: 240,
    grain=row,
    calls=calls,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"RMSNorm": rms_norm}
