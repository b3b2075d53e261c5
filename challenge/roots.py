"""State roots without a machine: their status byte, and the two ends of a claim.

Byte tables: `docs/state-encoding.md`. Twins of `StateRoot.sol`.
"""

from mips_vm import State, Status
from mips_vm.constants import ARENA, STACK
from mips_vm.hashing.keccak import keccak256
from mips_vm.hashing.tree import ZERO


def status_of(root: bytes) -> int:
    """The status byte; above 3 it is no status."""
    return root[0]


def with_status(root: bytes, status: int) -> bytes:
    """The same packed state under another status."""
    return bytes([status]) + root[1:]


def start_root(program_root: bytes, input_root: bytes, model_root: bytes) -> bytes:
    """Root of the state that every run of this model on this input starts from."""
    memory = _memory_root(program_root, input_root, ZERO[STACK.depth], model_root)
    return State(status=Status.YIELDED).root(memory)


def end_root(
    program_root: bytes, input_root: bytes, output_root: bytes, model_root: bytes
) -> bytes:
    """Root of the only state in which a run can have halted with this output."""
    memory = _memory_root(program_root, input_root, output_root, model_root)
    return State(status=Status.HALTED).root(memory)


def _memory_root(program: bytes, input_: bytes, output: bytes, model: bytes) -> bytes:
    """The tree of a rebooted machine: stack and arena are zero."""
    low = keccak256(keccak256(program + input_) + keccak256(output + ZERO[STACK.depth]))
    return keccak256(keccak256(low + ZERO[ARENA.depth]) + model)
