"""In which of its games a worker moves first, on a chain: not as they come."""

import pytest
from support.world import World

from challenge.lies import FALSE_CHALLENGERS, LIES
from oracle.node.challenger.challenger import Challenger
from oracle.node.worker.liars import LyingChallenger
from oracle.node.worker.worker import Worker

K = 8


def slanderer(world: World, index: int) -> Challenger:
    mind = LyingChallenger(
        world.honest(), FALSE_CHALLENGERS["random"], LIES["activation"], K, seed=3
    )
    return Challenger(world.senders[index], world.contracts, mind)


@pytest.fixture
def defended(world: World) -> tuple[World, Worker, Challenger, Challenger]:
    """A claim with two games that wait for the worker: the one that came first has the
    nearer deadline, the other is nearer to its end."""
    world.stake(world.senders[2])
    worker = Worker(world.senders[2], world.contracts, world.honest())
    world.ask()
    while worker.step() is not None:
        pass
    early, late = slanderer(world, 3), slanderer(world, 4)
    early.step()
    worker.step()
    early.step()
    world.travel(300)
    late.step()
    late.step()
    for _ in range(2):
        whole, worker._mind = worker._mind, _Only(worker._mind, late.address)
        worker.step()
        worker._mind = whole
        late.step()
    return world, worker, early, late


class _Only:
    """A mind that defends itself in one game alone."""

    def __init__(self, mind, challenger: bytes) -> None:
        self._mind, self._challenger = mind, challenger

    def __getattr__(self, name: str):
        return getattr(self._mind, name)

    def defender(self, answered):
        inner, challenger = self._mind.defender(answered), self._challenger

        class Player:
            def attempts(self, view, now):
                return (
                    inner.attempts(view, now) if view.challenger == challenger else ()
                )

        return Player()


def test_worker_with_time_finishes_the_game_nearest_its_end(defended) -> None:
    _, worker, _, late = defended
    worker.pace._seconds, worker.pace._moves = 12.0, 1.0
    assert min(worker.deadlines) < max(worker.deadlines)
    done = worker.step()
    assert done is not None and done.wish.view is not None
    assert done.wish.view.challenger == late.address
    assert done.wish.view.rank == 0


def test_worker_whose_clock_is_in_danger_serves_it_first(defended) -> None:
    _, worker, early, _ = defended
    worker.pace._seconds, worker.pace._moves = 40.0, 1.0
    done = worker.step()
    assert done is not None and done.wish.view is not None
    assert done.wish.view.challenger == early.address


def test_worker_ends_games_that_challengers_have_lost_by_their_clocks(
    defended,
) -> None:
    """A silent challenger's bond burns, though other games wait for moves."""
    world, worker, _, late = defended
    while worker.step() is not None:
        pass
    world.travel(590)
    late.step()
    world.travel(30)
    done = worker.step()
    assert done is not None
    assert done.wish.function == "timeout"
