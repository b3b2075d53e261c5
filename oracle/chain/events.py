"""What the contracts tell, as one dataclass an event; fields in the ABI's order."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from challenge import game
from challenge.claim import Claim, Interval, Lease, Meter, Request, Work


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a contract told, and where."""

    block: int
    transaction: bytes


@dataclass(frozen=True, slots=True)
class ModelRegistered(Event):
    model_id: bytes
    publisher: bytes
    program_root: bytes
    model_root: bytes
    royalty_bps: int
    uris: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkStated(Event):
    model_id: bytes
    work: Work


@dataclass(frozen=True, slots=True)
class Requested(Event):
    request_id: int
    model_id: bytes
    requester: bytes
    request: Request
    input: bytes


@dataclass(frozen=True, slots=True)
class Metered(Event):
    request_id: int
    meter: Meter


@dataclass(frozen=True, slots=True)
class SeedFixed(Event):
    request_id: int
    seed: bytes
    input_root: bytes


@dataclass(frozen=True, slots=True)
class AuditsPermitted(Event):
    request_id: int


@dataclass(frozen=True, slots=True)
class Accepted(Event):
    request_id: int
    model_id: bytes
    worker: bytes
    lease: Lease


@dataclass(frozen=True, slots=True)
class LeaseExpired(Event):
    request_id: int
    worker: bytes
    penalty: int
    burned: int


@dataclass(frozen=True, slots=True)
class Claimed(Event):
    request_id: int
    claim_hash: bytes
    worker: bytes
    claim: Claim
    output: bytes
    may_be_test: bool


@dataclass(frozen=True, slots=True)
class Confessed(Event):
    request_id: int
    claim_hash: bytes
    worker: bytes
    challengers: int


@dataclass(frozen=True, slots=True)
class SecretWithheld(Event):
    request_id: int
    claim_hash: bytes
    worker: bytes
    penalty: int
    burned: int


@dataclass(frozen=True, slots=True)
class ClaimKilled(Event):
    request_id: int
    claim_hash: bytes
    worker: bytes


@dataclass(frozen=True, slots=True)
class Finalized(Event):
    request_id: int
    claim_hash: bytes
    worker: bytes
    paid: int
    royalty: int


@dataclass(frozen=True, slots=True)
class Unspent(Event):
    request_id: int
    refund_to: bytes
    passes: int
    refund: int


@dataclass(frozen=True, slots=True)
class CallbackSucceeded(Event):
    request_id: int
    requester: bytes


@dataclass(frozen=True, slots=True)
class CallbackFailed(Event):
    request_id: int
    requester: bytes
    reason: bytes


@dataclass(frozen=True, slots=True)
class CallbackSkipped(Event):
    request_id: int
    requester: bytes


@dataclass(frozen=True, slots=True)
class Cancelled(Event):
    request_id: int
    refund: int


@dataclass(frozen=True, slots=True)
class Challenged(Event):
    game_id: bytes
    claim_hash: bytes
    request_id: int
    challenger: bytes
    worker: bytes
    bond: int


@dataclass(frozen=True, slots=True)
class Opened(Event):
    claim_hash: bytes
    start_root: bytes
    end_root: bytes
    segments: int
    roots: tuple[bytes, ...]

    @property
    def shown(self) -> game.Opened:
        return game.Opened(self.start_root, self.end_root, self.segments, self.roots)


@dataclass(frozen=True, slots=True)
class Selected(Event):
    game_id: bytes
    interval: Interval
    start_root: bytes
    end_root: bytes
    stage: int

    @property
    def shown(self) -> game.Selected:
        return game.Selected(self.interval, self.start_root, self.end_root, self.stage)


@dataclass(frozen=True, slots=True)
class Dissected(Event):
    game_id: bytes
    interval: Interval
    start_root: bytes
    end_root: bytes
    roots: tuple[bytes, ...]

    @property
    def shown(self) -> game.Dissected:
        return game.Dissected(self.interval, self.start_root, self.end_root, self.roots)


@dataclass(frozen=True, slots=True)
class Proved(Event):
    game_id: bytes
    prover: bytes
    pre_root: bytes
    post_root: bytes
    claimed_root: bytes


@dataclass(frozen=True, slots=True)
class TimedOut(Event):
    game_id: bytes
    stage: int


@dataclass(frozen=True, slots=True)
class WorkerLost(Event):
    game_id: bytes
    claim_hash: bytes
    challenger: bytes
    paid: int
    burned: int


@dataclass(frozen=True, slots=True)
class ChallengerLost(Event):
    game_id: bytes
    claim_hash: bytes
    challenger: bytes
    paid: int
    burned: int


@dataclass(frozen=True, slots=True)
class Settled(Event):
    game_id: bytes
    claim_hash: bytes
    challenger: bytes
    paid: int


@dataclass(frozen=True, slots=True)
class Joined(Event):
    worker: bytes
    root: bytes
    rate_bps: int
    prize_gas: int
    feed_bps: int
    check_gas: int


@dataclass(frozen=True, slots=True)
class Left(Event):
    worker: bytes
    paid: int


@dataclass(frozen=True, slots=True)
class Audited(Event):
    request_id: int
    worker: bytes
    attempt: int
    leaf: int
    prize: int


@dataclass(frozen=True, slots=True)
class Collected(Event):
    claim_hash: bytes
    challenger: bytes
    share: int


EVENTS: Mapping[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        ModelRegistered, WorkStated, Requested, Metered, AuditsPermitted, SeedFixed,
        Accepted, LeaseExpired, Claimed, Confessed, SecretWithheld, ClaimKilled,
        Unspent, Finalized, CallbackSucceeded, CallbackFailed, CallbackSkipped,
        Cancelled,
        Challenged, Opened, Selected, Dissected, Proved, TimedOut, WorkerLost,
        ChallengerLost, Settled, Joined, Left, Audited, Collected,
    )
}  # fmt: skip


def event_of(
    name: str, arguments: list[Any], block: int, transaction: bytes
) -> Event | None:
    """The typed event; None for one that no player needs."""
    kind = EVENTS.get(name)
    return None if kind is None else kind(block, transaction, *arguments)


def argument_names(kind: type[Event]) -> tuple[str, ...]:
    """Names of the event's own arguments, in order."""
    return tuple(f.name for f in fields(kind) if f.name not in ("block", "transaction"))
