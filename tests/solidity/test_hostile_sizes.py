"""Witnesses of absurd size or content: refused with a reason, for little gas."""

import pytest
from support.evm import Reverted, calldata_gas
from support.verifier import Parts, Verifier

from mips_vm import Machine, Witness
from mips_vm.constants import PACKED_STATE_BYTES
from mips_vm.keccak import keccak256
from mips_vm.state import state_root

LARGEST = 128 * 1024  # more than a transaction carries
MOST_GAS = 60_000
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
    # Reading calldata into memory to hash it is all that grows with its size.
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
