"""Reader of ELF executables: MIPS32, little-endian, linked for this machine.

Refuses everything else with a reason. The format is that of the "System V ABI,
Edition 4.1, chapter 5" and its MIPS supplement.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Never

from mips_vm.constants import ARENA, OUTPUT, PROGRAM, STACK, WORD_BYTES
from mips_vm.errors import ElfError

MAGIC: Final = b"\x7fELF"

_CLASS_32: Final = 1
_LITTLE_ENDIAN: Final = 1
_EXECUTABLE: Final = 2
_MACHINE_MIPS: Final = 8
_LOAD: Final = 1
_DYNAMIC: Final = 2
_INTERPRETER: Final = 3
_WRITABLE: Final = 2

_CLASSES: Final = {1: "32-bit", 2: "64-bit"}
_BYTE_ORDERS: Final = {1: "little-endian", 2: "big-endian"}
_TYPES: Final = {
    1: "a relocatable object",
    2: "an executable",
    3: "a shared object",
    4: "a core dump",
}
_MACHINES: Final = {
    3: "x86",
    8: "MIPS",
    20: "PowerPC",
    40: "ARM",
    62: "x86-64",
    183: "AArch64",
    243: "RISC-V",
}

# e_ident's class and byte order are checked before the rest is read.
_HEADER: Final = struct.Struct("<16sHHIIIIIHHHHHH")
_PROGRAM_HEADER: Final = struct.Struct("<IIIIIIII")

# e_flags of the MIPS supplement: the architecture's level, in the top four bits.
_ARCHITECTURE_SHIFT: Final = 28
_ARCHITECTURES: Final = {
    0: "MIPS I",
    1: "MIPS II",
    2: "MIPS III",
    3: "MIPS IV",
    4: "MIPS V",
    5: "MIPS32",
    6: "MIPS64",
    7: "MIPS32r2",
    8: "MIPS64r2",
    9: "MIPS32r6",
    10: "MIPS64r6",
}
MAX_FILE_BYTES: Final = 2 * PROGRAM.size
"""The program region, and as much again for symbols and what debuggers read."""

_RUNNABLE: Final = ("MIPS I", "MIPS II", "MIPS32", "MIPS32r2")


@dataclass(frozen=True, slots=True)
class Segment:
    """Bytes that belong at an address of the program region."""

    address: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Program:
    """What an ELF file says to load, and where to begin."""

    entry: int
    segments: tuple[Segment, ...]


def read(path: str | os.PathLike[str]) -> Program:
    """The program in the file at `path`; ElfError with the reason if it can't run.

    OSError if the file can't be read.
    """
    with Path(path).open("rb") as file:
        data = file.read(MAX_FILE_BYTES + 1)  # a device may go on for ever
    if len(data) > MAX_FILE_BYTES:
        raise ElfError(
            os.fspath(path), f"a file of at most {MAX_FILE_BYTES} bytes", "a larger one"
        )
    return parse(data, os.fspath(path))


def parse(data: bytes, name: str = "ELF") -> Program:
    """The program in the bytes of an ELF file; `name` is for the error's message."""
    return _Reader(data, name).program()


class _Reader:
    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name

    def program(self) -> Program:
        self._check_ident()
        fields = self._unpack(_HEADER, 0, "an ELF header")
        _, kind, machine, _, entry, headers, _, flags, _, entry_size, count, *_ = fields
        if kind != _EXECUTABLE:
            self._refuse("an executable", _TYPES.get(kind, f"ELF type {kind}"))
        if machine != _MACHINE_MIPS:
            self._refuse("MIPS code", _MACHINES.get(machine, f"machine {machine}"))
        level = flags >> _ARCHITECTURE_SHIFT
        architecture = _ARCHITECTURES.get(level, f"architecture level {level}")
        if architecture not in _RUNNABLE:
            self._refuse("MIPS32r2 or older", architecture)
        if count and entry_size != _PROGRAM_HEADER.size:
            self._refuse("32-byte program headers", f"{entry_size}-byte ones")
        if entry % WORD_BYTES or not PROGRAM.contains(entry):
            self._refuse("an entry point in the program region", f"{entry:#x}")
        loaded = [self._segment(headers + i * entry_size) for i in range(count)]
        segments = tuple(segment for segment in loaded if segment is not None)
        if not segments:
            self._refuse("something to load", "no segment with contents")
        return Program(entry, segments)

    def _check_ident(self) -> None:
        if not self.data.startswith(MAGIC):
            self._refuse("an ELF file", f"one that begins with {self.data[:4]!r}")
        if len(self.data) < _HEADER.size:
            self._refuse("a whole ELF header", f"{len(self.data)} bytes (truncated)")
        word_class, byte_order = self.data[4], self.data[5]
        if word_class != _CLASS_32:
            self._refuse("32-bit", _CLASSES.get(word_class, f"class {word_class}"))
        if byte_order != _LITTLE_ENDIAN:
            actual = _BYTE_ORDERS.get(byte_order, f"byte order {byte_order}")
            self._refuse("little-endian", actual)

    def _segment(self, header: int) -> Segment | None:
        """The segment that the program header at offset `header` describes, if any."""
        fields = self._unpack(_PROGRAM_HEADER, header, "its program headers")
        kind, offset, address, _, file_size, memory_size, flags, _ = fields
        if kind in (_DYNAMIC, _INTERPRETER):
            self._refuse("a static executable", "a dynamically linked one")
        if kind != _LOAD or memory_size == 0:
            return None
        where = f"{memory_size} bytes at {address:#010x}"
        if file_size > memory_size:
            self._refuse(f"at most {memory_size} bytes in a segment", f"{file_size}")
        if file_size == 0 and any(
            region.contains(address, memory_size) for region in (OUTPUT, STACK, ARENA)
        ):
            return None  # .bss in a writable region: memory is zero already
        if not PROGRAM.contains(address, memory_size):
            self._refuse("segments inside the program region", where)
        if flags & _WRITABLE:
            self._refuse("no .data or .bss in the read-only program region", where)
        if offset + file_size > len(self.data):
            self._refuse(f"{offset + file_size} bytes", f"{len(self.data)} (truncated)")
        return Segment(address, self.data[offset : offset + file_size])

    def _unpack(self, layout: struct.Struct, offset: int, what: str) -> tuple[int, ...]:
        if offset + layout.size > len(self.data):
            self._refuse(f"{what} in the file", f"{len(self.data)} bytes (truncated)")
        return layout.unpack_from(self.data, offset)

    def _refuse(self, expected: str, actual: str) -> Never:
        raise ElfError(self.name, expected, actual)
