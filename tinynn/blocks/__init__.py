"""Weights in blocks: few bits each, and scales that some of them share."""

from .kinds import PANEL_ROWS, BlockKind
from .tensor import BlockTensor

__all__ = ["PANEL_ROWS", "BlockKind", "BlockTensor"]
