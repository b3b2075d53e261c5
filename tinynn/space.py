"""Guest memory as the native kernels see it: typed views of ranges of addresses.

`FlatSpace` holds just what one inference touches, for an answer without a machine;
`MachineSpace` is a machine's memory, so that state roots come with it.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from mips_vm.constants import ARENA, INPUT, IO_HEADER_BYTES, MODEL
from mips_vm.memory import Memory

from .tensor import Array, item_bytes, little_endian

CACHE_LINE: Final = 64

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FlatSpace:
    """Input data, arena and image in three arrays of bytes."""

    input: Array
    arena: Array
    image: Array
    lasting: bool = False
    rooms: dict[tuple[Hashable, int], Floats] = field(default_factory=dict)

    @classmethod
    def of_image(cls, image: Array) -> "FlatSpace":
        """A space in which only the image can be read."""
        nothing = np.zeros(0, np.uint8)
        return cls(nothing, nothing, image)

    def read(self, address: int, count: int, dtype: str) -> Array:
        """`count` elements at `address`."""
        if address >= MODEL.base:
            held, offset = self.image, address - MODEL.base
        elif address >= ARENA.base:
            held, offset = self.arena, address - ARENA.base
        else:
            held, offset = self.input, address - INPUT.base - IO_HEADER_BYTES
        return _view(held, offset, count, dtype, writable=False)

    def write(self, address: int, count: int, dtype: str) -> Array:
        """`count` elements at `address`, which is in the arena."""
        return _view(self.arena, address - ARENA.base, count, dtype, writable=True)

    def room(self, key: Hashable, count: int) -> Floats:
        """The same for the same key and about as many floats."""
        size = 1 << (count - 1).bit_length()
        if (key, size) not in self.rooms:
            self.rooms[key, size] = aligned_zeros(size)
        return self.rooms[key, size][:count]


@dataclass(frozen=True, slots=True)
class MachineSpace:
    """The memory of a machine; what is written through it is marked dirty."""

    memory: Memory
    lasting: ClassVar[bool] = False

    def read(self, address: int, count: int, dtype: str) -> Array:
        """`count` elements at `address`."""
        return _view(self.memory.array, address, count, dtype, writable=False)

    def write(self, address: int, count: int, dtype: str) -> Array:
        """`count` elements at `address`."""
        self.memory.mark_dirty(address, count * item_bytes(dtype))
        return _view(self.memory.array, address, count, dtype, writable=True)

    def room(self, key: Hashable, count: int) -> Floats:
        """Always new."""
        return aligned_zeros(count)


def aligned_zeros(count: int) -> Floats:
    """Floats that begin with a cache line."""
    size = item_bytes("float32") * count
    held = np.zeros(size + CACHE_LINE, np.uint8)
    start = -held.ctypes.data % CACHE_LINE
    return held[start : start + size].view(np.float32)


def _view(held: Array, offset: int, count: int, dtype: str, *, writable: bool) -> Array:
    """Elements of `held`, from a byte offset on.

    What is read is read-only in every space, so kernels are compiled for one kind.
    """
    view = held[offset : offset + count * item_bytes(dtype)].view(little_endian(dtype))
    view.flags.writeable = writable
    return view
