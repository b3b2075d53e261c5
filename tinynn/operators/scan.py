"""cumsum: running sums along an axis, strictly in order, `y[i] = y[i - 1] + x[i]`.

Attributes: the axis; 1 if an element's own number is left out; 1 if the sum runs from
the end. The sum starts at +0.
"""

from ..kernels import Call
from ..memory.tensor import TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .shape import around, check_arity, check_axis, check_dtype, demand, normal_axis


def infer(types: Types, attributes: Words) -> TensorType:
    """float32 or int32 to as many."""
    check_arity(types, attributes, 1, 3)
    check_dtype("CumSum", types[0], "float32", "int32")
    axis, *flags = attributes
    check_axis(axis, types[0].shape)
    demand("CumSum: flags", "0 or 1", flags, max(flags) <= 1)
    return types[0]


def grain(operator: Operator) -> int:
    """Rows are not cut, nor are those that lie between one another."""
    _, n, inner = around(operator.target.shape, operator.attributes[0])
    return n * inner


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    axis, exclusive, reverse = operator.attributes
    _, n, inner = around(operator.target.shape, axis)
    x, y = operator.part(space, first, count), operator.tile(space, first, count)
    kernel = f"fold.running.{operator.target.dtype}"
    words = (count // (n * inner), n, inner, exclusive, reverse)
    return [Call(kernel, (y, x, *words))]


def cumsum(
    graph: Graph, x: Value, *, axis: int, exclusive: int = 0, reverse: int = 0
) -> Value:
    """Running sums along an axis."""
    axis = normal_axis(axis, len(x.shape))
    return graph.emit(FAMILY, [x], [axis, int(exclusive), int(reverse)])


FAMILY = Family(
    name="cumsum",
    opcode=76,
    infer=infer,
    instructions=lambda operator, count: 400 + 160 * count,
    usual=lambda operator: 85,
    grain=grain,
    calls=calls,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"CumSum": cumsum}
