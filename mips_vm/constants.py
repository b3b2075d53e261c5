"""Numbers that every part of the machine agrees on.

docs/state-encoding.md is their table. `solidity/src/libraries/` holds the twins of
these constants, and a test compares them.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

WORD_MASK: Final = 0xFFFF_FFFF
SIGN_BIT: Final = 0x8000_0000
ADDRESS_SPACE: Final = 1 << 32

WORD_BYTES: Final = 4
LEAF_BYTES: Final = 32
PAGE_BYTES: Final = 4096

REGISTER_COUNT: Final = 32
PACKED_STATE_BYTES: Final = 32 + 4 * WORD_BYTES + REGISTER_COUNT * WORD_BYTES

TREE_DEPTH: Final = (ADDRESS_SPACE // LEAF_BYTES).bit_length() - 1

ENTRY_POINT: Final = 0


class Status(IntEnum):
    """Byte 0 of a state root. A step from any but RUNNING is the identity."""

    RUNNING = 0
    YIELDED = 1
    HALTED = 2
    FAULTED = 3


@dataclass(frozen=True, slots=True)
class Region:
    """A range of addresses that is exactly one node of the memory tree."""

    name: str
    base: int
    size: int
    writable: bool

    @property
    def end(self) -> int:
        """The first address after the region."""
        return self.base + self.size

    @property
    def depth(self) -> int:
        """Levels between the region's node and its leaves."""
        return (self.size // LEAF_BYTES).bit_length() - 1

    @property
    def node(self) -> int:
        """Generalised index: the root is 1, the children of n are 2n and 2n + 1."""
        return (1 << TREE_DEPTH | self.base // LEAF_BYTES) >> self.depth

    def contains(self, address: int, size: int = 1) -> bool:
        """Whether all of [address, address + size) lies in the region."""
        return self.base <= address and address + size <= self.end


MIB: Final = 1 << 20
GIB: Final = 1 << 30

PROGRAM: Final = Region("program", 0x0000_0000, 256 * MIB, writable=False)
INPUT: Final = Region("input", 0x1000_0000, 256 * MIB, writable=False)
OUTPUT: Final = Region("output", 0x2000_0000, 256 * MIB, writable=True)
STACK: Final = Region("stack", 0x3000_0000, 256 * MIB, writable=True)
ARENA: Final = Region("arena", 0x4000_0000, 1 * GIB, writable=True)
MODEL: Final = Region("model", 0x8000_0000, 2 * GIB, writable=False)

REGIONS: Final = (PROGRAM, INPUT, OUTPUT, STACK, ARENA, MODEL)

# The writable regions are neighbours, so one comparison on each side decides a store.
WRITABLE_BASE: Final = OUTPUT.base
WRITABLE_END: Final = ARENA.end

IO_HEADER_BYTES: Final = 4
"""Input and output begin with their length, a little-endian u32."""

SYSCALL_HALT: Final = 4001
SYSCALL_YIELD: Final = 4162
"""Linux o32's `exit` and `sched_yield`, so that the same ELF runs under qemu-mipsel."""
