"""A step as a transaction of its own, under EIP-7623, on a machine of real size."""

import random
from collections.abc import Iterator

import pytest
from support.machine.scenarios import random_word

from mips_vm import Machine, Status
from mips_vm.constants import ARENA, MODEL, OUTPUT, PROGRAM, STACK
from mips_vm.isa.decode import TABLE, Instruction, Kind

LIMIT = 95_000
SEED = 20260103
CODE_BYTES, MODEL_BYTES = 64 << 10, 400 << 10


@pytest.fixture(scope="module")
def machine() -> Machine:
    """Random bytes, no zeros to profit from, wherever a real machine holds data."""
    rng = random.Random(SEED)
    machine = Machine.from_program(rng.randbytes(CODE_BYTES))
    machine.load_input(rng.randbytes(784))
    machine.load_model(rng.randbytes(MODEL_BYTES))
    machine.memory.write(OUTPUT.base, rng.randbytes(48))
    machine.memory.write(STACK.base, rng.randbytes(2048))
    machine.memory.write(ARENA.base, rng.randbytes(64 << 10))
    return machine


def prepared(machine: Machine, row: Instruction, seed: int) -> Iterator[str]:
    """Makes `machine` about to execute `row` on random registers, once a target."""
    rng = random.Random(f"{SEED} {row.mnemonic} {seed}")
    word = random_word(row, rng)
    targets = [PROGRAM.base, STACK.base, ARENA.base, MODEL.base]
    for target in targets if row.kind in (Kind.LOAD, Kind.STORE) else [0]:
        pc = 4 * rng.randrange(CODE_BYTES // 4)
        machine.memory.store_word(pc, word)
        machine.pc, machine.next_pc = pc, rng.getrandbits(32)
        machine.hi, machine.lo = rng.getrandbits(32), rng.getrandbits(32)
        machine.status = Status.RUNNING
        for number in range(32):
            machine.registers[number] = rng.getrandbits(32)
        low = word & 0xFFFF
        offset = low - 0x10000 if low & 0x8000 else low
        address = target + 4 * rng.randrange(512)
        machine.registers[word >> 21 & 31] = address - offset & 0xFFFF_FFFF
        if row.kind is Kind.SYSCALL:
            machine.registers[2] = rng.choice((4001, 4162))
        yield f"{row.mnemonic} seed {seed} at {target:#x}"


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.mnemonic)
def test_step_as_a_transaction_costs_at_most_95_000_gas(verifier, machine, row):
    for seed in range(3):
        for label in prepared(machine, row, seed):
            gas = verifier.transaction_gas(machine.witness())
            assert 21_000 < gas <= LIMIT, f"{label}: {gas}"


def test_step_executes_in_at_most_30_000_gas(verifier, machine):
    """What it adds to the transaction of a dispute's last move."""
    for row in TABLE:
        for label in prepared(machine, row, seed=3):
            gas = verifier.execution_gas(machine.witness())
            assert gas <= 30_000, f"{label}: {gas}"
