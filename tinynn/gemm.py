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
from .kernels.tiles import COLUMNS, ROWS
from .kernels.writing import FLOAT_BYTES
from .space import aligned_zeros

Floats = NDArray[np.float32]

TERMS_AT_ONCE: Final = 256
"""A panel of so many terms is 16 KiB, half of the nearest cache."""

ROWS_AT_ONCE: Final = 120
"""With those terms 120 KiB, in the second cache."""

PANELS_AT_ONCE: Final = 64
"""Of b packed at once: 1 MiB."""

Packer = Callable[[int, int, int, int, Floats], None]
"""`pack(first_term, terms, first_column, columns, out)` fills panels [k][16].

Columns are rounded up to a multiple of sixteen; what is too much is never stored.
"""


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
    for start in range(0, columns, 16):
        width = min(16, columns - start)
        panel = out[start * terms : (start + 16) * terms]
        at = first_term * term_step + (first + start) * column_step
        if width < 16:
            panel[:] = np.float32(0)
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


def multiply(a: Floats, row_step: int, terms: int, pack: Packer, c: Floats) -> None:
    """c = a b, from +0. `c` is (rows, columns), its rows contiguous.

    Element (i, k) of a is a[i * row_step + k]. NaNs are as they come.
    """
    rows, columns = c.shape
    c[:] = 0
    panels = _rooms.panels
    wide = PANELS_AT_ONCE * COLUMNS
    for j in range(0, columns, wide):
        width = min(wide, columns - j)
        for k in range(0, terms, TERMS_AT_ONCE):
            depth = min(TERMS_AT_ONCE, terms - k)
            pack(k, depth, j, width, panels)
            for i in range(0, rows, ROWS_AT_ONCE):
                height = min(ROWS_AT_ONCE, rows - i)
                block = c[i : i + height, j : j + width]
                _add_block(a[i * row_step + k :], row_step, panels, depth, block)


def _add_block(a: Floats, row_step: int, panels: Floats, terms: int, c: Floats) -> None:
    """Adds rows of a times packed b to c; of a narrow panel in memory of its own."""
    number, rest = divmod(c.shape[1], COLUMNS)
    calls = list(_calls(a, row_step, panels, number, terms, c))
    aside = np.zeros((len(c), COLUMNS), np.float32)
    if rest:
        aside[:, :rest] = c[:, number * COLUMNS :]
        last = panels[COLUMNS * terms * number :]
        calls += _calls(a, row_step, last, 1, terms, aside)
    Batch(calls)()
    if rest:
        c[:, number * COLUMNS :] = aside[:, :rest]


def _calls(
    a: Floats, row_step: int, b: Floats, panels: int, terms: int, c: Floats
) -> Iterator[Call]:
    """Blocks of six rows, and what is left."""
    whole = len(c) // ROWS * ROWS
    rest = len(c) - whole
    for first, count, height in ((0, whole, ROWS), (whole, rest, rest)):
        if not count or not panels:
            continue
        arrays = (a[first * row_step :], b, c[first:], b)
        strides = (FLOAT_BYTES * row_step, c.strides[0])
        words = (*arrays, count // height, panels, terms, *strides, 0, 0)
        yield Call(f"multiply.{height}", words)


class _Rooms(threading.local):
    """What a thread packs into, kept: fresh memory costs more than the packing."""

    def __init__(self) -> None:
        self.panels = aligned_zeros(PANELS_AT_ONCE * COLUMNS * TERMS_AT_ONCE)


_rooms: Final = _Rooms()
