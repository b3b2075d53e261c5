"""The witness of one step: the bytes from which a contract can recompute it.

Which parts are present follows from the state and the instruction at pc; nothing is
optional, so a state has exactly one valid witness. docs/state-encoding.md is the
table; `MipsVerifier.sol` reads what this file writes.
"""

from dataclasses import dataclass
from typing import Final

from mips_vm.constants import (
    ARENA,
    INPUT,
    MODEL,
    OUTPUT,
    PROGRAM,
    STACK,
    TREE_DEPTH,
    WORD_BYTES,
    Status,
)
from mips_vm.hashing.keccak import keccak256
from mips_vm.hashing.tree import ZERO
from mips_vm.isa.decode import Decoded, Kind, decode
from mips_vm.isa.operations import GuestFault
from mips_vm.isa.syscalls import EFFECTS, V0
from mips_vm.state import State, state_root
from mips_vm.step import effective_address
from mips_vm.storage.memory import Memory

STEP_SIGNATURE: Final = "step(bytes32,bytes32,bytes32,bytes)"

_EVM_WORD: Final = 32
_BITMAP_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Witness:
    """Arguments of `MipsVerifier.step`; `data` is the bare witness."""

    pre_root: bytes
    program_root: bytes
    model_root: bytes
    data: bytes

    def calldata(self) -> bytes:
        """ABI encoding of the call: selector, three words, then `data`."""
        head = [self.pre_root, self.program_root, self.model_root]
        # The dynamic argument's place, counted from the first word: after four words.
        head += [_evm_word(4 * _EVM_WORD), _evm_word(len(self.data))]
        padding = bytes(-len(self.data) % _EVM_WORD)
        selector = keccak256(STEP_SIGNATURE.encode())[:4]
        return selector + b"".join(head) + self.data + padding


def witness(state: State, memory: Memory) -> Witness:
    """The witness of the next step from this state."""
    packed = state.pack(memory.root())
    return Witness(
        state_root(packed, state.status),
        memory.region_root(PROGRAM),
        memory.region_root(MODEL),
        packed + _parts(state, memory) if state.status is Status.RUNNING else b"",
    )


def _parts(state: State, memory: Memory) -> bytes:
    """Everything after the packed state."""
    if not PROGRAM.contains(state.pc):
        return b""
    if state.pc % WORD_BYTES:
        return b""
    code = leaf_proof(memory, state.pc, PROGRAM.depth)
    decoded = decode(memory.load_word(state.pc))
    if decoded is None:
        return code
    if decoded.instruction.kind in (Kind.LOAD, Kind.STORE):
        return code + _data_proof(state, memory, decoded)
    if decoded.instruction.kind is Kind.SYSCALL and state.registers[V0] in EFFECTS:
        regions = (INPUT, OUTPUT, STACK, ARENA)
        return code + b"".join(memory.region_root(region) for region in regions)
    return code


def _data_proof(state: State, memory: Memory, decoded: Decoded) -> bytes:
    try:
        address = effective_address(state, decoded)
    except GuestFault:
        return b""
    levels = MODEL.depth if MODEL.contains(address) else TREE_DEPTH
    return leaf_proof(memory, address, levels)


def leaf_proof(memory: Memory, address: int, levels: int) -> bytes:
    """The leaf that holds `address`, a bitmap, and the siblings that are not zero.

    Bit l of the bitmap is set if the sibling at level l follows; otherwise it is
    ZERO[l]. The sibling at level 26 is the model's root, which the verifier has.
    """
    proof = memory.prove(address, levels)
    sent = [
        level
        for level, sibling in enumerate(proof.siblings)
        if sibling != ZERO[level] and level != MODEL.depth
    ]
    bitmap = sum(1 << level for level in sent)
    siblings = b"".join(proof.siblings[level] for level in sent)
    return proof.leaf + bitmap.to_bytes(_BITMAP_BYTES, "big") + siblings


def _evm_word(value: int) -> bytes:
    return value.to_bytes(_EVM_WORD, "big")
