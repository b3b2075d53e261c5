"""ELF files: those that are loaded, and the reason why any other one is not."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from mips_vm import Machine, elf
from mips_vm.elf import Segment, parse
from mips_vm.errors import ElfError

READ_EXECUTE, READ_WRITE = 5, 6


@dataclass(frozen=True)
class Load:
    """One program header and its contents."""

    address: int
    data: bytes
    memory_size: int | None = None
    flags: int = READ_EXECUTE
    kind: int = 1


@dataclass(frozen=True)
class File:
    """An ELF file in the making; the defaults are a good one."""

    loads: tuple[Load, ...] = field(default=(Load(0, b"\1\2\3\4"),))
    word_class: int = 1
    byte_order: int = 1
    kind: int = 2
    machine: int = 8
    entry: int = 0
    flags: int = 0x70001005
    header_size: int = 32

    def data(self) -> bytes:
        order = "<" if self.byte_order == 1 else ">"
        ident = b"\x7fELF" + bytes([self.word_class, self.byte_order, 1]) + bytes(9)
        count = len(self.loads)
        header = struct.pack(
            order + "16sHHIIIIIHHHHHH",
            ident,
            *(self.kind, self.machine, 1, self.entry, 52, 0, self.flags, 52),
            *(self.header_size, count, 40, 0, 0),
        )
        headers, contents = b"", b""
        for load in self.loads:
            offset = 52 + 32 * count + len(contents)
            size = len(load.data)
            total = size if load.memory_size is None else load.memory_size
            headers += struct.pack(
                order + "8I",
                *(load.kind, offset, load.address, load.address),
                *(size, total, load.flags, 4),
            )
            contents += load.data
        return header + headers + contents


GOOD = File()

REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "expected an ELF file"),
    "text": (b"#!/bin/sh\n", "expected an ELF file"),
    "magic only": (b"\x7fELF", "expected a whole ELF header, got 4 bytes (truncated)"),
    "64-bit": (replace(GOOD, word_class=2).data(), "expected 32-bit, got 64-bit"),
    "big-endian": (
        replace(GOOD, byte_order=2).data(),
        "expected little-endian, got big-endian",
    ),
    "object file": (
        replace(GOOD, kind=1).data(),
        "expected an executable, got a relocatable object",
    ),
    "shared object": (replace(GOOD, kind=3).data(), "got a shared object"),
    "x86": (replace(GOOD, machine=3).data(), "expected MIPS code, got x86"),
    "unknown machine": (replace(GOOD, machine=9999).data(), "got machine 9999"),
    "release 6": (
        replace(GOOD, flags=0x90001005).data(),
        "expected MIPS32r2 or older, got MIPS32r6",
    ),
    "entry outside": (
        replace(GOOD, entry=0x40000000).data(),
        "expected an entry point in the program region, got 0x40000000",
    ),
    "entry unaligned": (replace(GOOD, entry=2).data(), "got 0x2"),
    "odd headers": (replace(GOOD, header_size=56).data(), "got 56-byte ones"),
    "headers cut off": (GOOD.data()[:60], "got 60 bytes (truncated)"),
    "contents cut off": (
        GOOD.data()[:-1],
        "expected 88 bytes, got 87 (truncated)",
    ),
    "nothing to load": (replace(GOOD, loads=()).data(), "expected something to load"),
    "segment elsewhere": (
        replace(GOOD, loads=(Load(0x400000, b"ab"), Load(0x10000000, b"c"))).data(),
        "segments inside the program region, got 1 bytes at 0x10000000",
    ),
    "segment across the end": (
        replace(GOOD, loads=(Load(0x0FFFFFFF, b"ab"),)).data(),
        "expected segments inside the program region",
    ),
    "data": (
        replace(GOOD, loads=(Load(0, b"ab"), Load(16, b"c", None, 6))).data(),
        "expected no .data or .bss in the read-only program region",
    ),
    "bss in the program": (
        replace(GOOD, loads=(Load(0, b"ab"), Load(16, b"", 8, READ_WRITE))).data(),
        "got 8 bytes at 0x00000010",
    ),
    "bss across a region's end": (
        replace(GOOD, loads=(Load(0, b"a"), Load(0x3FFFFFFF, b"", 8))).data(),
        "expected segments inside the program region",
    ),
    "more in the file than in memory": (
        replace(GOOD, loads=(Load(0, b"abc", 2),)).data(),
        "expected at most 2 bytes in a segment, got 3",
    ),
    "dynamic": (
        replace(GOOD, loads=(Load(0, b"ab"), Load(0, b"", kind=2))).data(),
        "expected a static executable",
    ),
    "interpreter": (
        replace(GOOD, loads=(Load(0, b"/lib", kind=3),)).data(),
        "expected a static executable",
    ),
}


@pytest.mark.parametrize("label", REFUSED)
def test_parse_bad_file_is_refused_with_the_reason(label: str) -> None:
    data, reason = REFUSED[label]
    with pytest.raises(ElfError) as caught:
        parse(data, "guest.elf")
    assert reason in str(caught.value)
    assert str(caught.value).startswith("guest.elf: expected ")


def test_parse_every_truncation_is_refused() -> None:
    data = GOOD.data()
    for size in range(len(data)):
        with pytest.raises(ElfError):
            parse(data[:size])


def _keep(data: bytes) -> bytes:
    return data


def _append_garbage(data: bytes) -> bytes:
    return data + b"trailing"


@pytest.mark.parametrize("change", [_keep, _append_garbage])
def test_parse_good_file_gives_its_segments(change: Callable[[bytes], bytes]) -> None:
    loads = (
        Load(0, b"code"),
        Load(0x100, b"const", 16),
        Load(0x30000000, b"", 64, READ_WRITE),
        Load(0x200, b"", 0),
        Load(0, b"note", kind=4),
    )
    program = parse(change(replace(GOOD, loads=loads, entry=4).data()))
    assert program.entry == 4
    assert program.segments == (Segment(0, b"code"), Segment(0x100, b"const"))


def test_from_elf_segments_and_entry_are_in_place(tmp_path: Path) -> None:
    path = tmp_path / "guest.elf"
    loads = (Load(0, b"code"), Load(0x100, b"const"))
    path.write_bytes(replace(GOOD, loads=loads, entry=0x100).data())
    machine = Machine.from_elf(path)
    assert (machine.pc, machine.next_pc) == (0x100, 0x104)
    assert machine.memory.read(0, 4) == b"code"
    assert machine.memory.read(0x100, 6) == b"const\0"


def test_from_elf_missing_file_is_the_system_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Machine.from_elf(tmp_path / "absent")


def test_read_endless_file_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elf, "MAX_FILE_BYTES", 1 << 20)
    with pytest.raises(ElfError, match="at most 1048576 bytes, got a larger one"):
        elf.read("/dev/zero")
