"""The instruction table as docs/machine.md prints it: `python -m mips_vm.isa.manual`.

A test compares the page with what this prints, so the page can't drift from the code.
"""

import re
from collections.abc import Iterator
from typing import Final

from mips_vm.isa.instructions import TABLE, Instruction, Kind

# Field of an encoding -> the letter that stands for its bits, and where they lie.
_LETTERS: Final = {
    "rs": ("s", 21, 5),
    "rt": ("t", 16, 5),
    "rd": ("d", 11, 5),
    "sa": ("a", 6, 5),
    "pos": ("p", 6, 5),
    "size": ("m", 11, 5),
    "hint": ("h", 16, 5),
    "signed": ("i", 0, 16),
    "unsigned": ("i", 0, 16),
    "upper": ("i", 0, 16),
    "offset": ("i", 0, 16),
    "branch": ("i", 0, 16),
    "target": ("i", 0, 26),
}
_OVERFLOWING: Final = ("add", "sub")
_BY_KIND: Final = {
    Kind.TRAP: ("condition holds",),
    Kind.SYSCALL: ("other number",),
    Kind.BREAK: ("always",),
}
_IGNORED: Final = "-"
_GROUPS: Final = (6, 5, 5, 5, 5, 6)


def markdown() -> str:
    """The lists of kinds and of instructions, as Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "| kind | what it does |"
    yield "|---|---|"
    for kind in Kind:
        yield f"| {_name(kind)} | {kind.value} |"
    yield ""
    yield "| instruction | encoding | meaning | kind | faults |"
    yield "|---|---|---|---|---|"
    for row in TABLE:
        syntax = f"{row.mnemonic} {row.operands}".rstrip()
        cells = f"`{syntax}`", f"`{_encoding(row)}`", row.doc, _name(row.kind)
        yield f"| {' | '.join(cells)} | {_faults(row)} |"


def _faults(row: Instruction) -> str:
    """When the instruction faults; empty if it never does."""
    causes = []
    if row.alignment > 1:
        causes.append(f"address mod {row.alignment} not 0")
    if row.kind is Kind.STORE:
        causes.append("region not writable")
    if row.operation in _OVERFLOWING:
        causes.append("overflow")
    causes += _BY_KIND.get(row.kind, ())
    return ", ".join(causes)


def _encoding(row: Instruction) -> str:
    """32 bits, highest first: fixed ones as digits, operands as letters."""
    bits = [
        str(row.encoding.match >> place & 1)
        if row.encoding.mask >> place & 1
        else _IGNORED
        for place in range(32)
    ]
    for name in re.findall(r"[a-z]+", row.operands):
        letter, lowest, width = _LETTERS[name]
        bits[lowest : lowest + width] = letter * width
    text = "".join(reversed(bits))
    starts = [sum(_GROUPS[:index]) for index in range(len(_GROUPS))]
    return " ".join(
        text[start : start + width]
        for start, width in zip(starts, _GROUPS, strict=True)
    )


def _name(kind: Kind) -> str:
    return kind.name.lower().replace("_", " ")


if __name__ == "__main__":
    print(markdown())
