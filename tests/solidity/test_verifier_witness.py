"""A state has one valid witness; every other is refused, with the reason."""

import random
from dataclasses import replace

import pytest
from support.chains.evm import Reverted, reverts
from support.chains.verifier import Parts, Proof

from mips_vm import Machine, Status
from mips_vm.hashing.keccak import keccak256
from mips_vm.hashing.tree import ZERO

PC = 400
ADDU, BREAK, SYSCALL = 0x00851021, 0x0000000D, 0x0000000C
LW, SW = 0x8C850000, 0xAC850000  # lw r5, 0(r4); sw r5, 0(r4)
ARENA_DATA, MODEL_DATA = 0x40000064, 0x80000064
HALT, YIELD = 4001, 4162

STEPS = {
    "alu": (ADDU, 0),
    "fault": (BREAK, 0),
    "load from the arena": (LW, ARENA_DATA),
    "load from the model": (LW, MODEL_DATA),
    "store": (SW, ARENA_DATA),
    "yield": (SYSCALL, 0),
}


def machine_at(word: int, address: int = 0, number: int = YIELD) -> Machine:
    """About to execute `word` among random code and data, `address` in r4."""
    rng = random.Random(1)
    code = bytearray(rng.randbytes(2048))
    code[PC : PC + 4] = word.to_bytes(4, "little")
    machine = Machine.from_program(bytes(code), entry=PC)
    machine.load_input(rng.randbytes(100))
    machine.load_model(rng.randbytes(2048))
    machine.memory.write(0x40000000, rng.randbytes(2048))
    machine.memory.write(0x30000000, rng.randbytes(64))
    for index in range(1, 32):
        machine.registers[index] = rng.getrandbits(32)
    machine.registers[2] = number
    machine.registers[4] = address
    return machine


def step_from(machine, data):
    return replace(machine.witness(), data=data)


@pytest.mark.parametrize("name", STEPS)
def test_witness_honest_gives_the_reference_post_root(judge, name):
    machine = machine_at(*STEPS[name])
    witness = machine.witness()
    machine.step()
    assert judge.step(witness) == machine.state_root()


# Lengths.


@pytest.mark.parametrize("name", STEPS)
def test_witness_truncated_anywhere_is_refused(judge, name):
    witness = machine_at(*STEPS[name]).witness()
    for size in range(len(witness.data)):
        with reverts("WrongWitnessLength", ..., size):
            judge.step(replace(witness, data=witness.data[:size]))


@pytest.mark.parametrize("name", STEPS)
def test_witness_without_its_last_byte_is_told_the_right_length(judge, name):
    witness = machine_at(*STEPS[name]).witness()
    size = len(witness.data)
    with reverts("WrongWitnessLength", size, size - 1):
        judge.step(replace(witness, data=witness.data[:-1]))


@pytest.mark.parametrize("extra", [1, 31, 32, 36, 128])
@pytest.mark.parametrize("name", STEPS)
def test_witness_with_trailing_bytes_is_refused(judge, name, extra):
    witness = machine_at(*STEPS[name]).witness()
    size = len(witness.data)
    with reverts("WrongWitnessLength", size, size + extra):
        judge.step(replace(witness, data=witness.data + bytes(extra)))


@pytest.mark.parametrize("status", [Status.YIELDED, Status.HALTED, Status.FAULTED])
def test_witness_for_a_sticky_status_must_be_empty(judge, status):
    machine = machine_at(ADDU)
    data = machine.witness().data
    machine.status = status
    with reverts("WrongWitnessLength", 0, len(data)):
        judge.step(step_from(machine, data))


def test_witness_of_a_fetch_fault_is_the_packed_state_alone(judge):
    machine = machine_at(ADDU)
    code = machine.witness().data[176:]
    machine.pc = PC + 1
    witness = machine.witness()
    assert len(witness.data) == 176
    with reverts("WrongWitnessLength", 176, 176 + len(code)):
        judge.step(replace(witness, data=witness.data + code))


# The packed state.


def test_pre_root_of_another_state_is_refused(judge):
    witness = machine_at(ADDU).witness()
    other = machine_at(ADDU, address=1).witness()
    with reverts("WrongPreState", other.pre_root, witness.pre_root):
        judge.step(replace(witness, pre_root=other.pre_root))


@pytest.mark.parametrize("status", [4, 5, 128, 255])
def test_status_out_of_range_is_refused(judge, status):
    witness = machine_at(ADDU).witness()
    root = bytes([status]) + witness.pre_root[1:]
    for data in (b"", witness.data):
        with reverts("WrongStatus", 3, status):
            judge.step(replace(witness, pre_root=root, data=data))


@pytest.mark.parametrize("value", [1, 0x80000000, 0xFFFFFFFF])
def test_packed_bytes_with_r0_not_zero_are_no_state(judge, value):
    witness = machine_at(ADDU).witness()
    packed = bytearray(witness.data[:176])
    packed[48:52] = value.to_bytes(4, "big")
    root = b"\0" + keccak256(bytes(packed))[1:]
    spoilt = replace(witness, pre_root=root, data=bytes(packed) + witness.data[176:])
    with reverts("NonZeroR0", value):
        judge.step(spoilt)


# Leaf proofs: of code, then of data.


def code_spoilt(witness, spoil):
    parts = Parts.parse(witness.data)
    return replace(witness, data=replace(parts, code=spoil(parts.code)).encode())


def data_spoilt(witness, spoil):
    parts = Parts.parse(witness.data)
    proof, rest = Proof.parse(parts.rest)
    assert rest == b""
    return replace(witness, data=replace(parts, rest=spoil(proof).encode()).encode())


PROOFS = {
    "code": (ADDU, 0, code_spoilt, 23),
    "arena": (LW, ARENA_DATA, data_spoilt, 26),
    "model": (LW, MODEL_DATA, data_spoilt, 26),
    "stored": (SW, ARENA_DATA, data_spoilt, 26),
}


@pytest.fixture(params=PROOFS)
def proved(request):
    """Witness, how to spoil one proof in it, that proof's levels, its true root."""
    word, address, spoilt, levels = PROOFS[request.param]
    machine = machine_at(word, address)
    witness = machine.witness()
    root = {
        "code": witness.program_root,
        "model": witness.model_root,
    }.get(request.param, machine.memory.root())
    return witness, spoilt, levels, root


def test_proof_of_another_leaf_content_is_refused(judge, proved):
    witness, spoilt, _, root = proved
    with reverts("WrongLeafProof", root, ...):
        judge.step(spoilt(witness, lambda p: replace(p, leaf=bytes(32))))


def test_proof_with_siblings_swapped_is_refused(judge, proved):
    witness, spoilt, _, root = proved

    def swap(proof):
        low, high = proof.siblings[0], proof.siblings[1]
        return proof.with_sibling(0, high).with_sibling(1, low)

    with reverts("WrongLeafProof", root, ...):
        judge.step(spoilt(witness, swap))


def test_proof_with_leaf_and_sibling_swapped_is_refused(judge, proved):
    witness, spoilt, _, root = proved

    def swap(proof):
        return replace(proof.with_sibling(0, proof.leaf), leaf=proof.siblings[0])

    with reverts("WrongLeafProof", root, ...):
        judge.step(spoilt(witness, swap))


def test_proof_with_a_sibling_left_out_is_refused(judge, proved):
    witness, spoilt, _, root = proved
    for level in range(4):
        with reverts("WrongLeafProof", root, ...):
            judge.step(spoilt(witness, lambda p, at=level: p.without_sibling(at)))


def test_proof_with_a_zero_sibling_sent_is_refused(judge, proved):
    witness, spoilt, _, _ = proved
    for level in (7, 12, 20):
        with reverts("NonCanonicalSibling", level):
            judge.step(
                spoilt(witness, lambda p, at=level: p.with_sibling(at, ZERO[at]))
            )


def test_proof_with_a_bit_at_or_above_its_levels_is_refused(judge, proved):
    witness, spoilt, levels, _ = proved
    for level in range(levels, 32):
        with reverts("WrongBitmap", levels, ...):
            judge.step(
                spoilt(witness, lambda p, at=level: p.with_sibling(at, bytes(32)))
            )


def test_proof_of_another_address_is_refused(judge):
    here, there = machine_at(LW, ARENA_DATA), machine_at(LW, ARENA_DATA + 32)
    witness, other = here.witness(), there.witness()
    rest = Parts.parse(other.data).rest
    spoilt = replace(Parts.parse(witness.data), rest=rest).encode()
    with reverts("WrongLeafProof", here.memory.root(), ...):
        judge.step(replace(witness, data=spoilt))


def test_proof_of_code_in_place_of_data_is_refused(judge):
    machine = machine_at(LW, ARENA_DATA)
    witness = machine.witness()
    parts = Parts.parse(witness.data)
    spoilt = replace(parts, rest=parts.code.encode()).encode()
    with reverts("WrongLeafProof", machine.memory.root(), ...):
        judge.step(replace(witness, data=spoilt))


def test_proof_against_the_model_in_place_of_memory_is_refused(judge):
    low, high = machine_at(LW, ARENA_DATA), machine_at(LW, MODEL_DATA)
    witness = low.witness()
    rest = Parts.parse(high.witness().data).rest
    spoilt = replace(Parts.parse(witness.data), rest=rest).encode()
    with reverts("WrongLeafProof", low.memory.root(), ...):
        judge.step(replace(witness, data=spoilt))


def test_program_root_of_another_program_is_refused(judge):
    witness = machine_at(ADDU).witness()
    with reverts("WrongLeafProof", bytes(32), witness.program_root):
        judge.step(replace(witness, program_root=bytes(32)))


# Region roots.


@pytest.mark.parametrize("number", [HALT, YIELD])
@pytest.mark.parametrize("region", range(4))
def test_region_root_of_another_region_is_refused(judge, number, region):
    machine = machine_at(SYSCALL, number=number)
    witness = machine.witness()
    at = len(witness.data) - 128 + 32 * region
    spoilt = witness.data[:at] + bytes(32) + witness.data[at + 32 :]
    with reverts("WrongRegionRoots", machine.memory.root(), ...):
        judge.step(replace(witness, data=spoilt))


@pytest.mark.parametrize("number", [0, 1, 4000, 4002, 4161, 4163, 0xFFFFFFFF])
def test_system_call_unknown_has_no_region_roots_and_faults(judge, number):
    machine = machine_at(SYSCALL, number=number)
    witness = machine.witness()
    assert Parts.parse(witness.data).rest == b""
    assert judge.step(witness)[0] == Status.FAULTED
    size = len(witness.data)
    with reverts("WrongWitnessLength", size, size + 128):
        judge.step(replace(witness, data=witness.data + bytes(128)))


# One bit.


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def refused_or_same(judge, witness, post_root) -> bool:
    """Whether it was refused; if not, it must have changed nothing."""
    try:
        assert judge.step(witness) == post_root
    except Reverted:
        return True
    return False


@pytest.mark.parametrize("name", STEPS)
def test_witness_with_any_bit_flipped_is_refused(judge, name):
    witness = machine_at(*STEPS[name]).witness()
    post_root = judge.step(witness)
    for bit in range(8 * len(witness.data)):
        spoilt = replace(witness, data=flipped(witness.data, bit))
        assert refused_or_same(judge, spoilt, post_root), bit


@pytest.mark.parametrize("field", ["pre_root", "program_root", "model_root"])
@pytest.mark.parametrize("name", STEPS)
def test_root_with_any_bit_flipped_is_refused_or_unused(judge, name, field):
    witness = machine_at(*STEPS[name]).witness()
    post_root = judge.step(witness)
    unused = field == "model_root" and name in ("alu", "fault")
    for bit in range(256):
        spoilt = replace(witness, **{field: flipped(getattr(witness, field), bit)})
        assert refused_or_same(judge, spoilt, post_root) is not unused, bit
