"""Two machines with one program: one runs translated, the other by reference."""

import random

from support.machine.scenarios import random_word

from mips_vm import Machine
from mips_vm.constants import ARENA, STACK, WORD_MASK
from mips_vm.isa.decode import TABLE, Kind

BRANCHES = frozenset(
    {
        Kind.BRANCH,
        Kind.BRANCH_LIKELY,
        Kind.BRANCH_LINK,
        Kind.BRANCH_LINK_LIKELY,
    }
)
JUMPS = frozenset({Kind.JUMP, Kind.JUMP_LINK})
TO_REGISTER = frozenset({Kind.JUMP_REGISTER, Kind.JUMP_REGISTER_LINK})
TRANSFERS = BRANCHES | JUMPS | TO_REGISTER
ACCESSES = frozenset({Kind.LOAD, Kind.STORE})

BREAK = 0x0000_000D
POINTERS = (28, 29, 30)
"""Registers that random programs leave alone, so that most accesses don't fault."""


def to_bytes(words: list[int]) -> bytes:
    """Words as a guest has them in memory."""
    return b"".join(word.to_bytes(4, "little") for word in words)


class Twins:
    """A translated machine and a reference machine in the same state."""

    def __init__(self, code: bytes) -> None:
        self.translated = Machine.from_program(code)
        self.reference = Machine.from_program(code)

    def enter(self, pc: int, registers: list[int], lo: int = 0, hi: int = 0) -> None:
        """Puts both into one running state."""
        for machine in (self.translated, self.reference):
            state = machine.state
            state.pc, state.next_pc = pc, pc + 4 & WORD_MASK
            state.registers[:] = [0, *registers[1:]]
            state.lo, state.hi = lo, hi
            machine.status = 0

    def run(self, steps: int | None) -> int:
        """Runs both equally far; checks that they count and end alike."""
        expected = self.reference.run(steps, engine="reference")
        assert self.translated.run(steps, engine="translated") == expected
        assert self.translated.state == self.reference.state
        return expected

    def check_memory(self) -> None:
        """All of it: the root, which also says that each write was flagged."""
        assert self.translated.memory.root() == self.reference.memory.root()


def random_program(rng: random.Random, length: int) -> bytes:
    """Words of all kinds with branches that stay inside, and now and then a fault."""
    rows = [row for row in TABLE if row.kind not in (Kind.SYSCALL, Kind.BREAK)]
    words = []
    for index in range(length):
        row = rng.choice(rows)
        if row.kind in TRANSFERS and rng.random() < 0.5:
            row = rng.choice(rows)
        words.append(_tamed(row.kind, random_word(row, rng), index, length, rng))
    return to_bytes([*words, BREAK])


def _tamed(kind: Kind, word: int, index: int, length: int, rng: random.Random) -> int:
    """The word with targets inside the program and bases that can be accessed."""
    if kind in BRANCHES:
        offset = rng.randrange(length) - index - 1
        return word & ~0xFFFF | offset & 0xFFFF
    if kind in JUMPS:
        return word & ~0x3FF_FFFF | rng.randrange(length)
    if kind in TO_REGISTER:
        word = word & ~(31 << 21) | rng.choice((31, 27)) << 21
    if kind in ACCESSES and rng.random() < 0.97:
        word = word & ~(31 << 21) | rng.choice(POINTERS) << 21
        word = word & ~0xFFFF | word & (0xFFC if rng.random() < 0.97 else 0xFFF)
    elif kind is Kind.TRAP and rng.random() < 0.9:
        return 0
    for shift in (16, 11):  # what could be a destination
        if kind not in (Kind.STORE,) and word >> shift & 31 in (*POINTERS, 27):
            if not (shift == 11 and kind in ACCESSES):
                word &= ~(31 << shift)
    return word


def random_registers(rng: random.Random, length: int) -> list[int]:
    """Values for `random_program`: pointers into writable memory, return addresses."""
    small = [rng.randrange(16) for _ in range(8)]
    registers = [rng.choice((rng.getrandbits(32), *small)) for _ in range(32)]
    registers[28] = ARENA.base + rng.randrange(1 << 20) * 4
    registers[29] = STACK.base + rng.randrange(1 << 20) * 4
    registers[30] = ARENA.base + 0x1000 - 4 * rng.randrange(512)
    registers[27] = registers[31] = 4 * rng.randrange(length)
    return registers
