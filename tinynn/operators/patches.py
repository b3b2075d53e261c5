"""Patches of a picture, for convolution of bytes: where they lie, and their packing.

A picture is one group's input, (channels, rows, columns), spread and padded. Terms are
the taps of a patch: channels, then the window's rows, then its columns.
"""

from collections.abc import Iterator

import numpy as np

from .. import gemm
from ..jit import kernel
from ..tensor import Array
from .conv import Window
from .family import Operator
from .numbers import Floats

Geometry = tuple[int, int, int, int, tuple[int, int], tuple[int, int], int]
"""Elements of a plane and of a row; the window's rows and columns; strides; dilations;
columns of the result."""


@kernel
def pack_patches(
    x: Floats,
    plane: int,
    width: int,
    kernel_rows: int,
    kernel_columns: int,
    strides: tuple[int, int],
    dilations: tuple[int, int],
    output_width: int,
    first_term: int,
    terms: int,
    first: int,
    columns: int,
    out: Floats,
) -> None:
    """Patches of pixels [first, first + columns), a panel of [k][16] each."""
    at = np.empty(16, np.int64)
    area = kernel_rows * kernel_columns
    for start in range(0, columns, 16):
        count = min(16, columns - start)
        for j in range(16):
            row, column = divmod(first + start + min(j, count - 1), output_width)
            at[j] = row * strides[0] * width + column * strides[1]
        panel = out[start * terms : (start + 16) * terms]
        halves = at[7] - at[0] == 7 and at[15] - at[8] == 7
        for k in range(terms):
            channel, tap = divmod(first_term + k, area)
            row, column = divmod(tap, kernel_columns)
            base = channel * plane + row * dilations[0] * width + column * dilations[1]
            if halves:
                low = x[base + at[0] : base + at[0] + 8]
                high = x[base + at[8] : base + at[8] + 8]
                for j in range(8):
                    panel[16 * k + j] = low[j]
                for j in range(8):
                    panel[16 * k + 8 + j] = high[j]
            else:
                for j in range(16):
                    panel[16 * k + j] = x[base + at[j]]


def padded(x: Array, window: Window, fill: int = 0) -> Array:
    """x (n, c, h, w) spread and padded, flat a picture: (n, c, rows, columns)."""
    batch, channels, height, width = x.shape
    high, wide = window.padded(height, width)
    if (high, wide) == (height, width):
        return x
    room = np.full((batch, channels, high, wide), fill, x.dtype)
    rows = slice(window.top, high - window.bottom, window.spread_rows)
    columns = slice(window.left, wide - window.right, window.spread_columns)
    room[:, :, rows, columns] = x
    return room


def spans(operator: Operator, start: int, count: int) -> Iterator[tuple[int, int]]:
    """(first, count) of channels, all batches' in turn, each of one batch and group."""
    span = operator.sources[1].shape[0] // operator.attributes[1]
    end = start + count
    while start < end:
        size = min(end - start, span - start % span)
        yield start, size
        start += size


def geometry(operator: Operator, x: Floats) -> Geometry:
    """What packers must know of the window over a padded picture x."""
    window = Window(*operator.attributes)
    kernel_rows, kernel_columns = operator.sources[1].shape[2:]
    return (
        x.shape[1] * x.shape[2],
        x.shape[2],
        kernel_rows,
        kernel_columns,
        (window.stride_rows, window.stride_columns),
        (window.dilation_rows, window.dilation_columns),
        operator.target.shape[3],
    )


def packer_of(x: Floats, places: Geometry) -> gemm.Packer:
    """The packer of a picture's patches: terms by pixels."""
    flat = x.reshape(-1)

    def pack(k: int, terms: int, j: int, columns: int, out: Floats) -> None:
        pack_patches(flat, *places, k, terms, j, columns, out)

    return pack
