"""Where a GPU has what an image's operators read and store.

An inference's memory is its input region, then its arena. Of the image only the
constants of operators that the GPU takes are there.
"""

from dataclasses import dataclass, field

from mips_vm.constants import ARENA, INPUT, IO_HEADER_BYTES, MODEL, WORD_BYTES

from ..image.image import Bytes, Tables, aligned
from ..memory.extent import Extent
from ..operators import Operand
from .layout import CONSTANT


@dataclass(slots=True)
class Places:
    """Of one image, on a device whose buffers have at most so many bytes."""

    tables: Tables
    most_bytes: int
    constant_bytes: int = 0
    _constants: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def input_bytes(self) -> int:
        """Of an inference's memory, before its arena."""
        return aligned(IO_HEADER_BYTES + self.tables.input_bytes)

    @property
    def memory_bytes(self) -> int:
        """Of an inference."""
        return self.input_bytes + aligned(self.tables.arena_bytes)

    def offset(self, address: int) -> int:
        """Of a byte in an inference's memory."""
        if address >= ARENA.base:
            return self.input_bytes + address - ARENA.base
        return address - INPUT.base

    def words(self, extent: Extent) -> slice:
        """Words of an inference's memory that the extent touches."""
        first = self.offset(extent.start) // WORD_BYTES
        end = self.offset(extent.start) + extent.size
        return slice(first, -(-end // WORD_BYTES))

    def fixed(self, operand: Operand) -> bool:
        """Whether it is a constant of the image."""
        return operand.address >= MODEL.base

    def of(self, operand: Operand) -> int | None:
        """A source's place, in words, or in bytes if it is of bytes; None: no room."""
        size = operand.extent.size
        constant = self.fixed(operand)
        if constant:
            at = self._constant(operand.address, size)
            if at is None:
                return None
        else:
            at = self.offset(operand.address)
        unit = 1 if operand.dtype in ("uint8", "int8", "bool") else WORD_BYTES
        if at % unit:
            return None
        return at // unit | (CONSTANT if constant else 0)

    def _constant(self, address: int, size: int) -> int | None:
        key = address, size
        if key not in self._constants:
            if self.constant_bytes + aligned(size) > self.most_bytes:
                return None
            self._constants[key] = self.constant_bytes
            self.constant_bytes += aligned(size)
        return self._constants[key]

    def packed(self, image: Bytes) -> bytes:
        """The constants, each where its place says."""
        held = bytearray(self.constant_bytes)
        for (address, size), at in self._constants.items():
            start = address - MODEL.base
            held[at : at + size] = image[start : start + size].tobytes()
        return bytes(held)
