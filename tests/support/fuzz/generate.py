"""Random cases, and mutations of old ones; hostile where the machine has borders."""

import random
from dataclasses import replace

from support.fuzz.case import Case, Start
from support.machine.scenarios import EDGES, random_word
from support.machine.twins import (
    ACCESSES,
    BRANCHES,
    BREAK,
    JUMPS,
    TO_REGISTER,
    TRANSFERS,
)

from mips_vm.constants import (
    ARENA,
    PAGE_BYTES,
    PROGRAM,
    REGIONS,
    SYSCALL_HALT,
    SYSCALL_YIELD,
    WORD_MASK,
)
from mips_vm.isa.decode import TABLE, Kind, decode

POINTERS = range(24, 30)
"""Registers through which programs access memory; mostly not written."""

LANDINGS = (22, 23, 31)
"""Registers that programs jump through."""

LENGTHS = (4, 8, 16, 32, 64, 96)
CALLS = (SYSCALL_HALT, SYSCALL_YIELD, 0, 4000, 4002, 4161, 4163, WORD_MASK)

J = 0x0800_0000

Random = random.Random


def case(rng: Random, starts: int, steps: int) -> Case:
    """A new one."""
    length = rng.choice(LENGTHS)
    origin = PROGRAM.end - 4 * length if rng.random() < 0.1 else 0
    if rng.random() < 0.1:
        origin = 4 * rng.randrange(1 << 20)
    words = [_word(index, length, origin, rng) for index in range(length)]
    words[-2:] = _ending(words[-2:], origin, rng)
    memory = {address(rng) & ~3: value(rng) for _ in range(8)}
    memory = {at: word for at, word in memory.items() if at >= PROGRAM.end}
    entered = tuple(start(origin, length, steps, rng) for _ in range(starts))
    return Case(origin, tuple(words), entered, memory)


def _ending(words: list[int], origin: int, rng: Random) -> list[int]:
    """Mostly no way to the zeros behind the program, where nothing happens."""
    kind = rng.random()
    if kind < 0.8:
        slot = words[-1]
        return [J | origin >> 2, 0 if _transfers(slot) else slot]
    return [words[0], BREAK] if kind < 0.95 else words


def _transfers(word: int) -> bool:
    decoded = decode(word)
    return decoded is not None and decoded.instruction.kind in TRANSFERS


def mutated(old: Case, rng: Random) -> Case:
    """A few words replaced, or moved; some starts new."""
    words = list(old.words)
    for _ in range(rng.randrange(1, 4)):
        index, other = rng.randrange(len(words)), rng.randrange(len(words))
        if rng.random() < 0.5:
            words[index] = _word(index, len(words), old.origin, rng)
        elif rng.random() < 0.5:
            words[index] = words[other]
        else:
            words[index] ^= 1 << rng.randrange(32)
    starts = tuple(
        start(old.origin, len(words), before.steps, rng)
        if rng.random() < 0.5
        else before
        for before in old.starts
    )
    return replace(old, words=tuple(words), starts=starts)


def start(origin: int, length: int, steps: int, rng: Random) -> Start:
    """A state at some instruction, now and then with a delay slot pending."""
    registers = [value(rng) for _ in range(32)]
    registers[0] = 0
    for number in POINTERS:
        registers[number] = address(rng)
    for number in LANDINGS:
        registers[number] = landing(origin, length, rng)
    if rng.random() < 0.2:
        registers[2] = rng.choice(CALLS)
    pc = origin + 4 * rng.randrange(length)
    if rng.random() < 0.05:
        pc = landing(origin, length, rng)
    slot = rng.random() < 0.15
    next_pc = landing(origin, length, rng) if slot else pc + 4 & WORD_MASK
    return Start(pc, next_pc, value(rng), value(rng), tuple(registers), steps)


def value(rng: Random) -> int:
    return rng.choice(EDGES) if rng.random() < 0.5 else rng.getrandbits(32)


def address(rng: Random) -> int:
    """Writable memory more often than not, else where a region or a page ends."""
    kind = rng.random()
    if kind < 0.5:
        return ARENA.base + 4 * rng.randrange(1 << 12)
    near = rng.choice((0, 0, 4, 8, -4, -8, rng.randrange(-64, 64)))
    if kind < 0.6:
        return ARENA.base + PAGE_BYTES * rng.randrange(1, 64) + near
    region = rng.choice(REGIONS)
    border = rng.choice((region.base, region.end))
    return border + near & WORD_MASK


def landing(origin: int, length: int, rng: Random) -> int:
    """Mostly an instruction; else between two, off the program, or nowhere."""
    kind = rng.random()
    if kind < 0.85:
        return origin + 4 * rng.randrange(length + 1) & WORD_MASK
    if kind < 0.9:
        return origin + rng.randrange(4 * length)
    edges = (PROGRAM.end, PROGRAM.end - 4, PROGRAM.end - 8, WORD_MASK - 3)
    return rng.choice((*edges, address(rng), rng.getrandbits(32)))


def _word(index: int, length: int, origin: int, rng: Random) -> int:
    if rng.random() < 0.03:
        return rng.getrandbits(32)
    row = rng.choice(TABLE)
    while row.kind in (Kind.BREAK, Kind.TRAP, Kind.SYSCALL) and rng.random() < 0.8:
        row = rng.choice(TABLE)
    if row.kind in TRANSFERS and rng.random() < 0.3:
        row = rng.choice(TABLE)
    word = random_word(row, rng)
    if rng.random() < 0.04:
        return word
    if row.kind in BRANCHES:
        # More often on than back: few loops, and few that never end.
        offset = rng.randrange(length) - index - 1
        if rng.random() < 0.8:
            offset = rng.randrange(1, max(2, min(12, length - index)))
        return word & ~0xFFFF | offset & 0xFFFF
    if row.kind in JUMPS:
        target = origin // 4 + rng.randrange(length + 1)
        return word & ~0x3FF_FFFF | target & 0x3FF_FFFF
    if row.kind in TO_REGISTER:
        return word & ~(31 << 21) | rng.choice(LANDINGS) << 21
    if row.kind in ACCESSES:
        base, offset = rng.choice(POINTERS), rng.randrange(-16, 16)
        if rng.random() < 0.9:
            offset = offset // row.alignment * row.alignment
        word = word & ~(31 << 21) & ~0xFFFF | base << 21 | offset & 0xFFFF
    return _sparing(word, row.kind)


def _sparing(word: int, kind: Kind) -> int:
    """The word with pointers and landings not among its destinations."""
    spared = (*POINTERS, *LANDINGS)
    for shift in (16, 11):
        if shift == 11 and kind in ACCESSES:
            continue
        if kind is not Kind.STORE and word >> shift & 31 in spared:
            cleared = word & ~(31 << shift)
            word = cleared | 8 << shift
    return word
