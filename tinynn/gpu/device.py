"""What a GPU is for the executor: buffers, prepared launches, and running them.

`webgpu.py` and `cuda/` are two; `trust.py` finds out what a device may be believed.
"""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from .layout import Arithmetic, Launch

MOST_ITEMS: Final = 1 << 15
"""Inferences of one launch: the smallest limit of a grid's third axis, halved."""

Buffer = Any
Prepared = Any
Range = tuple[int, int]
"""Where bytes begin, and how many."""


class Device(Protocol):
    """Not for two threads at once. Offsets and sizes are in bytes, multiples of 4."""

    @property
    def name(self) -> str:
        """As its maker calls it."""
        ...

    @property
    def arithmetics(self) -> tuple[Arithmetic, ...]:
        """Of floats: those that its kernels have, the fastest first."""
        ...

    @property
    def most_bytes(self) -> int:
        """Of a buffer."""
        ...

    def buffer(self, size: int) -> Buffer:
        """Zeros, or anything."""
        ...

    def write(self, buffer: Buffer, offset: int, data: bytes | memoryview) -> None:
        """Before what is run next."""
        ...

    def read(self, buffer: Buffer, ranges: Sequence[Range]) -> list[bytes]:
        """What is there once all that was run is done."""
        ...

    def prepare(
        self,
        launch: Launch,
        arithmetic: Arithmetic,
        constants: Buffer,
        memory: Buffer,
        stride: int,
    ) -> Prepared:
        """A launch on those buffers; `stride` are the words of an inference."""
        ...

    def run(self, prepared: Sequence[Prepared], items: int) -> None:
        """One after the other, for the first so many inferences."""
        ...
