"""Native kernels in LLVM IR, and the programs that are made of them."""

from .grid import joined, move, row_major
from .program import Batch, Call

__all__ = ["Batch", "Call", "joined", "move", "row_major"]
