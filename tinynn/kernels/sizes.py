"""What operators know of kernels: how much one takes at once, and in which pieces.

Apart from the kernels themselves, which are written by LLVM: an image is read and
validated where there is none.
"""

from typing import Final

FLOAT_BYTES: Final = 4
LANES: Final = 8
"""Of a vector."""

AXES: Final = 4
"""Of a grid that is copied or zipped."""

DEEP_AXES: Final = 8

ROWS: Final = 6
"""Of a tile: twelve accumulators, two columns and a broadcast are 15 registers."""

COLUMNS: Final = 16

HALVES: Final = {1: 8, 2: 4, 3: 3, 4: 2, 5: 2, 6: 2}
"""Of a tile, by rows: as many chains as hide an addition's latency."""

QUAD: Final = 4
"""Bytes whose products are added up at once."""

PANEL_BYTES: Final = COLUMNS * QUAD

WIDEST: Final = 64
"""Eight sums, which hide an addition's latency, and a product each."""

WIDTHS: Final = (64, 32, 16, 8)

COMPARED: Final = ("equal", "less", "less_equal")
"""Kernels of two operands whose target is a truth."""


def widths(columns: int) -> list[tuple[int, int]]:
    """(first column, width) of each panel; what is left of eight is in none."""
    found, first = [], 0
    for width in WIDTHS:
        while columns - first >= width:
            found.append((first, width))
            first += width
    return found
