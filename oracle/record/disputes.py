"""Disputes as an onlooker sees them: who moves, what is left, how it got there."""

from dataclasses import dataclass

from challenge.errors import PositionMismatch, PositionMissing
from challenge.game import GameView
from mips_vm.json_text import JsonObject
from oracle.amounts import brief_wei
from oracle.chain.events import ChallengerLost, Settled, WorkerLost
from oracle.errors import NoSuchClaim
from oracle.record.record import Answered, Played, Record
from oracle.record.views import view_of

ATTEMPTS = 5
End = WorkerLost | ChallengerLost | Settled


@dataclass(frozen=True, slots=True)
class Dispute:
    """One game as of `now`, an instant of the chain."""

    played: Played
    view: GameView
    now: int

    @property
    def seconds_left(self) -> int | None:
        """On the mover's clock; None when nobody is to move."""
        return None if self.view.mover is None else self.view.clock.remaining(self.now)

    def as_json(self) -> JsonObject:
        view, claim = self.view, self.view.claim
        position = view.position
        return {
            "game": f"0x{self.played.id.hex()}",
            "request_id": claim.request_id,
            "claim": f"0x{view.claim_hash.hex()}",
            "worker": f"0x{claim.worker.hex()}",
            "challenger": f"0x{view.challenger.hex()}",
            "stage": view.stage.name.lower(),
            "mover": view.mover.value if view.mover else None,
            "seconds_left": self.seconds_left,
            "worker_bond_wei": claim.bond,
            "disputed": str(position.interval) if position else None,
        }


def ends_of(record: Record) -> dict[bytes, End]:
    """How the games that are over ended, by their ids."""
    game, first = record.contracts.game, record.contracts.block
    told = record.chain.events([game], first, record.chain.height)
    return {event.game_id: event for event in told if isinstance(event, End)}


def told_end(end: End) -> str:
    """Who lost, and where the bond went."""
    paid = brief_wei(end.paid)
    match end:
        case WorkerLost():
            burned = brief_wei(end.burned)
            return (
                f"The claim was false: of its bond {paid} went to the challenger, "
                f"{burned} were burned."
            )
        case ChallengerLost():
            burned = brief_wei(end.burned)
            return (
                f"The claim held: of the challenger's bond {paid} went to the worker, "
                f"{burned} were burned."
            )
        case Settled():
            return (
                "The claim fell in another game: the challenger has its bond back, "
                f"and {paid} for its moves."
            )


def disputes_of(record: Record, finished: bool) -> list[Dispute]:
    """All games, those that are over only if wanted; reads the record anew."""
    for _ in range(ATTEMPTS - 1):
        try:
            return _read(record, finished)
        except (PositionMismatch, PositionMissing):
            continue  # somebody moved while we read
    return _read(record, finished)


def _read(record: Record, finished: bool) -> list[Dispute]:
    record.refresh()
    now = record.chain.now()
    tables = record.tables
    return [
        Dispute(
            played,
            view_of(record, tables.claims[played.claim_hash], played.challenger),
            now,
        )
        for played in tables.games.values()
        if finished or not played.over
    ]


def claim_of(record: Record, request_id: int) -> Answered:
    """The latest claim on the request, alive or not; else `NoSuchClaim`."""
    found = [
        answered
        for answered in record.tables.claims.values()
        if answered.claim.request_id == request_id
    ]
    if not found:
        raise NoSuchClaim(request_id)
    return found[-1]
