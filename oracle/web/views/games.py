"""Disputes as a list has them."""

from collections.abc import Iterator

from oracle.chain import events
from oracle.record.record import Answered, Played
from oracle.web.scene.onlooker import Scene
from oracle.web.views.basics import Data, hexed, model_name


def game_row(scene: Scene, answered: Answered, played: Played) -> Data:
    """As a list has it."""
    ends = {
        told.event.game_id: told.event
        for told in scene.told
        if isinstance(
            told.event, events.WorkerLost | events.ChallengerLost | events.Settled
        )
    }
    end = ends.get(played.id)
    winner = None
    if isinstance(end, events.WorkerLost):
        winner = "challenger"
    elif isinstance(end, events.ChallengerLost):
        winner = "worker"
    return {
        "game": hexed(played.id),
        "request_id": answered.claim.request_id,
        "worker": hexed(answered.claim.worker),
        "challenger": hexed(played.challenger),
        "over": played.over,
        "winner": winner,
        "moves": len(played.shown),
        "bond_wei": str(answered.claim.bond),
        "model": model_name(scene, answered.asked.model),
    }


def game_rows(scene: Scene) -> list[Data]:
    """The newest first."""
    tables = scene.tables
    rows = [
        game_row(scene, tables.claims[played.claim_hash], played)
        for played in tables.games.values()
    ]
    return rows[::-1]


def claims_on(scene: Scene, request_id: int) -> Iterator[Answered]:
    """Alive or not, oldest first."""
    for answered in scene.tables.claims.values():
        if answered.claim.request_id == request_id:
            yield answered


def games_about(scene: Scene, request_id: int) -> Iterator[tuple[Answered, Played]]:
    """Over or not."""
    tables = scene.tables
    for played in tables.games.values():
        answered = tables.claims[played.claim_hash]
        if answered.claim.request_id == request_id:
            yield answered, played
