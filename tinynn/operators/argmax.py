"""argmax: the index of the largest element along an axis; ties to the lowest index.

A NaN counts as larger than any number, so the first NaN wins, as in numpy and PyTorch;
-0 equals +0. argmin is the same with smaller for larger. Of int32 both are the first of
top_indices, which compares integers as they are: nothing is rounded before.
"""

from functools import partial

from ..kernels import Call
from ..memory.tensor import TensorType
from .family import Family, Operator, Space, Types, Words
from .folding import fold_calls
from .graph import Graph, Value
from .shape import around, check_arity, check_axis, check_dtype, demand, normal_axis
from .top import FAMILY as TOP_INDICES

MOST, LEAST = 0, 1


def infer(types: Types, attributes: Words) -> TensorType:
    """float32 to int32; the attributes are the axis and whether the least is sought."""
    check_arity(types, attributes, 1, 2)
    check_dtype("argmax", types[0], "float32")
    axis, least = attributes
    check_axis(axis, types[0].shape)
    demand("argmax: least", "0 or 1", least, least in (MOST, LEAST))
    shape = types[0].shape
    return TensorType("int32", (*shape[:axis], 1, *shape[axis + 1 :]))


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    axis, least = operator.attributes
    _, n, inner = around(operator.sources[0].shape, axis)
    x, y = operator.flat(space), operator.tile(space, first, count)
    kernel = "fold.least" if least else "fold.most"
    return list(fold_calls(kernel, x, n, inner, first, y))


def row_length(operator: Operator) -> int:
    """Elements among which one is sought."""
    return operator.sources[0].shape[operator.attributes[0]]


def find(
    graph: Graph,
    x: Value,
    *,
    least: int,
    axis: int = 0,
    keepdims: int = 1,
    select_last_index: int = 0,
) -> Value:
    """Indices along an axis, which stays with one element unless `keepdims` is 0."""
    demand("select_last_index", 0, select_last_index, not select_last_index)
    axis = normal_axis(axis, len(x.shape))
    if x.dtype == "int32":
        found = graph.emit(TOP_INDICES, [x], [axis, 1, least])
    else:
        found = graph.emit(FAMILY, [x], [axis, least])
    if keepdims:
        return found
    return graph.view(found, x.shape[:axis] + x.shape[axis + 1 :])


FAMILY = Family(
    name="argmax",
    opcode=5,
    infer=infer,
    instructions=lambda operator, count: (60 + 45 * row_length(operator)) * count,
    usual=lambda operator: 40 * row_length(operator),
    calls=calls,
)
FAMILIES = (FAMILY,)
OPERATIONS = {
    "ArgMax": partial(find, least=MOST),
    "ArgMin": partial(find, least=LEAST),
}
