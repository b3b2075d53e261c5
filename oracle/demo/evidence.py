"""The last instruction of a dispute: what each side says that it did."""

from dataclasses import dataclass

from challenge.dissection import Disputed
from challenge.game import INSTRUCTIONS
from challenge.trace import Trace
from mips_vm import Machine, Status
from mips_vm.debugging.session import accessed, changes, fetch, memory_word, operands
from mips_vm.disassemble import disassemble
from mips_vm.isa.decode import Kind, decode
from mips_vm.state import State


@dataclass(frozen=True, slots=True)
class Statement:
    """One side's post-state: what the instruction wrote, by name, and its root.

    `writes` is None where the side has no machine to show for its root.
    """

    writes: dict[str, int] | None
    root: bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    """One instruction, `step` of `segment`, with its operands and both statements."""

    segment: int
    step: int
    pc: int
    text: str
    operands: dict[str, int]
    worker: Statement
    challenger: Statement


def evidence(position: Disputed, worker: Trace, challenger: Trace) -> Evidence | None:
    """What is in dispute at the proof of `position`; None if it is no instruction."""
    interval = position.interval
    if interval.level != INSTRUCTIONS or position.start_root[0] != Status.RUNNING:
        return None
    machine = _agreed(position, worker, challenger)
    before, word = machine.state.copy(), fetch(machine)
    decoded = decode(word)
    address = accessed(machine, decoded)
    reads = operands(machine, decoded, address)
    stored = address if decoded and decoded.instruction.kind is Kind.STORE else None

    def statement(trace: Trace, root: bytes | None) -> Statement:
        after = trace.machine_at(interval.segment, interval.end)
        actual = after.state_root()
        if root not in (None, actual):
            return Statement(None, root or b"")
        return Statement(_writes(before, after, stored), actual)

    return Evidence(
        segment=interval.segment,
        step=interval.start,
        pc=before.pc,
        text=disassemble(word, before.pc),
        operands=reads,
        worker=statement(worker, position.end_root),
        challenger=statement(challenger, None),
    )


def _agreed(position: Disputed, *traces: Trace) -> Machine:
    """A machine in the state that both sides start from."""
    interval = position.interval
    for trace in traces:
        machine = trace.machine_at(interval.segment, interval.start)
        if machine.state_root() == position.start_root:
            return machine
    raise AssertionError("an agreed state is one of a side's run")


def _writes(before: State, after: Machine, stored: int | None) -> dict[str, int]:
    """What differs: registers, a pc that is not the foreseen, the word stored."""
    moved = {} if after.pc == before.next_pc else {"pc": after.pc}
    word = {} if stored is None else memory_word(after, stored)
    return changes(before, after.state) | moved | word
