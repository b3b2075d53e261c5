"""Writes the assembly that multiplies a group of bytes with one group of many rows.

The bytes are listed once, two a word, and stay in registers while the rows pass: so a
word of weights costs its load, and a mask and a multiplication for each two of them.

A number a + b 2^s times another, c + d 2^s, has a d + b c at 2^s. Added up over a group
that stays apart from what is below and above, which is read as follows:

* Words of 4-bit weights hold two of them 16 bits apart under each of two masks, four
  bits apart; a shift by eight brings the others there. What is listed for the first
  mask is multiplied by 16, so that all sums begin at bit 20. Weights less 8 make sums
  of 16 bits, so 8 times the sum of the bytes is taken off at the start.
* Words of 8-bit weights hold two under one mask, 24 bits apart, and the others after
  half a turn. The lower of them, at even places, is unsigned with 128 added to it,
  which is taken off at the start; the upper one is signed.

The start has half a unit too, for what is below is signed. No byte is -128, which
block_matvec sees to: else sums of 4-bit weights would have a 17th bit, and two listed
bytes a 33rd.

Bytes that come with what is left of them are numbers of 15 bits, of which no two fit a
register: half a group is listed then, a number a word, and each is multiplied alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

LISTED: Final = 16
"""Words that two bytes each are listed in, at most."""

PLACES: Final = (*range(2, 16), 24, 25)
"""Registers that hold them; one takes the place of the argument, last."""

REGISTERS: Final[Mapping[str, int]] = {
    **{f"listed{i}": place for i, place in enumerate(PLACES)},
    "words": 16,
    "sums": 17,
    "stop": 18,
    "last": 19,
    "stride": 20,
    "start": 21,
    "unit": 22,
    "added": 23,
    "mask": 30,
    "other": 31,
    "w": 1,
    "two": 26,
    "smalls": 27,
    "group": 4,
}

SAVED: Final = (*range(16, 24), 30, 31)
"""What a callee must give back."""

FIELDS: Final = (
    *("words", "smalls", "sums", "stop", "last", "stride", "start", "unit", "added"),
)
"""Of struct group in matvec.c, before what is listed."""

PANEL_ROWS: Final = 8
WORD_BYTES: Final = 4
LINE_BYTES: Final = PANEL_ROWS * WORD_BYTES
"""From a row's word to its next."""

ROW_BYTES: Final = 12
"""Of struct row in matvec.c, where sums belong: from one to the next."""


@dataclass(frozen=True, slots=True)
class Sums:
    """A function: weights of so many bits, so many words of them. `small`: sums are
    multiplied by a byte of each row and added to what is there."""

    name: str
    bits: int
    words: int
    small: bool = False


SUMS: Final = (
    Sums("sum_four", 4, 4),
    Sums("sum_eight", 8, 8),
    Sums("sum_small_four", 4, 4, small=True),
    Sums("sum_small_eight", 8, 8, small=True),
    Sums("sum_small_half", 8, 4, small=True),
)


@dataclass(frozen=True, slots=True)
class Fine:
    """A function: half a group of weights of so many bits, in so many words, times
    numbers of 15 bits. `more`: added to what is there, else to `start`."""

    name: str
    bits: int
    words: int
    more: bool = False


FINE: Final = (
    Fine("fine_four", 4, 2),
    Fine("fine_four_more", 4, 2, more=True),
    Fine("fine_eight", 8, 4),
    Fine("fine_eight_more", 8, 4, more=True),
)

NEAR: Final = ("fine_four", "fine_four_more")
"""Where proofs are short (link.ld): there is room for what most of a model's steps are
of, not for all."""

LOWS: Final[Mapping[str, int]] = {"sum_lows_four": 144, "sum_lows_eight": 272}
"""Functions that multiply the sums of a block's groups, listed as they are, with a
small minimum of each row; the bytes from a group to the next."""

GROUPS: Final = 8
"""Of such a block."""


def sources() -> dict[str, str]:
    """Names and texts, for a compiler that has the C preprocessor."""
    found = {f"{sums.name}.S": function(sums.name, sums_of(sums)) for sums in SUMS}
    found |= {f"{fine.name}.S": function(fine.name, fine_of(fine)) for fine in FINE}
    for name, step in LOWS.items():
        found[f"{name}.S"] = function(name, lows_of(step))
    return found


def function(name: str, lines: Iterator[str]) -> str:
    """The source of one, which keeps what a callee must."""
    part = ".near" if name in NEAR else ""
    parts = [
        "/* Made by sums.py. */",
        *(f"#define {register} ${number}" for register, number in REGISTERS.items()),
        f'  .section .text{part}.{name}, "ax", @progbits',
        "  .set noreorder",
        "  .set noat",
        f"  .globl {name}",
        f"{name}:",
        f"  addiu $sp, $sp, -{4 * len(SAVED)}",
        *(f"  sw    ${saved}, {4 * place}($sp)" for place, saved in enumerate(SAVED)),
        *lines,
        *(f"  lw    ${saved}, {4 * place}($sp)" for place, saved in enumerate(SAVED)),
        "  jr    $31",
        f"    addiu $sp, $sp, {4 * len(SAVED)}",
    ]
    return "\n".join(parts) + "\n"


def loaded(listed: int) -> Iterator[str]:
    """The argument's fields; the register that it is in comes last."""
    for place, field in enumerate(FIELDS):
        yield f"  lw    {field}, {WORD_BYTES * place}(group)"
    last = PLACES.index(REGISTERS["group"])
    for i in sorted(range(listed), key=lambda i: i == last):
        yield f"  lw    listed{i}, {WORD_BYTES * (len(FIELDS) + i)}(group)"


def sums_of(sums: Sums) -> Iterator[str]:
    """All rows' sums of a group."""
    listed = sums.words * (4 if sums.bits == 4 else 2)
    low, high = (0x000F, 0x000F) if sums.bits == 4 else (0x00FF, 0xFF00)
    yield f"  lui   mask, {high:#06x}"
    yield f"  ori   mask, mask, {low:#06x}"
    yield "  sll   other, mask, 4"
    yield from loaded(listed)
    yield "row:"
    yield "  mult  start, unit"
    yield from (four_bits if sums.bits == 4 else eight_bits)(sums.words)
    if sums.small:
        yield "  lb    w, 0(smalls)"
        yield "  addiu smalls, smalls, 1"
        yield "  mul   two, two, w"
        yield "  lw    w, 0(sums)"
        yield "  addu  two, two, w"
    yield "  sw    two, 0(sums)"
    yield f"  addiu sums, sums, {ROW_BYTES}"
    yield "  bne   sums, stop, row"
    yield f"    addiu words, words, {WORD_BYTES}"
    yield f"  addiu stop, stop, {ROW_BYTES * PANEL_ROWS}"
    if sums.small:
        yield "  addu  smalls, smalls, stride"
        yield f"  addiu smalls, smalls, {LINE_BYTES - PANEL_ROWS}"
    yield "  bne   sums, last, row"
    yield "    addu  words, words, stride"


def four_bits(words: int) -> Iterator[str]:
    """A row's products, at bit 20: 16 bits, and what the weights lack."""
    for k in range(words):
        yield f"  lw    w, {LINE_BYTES * k}(words)"
        for half in range(2):
            if half:
                yield "  srl   w, w, 8"
            yield "  and   two, w, mask"
            yield f"  madd  two, listed{4 * k + 2 * half}"
            yield "  and   two, w, other"
            yield f"  madd  two, listed{4 * k + 2 * half + 1}"
    yield "  mflo  two"
    yield "  mfhi  w"
    yield "  srl   two, two, 20"
    yield "  ins   two, w, 12, 4"
    yield "  seh   two, two"
    yield "  addu  two, two, added"


def eight_bits(words: int) -> Iterator[str]:
    """The same at bit 24: 24 bits."""
    for k in range(words):
        yield f"  lw    w, {LINE_BYTES * k}(words)"
        yield "  and   two, w, mask"
        yield f"  madd  two, listed{2 * k}"
        yield "  rotr  w, w, 16"
        yield "  and   w, w, mask"
        yield f"  madd  w, listed{2 * k + 1}"
    yield "  mflo  two"
    yield "  mfhi  w"
    yield "  srl   two, two, 24"
    yield "  sll   w, w, 16"
    yield "  sra   w, w, 8"
    yield "  or    two, two, w"


def fine_of(fine: Fine) -> Iterator[str]:
    """All rows' sums of half a group; in 32 bits, so hi is nobody's."""
    yield from loaded(LISTED)
    yield "row:"
    if fine.more:
        yield "  lw    w, 0(sums)"
    yield f"  mtlo  {'w' if fine.more else 'start'}"
    for k in range(fine.words):
        yield f"  lw    w, {LINE_BYTES * k}(words)"
        yield from (four_alone if fine.bits == 4 else eight_alone)(k)
    yield "  mflo  two"
    yield "  sw    two, 0(sums)"
    yield f"  addiu sums, sums, {ROW_BYTES}"
    yield "  bne   sums, stop, row"
    yield f"    addiu words, words, {WORD_BYTES}"
    yield f"  addiu stop, stop, {ROW_BYTES * PANEL_ROWS}"
    yield "  bne   sums, last, row"
    yield "    addu  words, words, stride"


def four_alone(k: int) -> Iterator[str]:
    """A word's weights one by one, from the lowest bits on."""
    for i in range(8):
        yield f"  ext   two, w, {4 * i}, 4"
        yield f"  madd  two, listed{8 * k + i}"


def eight_alone(k: int) -> Iterator[str]:
    """Those at even places are unsigned, those at odd ones signed."""
    taken = (
        ("ext   two, w, 0, 8",),
        ("srl   two, w, 8", "seb   two, two"),
        ("ext   two, w, 16, 8",),
        ("sra   two, w, 24",),
    )
    for j, each in enumerate(taken):
        yield from (f"  {line}" for line in each)
        yield f"  madd  two, listed{4 * k + j}"


def lows_of(step: int) -> Iterator[str]:
    """All rows' sums of a block's small minima."""
    yield from loaded(GROUPS)
    yield "row:"
    for i in range(GROUPS):
        yield f"  lb    w, {step * i}(smalls)"
        yield f"  {'madd' if i else 'mult'}  w, listed{i}"
    yield "  mflo  w"
    yield "  sw    w, 0(sums)"
    yield f"  addiu sums, sums, {ROW_BYTES}"
    yield "  bne   sums, stop, row"
    yield "    addiu smalls, smalls, 1"
    yield f"  addiu stop, stop, {ROW_BYTES * PANEL_ROWS}"
    yield "  addu  smalls, smalls, stride"
    yield "  bne   sums, last, row"
    yield f"    addiu smalls, smalls, {LINE_BYTES - PANEL_ROWS}"
