"""What the story came to, and the same as JSON."""

from dataclasses import dataclass

from mips_vm.json_text import JsonObject
from oracle.demo.evidence import Evidence, Statement
from oracle.demo.ledger import Balances, Spent


@dataclass(frozen=True, slots=True)
class Reading:
    """A request of the consumer. `drawn` is the digit that was drawn, `digit` what the
    consumer was told."""

    id: int
    status: str
    drawn: int
    digit: int
    ppm: int  # the model's confidence, in parts per million
    output: bytes
    attempts: int

    def as_json(self) -> JsonObject:
        return {
            "id": self.id,
            "status": self.status,
            "drawn": self.drawn,
            "digit": self.digit,
            "confidence_ppm": self.ppm,
            "output": f"0x{self.output.hex()}",
            "attempts": self.attempts,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a dispute ended. `paid` and `burned` are wei of the loser's bond."""

    request_id: int
    winner: str
    liar: str
    lie: str
    output: bytes  # what was claimed
    transactions: int
    gas: int
    seconds: float
    paid: int
    burned: int
    moves: tuple[JsonObject, ...]
    evidence: Evidence | None

    def as_json(self) -> JsonObject:
        return {
            "request": self.request_id,
            "winner": self.winner,
            "liar": self.liar,
            "lie": self.lie,
            "output": f"0x{self.output.hex()}",
            "transactions": self.transactions,
            "gas": self.gas,
            "seconds": round(self.seconds, 3),
            "instruction": self.evidence.text if self.evidence else None,
            "evidence": _evidence_json(self.evidence) if self.evidence else None,
            "paid": self.paid,
            "burned": self.burned,
            "moves": list(self.moves),
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that `plumb demo --json` prints."""

    seed: int
    requests: tuple[Reading, ...]
    disputes: tuple[Verdict, ...]
    before: Balances
    after: Balances
    stakes: dict[str, int]  # wei that the accounts have in the staking contract, after
    spent: tuple[Spent, ...]
    bare_request: Spent  # a request without the consumer's own costs
    seconds: dict[str, float]

    @property
    def happy_path(self) -> tuple[Spent, ...]:
        """What an answer costs that nobody disputes, by action."""
        kept = [s for s in self.spent if s.action in ("accept", "submit", "finalize")]
        return (self.bare_request, *kept)

    @property
    def conserved(self) -> bool:
        """Whether every wei that there was is accounted for."""
        return self.before.total() == self.after.total()

    def as_json(self) -> JsonObject:
        return {
            "seed": self.seed,
            "requests": [reading.as_json() for reading in self.requests],
            "disputes": [verdict.as_json() for verdict in self.disputes],
            "balances": {
                "before": self.before.accounts | self.before.burned,
                "after": self.after.accounts | self.after.burned,
                "contracts": self.after.contracts,
                "stakes": self.stakes,
            },
            "conserved": self.conserved,
            "gas": list(map(_spent_json, self.spent)),
            "happy_path": list(map(_spent_json, self.happy_path)),
            "seconds": {part: round(s, 3) for part, s in self.seconds.items()},
        }


def _spent_json(spent: Spent) -> JsonObject:
    return {
        "action": spent.action,
        "count": spent.count,
        "gas": spent.gas,
        "mean": spent.mean,
        "beyond_calldata": spent.beyond_calldata,
    }


def _evidence_json(seen: Evidence) -> JsonObject:
    return {
        "segment": seen.segment,
        "step": seen.step,
        "pc": seen.pc,
        "instruction": seen.text,
        "operands": seen.operands,
        "worker": _statement_json(seen.worker),
        "challenger": _statement_json(seen.challenger),
    }


def _statement_json(said: Statement) -> JsonObject:
    return {"writes": said.writes, "root": f"0x{said.root.hex()}"}
