"""Calls of sums of products of bytes: their factors made ready, their zero points.

tinynn/kernels/byte_products.py says why four bytes go together, and what becomes of
zero points.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mips_vm.constants import MODEL

from ..kernels import Batch, Call, move
from ..kernels.sizes import COLUMNS, FLOAT_BYTES, PANEL_BYTES, QUAD
from ..memory.tensor import Array
from .family import Operator, Room, Space
from .numbers import Floats
from .products import heights

TOP_BIT: Final = 0x80

Integers = NDArray[np.int32]


def flip_of(dtype: str, *, signed: bool) -> int:
    """The bits to turn in a byte so that it is taken as signed, or as unsigned."""
    return TOP_BIT if (dtype == "int8") != signed else 0


def integers(room: Floats) -> Integers:
    """The same memory."""
    return room.view(np.int32)


@dataclass(frozen=True, slots=True)
class Points:
    """Zero points as int32: of the unsigned factor one, of the signed one `count`."""

    unsigned: Integers
    signed: Integers
    nothing: bool
    """Whether those of the signed factor are known to be 0."""


def points(
    operator: Operator, first: int, count: int, space: Space, room: Room
) -> tuple[list[Call], Points, list[int]]:
    """Zero points of sources 2 and 3, the latter for columns from `first` on.

    And what has to be turned in sources 0 and 1.
    """
    x, w = operator.sources[:2]
    flips = [flip_of(x.dtype, signed=False), flip_of(w.dtype, signed=True)]
    made = Points(
        integers(room("zero", 1)),
        integers(room("zeros", count)),
        _known_zero(operator, space, flips[1]),
    )
    many = operator.sources[3].count > 1
    zeros = operator.flat(space, 3)[first if many else 0 :]
    calls = [
        Call(
            "byte.points", (made.unsigned, operator.flat(space, 2), 1, 0, flips[0], 0)
        ),
        Call("byte.points", (made.signed, zeros, count, int(many), flips[1], 1)),
    ]
    return calls, made, flips


def _known_zero(operator: Operator, space: Space, flip: int) -> bool:
    if operator.sources[3].address < MODEL.base:
        return False
    stored = operator.flat(space, 3).view(np.uint8)
    return not (stored ^ np.uint8(flip)).any()


def is_lasting(operator: Operator, space: Space) -> bool:
    """Whether source 1 may be packed once."""
    return space.lasting and operator.sources[1].address >= MODEL.base


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The signed factor of a matrix product: panels, and the sum of each column."""

    panels: Array
    sums: Integers


def pack(b: Array, terms: int, flip: int, room: Room) -> tuple[list[Call], Columns]:
    """From b, (columns, terms), its rows contiguous; what is missing is 0."""
    columns, quads = len(b) // terms, -(-terms // QUAD)
    wide = -(-columns // COLUMNS) * COLUMNS
    panels = room("panels", wide * quads).view(np.uint8)
    made = Columns(panels, integers(room("sums", wide)))
    calls, given = turned(b, flip, room("b", len(b)))
    calls.append(Call("byte.sums", (made.sums, given, columns, terms, 1)))
    size, (whole, rest) = PANEL_BYTES * quads, divmod(terms, QUAD)
    if rest or columns % COLUMNS:
        calls.append(move(panels, NOTHING, (panels.size,), (1,), (0,)))
    for first, count in _panels(columns):
        at, source = panels[first // COLUMNS * size :], given[first * terms :]
        width = min(count, COLUMNS)
        grid = (count // width, whole, width)
        to, of = (size, PANEL_BYTES, QUAD), (COLUMNS * terms, QUAD, terms)
        if whole:
            calls.append(Call("move.4", (at, source, 1, *grid, 0, *to, 0, *of)))
        if rest:
            at, source = at[whole * PANEL_BYTES :], source[whole * QUAD :]
            grid = (count // width, width, rest)
            to, of = (size, QUAD, 1), (COLUMNS * terms, terms, 1)
            calls.append(move(at, source, grid, to, of))
    return calls, made


NOTHING: Final = np.zeros(1, np.uint8)


def _panels(columns: int) -> Iterator[tuple[int, int]]:
    """(first, count) of those in whole panels, and of the rest."""
    whole = columns // COLUMNS * COLUMNS
    if whole:
        yield 0, whole
    if columns > whole:
        yield whole, columns - whole


def turned(x: Array, flip: int, room: Floats) -> tuple[list[Call], Array]:
    """x, or its bytes with a bit turned, in a room of as many words."""
    x = x.view(np.uint8)
    if not flip:
        return [], x
    held = room.view(np.uint8)[: x.size]
    return [Call("byte.flip", (held, x, x.size, flip))], held


def pack_constant(b: Array, terms: int, flip: int) -> Columns:
    """The same at once."""

    def room(_: object, count: int) -> Floats:
        return np.zeros(count, np.float32)

    calls, made = pack(b, terms, flip, room)
    Batch(calls)()
    return made


def multiply(
    v: Array,
    terms: int,
    columns: Columns,
    zeros: Points,
    y: Integers,
    room: Room,
) -> Iterator[Call]:
    """y (rows, columns) from v (rows, terms), contiguous and unsigned."""
    rows, width = y.shape
    quads, wide = -(-terms // QUAD), -(-width // COLUMNS) * COLUMNS
    start = integers(room("start", wide))
    words = (columns.sums, np.zeros(width, np.int32), zeros.unsigned, zeros.signed)
    yield Call("byte.start", (start, *words, width, terms))
    padded = v
    if terms % QUAD:
        padded = room("v", rows * quads).view(np.uint8)
        yield move(padded, v, (rows, terms), (quads * QUAD, 1), (terms, 1))
    held = y
    if wide > width:
        held = integers(room("y", rows * wide)).reshape(rows, wide)
    row_bytes, count = quads * QUAD, wide // COLUMNS
    for first, many, height in heights(rows):
        arrays = (padded[first * row_bytes :], columns.panels, held[first:], start)
        sizes = (many // height, count, quads, row_bytes, FLOAT_BYTES * wide)
        yield Call(f"dot.{height}", (*arrays, *sizes))
    if held is not y:
        yield move(y, held, (rows, width), (width, 1), (wide, 1))
    if not zeros.nothing:
        sums = integers(room("sums of v", rows))
        yield Call("byte.sums", (sums, v, rows, terms, 0))
        yield Call("byte.correct", (y, sums, zeros.signed, rows, width))
