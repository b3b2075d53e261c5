"""relu: `y[i] = x[i] if x[i] > 0 else +0`; NaN stays NaN."""

from ..kernels import Call
from ..memory.tensor import TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .shape import check_arity, check_dtype


def infer(types: Types, attributes: Words) -> TensorType:
    """float32 to as many."""
    check_arity(types, attributes, 1, 0)
    check_dtype("relu", types[0], "float32")
    return types[0]


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    x = operator.part(space, first, count)
    y = operator.tile(space, first, count)
    return [Call("element.relu", (y, x, count, 0, 0))]


def relu(graph: Graph, x: Value) -> Value:
    """x where it is positive, else +0."""
    return graph.emit(FAMILY, [x])


FAMILY = Family(
    name="relu",
    opcode=3,
    infer=infer,
    instructions=lambda operator, count: 25 * count,
    usual=lambda operator: 12,
    calls=calls,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"Relu": relu}
