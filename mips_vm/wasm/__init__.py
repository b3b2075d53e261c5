"""C that every WebAssembly module of ours may be built with: what an engine lacks that
knows the first version's instructions only, and the instance's memory."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent

MEMORY: Final = FOLDER / "memory.c"

COPIES: Final = FOLDER / "copies.c"
"""For modules of `webassembly.FIRST`: compilers ask for these functions."""
