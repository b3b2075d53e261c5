"""Bytes of weights, and where they lie in a panel.

For each word k of a group there are eight words, one of each row. A word of 8-bit
weights has four neighbours, those at even places with their top bit turned: so the
guest multiplies two at once. A word of 4-bit weights has terms 4 k to 4 k + 3 in the
low halves of its bytes, and those sixteen further in the high ones; less the least q.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .kinds import PANEL_ROWS, BlockKind

Bytes = NDArray[np.uint8]
Small = NDArray[np.int8]
Quants = NDArray[np.int16]

WORD: Final = 4
TURNED: Final = np.array([0x80, 0, 0x80, 0], np.uint8)
HALF: Final = 16
"""Terms of a 4-bit group that are in the low halves."""


def packed_words(kind: BlockKind, quants: Quants) -> Bytes:
    """(panels, groups, bytes) of quants (panels, groups, PANEL_ROWS, group)."""
    panels, groups = quants.shape[:2]
    least = kind.least if kind.bits == 4 else 0
    raw: Bytes = (quants - least).astype(np.uint8)
    if kind.bits == 4:
        raw = raw[..., :HALF] | (raw[..., HALF:] << np.uint8(4))
    words = raw.reshape(panels, groups, PANEL_ROWS, -1, WORD)
    if kind.bits == 8:
        words = words ^ TURNED
    return np.ascontiguousarray(words.swapaxes(2, 3)).reshape(panels, groups, -1)


def unpacked_words(kind: BlockKind, raw: Bytes) -> Quants:
    """The same undone."""
    panels, groups = raw.shape[:2]
    words = raw.reshape(panels, groups, -1, PANEL_ROWS, WORD).swapaxes(2, 3)
    if kind.bits == 8:
        words = words ^ TURNED
    rows = np.ascontiguousarray(words).reshape(panels, groups, PANEL_ROWS, -1)
    if kind.bits == 8:
        return rows.view(np.int8).astype(np.int16)
    halves = np.concatenate([rows & 15, rows >> 4], axis=-1)
    return halves.astype(np.int16) + np.int16(kind.least)
