"""Guest memory as the native kernels see it: typed views of ranges of addresses.

`FlatSpace` holds just what one inference touches, for an answer without a machine;
`MachineSpace` is a machine's memory, so that state roots come with it.
"""

from dataclasses import dataclass

import numpy as np

from mips_vm.constants import ARENA, INPUT, IO_HEADER_BYTES, MODEL
from mips_vm.memory import Memory

from .tensor import Array, item_bytes, little_endian


@dataclass(frozen=True, slots=True)
class FlatSpace:
    """Input data, arena and image in three arrays of bytes."""

    input: Array
    arena: Array
    image: Array

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


@dataclass(frozen=True, slots=True)
class MachineSpace:
    """The memory of a machine; what is written through it is marked dirty."""

    memory: Memory

    def read(self, address: int, count: int, dtype: str) -> Array:
        """`count` elements at `address`."""
        return _view(self.memory.array, address, count, dtype, writable=False)

    def write(self, address: int, count: int, dtype: str) -> Array:
        """`count` elements at `address`."""
        self.memory.mark_dirty(address, count * item_bytes(dtype))
        return _view(self.memory.array, address, count, dtype, writable=True)


def _view(held: Array, offset: int, count: int, dtype: str, *, writable: bool) -> Array:
    """Elements of `held`, from a byte offset on.

    What is read is read-only in every space, so kernels are compiled for one kind.
    """
    view = held[offset : offset + count * item_bytes(dtype)].view(little_endian(dtype))
    view.flags.writeable = writable
    return view
