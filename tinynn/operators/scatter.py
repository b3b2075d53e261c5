"""scatter: rows of a matrix, replaced by rows of updates or combined with them.

Strictly in order: of several updates to one row the first comes first.

Sources: the matrix (rows, width), the rows' numbers (count,), updates (count, width).
The attribute says how: 0 replaces, others add, multiply, keep the larger, the smaller.
A negative number counts from the end; one that is still outside is moved to the nearest
end.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..jit import kernel
from ..tensor import Array, TensorType
from .binary import as_words
from .family import Family, Operator, Space, Types, Words
from .gather import inside
from .graph import Graph, Value
from .numbers import canonicalise
from .shape import check_arity, check_dtype, check_shape, demand

HOW: Final = ("none", "add", "mul", "max", "min")
REPLACE, ADD, MUL, MAX = range(4)


@kernel
def combine_rows(
    y: Array, first: int, rows: NDArray[np.int64], updates: Array, width: int, how: int
) -> None:
    """y holds elements of the matrix from `first` on."""
    end = first + len(y)
    for k in range(len(rows)):
        start = rows[k] * width
        for i in range(max(start, first), min(start + width, end)):
            a, b = y[i - first], updates[k * width + i - start]
            if how == REPLACE:
                y[i - first] = b
            elif how == ADD:
                y[i - first] = a + b
            elif how == MUL:
                y[i - first] = a * b
            elif b != b or (b > a if how == MAX else b < a):
                y[i - first] = b


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


def run(operator: Operator, first: int, count: int, space: Space) -> None:
    how = operator.attributes[0]
    rows, width = operator.target.shape
    y = operator.tile(space, first, count)
    chosen = inside(operator.flat(space, 1), rows)
    updates = operator.flat(space, 2)
    y[:] = operator.part(space, first, count)
    if how == REPLACE:  # as words: as floats they might be changed
        combine_rows(as_words(y), first, chosen, as_words(updates), width, how)
        return
    combine_rows(y, first, chosen, updates, width, how)
    if y.dtype == np.float32:
        canonicalise(y)


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
    run=run,
    instructions=instructions,
    usual=usual,
    grain=grain,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"ScatterRows": scatter}
