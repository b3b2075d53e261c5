"""LLVM IR of text to tokens and back: what the guest's C sources were compiled to.

`tokens.{encode, decode, length, count}`: tinynn/tokens/host.c has their words.
"""

from pathlib import Path
from typing import Final

IR: Final = Path(__file__).parent.parent / "tokens" / "host.ll"


def module_ir() -> str:
    """The module with all of them."""
    return IR.read_text()
