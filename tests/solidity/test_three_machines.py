"""Whole runs of random programs: translated, reference and on-chain, one truth.

The translated engine runs a program in one go; the contract follows the reference step
by step, each post-root the next pre-root. All must end in the same state.
"""

import random

import pytest
from support.machine.scenarios import random_word

from mips_vm import Machine, Status
from mips_vm.constants import ARENA, MODEL, STACK
from mips_vm.isa.decode import TABLE, Instruction, Kind

SEED = 20260104
INSTRUCTIONS = 96
MAX_STEPS = 160

FREE = 24  # registers that programs write; those above hold their addresses
BASES = {28: ARENA.base, 29: STACK.base, 30: MODEL.base}
BRANCHES = (
    Kind.BRANCH,
    Kind.BRANCH_LIKELY,
    Kind.BRANCH_LINK,
    Kind.BRANCH_LINK_LIKELY,
)
ENDINGS = (Kind.SYSCALL, Kind.BREAK, Kind.TRAP, Kind.JUMP_REGISTER)
ENDINGS += (Kind.JUMP_REGISTER_LINK,)


def set_field(row: Instruction, word: int, shift: int, value: int) -> int:
    """Five bits of `word`, unless the encoding fixes them."""
    field = 31 << shift
    return word if row.encoding.mask & field else word & ~field | value << shift


def instruction(rng: random.Random) -> int:
    """A random word that mostly neither faults nor leaves the program."""
    row = rng.choice(TABLE)
    while row.kind in ENDINGS and rng.random() < 0.9:
        row = rng.choice(TABLE)
    word = random_word(row, rng)
    if row.kind in (Kind.JUMP, Kind.JUMP_LINK):
        return word & ~0x03FF_FFFF | rng.randrange(INSTRUCTIONS)
    for shift in (21, 16):
        word = set_field(row, word, shift, rng.randrange(FREE))
    if row.kind in (Kind.LOAD, Kind.STORE):
        base = rng.choice((28, 29) if row.kind is Kind.STORE else (28, 29, 30))
        word = set_field(row, word, 21, base)
        return word & ~0xFFFF | row.alignment * rng.randrange(64)
    if row.kind in BRANCHES:
        return word & ~0xFFFF | rng.randrange(-3, 8) & 0xFFFF
    if not row.encoding.mask & 0x7FF or "rd" in row.operands:
        return word if word >> 26 in (8, 9, 10, 11) else set_field(row, word, 11, 5)
    return word


def program(rng: random.Random) -> Machine:
    words = [instruction(rng) for _ in range(INSTRUCTIONS)]
    machine = Machine.from_program(b"".join(w.to_bytes(4, "little") for w in words))
    for base in BASES.values():
        machine.memory.write(base, rng.randbytes(512))
    for number in range(1, 32):
        machine.registers[number] = BASES.get(number, rng.getrandbits(32))
    return machine


@pytest.mark.parametrize("seed", range(24))
def test_program_random_ends_in_one_state_on_all_three_machines(judge, seed):
    rng = random.Random(SEED + seed)
    machine = program(rng)
    start = machine.snapshot()
    root = machine.state_root()
    steps = 0
    while machine.status is Status.RUNNING and steps < MAX_STEPS:
        witness = machine.witness()
        assert witness.pre_root == root
        root = judge.step(witness)
        machine.step()
        steps += 1
    assert machine.state_root() == root, f"seed {seed}: reference"

    machine.restore(start)
    assert machine.run(MAX_STEPS, engine="translated") == steps
    assert machine.state_root() == root, f"seed {seed}: translated"
