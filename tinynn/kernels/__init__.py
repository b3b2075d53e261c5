"""Native kernels in LLVM IR, and the programs that are made of them."""

from .grid import boxes, joined, move, offset, row_major
from .program import Batch, Call, Jump
from .team import Team

__all__ = [
    "Batch",
    "Call",
    "Jump",
    "Team",
    "boxes",
    "joined",
    "move",
    "offset",
    "row_major",
]
