"""In which of its games a worker moves first, on a chain: not as they come."""

import pytest
from support.testbeds.embedded import EmbeddedTestbed

from challenge.lies import FALSE_CHALLENGERS, LIES
from oracle.node.challenger.challenger import Challenger
from oracle.node.worker.liars import LyingChallenger
from oracle.node.worker.worker import Worker

K = 8


def slanderer(world: EmbeddedTestbed, index: int) -> Challenger:
    strategy = LyingChallenger(
        world.honest(), FALSE_CHALLENGERS["random"], LIES["activation"], K, seed=3
    )
    return Challenger(world.senders[index], world.contracts, strategy)


@pytest.fixture
def defended(
    world: EmbeddedTestbed,
) -> tuple[EmbeddedTestbed, Worker, Challenger, Challenger]:
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
        whole, worker._strategy = (
            worker._strategy,
            _Only(worker._strategy, late.address),
        )
        worker.step()
        worker._strategy = whole
        late.step()
    return world, worker, early, late


class _Only:
    """A strategy that defends itself in one game alone."""

    def __init__(self, strategy, challenger: bytes) -> None:
        self._strategy, self._challenger = strategy, challenger

    def __getattr__(self, name: str):
        return getattr(self._strategy, name)

    def defender(self, answered):
        inner, challenger = self._strategy.defender(answered), self._challenger

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
    assert done is not None and done.action.view is not None
    assert done.action.view.challenger == late.address
    assert done.action.view.rank == 0


def test_worker_whose_clock_is_in_danger_serves_it_first(defended) -> None:
    _, worker, early, _ = defended
    worker.pace._seconds, worker.pace._moves = 40.0, 1.0
    done = worker.step()
    assert done is not None and done.action.view is not None
    assert done.action.view.challenger == early.address


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
    assert done.action.function == "timeout"
