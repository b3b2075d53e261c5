"""The last instruction of a dispute: what it does, and what the accused says it did."""

from dataclasses import dataclass

from challenge.dissection import Disputed
from challenge.game import INSTRUCTIONS
from challenge.trace import Trace
from mips_vm import Machine, Status
from mips_vm.decode import Kind, decode
from oracle.session import Session, accessed, changes, fetch, memory_word


@dataclass(frozen=True, slots=True)
class Testimony:
    """One instruction, `step` of `segment`, with its operands.

    `truth` and `claim` are what it writes, by name, according to the machine and to the
    worker; `claim` is None where the worker's root is of no state that it could show.
    """

    segment: int
    step: int
    pc: int
    text: str
    operands: dict[str, int]
    truth: dict[str, int]
    claim: dict[str, int] | None
    true_root: bytes
    claimed_root: bytes


def testimony(position: Disputed, honest: Trace, told: Trace) -> Testimony | None:
    """What is in dispute at the proof of `position`; None if it is no instruction.

    `honest` is the true run, `told` the run that the worker shows.
    """
    interval = position.interval
    if interval.level != INSTRUCTIONS or position.start_root[0] != Status.RUNNING:
        return None
    claimed = told.machine_at(interval.segment, interval.end)
    shown = claimed.state_root() == position.end_root
    machine = honest.machine_at(interval.segment, interval.start)
    before = machine.state.copy()
    decoded = decode(fetch(machine))
    address = accessed(machine, decoded)
    stores = decoded is not None and decoded.instruction.kind is Kind.STORE
    seen = Session(machine, "reference").observe_one(roots=True)

    def wrote(after: Machine) -> dict[str, int]:
        registers = changes(before, after.state)
        expected_pc = before.next_pc
        moved = {} if after.pc == expected_pc else {"pc": after.pc}
        word = memory_word(after, address) if stores and address is not None else {}
        return registers | moved | word

    return Testimony(
        segment=interval.segment,
        step=interval.start,
        pc=before.pc,
        text=seen.text,
        operands=seen.reads,
        truth=seen.writes,
        claim=wrote(claimed) if shown else None,
        true_root=seen.state_root,
        claimed_root=position.end_root,
    )
