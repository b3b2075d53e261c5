"""Matrix products whose b is made by a packer, for operators on whole numbers.

`c[i, j] = ((c[i, j] + a[i, 0] b[0, j]) + a[i, 1] b[1, j]) + ...`, two roundings a term.
What b is made of is the packer's business: a matrix, or the patches of an image. Sums
of floats are operators/products.py's.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .jit import kernel
from .kernels import Batch, Call
from .kernels.tiles import COLUMNS, ROWS, TERMS
from .space import aligned_zeros

Floats = NDArray[np.float32]

TERMS_AT_ONCE: Final = 256
"""A panel of so many terms is 16 KiB, half of the nearest cache."""

ROWS_AT_ONCE: Final = 120
"""Packed with those terms: 120 KiB, in the second cache."""

PANELS_AT_ONCE: Final = 64
"""Of b packed at once: 1 MiB."""

Packer = Callable[[int, int, int, int, Floats], None]
"""`pack(first_term, terms, first_column, columns, out)` fills panels [k][16].

The terms of a panel are rounded up to a multiple of four, the columns to one of
sixteen; what is too much is zeros. A product of zeros more leaves an accumulator, which
is never -0, as it is.
"""


@kernel
def pack_rows(
    a: Floats,
    row_step: int,
    term_step: int,
    first: int,
    rows: int,
    first_term: int,
    terms: int,
    out: Floats,
) -> None:
    """Rows of a in blocks of six, [k][row]; steps are in elements."""
    depth = (terms + 3) // 4 * 4
    for start in range(0, rows, 6):
        height = min(6, rows - start)
        at = (first + start) * row_step + first_term * term_step
        block = out[start * depth : (start + height) * depth]
        block[height * terms :] = np.float32(0)
        if height == 6 and term_step == 1:
            r0, r1 = a[at : at + terms], a[at + row_step : at + row_step + terms]
            at += 2 * row_step
            r2, r3 = a[at : at + terms], a[at + row_step : at + row_step + terms]
            at += 2 * row_step
            r4, r5 = a[at : at + terms], a[at + row_step : at + row_step + terms]
            for k in range(terms):
                block[6 * k] = r0[k]
                block[6 * k + 1] = r1[k]
                block[6 * k + 2] = r2[k]
                block[6 * k + 3] = r3[k]
                block[6 * k + 4] = r4[k]
                block[6 * k + 5] = r5[k]
        else:
            for k in range(terms):
                for i in range(height):
                    block[k * height + i] = a[at + k * term_step + i * row_step]


@kernel
def pack_columns(
    b: Floats,
    term_step: int,
    column_step: int,
    first_term: int,
    terms: int,
    first: int,
    columns: int,
    out: Floats,
) -> None:
    """Columns of b in panels of sixteen, [k][column]."""
    depth = (terms + 3) // 4 * 4
    for start in range(0, columns, 16):
        width = min(16, columns - start)
        panel = out[start * depth : (start + 16) * depth]
        at = first_term * term_step + (first + start) * column_step
        if width < 16:
            panel[:] = np.float32(0)
        panel[16 * terms :] = np.float32(0)
        if column_step == 1 and width == 16:
            for k in range(terms):
                row = b[at + k * term_step : at + k * term_step + 16]
                for j in range(16):
                    panel[16 * k + j] = row[j]
        else:
            for k in range(terms):
                for j in range(width):
                    panel[16 * k + j] = b[at + k * term_step + j * column_step]


def packer_of(b: Floats, term_step: int, column_step: int) -> Packer:
    """The packer of a matrix: element (k, j) is b[k * term_step + j * column_step]."""

    def pack(k: int, terms: int, j: int, columns: int, out: Floats) -> None:
        pack_columns(b, term_step, column_step, k, terms, j, columns, out)

    return pack


def multiply(
    a: Floats, row_step: int, term_step: int, terms: int, pack: Packer, c: Floats
) -> None:
    """c = a b, from +0. `c` is (rows, columns), its rows contiguous.

    Element (i, k) of a is a[i * row_step + k * term_step]. NaNs are as they come.
    """
    rows, columns = c.shape
    c[:] = 0
    rooms = _rooms
    wide = PANELS_AT_ONCE * COLUMNS
    for j in range(0, columns, wide):
        width = min(wide, columns - j)
        for k in range(0, terms, TERMS_AT_ONCE):
            depth = min(TERMS_AT_ONCE, terms - k)
            pack(k, depth, j, width, rooms.b)
            for i in range(0, rows, ROWS_AT_ONCE):
                height = min(ROWS_AT_ONCE, rows - i)
                pack_rows(a, row_step, term_step, i, height, k, depth, rooms.a)
                _add_block(rooms, depth, c[i : i + height, j : j + width])


def _add_block(rooms: "_Rooms", terms: int, c: Floats) -> None:
    """Adds packed a times packed b to c; a panel that c has no room for, beside it."""
    depth = -(-terms // TERMS) * TERMS
    panels, rest = divmod(c.shape[1], COLUMNS)
    calls = list(_calls(rooms.a, rooms.b, c, panels, depth))
    aside = np.zeros((len(c), COLUMNS), np.float32)
    if rest:
        aside[:, :rest] = c[:, panels * COLUMNS :]
        panel = rooms.b[COLUMNS * depth * panels :]
        calls += _calls(rooms.a, panel, aside, 1, depth)
    Batch(calls).run()
    if rest:
        c[:, panels * COLUMNS :] = aside[:, :rest]


def _calls(a: Floats, b: Floats, c: Floats, panels: int, depth: int) -> Iterator[Call]:
    """Blocks of six rows, and what is left."""
    whole = len(c) // ROWS * ROWS
    rest = len(c) - whole
    for first, count, height in ((0, whole, ROWS), (whole, rest, rest)):
        if not count or not panels:
            continue
        arrays = (a[first * depth :], b, c[first:], b)
        counts = (count // height, panels, depth, c.strides[0])
        yield Call(f"multiply.{height}", (*arrays, *counts, 0, 0))


class _Rooms(threading.local):
    """What a thread packs into, kept: fresh memory costs more than the packing."""

    def __init__(self) -> None:
        self.a = aligned_zeros(ROWS_AT_ONCE * TERMS_AT_ONCE)
        self.b = aligned_zeros(PANELS_AT_ONCE * COLUMNS * TERMS_AT_ONCE)


_rooms: Final = _Rooms()
