"""Witnesses of absurd size or content: refused with a reason, for little gas."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from support.chains.evm import Reverted, calldata_gas
from support.chains.verifier import Parts, Proof, Verifier

from mips_vm import Machine, Witness
from mips_vm.constants import ARENA, MODEL, PACKED_STATE_BYTES
from mips_vm.hashing.keccak import keccak256
from mips_vm.hashing.tree import ZERO
from mips_vm.state import state_root
from solidity import artifact

LARGEST = 128 * 1024  # more than a transaction carries
MOST_GAS = 45_000
LOAD_FROM_ARENA = 0x3C08_4000, 0x8D09_0000  # lui $t0, 0x4000; lw $t1, 0($t0)


def loading() -> Witness:
    """Of a step with two proofs."""
    code = b"".join(word.to_bytes(4, "little") for word in LOAD_FROM_ARENA)
    machine = Machine.from_program(code)
    machine.step()
    return machine.witness()


def refused(verifier: Verifier, witness: Witness, data: bytes, pre_root: bytes) -> str:
    """The error's name; what it cost beyond calldata is bounded."""
    roots = witness.program_root, witness.model_root
    with pytest.raises(Reverted) as refusal:
        verifier.chain.call(verifier.contract, "step", pre_root, *roots, data)
    spent = Witness(pre_root, *roots, data).calldata()
    used = int(verifier.chain.evm.result.gas_used)
    # Nothing but calldata grows with the size; a zero sibling is dearest: 41,472.
    assert used - 21_000 - calldata_gas(spent) < MOST_GAS
    return refusal.value.name


@pytest.mark.parametrize("filling", [0x00, 0xFF])
@pytest.mark.parametrize("size", [1, 32, 176, 212, 1000, 2212, LARGEST])
def test_witness_of_one_byte_repeated_is_refused(verifier, size, filling):
    witness = loading()
    data = bytes([filling]) * size
    pre_roots = (witness.pre_root, bytes(32), b"\0" + keccak256(data)[1:])
    for pre_root in pre_roots:
        assert refused(verifier, witness, data, pre_root)


def test_witness_of_an_all_zero_state_with_its_own_root_needs_its_code(verifier):
    packed = bytes(PACKED_STATE_BYTES)
    name = refused(verifier, loading(), packed, state_root(packed, 0))
    assert name == "WrongWitnessLength"


@pytest.mark.parametrize("part", ["code", "data"])
def test_proof_with_every_sibling_of_an_honest_state_is_refused(verifier, part):
    """A proof as long as it can be, where an honest one is short."""
    witness = loading()
    parts = Parts.parse(witness.data)
    proof = parts.code if part == "code" else type(parts.code).parse(parts.rest)[0]
    levels = 23 if part == "code" else 26
    for level in range(levels):
        if level not in proof.siblings:
            proof = proof.with_sibling(level, keccak256(bytes([level])))
    code, data = parts.code.encode(), parts.rest
    code, data = (proof.encode(), data) if part == "code" else (code, proof.encode())
    name = refused(verifier, witness, parts.packed + code + data, witness.pre_root)
    assert name == "WrongLeafProof"


def test_largest_witness_with_a_true_beginning_is_refused(verifier):
    witness = loading()
    data = witness.data + bytes(LARGEST - len(witness.data))
    assert refused(verifier, witness, data, witness.pre_root) == "WrongWitnessLength"


# Each reason to refuse, at its dearest: after all else that can be done before it.

STORE, SYSCALL = 0xAC85_0000, 0x0000_000C  # sw $a1, 0($a0)


def running(word: int) -> Witness:
    """Of a step that executes `word`, in a memory where proofs have many siblings."""
    rng = random.Random(20260104)
    machine = Machine.from_program(word.to_bytes(4, "little") + rng.randbytes(4096))
    machine.load_model(rng.randbytes(4096))
    machine.memory.write(ARENA.base, rng.randbytes(4096))
    for base in (ARENA.base, ARENA.base + ARENA.size // 2):
        machine.memory.write(base + 4096, rng.randbytes(32))
    machine.registers[4], machine.registers[2] = ARENA.base, 4001
    return machine.witness()


def storing(spoil: Callable[[Proof], Proof]) -> Witness:
    """Of a store whose data proof, with a sibling at each level, is spoilt."""
    witness = running(STORE)
    parts = Parts.parse(witness.data)
    proof, _ = Proof.parse(parts.rest)
    for level in range(MODEL.depth):
        if level not in proof.siblings:
            proof = proof.with_sibling(level, keccak256(bytes([level])))
    rest = spoil(proof).encode()
    return replace(witness, data=replace(parts, rest=rest).encode())


def with_r0() -> Witness:
    witness = running(STORE)
    packed = bytearray(witness.data[:PACKED_STATE_BYTES])
    packed[48:52] = bytes([0xFF] * 4)
    data = bytes(packed) + witness.data[PACKED_STATE_BYTES:]
    return replace(witness, data=data, pre_root=state_root(bytes(packed), 0))


def lengthened(witness: Witness) -> Witness:
    return replace(witness, data=witness.data.ljust(LARGEST, b"\xff"))


TOP = MODEL.depth - 1
REFUSALS = {
    "WrongStatus": lambda: replace(running(STORE), pre_root=bytes([255] * 32)),
    "WrongPreState": lambda: replace(running(STORE), pre_root=bytes(32)),
    "NonZeroR0": with_r0,
    "WrongWitnessLength": lambda: lengthened(running(STORE)),
    "WrongLeafProof": lambda: storing(lambda proof: proof),
    "WrongBitmap": lambda: storing(lambda proof: proof.with_sibling(31, bytes(32))),
    "NonCanonicalSibling": lambda: storing(lambda p: p.with_sibling(TOP, ZERO[TOP])),
    "WrongRegionRoots": lambda: replace(
        witness := running(SYSCALL), data=witness.data[:-128] + bytes(128)
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusal_of_each_kind_at_its_dearest_costs_little(verifier, name):
    witness = REFUSALS[name]()
    for longer in (witness, lengthened(witness)):
        assert refused(verifier, longer, longer.data, witness.pre_root) == name


def test_refusals_are_all_that_the_verifier_has():
    abi = artifact("MipsVerifier").abi
    assert {entry["name"] for entry in abi if entry["type"] == "error"} == set(REFUSALS)
