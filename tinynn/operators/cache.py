"""put_row, put_key: one row into a cache, which keeps all its others.

The only operators that store a part of their target: row min(pass + offset, rows - 1).
So a loop writes a row a pass, and no pass moves what earlier ones have left. To read
the row of a pass, gather it by the pass word, which is clamped alike.

put_key's cache has its rows in panels of eight, (rows / 8, elements, 8): what attention
compares with a query, eight rows at once, lies side by side.
"""

from collections.abc import Sequence
from typing import Final

from ..kernels import Call
from ..memory.extent import Extent
from ..memory.tensor import MAX_RANK, TensorType, item_bytes
from .family import Family, Operator, Space, Types, Words, whole
from .graph import Operation
from .shape import check_arity, check_dtype, demand

MAX_ROWS: Final = 1 << 30

PANEL: Final = 8
"""Rows of keys side by side."""


def infer(types: Types, attributes: Words) -> TensorType:
    """A row of any type, and the pass; the attributes are the cache's rows, and how
    many rows behind the pass is stored."""
    check_arity(types, attributes, 2, 2)
    row, number = types
    rows, offset = attributes
    check_dtype("put_row: pass", number, "int32")
    demand("put_row: pass", "one element", number.count, number.count == 1)
    demand("put_row: rows", f"1 to {MAX_ROWS}", rows, 1 <= rows <= MAX_ROWS)
    demand("put_row: offset", "0 or 1", offset, offset in (0, 1))
    rank = len(row.shape)
    demand("put_row: axes", f"at most {MAX_RANK - 1}", rank, rank < MAX_RANK)
    return TensorType(row.dtype, (rows, *row.shape))


def calls(operator: Operator, first: int, count: int, space: Space) -> Sequence[Call]:
    """The whole of it; the pass is read when the call is made."""
    row = operator.flat(space)
    cache = operator.tile(space, first, count)
    size = operator.sources[0].type.size
    rows, offset = operator.attributes
    number = operator.flat(space, 1)
    return [Call("loop.put", (cache, row, number, size, rows, offset))]


def stored(operator: Operator, passes: int) -> Extent:
    """The row that is stored when so many passes are done."""
    rows, offset = operator.attributes
    size = operator.sources[0].type.size
    row = min(passes + offset, rows - 1)
    return Extent(operator.target.address + row * size, size)


def instructions(operator: Operator, count: int) -> int:
    """By the bytes, if they are no whole words."""
    row = operator.sources[0]
    return 200 + 10 * row.type.size // item_bytes(row.dtype)


def infer_key(types: Types, attributes: Words) -> TensorType:
    """A row of floats, and the pass; the attribute is the cache's rows."""
    check_arity(types, attributes, 2, 1)
    row, number = types
    (rows,) = attributes
    check_dtype("put_key: row", row, "float32")
    check_dtype("put_key: pass", number, "int32")
    demand("put_key: pass", "one element", number.count, number.count == 1)
    demand("put_key: rows", f"1 to {MAX_ROWS}", rows, 1 <= rows <= MAX_ROWS)
    return TensorType("float32", (-(-rows // PANEL), row.count, PANEL))


def key_calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    """The whole of it."""
    row, number = operator.flat(space), operator.flat(space, 1)
    cache, (rows,) = operator.tile(space, first, count), operator.attributes
    return [Call("loop.put_key", (cache, row, number, row.size, rows))]


def key_stored(operator: Operator, passes: int) -> Extent:
    """The panel of the row."""
    (rows,) = operator.attributes
    size = PANEL * operator.sources[0].type.size
    panel = min(passes, rows - 1) // PANEL
    return Extent(operator.target.address + panel * size, size)


PUT_ROW: Final = Family(
    name="put_row",
    opcode=130,
    infer=infer,
    instructions=instructions,
    usual=lambda operator: 1,
    calls=calls,
    grain=whole,
    stored=stored,
)

PUT_KEY: Final = Family(
    name="put_key",
    opcode=160,
    infer=infer_key,
    instructions=lambda operator, count: 200 + 10 * operator.sources[0].count,
    usual=lambda operator: 1,
    calls=key_calls,
    grain=whole,
    stored=key_stored,
)

PUTS: Final = frozenset({PUT_ROW.opcode, PUT_KEY.opcode})
"""Opcodes of what stores in part."""

FAMILIES = (PUT_ROW, PUT_KEY)
OPERATIONS: dict[str, Operation] = {}
"""A cache is memory of the builder's: `GraphBuilder.put_row`, `put_key`."""
