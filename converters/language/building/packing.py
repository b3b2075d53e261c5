"""Blocks of a file as blocks of an image: the same scales, minima and integers."""

import numpy as np

from tinynn.blocks import BlockKind, BlockTensor

from ..encodings import SUPER, Blocks
from ..matrix import Matrix


def packed(matrix: Matrix) -> BlockTensor:
    """Nothing is rounded: integers of 5 and 6 bits are held in 8."""
    blocks = matrix.encoding.blocks(np.ascontiguousarray(matrix.raw))
    return BlockTensor.pack(
        kind_of(blocks),
        matrix.rows,
        matrix.columns,
        blocks.scales,
        blocks.quants,
        minima=blocks.minima,
        group_scales=_small(blocks.factors),
        group_minima=_small(blocks.parts),
    )


def kind_of(blocks: Blocks) -> BlockKind:
    """By bits, levels, and whether there is a minimum."""
    four, lowest = blocks.bits == 4, blocks.minima is not None
    if blocks.factors is None:
        if four:
            return BlockKind.FOUR_MIN if lowest else BlockKind.FOUR
        return BlockKind.EIGHT_MIN if lowest else BlockKind.EIGHT
    if not lowest:
        return BlockKind.LONG_EIGHT
    return BlockKind.LONG_FOUR_MIN if four else BlockKind.LONG_EIGHT_MIN


def _small(held: np.ndarray | None) -> np.ndarray | None:
    """Unsigned ones have at most 6 bits."""
    return None if held is None else held.astype(np.int8)


assert SUPER == BlockKind.LONG_EIGHT.block
