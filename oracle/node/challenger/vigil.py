"""How well a challenger keeps watch: what it holds, checks, and won't check in time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from mips_vm.json_text import JsonObject
from oracle.audits.terms import Checking, terms_of
from oracle.node.challenger.challenger import Challenger
from oracle.node.challenger.checks import Check
from oracle.pricing.bonds import gas_price
from oracle.record.record import Status


@dataclass(frozen=True, slots=True)
class Overdue:
    """A claim that won't be checked in time. `window_end` is an instant."""

    request_id: int
    value_wei: int
    window_end: int

    @classmethod
    def of(cls, check: Check) -> "Overdue":
        claim = check.answered.claim
        return cls(claim.request_id, check.value_wei, claim.window_end)

    def as_json(self) -> JsonObject:
        return {
            "request_id": self.request_id,
            "value_wei": self.value_wei,
            "window_end": self.window_end,
        }


@dataclass(frozen=True, slots=True)
class Vigil:
    """One challenger as of its last look. `running`: told by itself; else from the
    chain alone, which doesn't know what was checked."""

    account: bytes
    running: bool
    models: int
    waiting: int
    checking: int
    overdue: tuple[Overdue, ...]
    unchecked: int
    unpaid: dict[int, str]
    games: int
    free_wei: int
    locked_wei: int
    earned_wei: int
    waits: str = ""
    """Why nothing can be sent at present."""
    audits: tuple[Checking, ...] = ()
    """What checking earns though nobody lies: by worker that is audited."""

    @property
    def verdict(self) -> str:
        """In a sentence or two."""
        if self.waits:
            return f"It waits: {self.waits}."
        if not self.models:
            return "It checks nothing: it holds no model. Name one with --model."
        if self.overdue:
            return (
                "It won't check all in time: give it more processes, or leave out what "
                "is worth little with --min-value."
            )
        if self.unpaid:
            return "It can't pay for all challenges: send its account ether."
        return "It keeps up."

    def as_json(self) -> JsonObject:
        return {
            "account": f"0x{self.account.hex()}",
            "running": self.running,
            "models": self.models,
            "waiting": self.waiting,
            "checking": self.checking,
            "overdue": [each.as_json() for each in self.overdue],
            "unchecked": self.unchecked,
            "unpaid": {str(i): reason for i, reason in self.unpaid.items()},
            "games": self.games,
            "free_wei": self.free_wei,
            "locked_wei": self.locked_wei,
            "earned_wei": self.earned_wei,
            "waits": self.waits,
            "audits": [each.as_json() for each in self.audits],
            "verdict": self.verdict,
        }

    @classmethod
    def from_json(cls, told: Any) -> "Vigil":
        """What a running challenger has told. Raises `KeyError`, `TypeError` or
        `ValueError` where that is something else."""
        overdue = tuple(Overdue(**each) for each in told["overdue"])
        unpaid = {int(i): reason for i, reason in told["unpaid"].items()}
        plain = {name: told[name] for name in PLAIN}
        account = bytes.fromhex(told["account"].removeprefix("0x"))
        audits = tuple(map(Checking.from_json, told["audits"]))
        return cls(
            account=account, overdue=overdue, unpaid=unpaid, audits=audits, **plain
        )


PLAIN = (
    "running", "models", "waiting", "checking", "unchecked", "games", "free_wei",
    "locked_wei", "earned_wei", "waits",
)  # fmt: skip


def vigil_of(challenger: Challenger, models: int, running: bool = True) -> Vigil:
    """As of its last look; asks the chain nothing."""
    backlog, tables = challenger.checks.backlog, challenger.record.tables
    claims = tables.claims
    return Vigil(
        account=challenger.address,
        running=running,
        models=models,
        waiting=len(backlog.waiting),
        checking=len(backlog.checking),
        overdue=tuple(map(Overdue.of, backlog.late)),
        unchecked=challenger.checks.unchecked,
        unpaid={
            claims[claim].claim.request_id: reason
            for claim, reason in challenger.unpaid.items()
            if claim in claims
        },
        games=challenger.open_challenges,
        free_wei=challenger.seen.free_wei,
        locked_wei=challenger.seen.locked_wei,
        earned_wei=tables.earned[challenger.address],
        waits=challenger.waits,
        audits=tuple(audits_of(challenger)),
    )


def audits_of(challenger: Challenger) -> Iterator[Checking]:
    """By what workers have agreed to, at the present price of bonds."""
    record = challenger.record
    tables, price = record.tables, gas_price(record.head.base_fee)
    claimed = record.requests(Status.CLAIMED)
    open_to = [a.claim for a in claimed if a.may_be_test and a.claim is not None]
    for worker, joined in tables.programs.items():
        yield Checking(
            worker=worker,
            terms=terms_of(joined),
            price_wei=price,
            claims=sum(claim.worker == worker for claim in open_to),
            tests=tables.confessions[worker],
            silences=tables.silences[worker],
        )


def vigil_from_chain(challenger: Challenger, models: int) -> Vigil:
    """As if it began now: all that it could check waits, and nothing is begun."""
    challenger.look()
    claims, now = challenger.waiting(), challenger.seen.now
    challenger.checks.foretell(claims, now)
    told = vigil_of(challenger, models, running=False)
    too_dear = challenger.sender.too_dear()
    return told if too_dear is None else replace(told, waits=str(too_dear))
