"""A guest of any length, made up: what a translator meets, in the usual proportions.

Functions of a hundred instructions each, called one after another from the start:
arithmetic, a frame on the stack, loads and stores, branches forward, a loop of a few
rounds, a call of the next function now and then.
"""

from collections.abc import Iterator
from random import Random
from typing import Final

from mips_vm.constants import SYSCALL_HALT

FUNCTION: Final = 100
"""Instructions of a function."""

BRANCH_EVERY: Final = 9

_NOP: Final = 0
_SYSCALL: Final = 0x0C
_RETURN: Final = (0x03E0_0008, 0x27BD_0020)  # jr $ra; addiu $sp, $sp, 32
_PROLOGUE: Final = (0x27BD_FFE0, 0xAFBF_001C)  # addiu $sp, $sp, -32; sw $ra, 28($sp)
_RESTORE_RA: Final = 0x8FBF_001C
_STACK: Final = 0x3C1D_4000  # lui $sp, 0x4000
_COUNTER: Final = 0x2410_0003  # addiu $s0, $zero, 3
_COUNT_DOWN: Final = 0x2610_FFFF  # addiu $s0, $s0, -1
_LOOP: Final = 0x1E00_0000  # bgtz $s0, ...

_ADDU, _SUBU, _AND, _XOR, _SLTU = 0x21, 0x23, 0x24, 0x26, 0x2B
_REGISTERS: Final = range(8, 16)
_LOOP_STARTS: Final = 60


def program(instructions: int, seed: int = 1) -> bytes:
    """Machine code of about so many instructions that halts."""
    random = Random(seed)
    count = max(1, instructions // (FUNCTION + 2))
    first = 2 * count + 4
    places = [4 * (first + index * FUNCTION) for index in range(count)]
    words = [_STACK]
    for place in places:
        words += [_call(place), _NOP]
    words += [0x2402_0000 | SYSCALL_HALT, _SYSCALL, _NOP]
    for place, following in zip(places, [*places[1:], None], strict=True):
        called = following if following and random.random() < 0.1 else None
        words += _function(place, called, random)
    return b"".join(word.to_bytes(4, "little") for word in words)


def _function(place: int, called: int | None, random: Random) -> list[int]:
    words = [*_PROLOGUE, _COUNTER]
    words += [_call(called), _NOP] if called else [_NOP, _NOP]
    words += _body(FUNCTION - 6 - len(words), random)
    back = _LOOP_STARTS - (len(words) + 2)
    words += [_COUNT_DOWN, _LOOP | back & 0xFFFF, _NOP, _RESTORE_RA, *_RETURN]
    assert len(words) == FUNCTION, (place, len(words))
    return words


def _body(length: int, random: Random) -> Iterator[int]:
    """Instructions in which every branch goes over the three that follow its slot."""
    for left in range(length, 0, -1):
        if left % BRANCH_EVERY == 5:
            yield 0x1500_0003 | random.choice(_REGISTERS) << 16  # bne $t0, ...
        else:
            yield _plain(random)


def _plain(random: Random) -> int:
    """Something that neither branches nor faults."""
    left, right, dest = random.choices(_REGISTERS, k=3)
    kind = random.random()
    offset = 4 * random.randrange(6)
    if kind < 0.2:
        return 0x8FA0_0000 | dest << 16 | offset  # lw dest, offset($sp)
    if kind < 0.3:
        return 0xAFA0_0000 | dest << 16 | offset  # sw
    if kind < 0.5:
        return 0x2400_0000 | left << 21 | dest << 16 | random.randrange(1 << 15)
    operation = random.choice((_ADDU, _SUBU, _AND, _XOR, _SLTU))
    return left << 21 | right << 16 | dest << 11 | operation


def _call(place: int) -> int:
    return 0x0C00_0000 | place >> 2
