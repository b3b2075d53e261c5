"""Every row of the table against the second opinion of machine/plain_mips.py."""

import pytest
from support.machine import plain_mips
from support.machine.plain_mips import Plain
from support.machine.scenarios import Scenario, scenarios

from mips_vm import Machine
from mips_vm.isa.decode import TABLE, Instruction

SEED = 20260101
COUNT = 150


def pre_state(scenario: Scenario) -> Plain:
    words = {**scenario.memory, scenario.pc: scenario.word}
    return Plain(
        scenario.pc,
        scenario.next_pc,
        scenario.hi,
        scenario.lo,
        scenario.registers,
        as_bytes(words),
    )


def as_bytes(words: dict[int, int]) -> dict[int, int]:
    """Aligned words taken apart, zeros left out."""
    data = {a + i: w >> 8 * i & 255 for a, w in words.items() for i in range(4)}
    return {address: byte for address, byte in data.items() if byte}


def post_state(machine: Machine, addresses: set[int]) -> Plain:
    """The whole machine; memory as far as `addresses` and their neighbours."""
    aligned = {a & ~3 for a in addresses}
    words = {a: machine.memory.load_word(a) for a in aligned}
    return Plain(
        machine.pc,
        machine.next_pc,
        machine.hi,
        machine.lo,
        tuple(machine.registers),
        as_bytes(words),
        int(machine.status),
    )


@pytest.mark.parametrize("instruction", TABLE, ids=lambda row: row.mnemonic)
def test_instruction_random_and_edge_states_as_second_opinion(
    instruction: Instruction,
) -> None:
    for scenario in scenarios(instruction, SEED, COUNT):
        pre = pre_state(scenario)
        expected = plain_mips.execute(pre, instruction.mnemonic, scenario.word)
        expected_bytes = {a: b for a, b in expected.memory.items() if b}
        machine = scenario.machine()
        machine.step()
        touched = set(pre.memory) | set(expected.memory)
        actual = post_state(machine, touched)
        assert actual == Plain(
            expected.pc,
            expected.next_pc,
            expected.hi,
            expected.lo,
            expected.registers,
            expected_bytes,
            expected.status,
        ), f"{scenario}"
