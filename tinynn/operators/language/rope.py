"""rope: pairs of elements turned by the angles of a pass.

`y[a] = x[a] cos - x[b] sin`, `y[b] = x[a] sin + x[b] cos`, each operation rounded, for
the pairs (a, b) of a row's leading elements; the others stay. Cosines and sines are
tables of a row a position, which who makes the image has computed: the row is the
pass's, or the last.
"""

from typing import Final

from ...kernels import Call
from ...memory.tensor import TensorType
from ..family import Family, Operator, Space, Types, Words
from ..graph import Graph, Value
from ..shape import check_arity, check_dtype, check_shape, demand
from .passing import check_pass

NEIGHBOURS: Final = 0
HALVES: Final = 1
"""The first half of what is turned, and the second."""


def infer(types: Types, attributes: Words) -> TensorType:
    """float32 (..., width), cosines and sines (rows, pairs) and int32 [1] to
    (..., width); the attribute says which elements are pairs."""
    check_arity(types, attributes, 4, 1)
    x, cosines, sines, number = types
    for what, kind in (("rope", x), ("rope: cosines", cosines), ("rope: sines", sines)):
        check_dtype(what, kind, "float32")
    demand("rope: axes", "at least 1", len(x.shape), bool(x.shape))
    rank = len(cosines.shape)
    demand("rope: axes of the cosines", 2, rank, rank == 2)
    check_shape("rope: sines", cosines.shape, sines)
    turned, width = 2 * cosines.shape[1], x.shape[-1]
    demand("rope: elements that turn", f"at most {width}", turned, turned <= width)
    check_pass("rope", number)
    how = attributes[0]
    demand("rope: pairs", "0 or 1", how, how in (NEIGHBOURS, HALVES))
    return x


def row(operator: Operator) -> int:
    """Rows are not cut."""
    return operator.target.shape[-1]


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    x, y = operator.part(space, first, count), operator.tile(space, first, count)
    cosines, sines, number = (operator.flat(space, i) for i in (1, 2, 3))
    rows, pairs = operator.sources[1].shape
    width = row(operator)
    kernel = "rope.halves" if operator.attributes[0] else "rope.neighbours"
    words = (y, x, cosines, sines, number, count // width, width, rows, pairs)
    return [Call(kernel, words)]


def instructions(operator: Operator, count: int) -> int:
    """Three operations of at most 130 an element."""
    return 600 + 500 * count + 60 * (count // row(operator))


def rope(
    graph: Graph,
    x: Value,
    cosines: Value,
    sines: Value,
    number: Value,
    *,
    halves: int = 0,
) -> Value:
    """Each row turned; pairs are neighbours, or lie half of what is turned apart."""
    return graph.emit(FAMILY, [x, cosines, sines, number], [halves])


FAMILY: Final = Family(
    name="rope",
    opcode=165,
    infer=infer,
    instructions=instructions,
    usual=lambda operator: 190,
    grain=row,
    calls=calls,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"Rope": rope}
