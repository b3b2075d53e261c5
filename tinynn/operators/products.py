"""Calls of a matrix product in blocks: what is packed fits the processor's caches.

The sum over k is cut into blocks, which leaves its order: each block goes on from what
the one before has stored.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ..kernels import Batch, Call, move
from ..kernels.sizes import COLUMNS, FLOAT_BYTES, ROWS
from ..memory.space import aligned_zeros
from .family import Room
from .numbers import Floats

TERMS_AT_ONCE: Final = 768
"""A panel of so many terms is 48 KiB, which comes from the second cache in time."""

ROWS_AT_ONCE: Final = 60
"""With those terms 180 KiB, in the second cache beside it."""

PANELS_AT_ONCE: Final = 64
"""Of b packed at once: 3 MiB."""


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Element (i, j) is held[i * down + j * across]."""

    held: Floats
    down: int
    across: int

    def part(self, row: int, column: int) -> "Matrix":
        """From an element on."""
        start = row * self.down + column * self.across
        return Matrix(self.held[start:], self.down, self.across)


@dataclass(frozen=True, slots=True)
class Block:
    """Some terms of some columns."""

    term: int
    terms: int
    column: int
    columns: int

    @property
    def panels(self) -> int:
        return -(-self.columns // COLUMNS)

    @property
    def size(self) -> int:
        """Floats of the packed columns."""
        return self.panels * COLUMNS * self.terms


def blocks_of(terms: int, columns: int) -> Iterator[Block]:
    """In the order of terms for each column."""
    wide = PANELS_AT_ONCE * COLUMNS
    for column in range(0, columns, wide):
        for term in range(0, terms, TERMS_AT_ONCE):
            depth = min(TERMS_AT_ONCE, terms - term)
            yield Block(term, depth, column, min(wide, columns - column))


def pack_columns(b: Matrix, block: Block, target: Floats) -> list[Call]:
    """Panels, each [k][16]; in the last, what is beside b is left as it is."""
    whole, rest = divmod(block.columns, COLUMNS)
    terms, size = block.terms, COLUMNS * block.terms
    calls = []
    if whole:
        source = b.part(block.term, block.column)
        of = (COLUMNS * b.across, b.down, b.across)
        extents = (whole, terms, COLUMNS)
        calls.append(move(target, source.held, extents, (size, COLUMNS, 1), of))
    if rest:
        source = b.part(block.term, block.column + whole * COLUMNS)
        panel = target[whole * size :]
        beside = (b.down, b.across)
        calls.append(move(panel, source.held, (terms, rest), (COLUMNS, 1), beside))
    return calls


def pack_constant(b: Matrix, terms: int, columns: int) -> list[Floats]:
    """Every block's panels, packed at once."""
    packed, calls = [], []
    for block in blocks_of(terms, columns):
        packed.append(aligned_zeros(block.size))
        calls += pack_columns(b, block, packed[-1])
    Batch(calls)()
    return packed


def product(
    a: Matrix,
    b: Matrix,
    packed: Sequence[Floats],
    terms: int,
    bias: Floats,
    y: Floats,
    room: Room,
) -> Iterator[Call]:
    """y = a b + bias, from +0, NaNs made canonical; y is (rows, columns), contiguous.

    `packed` is b's `pack_constant`, or empty where b may change.
    """
    rows, columns = y.shape
    if a.across != 1:
        given, a = a, Matrix(room("a", rows * terms), terms, 1)
        of = (given.down, given.across)
        yield move(a.held, given.held, (rows, terms), (terms, 1), of)
    wide = -(-columns // COLUMNS) * COLUMNS
    c = y
    if wide > columns:
        c = room("c", rows * wide).reshape(rows, wide)
        short, bias = bias, room("bias", wide)
        yield move(bias, short, (columns,), (1,), (1,))
    for index, block in enumerate(blocks_of(terms, columns)):
        panels = packed[index] if packed else room("b", block.size)
        if not packed:
            yield from pack_columns(b, block, panels)
        ends = (int(block.term == 0), int(block.term + block.terms == terms))
        for first, count, height in heights(rows):
            left, target = a.part(first, block.term), c[first:, block.column :]
            arrays = (left.held, panels, target, bias[block.column :])
            sizes = (count // height, block.panels, block.terms)
            strides = (FLOAT_BYTES * a.down, FLOAT_BYTES * wide)
            yield Call(f"multiply.{height}", (*arrays, *sizes, *strides, *ends))
    if c is not y:
        yield move(y, c, (rows, columns), (columns, 1), (wide, 1))


def heights(rows: int) -> Iterator[tuple[int, int, int]]:
    """(first, rows, height) of what passes over b together: blocks of one height."""
    whole = rows // ROWS * ROWS
    for first in range(0, whole, ROWS_AT_ONCE):
        yield first, min(ROWS_AT_ONCE, whole - first), ROWS
    if rows > whole:
        yield whole, rows - whole, rows - whole
