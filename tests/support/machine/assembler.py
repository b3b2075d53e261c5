"""A small assembler over the machine's own table, so that tests can be read."""

import re

from mips_vm.disassemble import REGISTER_NAMES
from mips_vm.isa.decode import TABLE, Instruction

_ROWS = {row.mnemonic: row for row in TABLE}

_SHIFTS = {"rs": 21, "rt": 16, "hint": 16, "rd": 11, "sa": 6, "pos": 6}


def assemble(*lines: str, base: int = 0) -> bytes:
    """The lines as little-endian machine code; branches and jumps name addresses."""
    return b"".join(
        encode(line, base + 4 * index).to_bytes(4, "little")
        for index, line in enumerate(lines)
    )


def encode(line: str, pc: int = 0) -> int:
    """One instruction as a word; fields that it does not use are zero."""
    if line == "nop":
        return 0
    if line.startswith(".word "):
        return int(line.split()[1], 0)
    mnemonic, _, text = line.partition(" ")
    row = _ROWS[mnemonic]
    values = _operands(row, text)
    if mnemonic in ("clz", "clo"):
        values["rt"] = values["rd"]  # as the manual asks; the machine ignores it
    word = row.encoding.match
    for name, value in values.items():
        word |= _field(row, name, value, values, pc)
    return word


def _operands(row: Instruction, text: str) -> dict[str, int]:
    pattern = re.escape(row.operands).replace(r"\ ", " ")
    pattern = re.sub(r"[a-z]+", lambda m: rf"(?P<{m.group()}>[$\w-]+)", pattern)
    found = re.fullmatch(pattern, text)
    assert found, f"{row.mnemonic}: expected {row.operands!r}, got {text!r}"
    return {name: _number(value) for name, value in found.groupdict().items()}


def _number(text: str) -> int:
    if text.startswith("$"):
        name = text[1:]
        return int(name) if name.isdigit() else REGISTER_NAMES.index(name)
    return int(text, 0)


def _field(
    row: Instruction, name: str, value: int, values: dict[str, int], pc: int
) -> int:
    if name in _SHIFTS:
        return value << _SHIFTS[name]
    if name == "size":
        lowest = 0 if row.mnemonic == "ext" else values["pos"]
        return (lowest + value - 1) << 11
    if name == "branch":
        return (value - pc - 4) >> 2 & 0xFFFF
    if name == "target":
        return value >> 2 & 0x3FF_FFFF
    return value & 0xFFFF
