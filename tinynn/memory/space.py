"""Guest memory as the native kernels see it: typed views of ranges of addresses.

`FlatSpace` holds just what one inference touches, for an answer without a machine;
`MachineSpace` is a machine's memory, so that state roots come with it.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from mips_vm.constants import ARENA, INPUT, IO_HEADER_BYTES, MODEL
from mips_vm.storage.memory import Memory

from .tensor import Array, item_bytes, little_endian

CACHE_LINE: Final = 64

Floats = NDArray[np.float32]


class Packed:
    """A model's constants as kernels want them: made once, whoever asks first."""

    def __init__(self) -> None:
        self._held: dict[Hashable, Floats] = {}
        self._making = Lock()

    def of(self, key: Hashable, make: Callable[[], Floats]) -> Floats:
        """What was made for the key."""
        with self._making:
            if key not in self._held:
                self._held[key] = make()
            return self._held[key]


@dataclass(frozen=True, slots=True)
class FlatSpace:
    """Input, behind its length as the region has it, arena and image: three arrays of
    bytes. What is packed of the image is kept in `store`, if there is one."""

    input: Array
    arena: Array
    image: Array
    store: Packed | None = None
    rooms: dict[tuple[Hashable, int], Floats] = field(default_factory=dict)

    @classmethod
    def of_image(cls, image: Array) -> "FlatSpace":
        """A space in which only the image can be read."""
        nothing = np.zeros(0, np.uint8)
        return cls(nothing, nothing, image)

    @property
    def lasting(self) -> bool:
        """Whether calls on it are made again and again, and constants are packed."""
        return self.store is not None

    def packed(self, key: Hashable, make: Callable[[], Floats]) -> Floats | None:
        """A constant as a kernel wants it, if there is a store."""
        return None if self.store is None else self.store.of(key, make)

    def read(self, address: int, count: int, dtype: str) -> Array:
        """`count` elements at `address`."""
        if address >= MODEL.base:
            held, offset = self.image, address - MODEL.base
        elif address >= ARENA.base:
            held, offset = self.arena, address - ARENA.base
        else:
            held, offset = self.input, address - INPUT.base
        return _view(held, offset, count, dtype, writable=False)

    def write(self, address: int, count: int, dtype: str) -> Array:
        """`count` elements at `address`, which is in the arena."""
        return _view(self.arena, address - ARENA.base, count, dtype, writable=True)

    def room(self, key: Hashable, count: int) -> Floats:
        """The same for the same key and about as many floats."""
        return _room(self.rooms, key, count)


class InputRegion:
    """The beginning of the input region, for requests of at most `size` bytes."""

    def __init__(self, size: int) -> None:
        self.array = np.zeros(IO_HEADER_BYTES + size, np.uint8)

    def load(self, request: bytes) -> None:
        """Length, bytes, and zeros up to the end, whatever was there before."""
        end = IO_HEADER_BYTES + len(request)
        length = len(request).to_bytes(IO_HEADER_BYTES, "little")
        self.array[:end] = np.frombuffer(length + request, np.uint8)
        self.array[end:] = 0


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

    def packed(self, key: Hashable, make: Callable[[], Floats]) -> None:
        """Constants are read where they are: calls are made once."""


@dataclass(frozen=True, slots=True)
class ReplaySpace:
    """A machine's memory for calls that are made again and again: who makes them says
    each time what is dirty."""

    memory: Memory
    lasting: bool
    rooms: dict[tuple[Hashable, int], Floats] = field(default_factory=dict)

    def read(self, address: int, count: int, dtype: str) -> Array:
        """`count` elements at `address`."""
        return _view(self.memory.array, address, count, dtype, writable=False)

    def write(self, address: int, count: int, dtype: str) -> Array:
        """`count` elements at `address`."""
        return _view(self.memory.array, address, count, dtype, writable=True)

    def room(self, key: Hashable, count: int) -> Floats:
        """The same for the same key and about as many floats."""
        return _room(self.rooms, key, count)

    def packed(self, key: Hashable, make: Callable[[], Floats]) -> None:
        """Constants are read where they are: a machine holds the image already."""


def _room(
    rooms: dict[tuple[Hashable, int], Floats], key: Hashable, count: int
) -> Floats:
    size = 1 << (count - 1).bit_length()
    if (key, size) not in rooms:
        rooms[key, size] = aligned_zeros(size)
    return rooms[key, size][:count]


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
