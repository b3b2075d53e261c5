"""scatter: rows of a matrix, replaced by rows of updates or combined with them.

Strictly in order: of several updates to one row the first comes first.

Sources: the matrix (rows, width), the rows' numbers (count,), updates (count, width).
The attribute says how: 0 replaces, others add, multiply, keep the larger, the smaller.
A negative number counts from the end; one that is still outside is moved to the nearest
end.
"""

from typing import Final

from ..kernels import Call, move
from ..memory.tensor import TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .shape import check_arity, check_dtype, check_shape, demand

HOW: Final = ("none", "add", "mul", "max", "min")
REPLACE: Final = 0


def infer(types: Types, attributes: Words) -> TensorType:
    """Any type to replace, float32 and int32 to combine."""
    check_arity(types, attributes, 3, 1)
    data, numbers, updates = types
    how = attributes[0]
    demand("scatter: how", f"below {len(HOW)}", how, how < len(HOW))
    for what, tensor in (("data", data), ("updates", updates)):
        rank = len(tensor.shape)
        demand(f"scatter: rank of {what}", 2, rank, rank == 2)
    if how != REPLACE:
        check_dtype("scatter", data, "float32", "int32")
    check_dtype("scatter: numbers", numbers, "int32")
    check_dtype("scatter: updates", updates, data.dtype)
    check_shape("scatter: numbers", updates.shape[:1], numbers)
    check_shape("scatter: updates", (updates.shape[0], data.shape[1]), updates)
    return data


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    """A copy, then all updates, of which the part takes what falls into it."""
    how = operator.attributes[0]
    rows, width = operator.target.shape
    y, numbers = operator.tile(space, first, count), operator.flat(space, 1)
    kind = y.itemsize if how == REPLACE else operator.target.dtype
    words = (y, first, first + count, numbers, operator.flat(space, 2))
    planned = [
        move(y, operator.part(space, first, count), (count,), (1,), (1,)),
        Call(f"scatter.{HOW[how]}.{kind}", (*words, len(numbers), rows, width)),
    ]
    if how != REPLACE and operator.target.dtype == "float32":
        planned.append(Call("element.canonical", (y, y, count, 0, 0)))
    return planned


def instructions(operator: Operator, count: int) -> int:
    """Every row of updates may fall into every segment."""
    updates, width = operator.sources[2].shape
    return 500 + 60 * count + updates * (80 + 170 * min(width, count))


def usual(operator: Operator) -> int:
    """A copy, and the updates' share."""
    updates, width = operator.sources[2].shape
    work = updates * (40 + 40 * width)
    return 20 + work // operator.target.count


def grain(operator: Operator) -> int:
    """As many elements as there are updates: a segment goes over all of them."""
    return min(operator.target.count, operator.sources[1].count)


def scatter(
    graph: Graph, data: Value, rows: Value, updates: Value, *, how: str = "none"
) -> Value:
    """`data` (rows, width) with rows of `updates` put where `rows` says."""
    demand("scatter: reduction", " or ".join(HOW), how, how in HOW)
    return graph.emit(FAMILY, [data, rows, updates], [HOW.index(how)])


FAMILY: Final = Family(
    name="scatter",
    opcode=65,
    infer=infer,
    instructions=instructions,
    usual=usual,
    grain=grain,
    calls=calls,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"ScatterRows": scatter}
