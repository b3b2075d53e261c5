"""Every instruction: the contract's post-root is the reference machine's."""

import random
from dataclasses import replace

import pytest
from support.machine.scenarios import scenarios

from mips_vm import Machine, Status
from mips_vm.constants import ARENA, INPUT, MODEL, OUTPUT, PROGRAM, STACK
from mips_vm.isa.decode import TABLE, decode

SEED = 20260102
COUNT = 24
WORDS = 250


def agree(judge, machine: Machine, label: object) -> Status:
    """Take one step here and there; the roots must be equal. Gives the post-status."""
    witness = machine.witness()
    assert machine.state_root() == witness.pre_root
    machine.step()
    expected = machine.state_root()
    assert judge.step(witness) == expected, f"{label}, {witness.data.hex()}"
    return machine.status


@pytest.mark.parametrize("instruction", TABLE, ids=lambda row: row.mnemonic)
def test_instruction_random_and_edge_states_on_chain_as_reference(judge, instruction):
    for scenario in scenarios(instruction, SEED, COUNT):
        agree(judge, scenario.machine(), scenario)


def test_random_words_on_chain_as_reference(judge):
    rng = random.Random(SEED)
    faulted = 0
    for index in range(WORDS):
        row = TABLE[index % len(TABLE)]
        (scenario,) = scenarios(row, SEED + index, 1)
        scenario = replace(scenario, word=rng.getrandbits(32))
        known = decode(scenario.word) is not None
        status = agree(judge, scenario.machine(), scenario)
        assert known or status is Status.FAULTED
        faulted += status is Status.FAULTED
    assert 0 < faulted < WORDS


@pytest.mark.parametrize("bit", range(26))
def test_one_bit_off_a_known_encoding_on_chain_as_reference(judge, bit):
    """Neighbours of every row decide what exactly its mask covers."""
    for row in TABLE:
        machine = Machine.from_program(
            (row.encoding.match ^ 1 << bit).to_bytes(4, "little")
        )
        machine.registers[0] = 0
        agree(judge, machine, f"{row.mnemonic} bit {bit}")


@pytest.mark.parametrize("pc", [1, 2, 3, 0x0FFFFFFC, 0x10000000, 0x80000000, 2**32 - 4])
def test_fetch_at_any_pc_on_chain_as_reference(judge, pc):
    machine = Machine()
    machine.pc = pc
    status = agree(judge, machine, hex(pc))
    inside = pc % 4 == 0 and pc < PROGRAM.end
    assert status is (Status.RUNNING if inside else Status.FAULTED)


@pytest.mark.parametrize("status", [Status.YIELDED, Status.HALTED, Status.FAULTED])
def test_step_from_a_sticky_status_is_the_identity(judge, status):
    machine = Machine.from_program(b"\0\0\0\0")
    machine.status = status
    witness = machine.witness()
    assert witness.data == b""
    assert judge.step(witness) == witness.pre_root


@pytest.mark.parametrize(
    ("number", "status"), [(4162, Status.YIELDED), (4001, Status.HALTED)]
)
def test_reboot_with_every_region_in_use_on_chain_as_reference(judge, number, status):
    machine = Machine.from_program((0x0C).to_bytes(4, "little"))
    for region in (INPUT, OUTPUT, STACK, ARENA, MODEL):
        machine.memory.write(region.base, region.name.encode())
    for index in range(1, 32):
        machine.registers[index] = index
    machine.registers[2] = number
    assert agree(judge, machine, number) is status


def test_calldata_is_the_abi_encoding_of_the_call(verifier):
    for size in range(70):
        witness = replace(Machine().witness(), data=bytes(range(size)))
        roots = witness.pre_root, witness.program_root, witness.model_root
        encoded = verifier.contract.abi.encode_call("step", (*roots, witness.data))
        assert witness.calldata() == encoded
