"""LLVM IR of what is drawn: what the guest's C sources were compiled to.

`pick.{token, uniform}`: tinynn/sampling/host.c has its words.
"""

from pathlib import Path
from typing import Final

IR: Final = Path(__file__).parents[2] / "sampling" / "host.ll"


def module_ir() -> str:
    """The module with both."""
    return IR.read_text()
