"""top_indices: where the k largest, or smallest, elements of each row are, in order.

A NaN counts as larger than any number; -0 equals +0; of equals the first comes first.
Attributes: the axis, k, and 1 for the smallest. TopK gathers the elements as well.
"""

from ..kernels import Call
from ..memory.tensor import TensorType
from .family import Family, Operator, Space, Types, Words
from .gather import gather_elements
from .graph import Graph, Value
from .shape import around, check_arity, check_axis, check_dtype, demand, normal_axis


def infer(types: Types, attributes: Words) -> TensorType:
    """float32 or int32 to int32, k along the axis."""
    check_arity(types, attributes, 1, 3)
    axis, k, least = attributes
    check_dtype("TopK", types[0], "float32", "int32")
    shape = types[0].shape
    check_axis(axis, shape)
    demand("TopK: k", f"1 to {shape[axis]}", k, 1 <= k <= shape[axis])
    demand("TopK: least", "0 or 1", least, least <= 1)
    return TensorType("int32", (*shape[:axis], k, *shape[axis + 1 :]))


def grain(operator: Operator) -> int:
    """Rows are not cut, nor are those that lie between one another."""
    axis, k, _ = operator.attributes
    return k * around(operator.target.shape, axis)[2]


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    axis, k, least = operator.attributes
    _, n, inner = around(operator.sources[0].shape, axis)
    start, blocks = first // (k * inner), count // (k * inner)
    x = operator.part(space, start * n * inner, blocks * n * inner)
    y = operator.tile(space, first, count)
    keys, places = space.room((first, "keys"), 2 * k), space.room((first, "places"), k)
    kernel = f"top.{operator.sources[0].dtype}"
    return [Call(kernel, (y, x, keys, places, blocks, n, inner, k, least))]


def per_index(operator: Operator) -> int:
    """Each of n elements may push k others along, for k results."""
    axis, k, _ = operator.attributes
    n = operator.sources[0].shape[axis]
    return 60 + n * (50 + 35 * k) // k


def usual(operator: Operator) -> int:
    """Few elements get far into the list."""
    axis, k, _ = operator.attributes
    n = operator.sources[0].shape[axis]
    return 60 + n * 25 // k


def top_k(
    graph: Graph, x: Value, *, k: int, axis: int = -1, largest: int = 1
) -> tuple[Value, Value]:
    """Elements and indices, sorted."""
    axis = normal_axis(axis, len(x.shape))
    indices = graph.emit(FAMILY, [x], [axis, int(k), 0 if largest else 1])
    return gather_elements(graph, x, indices, axis=axis), indices


FAMILY = Family(
    name="top_indices",
    opcode=77,
    infer=infer,
    instructions=lambda operator, count: 400 + per_index(operator) * count,
    usual=usual,
    grain=grain,
    calls=calls,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"TopK": top_k}
