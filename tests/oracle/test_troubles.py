"""A job that goes wrong is put off, and stops no other; the guard says why not."""

from collections.abc import Iterator

import pytest
from support.world import World

from oracle.chain.errors import Unavailable
from oracle.errors import UnknownModel
from oracle.loop import Loop
from oracle.record import Asked
from oracle.troubles import Troubles
from oracle.worker import Worker


class Wall:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def failing(error: Exception) -> Iterator[int]:
    yield 1
    raise error


def test_troubles_job_is_put_off_longer_each_time() -> None:
    wall = Wall()
    troubles = Troubles(wall)
    error = UnknownModel(bytes(32))
    ran = []
    for wall.now in range(20):
        ran.append(len(list(troubles.safely("job", lambda: failing(error)))))
    assert [at for at, wishes in enumerate(ran) if wishes] == [0, 2, 6, 14]
    assert troubles.reasons == {"job": str(error)}
    assert list(troubles.safely("other", lambda: iter([2]))) == [2]
    wall.now = 1000
    assert list(troubles.safely("job", lambda: iter([3]))) == [3]
    assert troubles.reasons == {}


def test_troubles_of_the_chain_are_not_the_job_s() -> None:
    troubles = Troubles()
    with pytest.raises(Unavailable):
        list(troubles.safely("job", lambda: failing(Unavailable("eth_call", {}))))
    assert troubles.reasons == {}


def test_worker_answer_that_fails_stops_no_other(world: World) -> None:
    world.stake(world.senders[2])
    first, second = world.ask(b"\1\1\1\1"), world.ask(b"\2\2\2\2")
    mind = world.honest()

    def answer(asked: Asked) -> bytes:
        if asked.request.id == first:
            raise UnknownModel(world.model_id)
        return world.honest().answer(asked)

    mind.answer = answer  # type: ignore[method-assign]
    worker = Worker(world.senders[2], world.contracts, mind)
    done = [worker.step() for _ in range(3)]
    assert [d and (d.wish.function, d.wish.request_id) for d in done] == [
        ("accept", second),
        ("submit", second),
        None,
    ]
    assert worker.declined == {first: str(UnknownModel(world.model_id))}


def test_worker_answer_that_fails_when_it_is_leased_stops_no_other(
    world: World,
) -> None:
    world.stake(world.senders[2])
    first, second = world.ask(b"\1\1\1\1"), world.ask(b"\2\2\2\2")
    mind = world.honest()
    worker = Worker(world.senders[2], world.contracts, mind)
    assert [done.wish.function for done in worker.act()] == ["accept"] * 2

    def answer(asked: Asked) -> bytes:
        if asked.request.id == first:
            raise UnknownModel(world.model_id)
        return world.honest().answer(asked)

    mind.answer = answer  # type: ignore[method-assign]
    done = worker.step()
    assert done and (done.wish.function, done.wish.request_id) == ("submit", second)
    assert worker.step() is None and len(worker.troubles.reasons) == 1


def test_loop_waits_longer_while_the_chain_is_away(world: World) -> None:
    worker = Worker(world.senders[2], world.contracts, world.honest())
    loop = Loop(worker, poll_seconds=7)
    assert loop._turn() == 7

    def act() -> None:
        raise ConnectionError("away")

    worker.act = act  # type: ignore[method-assign]
    assert [loop._turn() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    del worker.act
    assert loop._turn() == 7
    assert (loop.pulse.failures, loop.pulse.failures_in_a_row) == (8, 0)
