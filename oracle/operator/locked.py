"""What of a stake is locked, by which request, and until when at the latest."""

from collections.abc import Iterator
from dataclasses import dataclass

from challenge.errors import PositionMismatch, PositionMissing
from challenge.game import GameView
from mips_vm.json_text import JsonObject
from oracle.record.record import Answered, Record, Status
from oracle.record.views import view_of


@dataclass(frozen=True, slots=True)
class Locked:
    """One bond. `until`, an instant: if nobody challenges any more, and those who have
    challenged use all of their clocks."""

    request_id: int
    what: str
    bond_wei: int
    until: int
    challengers: tuple[bytes, ...] = ()

    def as_json(self) -> JsonObject:
        return {
            "request_id": self.request_id,
            "what": self.what,
            "bond_wei": self.bond_wei,
            "until": self.until,
            "challengers": [f"0x{who.hex()}" for who in self.challengers],
        }


def locked_by(record: Record, worker: bytes) -> Iterator[Locked]:
    """The worker's bonds, those of the oldest requests first. A lease that has run out
    stays locked until somebody ends it."""
    for asked in record.requests(Status.ACCEPTED):
        lease = asked.lease
        if lease is not None and lease.worker == worker:
            yield Locked(asked.request.id, "lease", lease.bond, lease.end)
    for answered in record.tables.standing():
        if answered.claim.worker == worker:
            yield _claim(record, answered)


def _claim(record: Record, answered: Answered) -> Locked:
    challengers = [
        played.challenger
        for played, disputed in record.games()
        if disputed.hash == answered.hash
    ]
    ends = [answered.claim.window_end]
    for challenger in challengers:
        try:
            ends.append(_end(view_of(record, answered, challenger)))
        except (PositionMismatch, PositionMissing):
            continue  # the chain has moved on since the log was read
    request, bond = answered.claim.request_id, answered.claim.bond
    return Locked(request, "claim", bond, max(ends), tuple(challengers))


def _end(view: GameView) -> int:
    """When both clocks have run out."""
    game = view.game
    return game.since + game.worker_left + game.challenger_left
