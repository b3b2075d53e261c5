"""Whether a false claim needs one more challenger, and what joining costs.

Thirty games that point rightly bring a claim down without us, and a claim's bond pays
no more than some thirty in full. But whoever has pointed rightly so far need not go on
to: they may be the worker's own accounts, there to lose once the window is over. So
nobody stays out for longer than it can still join.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from challenge import tariff
from challenge.challenger_moves import points_rightly
from challenge.dissection import Position
from challenge.errors import PositionMismatch, PositionMissing
from challenge.game import (
    NO_COMMITMENT,
    Crowd,
    Dispute,
    Game,
    GameView,
    Stage,
    position_of,
)
from challenge.trace import Trace
from challenge.whatif import shortfall_wei
from oracle.record.record import Played, Record

ENOUGH = 30
"""Games that point rightly, for a claim with the least bond; more bond, more games."""
SILENT_SHARE = 10
"""Who has let one part in so many of its clock pass may have given up."""
LAST_CALL_SECONDS = 300
"""Before its window ends a false claim is challenged, whoever else has: some 25 blocks
for what must be mined by then. The least window has no more."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a challenge would lock now, in wei. `price_wei`: of a gas unit of the bond.
    `may_lack_wei`: of its own gas at the claim's price, if others win."""

    bond_wei: int
    price_wei: int
    rent_wei: int
    open_games: int
    may_lack_wei: int


def terms_of(record: Record, view: GameView) -> Terms:
    """As of the last look at the chain."""
    game, known = record.contracts.game, record.chain.known
    bond, price, rent = known(game, "challengerBond", view.claim.bond)
    others = len(others_of(record, view))
    return Terms(int(bond), int(price), int(rent), others, shortfall_wei(view, others))


def others_of(record: Record, view: GameView) -> list[Played]:
    """The open games of the claim that are not the viewer's."""
    return [
        played
        for played in record.tables.open_games()
        if played.claim_hash == view.claim_hash and played.challenger != view.challenger
    ]


def enough_for(view: GameView) -> int:
    """So many games that point rightly need no further one."""
    least_wei = tariff.WORKER_BOND * view.claim.gas_price
    return max(ENOUGH, ENOUGH * view.claim.bond // least_wei)


def crowd_of(record: Record, view: GameView, last_call: int) -> Crowd | None:
    """Who may be enough without us; None if it is time to join, whatever they do: there
    are too few, one of them is silent, or it is the last call, an instant."""
    others, enough = others_of(record, view), enough_for(view)
    now = record.head.timestamp
    if len(others) < enough or now >= last_call:
        return None
    games = [(played, _game(record, played)) for played in others]
    if any(is_silent(game, now, record.clock_seconds) for _, game in games):
        return None
    return Crowd(_positions(record, view.dispute, games), enough)


def pointing_rightly(record: Record, view: GameView, trace: Trace) -> int:
    """How many of the others' games still dispute what is false, and begin truly."""
    games = [(played, _game(record, played)) for played in others_of(record, view)]
    positions = _positions(record, view.dispute, games)
    return sum(points_rightly(position, trace) for position in positions)


def is_silent(game: Game, now: int, clock_seconds: int) -> bool:
    """Whether its challenger should have moved by now, for all we know."""
    waits = game.stage == Stage.SELECT
    return waits and (now - game.since) * SILENT_SHARE >= clock_seconds


def _game(record: Record, played: Played) -> Game:
    return record.game_of(played.claim_hash, played.challenger)


def _positions(
    record: Record, dispute: Dispute, games: Iterable[tuple[Played, Game]]
) -> tuple[Position, ...]:
    """What is disputed, where a challenger has pointed at anything yet."""
    found = []
    for played, game in games:
        if game.commitment == NO_COMMITMENT:
            continue
        with suppress(
            PositionMismatch, PositionMissing
        ):  # moved since the log was read
            shown = record.shown(played)
            found.append(position_of(game, dispute, shown, record.k))
    return tuple(position for position in found if position is not None)
