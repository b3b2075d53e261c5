"""A game move by move: who, when, at what cost; and how its last instruction went."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Self

from mips_vm.constants import WORD_BYTES
from mips_vm.disassemble import disassemble
from mips_vm.json_text import JsonObject
from oracle.chain.chain import Mined
from oracle.chain.events import (
    Challenged,
    Dissected,
    Event,
    Opened,
    Proved,
    Selected,
    TimedOut,
)
from oracle.record.disputes import Dispute
from oracle.record.record import Record

MEMORY_ROOT_BYTES, STATE_BYTES, LEAF_BYTES = 32, 176, 32
"""At the beginning of a witness: the packed state, and the leaf of the instruction."""
SHOWN = (Opened, Selected, Dissected, Proved, TimedOut)


@dataclass(frozen=True, slots=True)
class Step:
    """One move. `time` is an instant; `clock_used` the seconds that its mover's clock
    ran for it, None for the first. Hashes and addresses are hex."""

    shown: str
    of: str
    by: str
    transaction: str
    block: int
    time: int
    gas_used: int
    clock_used: int | None


@dataclass(frozen=True, slots=True)
class Proof:
    """The one instruction that decided: state roots as hex, before and after it.

    `instruction` and `pc` are empty where no instruction was executed, as in a state
    that had ended, or where the witness isn't in the transaction.
    """

    step: str
    instruction: str
    pc: str
    pre_root: str
    worker_says: str
    verifier_says: str

    @classmethod
    def of(cls, event: Proved, step: str, witness: bytes) -> Self:
        text, pc = _instruction(witness)
        roots = (event.pre_root, event.claimed_root, event.post_root)
        return cls(step, text, pc, *(f"0x{root.hex()}" for root in roots))


@dataclass(frozen=True, slots=True)
class History:
    steps: Sequence[Step]
    proof: Proof | None

    def as_json(self) -> JsonObject:
        proof = None if self.proof is None else asdict(self.proof)
        return {"moves": [asdict(step) for step in self.steps], "proof": proof}


def history_of(record: Record, dispute: Dispute) -> History:
    """What was moved in the game, and before it in the opening of its claim."""
    chain, contracts = record.chain, record.contracts
    told = chain.events([contracts.game], contracts.block, chain.height)
    mine = [event for event in told if _concerns(event, dispute)]
    mined = {event.transaction: chain.mined(event.transaction) for event in mine}
    proof, last = None, ""
    for event in mine:
        if isinstance(event, Selected | Dissected):
            last = str(event.interval)
        if isinstance(event, Proved):
            data = mined[event.transaction].data
            arguments = contracts.game.abi.arguments("prove", data)
            proof = Proof.of(event, last, arguments[-1] if arguments else b"")
    return History(list(_steps(mine, mined)), proof)


def _concerns(event: Event, dispute: Dispute) -> bool:
    if isinstance(event, Opened):
        return event.claim_hash == dispute.played.claim_hash
    return getattr(event, "game_id", None) == dispute.played.id


def _steps(mine: Sequence[Event], mined: dict[bytes, Mined]) -> Iterator[Step]:
    before: int | None = None
    for event in mine:
        found = mined[event.transaction]
        if isinstance(event, SHOWN):
            yield Step(
                shown=type(event).__name__.lower(),
                of=_about(event),
                by=f"0x{found.sender.hex()}",
                transaction=f"0x{event.transaction.hex()}",
                block=event.block,
                time=found.time,
                gas_used=found.gas_used,
                clock_used=None if before is None else found.time - before,
            )
        if isinstance(event, (*SHOWN, Challenged)):
            before = found.time


def _about(event: Event) -> str:
    if isinstance(event, Opened):
        return f"segments [0, {event.segments})"
    if isinstance(event, Selected | Dissected):
        return str(event.interval)
    if isinstance(event, Proved):
        agree = event.post_root == event.claimed_root
        return "the worker was right" if agree else "the worker was wrong"
    return "a clock had run out"


def _instruction(witness: bytes) -> tuple[str, str]:
    """Of a witness whose state runs: the instruction, and where it lies."""
    if len(witness) < STATE_BYTES + LEAF_BYTES:
        return "", ""
    pc = int.from_bytes(witness[MEMORY_ROOT_BYTES:][:WORD_BYTES])
    leaf = witness[STATE_BYTES : STATE_BYTES + LEAF_BYTES]
    word = int.from_bytes(leaf[pc % LEAF_BYTES :][:WORD_BYTES], "little")
    return disassemble(word, pc), f"{pc:#010x}"
