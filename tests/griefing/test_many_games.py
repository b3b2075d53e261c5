"""Many false challengers at once: what each of them costs, beyond what tariffs pay."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from griefing.village import ChallengesAll
from support.street import Street, acted
from support.world import World

from oracle.node.challenger.challenger import Challenger
from oracle.store.store import Store

CHALLENGERS = (3, 4, 5)


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    store = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
    yield Street(World.made(tmp_path), store)
    store.close()


def test_claim_that_many_challenge_at_once_is_opened_once(street: Street) -> None:
    """An opening is for all games: another in the same block would fail, unpaid."""
    world, worker = street.world, street.worker()
    world.ask()
    for _ in range(3):
        acted(worker)
        street.mine_all()
    acted(worker)
    for index in CHALLENGERS:
        mind = ChallengesAll(world, "last")
        Challenger(world.senders[index], world.contracts, mind).step()
    assert len(list(world.record().games())) == len(CHALLENGERS)
    acted(worker)
    assert [wish.function for wish in worker.posted.wishes.values()] == ["open"]
    street.mine_all()
    assert acted(worker) == ["open"] and worker.refused == []
