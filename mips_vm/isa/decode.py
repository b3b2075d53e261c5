"""The decoder: from a word to its row of the table, and its operands.

The table itself is in `instructions.py`; whoever decodes needs both, so this module
gives both.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from mips_vm.constants import WORD_MASK
from mips_vm.isa.instructions import FIELDS, TABLE, Encoding, Instruction, Kind

__all__ = ["TABLE", "Decoded", "Encoding", "Instruction", "Kind", "decode", "field"]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A word with its instruction and its operands taken apart.

    `registers` holds the numbers of the registers in the operands' order, padded with
    r0, so that an absent right operand reads as zero. `immediate` is a u32: extended,
    shifted and placed as the syntax says, zero if there is none.
    """

    word: int
    instruction: Instruction
    rs: int
    rt: int
    rd: int
    sa: int
    registers: tuple[int, int, int]
    immediate: int


@lru_cache(maxsize=1 << 16)
def decode(word: int) -> Decoded | None:
    """The instruction that `word` encodes, or None if it is none of ours."""
    for instruction in _BY_OPCODE.get(word >> 26, ()):
        if word & instruction.encoding.mask == instruction.encoding.match:
            return _take_apart(word, instruction)
    return None


def _take_apart(word: int, instruction: Instruction) -> Decoded:
    fields = {name: field(word, name) for name in FIELDS}
    names = re.findall(r"[a-z]+", instruction.operands)
    first, second, third, *_ = [fields[n] for n in names if n in _REGISTERS] + [0] * 3
    immediate = next((_IMMEDIATES[n](word) for n in names if n in _IMMEDIATES), 0)
    return Decoded(
        word,
        instruction,
        fields["rs"],
        fields["rt"],
        fields["rd"],
        fields["sa"],
        (first, second, third),
        immediate,
    )


def field(word: int, name: str) -> int:
    """The bits of `word` that the manual calls rs, rt, rd, sa or funct."""
    shift, width = FIELDS[name]
    return word >> shift & (1 << width) - 1


def _signed(word: int) -> int:
    """Low half sign-extended to a u32."""
    return ((word & 0xFFFF ^ 0x8000) - 0x8000) & WORD_MASK


_REGISTERS: Final = ("rs", "rt", "rd")

_IMMEDIATES: Final[dict[str, Callable[[int], int]]] = {
    "signed": _signed,
    "offset": _signed,
    "unsigned": lambda word: word & 0xFFFF,
    "upper": lambda word: word << 16 & WORD_MASK,
    "branch": lambda word: _signed(word) << 2 & WORD_MASK,
    "target": lambda word: word << 2 & 0x0FFF_FFFF,
    "sa": lambda word: field(word, "sa"),
}

_BY_OPCODE: Final = {
    opcode: tuple(row for row in TABLE if row.encoding.match >> 26 == opcode)
    for opcode in {row.encoding.match >> 26 for row in TABLE}
}
