"""Native kernels in LLVM IR, and the programs that are made of them."""

from .grid import joined, move, row_major
from .program import Batch, Call
from .team import Team

__all__ = ["Batch", "Call", "Team", "joined", "move", "row_major"]
