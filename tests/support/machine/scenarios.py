"""Seeded states around one instruction: random ones, and ones made of edge values."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from mips_vm import Machine
from mips_vm.constants import REGIONS, WORD_MASK
from mips_vm.isa.decode import Instruction, Kind, decode

EDGES = (
    *(0, 1, 2, 3, 4, 31, 32, 33, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF),
    *(0x10000, 0x7FFFFFFE, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xAAAAAAAA),
    *(0xFFFF0000, 0xFFFF7FFF, 0xFFFF8000, 0xFFFFFF80, 0xFFFFFFFE, 0xFFFFFFFF),
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A running state whose next instruction is `word`, and how to make it again."""

    label: str
    word: int
    pc: int
    next_pc: int
    hi: int
    lo: int
    registers: tuple[int, ...]
    memory: dict[int, int] = field(default_factory=dict)
    """Aligned address -> word; the instruction itself is not in it."""

    def machine(self) -> Machine:
        """A fresh machine in this state."""
        machine = Machine()
        for address, word in {**self.memory, self.pc: self.word}.items():
            machine.memory.write(address, word.to_bytes(4, "little"))
        machine.pc, machine.next_pc = self.pc, self.next_pc
        machine.hi, machine.lo = self.hi, self.lo
        for number, value in enumerate(self.registers):
            machine.registers[number] = value
        return machine


def scenarios(instruction: Instruction, seed: int, count: int) -> Iterator[Scenario]:
    """`count` scenarios of one row of the table, the same for the same seed."""
    rng = random.Random(f"{instruction.mnemonic} {seed}")
    for index in range(count):
        yield scenario(instruction, rng, f"{instruction.mnemonic} {seed} {index}")


def random_word(instruction: Instruction, rng: random.Random) -> int:
    """A word that decodes to `instruction`; bits outside its mask are random."""
    while True:
        bits = rng.getrandbits(32)
        if rng.random() < 0.2:
            bits = bits & ~0xFFFF | rng.choice(EDGES) & 0xFFFF
        encoding = instruction.encoding
        word = bits & ~encoding.mask | encoding.match
        found = decode(word)
        if found is not None and found.instruction is instruction:
            return word


def scenario(instruction: Instruction, rng: random.Random, label: str) -> Scenario:
    """One random scenario; operands are edge values half of the time."""
    word = random_word(instruction, rng)
    registers = [0] + [_value(rng) for _ in range(31)]
    pc = 4 * rng.randrange(1 << 26)
    next_pc = pc + 4 & WORD_MASK if rng.random() < 0.5 else _value(rng)
    memory = _aim(instruction, word, pc, registers, rng)
    return Scenario(
        label, word, pc, next_pc, _value(rng), _value(rng), tuple(registers), memory
    )


def _aim(
    instruction: Instruction,
    word: int,
    pc: int,
    registers: list[int],
    rng: random.Random,
) -> dict[int, int]:
    """Sets registers so that the cases that matter are not rare; words of memory."""
    rs, rt = word >> 21 & 31, word >> 16 & 31
    if instruction.kind is Kind.SYSCALL:
        registers[2] = rng.choice((4001, 4162, registers[2]))
        return {0x30000000: 7, 0x40000000: 7, 0x20000004: 7}
    if rs == 0:
        return {}
    if instruction.kind in (Kind.LOAD, Kind.STORE):
        address = _data_address(instruction, rng)
        registers[rs] = address - _sign_extended(word) & WORD_MASK
        # No word of data may fall on the instruction.
        return {address & ~3: rng.getrandbits(32)} if address // 4 != pc // 4 else {}
    if rng.random() < 0.2:  # equal operands, on which comparisons turn
        immediate = "signed" in instruction.operands
        equal = _sign_extended(word) & WORD_MASK if immediate else registers[rt]
        registers[rs] = equal
    return {}


def _value(rng: random.Random) -> int:
    return rng.choice(EDGES) if rng.random() < 0.5 else rng.getrandbits(32)


def _data_address(instruction: Instruction, rng: random.Random) -> int:
    """Mostly aligned, in a random region, often at one of the region's ends."""
    region = rng.choice(REGIONS)
    ends = (region.base + rng.randrange(8), region.end - 1 - rng.randrange(8))
    address = rng.choice((*ends, region.base + rng.randrange(region.size)))
    return address if rng.random() < 0.2 else address & -instruction.alignment


def _sign_extended(word: int) -> int:
    low = word & 0xFFFF
    return low - 0x10000 if low & 0x8000 else low
