"""The processor's half of the machine's state, its packed bytes and its root.

Memory is the other half (`memory.py`); only its root enters the packed bytes.
docs/state-encoding.md is the byte table.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import index
from typing import Final

from mips_vm.constants import ENTRY_POINT, REGISTER_COUNT, WORD_BYTES, WORD_MASK, Status
from mips_vm.errors import ValueOutOfRange
from mips_vm.hashing.keccak import keccak256

_PACKED: Final = struct.Struct(f">32s{4 + REGISTER_COUNT}I")


@dataclass(slots=True)
class State:
    """pc, next_pc, lo, hi, 32 registers and the status; the one mutable thing.

    `registers[0]` is zero, and every number is a u32. Guest code can't break that;
    host code goes through `Machine`, which checks.
    """

    pc: int = ENTRY_POINT
    next_pc: int = ENTRY_POINT + WORD_BYTES
    lo: int = 0
    hi: int = 0
    registers: list[int] = field(default_factory=lambda: [0] * REGISTER_COUNT)
    status: Status = Status.RUNNING

    def copy(self) -> "State":
        """An independent state with the same values."""
        return State(
            self.pc, self.next_pc, self.lo, self.hi, self.registers[:], self.status
        )

    def reboot(self, status: Status) -> None:
        """Zero every register, return to the entry point, and take `status`."""
        self.pc = ENTRY_POINT
        self.next_pc = ENTRY_POINT + WORD_BYTES
        self.lo = self.hi = 0
        # In place: the translated engine and `Registers` hold this very list.
        self.registers[:] = [0] * REGISTER_COUNT
        self.status = status

    def pack(self, memory_root: bytes) -> bytes:
        """The 176 packed bytes, all words big-endian; the status is not among them."""
        return _PACKED.pack(
            memory_root, self.pc, self.next_pc, self.lo, self.hi, *self.registers
        )

    def root(self, memory_root: bytes) -> bytes:
        """The state root, 32 bytes."""
        return state_root(self.pack(memory_root), self.status)


def state_root(packed: bytes, status: int) -> bytes:
    """keccak256 of the packed state, its first byte replaced by the status."""
    return bytes([status]) + keccak256(packed)[1:]


def word(name: str, value: int) -> int:
    """`value` as a plain int, or ValueOutOfRange unless it is a u32."""
    number = index(value)
    if not 0 <= number <= WORD_MASK:
        raise ValueOutOfRange(name, WORD_MASK + 1, number)
    return number


class Registers:
    """The host's view of a state's registers; checks what it writes.

    A write to r0 is dropped, as the machine itself would drop it.
    """

    __slots__ = ("_state",)

    def __init__(self, state: State) -> None:
        self._state = state

    def __getitem__(self, number: int) -> int:
        return self._state.registers[number]

    def __setitem__(self, number: int, value: int) -> None:
        checked = word(f"r{number}", value)
        if number not in (0, -REGISTER_COUNT):
            self._state.registers[number] = checked

    def __len__(self) -> int:
        return REGISTER_COUNT

    def __iter__(self) -> Iterator[int]:
        return iter(self._state.registers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Iterable) and self._state.registers == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._state.registers)
