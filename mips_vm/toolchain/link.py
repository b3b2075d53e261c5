"""Linked programs: start values of variables where the machine can load them, and no
instruction that it does not have."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mips_vm.constants import STACK, WORD_BYTES
from mips_vm.disassemble import absent
from mips_vm.errors import BuildError

_HEADER: Final = struct.Struct("<28xI10xHH4x")  # e_phoff, e_phentsize, e_phnum
_PROGRAM_HEADER: Final = struct.Struct("<IIIIIIII")
_SECTIONS: Final = struct.Struct("<32xI10xHH2x")  # e_shoff, e_shentsize, e_shnum
_SECTION: Final = struct.Struct("<IIIIIIIIII")
_CONTENTS: Final = 1
_CODE: Final = 4
_LOAD: Final = 1
_ADDRESS: Final = 8  # of p_vaddr in a program header


def place_data(elf: Path) -> None:
    """Makes the file load initialised variables where their physical address says.

    The linker gives them two: the one that the code uses is in the stack region, the
    other in the program region, from where plumb_start copies them. A loader, the
    machine's as well as qemu's, knows only the first.
    """
    data = bytearray(elf.read_bytes())
    offset, size, count = _HEADER.unpack_from(data)
    for header in range(offset, offset + count * size, size):
        kind, _, address, physical, contents, *_ = _PROGRAM_HEADER.unpack_from(
            data, header
        )
        if kind == _LOAD and contents and STACK.contains(address):
            struct.pack_into("<I", data, header + _ADDRESS, physical)
    elf.write_bytes(data)


def check_instructions(elf: Path) -> None:
    """BuildError if the code has MIPS32 instructions that the machine has not.

    The compiler makes none; objects from elsewhere may have them.
    """
    for address, word in _code(elf.read_bytes()):
        name = absent(word)
        if name is not None:
            raise BuildError(
                f"the linked program: expected instructions of docs/machine.md only, "
                f"got {name} at {address:#x}"
            )


def _code(data: bytes) -> Iterator[tuple[int, int]]:
    """Addresses and words of the sections that are executed."""
    offset, size, count = _SECTIONS.unpack_from(data)
    for header in range(offset, offset + count * size, size):
        _, kind, flags, address, start, length, *_ = _SECTION.unpack_from(data, header)
        if kind == _CONTENTS and flags & _CODE:
            words = memoryview(data)[start : start + length // 4 * 4].cast("I")
            yield from zip(
                range(address, address + length, WORD_BYTES), words, strict=False
            )
