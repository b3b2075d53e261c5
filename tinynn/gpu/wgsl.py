"""The shaders' text: pieces of `shaders/`, put together for a kernel."""

from functools import cache
from pathlib import Path
from typing import Final

from .layout import Arithmetic, Kernel

FOLDER: Final = Path(__file__).parent / "shaders"

_PIECES: Final = {
    Kernel.WINDOW: ("place",),
    Kernel.BYTE_WINDOW: ("place",),
    Kernel.ZIP: ("walk",),
    Kernel.WHOLE: ("walk",),
}


@cache
def shader(kernel: Kernel, arithmetic: Arithmetic) -> str:
    """The kernel with whose floats it computes."""
    numbers = () if not kernel.of_floats else ("softfloat", arithmetic.value)
    each = () if kernel is Kernel.TILES else ("each",)
    pieces = ("memory", *numbers, *_PIECES.get(kernel, ()), kernel.stem, *each)
    named = [f"const {name.name}: u32 = {int(name)}u;" for name in kernel.names]
    return "\n".join([*named, "", *(_piece(piece) for piece in pieces)])


def _piece(name: str) -> str:
    return (FOLDER / f"{name}.wgsl").read_text()
