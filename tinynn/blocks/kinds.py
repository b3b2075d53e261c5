"""The kinds of block weights, and how many bytes of a panel each takes.

A weight is `scale * q`, plus a minimum or not. Scales and minima are shared by groups
of 32 weights of a row, as floats of 16 bits; or, in *two levels*, blocks of 256 have
such floats, and their groups small integers by which these are multiplied.
docs/float.md has the arithmetic.
"""

from enum import IntEnum
from typing import Final

PANEL_ROWS: Final = 8
"""Rows that lie beside one another: one lane of a vector is one row."""

HALF_BYTES: Final = 2
"""Of a float of 16 bits."""

SHORT, LONG = 32, 256
"""Weights that share a float: without and with a second level."""


class BlockKind(IntEnum):
    """A kind; its number is what an image's attributes have.

    `FOUR` has q from -8 to 7; `FOUR_MIN` and `LONG_FOUR_MIN` from 0 to 15; all others
    from -128 to 127. With `MIN` there is a minimum, `LONG` is in two levels.
    """

    FOUR = 0
    FOUR_MIN = 1
    EIGHT = 2
    EIGHT_MIN = 3
    LONG_FOUR_MIN = 4
    LONG_EIGHT_MIN = 5
    LONG_EIGHT = 6

    @property
    def bits(self) -> int:
        """Of a weight: 4 or 8."""
        return 4 if "FOUR" in self.name else 8

    @property
    def has_minimum(self) -> bool:
        return self.name.endswith("MIN")

    @property
    def is_long(self) -> bool:
        """In two levels."""
        return self.name.startswith("LONG")

    @property
    def block(self) -> int:
        """Weights of a row that share floats, and activations that share a scale."""
        return LONG if self.is_long else SHORT

    @property
    def group(self) -> int:
        """Weights of a row that share a scale."""
        return 16 if self is BlockKind.LONG_EIGHT else SHORT

    @property
    def least(self) -> int:
        """The smallest q."""
        if self.bits == 8:
            return -128
        return -8 if self is BlockKind.FOUR else 0

    @property
    def most(self) -> int:
        """The largest q."""
        return self.least + (1 << self.bits) - 1

    @property
    def head_bytes(self) -> int:
        """Of a block of a panel: its floats."""
        return HALF_BYTES * PANEL_ROWS * (1 + self.has_minimum)

    @property
    def group_head_bytes(self) -> int:
        """Of a group of a panel: its small scales and minima, if it has such."""
        return PANEL_ROWS * (1 + self.has_minimum) if self.is_long else 0

    @property
    def group_bytes(self) -> int:
        """Of a group of a panel, with its small scales and minima."""
        return self.group_head_bytes + PANEL_ROWS * self.group * self.bits // 8

    @property
    def block_bytes(self) -> int:
        """Of a block of a panel."""
        return self.head_bytes + self.block // self.group * self.group_bytes


def panels_of(rows: int) -> int:
    """Panels of so many rows."""
    return -(-rows // PANEL_ROWS)


def tensor_bytes(kind: BlockKind, rows: int, columns: int) -> int:
    """Of a whole tensor; columns are whole blocks."""
    return panels_of(rows) * (columns // kind.block) * kind.block_bytes
