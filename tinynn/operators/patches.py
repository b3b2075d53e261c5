"""Patches of a picture, for native convolution: where they lie, and kernels on them.

A picture is one group's input, (channels, rows, columns), spread and padded. Terms are
the taps of a patch: channels, then the window's rows, then its columns.
"""

import numpy as np

from .. import gemm
from ..jit import kernel
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
    depth = (terms + 3) // 4 * 4
    at = np.empty(16, np.int64)
    area = kernel_rows * kernel_columns
    for start in range(0, columns, 16):
        count = min(16, columns - start)
        for j in range(16):
            row, column = divmod(first + start + min(j, count - 1), output_width)
            at[j] = row * strides[0] * width + column * strides[1]
        panel = out[start * depth : (start + 16) * depth]
        panel[16 * terms :] = np.float32(0)
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


def packer_of(x: Floats, places: Geometry) -> gemm.Packer:
    """The packer of a picture's patches: terms by pixels."""
    flat = x.reshape(-1)

    def pack(k: int, terms: int, j: int, columns: int, out: Floats) -> None:
        pack_patches(flat, *places, k, terms, j, columns, out)

    return pack
