"""A job that goes wrong is put off, and stops no other; the guard says why not."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.testbeds.embedded import EmbeddedTestbed
from web3.exceptions import Web3RPCError

from oracle.chain.errors import Unavailable, WentBack, WrongChain
from oracle.errors import UnknownModel
from oracle.node.challenger.watcher import Watcher
from oracle.node.loop import Loop
from oracle.node.worker.worker import Worker
from oracle.record.record import Answered, Asked, Record
from oracle.sending import troubles as troubles_module
from oracle.sending.troubles import Troubles
from oracle.store.errors import StoreUnusable


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
    assert [at for at, actions in enumerate(ran) if actions] == [0, 2, 6, 14]
    assert troubles.reasons == {"job": str(error)}
    assert list(troubles.safely("other", lambda: iter([2]))) == [2]
    wall.now = 1000
    assert list(troubles.safely("job", lambda: iter([3]))) == [3]
    assert troubles.reasons == {}


OUTAGES = [
    Unavailable("eth_call", {}),
    Web3RPCError("strange words"),
    ConnectionError("away"),
    OSError(12, "no memory"),
]
EVERYONES = [WrongChain(1, 2), WentBack(2, 1), StoreUnusable("here", "full", "room")]
OWN = [RuntimeError("bug"), KeyError(7), MemoryError(), UnknownModel(bytes(32))]


@pytest.mark.parametrize(
    "error", [*OUTAGES, *EVERYONES], ids=lambda e: type(e).__name__
)
def test_troubles_while_nothing_answers_are_not_the_job_s(error: Exception) -> None:
    """The endpoint is asked once, however many jobs are within one another."""
    asked = []
    troubles = Troubles(reachable=lambda: asked.append(1) is not None)

    def inner() -> Iterator[int]:
        return troubles.safely("inner", lambda: failing(error))

    with pytest.raises(type(error)):
        list(troubles.safely("outer", inner))
    assert (troubles.reasons, troubles.count, troubles.waiting) == ({}, 0, 0)
    assert len(asked) == (error in OUTAGES)


@pytest.mark.parametrize("error", [*OUTAGES, *OWN], ids=repr)
def test_troubles_of_one_job_are_its_own_while_the_endpoint_answers(
    error: Exception,
) -> None:
    wall = Wall()
    troubles = Troubles(wall)
    assert list(troubles.safely("job", lambda: failing(error))) == [1]
    assert troubles.tried("other", lambda: 7) == 7
    assert troubles.tried("job", lambda: 7) is None, "it is put off"
    assert list(troubles.reasons) == ["job"] and troubles.reasons["job"]
    assert (troubles.count, troubles.waiting) == (1, 1)
    wall.now = 1000
    assert troubles.waiting == 0, "nobody wants it any more"
    assert troubles.tried("job", lambda: 7) == 7
    assert troubles.reasons == {}


def test_troubles_everyones_come_through_though_the_endpoint_answers() -> None:
    for error in EVERYONES:
        with pytest.raises(type(error)):
            Troubles().tried("job", lambda error=error: next(failing_at_once(error)))


def test_troubles_kept_are_not_without_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(troubles_module, "MOST_KEPT", 3)
    troubles = Troubles(Wall())
    for job in (1, 2, 3, 2, 4):
        list(troubles.safely(job, lambda: failing(RuntimeError("bug"))))
        troubles._until.clear()
    assert list(troubles.reasons) == [3, 2, 4]


def failing_at_once(error: Exception) -> Iterator[int]:
    raise error
    yield 1


def test_worker_answer_that_fails_stops_no_other(world: EmbeddedTestbed) -> None:
    world.stake(world.senders[2])
    first, second = world.ask(b"\1\1\1\1"), world.ask(b"\2\2\2\2")
    strategy = world.honest()

    def answer(asked: Asked) -> bytes:
        if asked.request.id == first:
            raise UnknownModel(world.model_id)
        return world.honest().answer(asked)

    strategy.answer = answer  # type: ignore[method-assign]
    worker = Worker(world.senders[2], world.contracts, strategy)
    done = [worker.step() for _ in range(3)]
    assert [d and (d.action.function, d.action.request_id) for d in done] == [
        ("accept", second),
        ("submit", second),
        None,
    ]
    assert worker.declined == {first: str(UnknownModel(world.model_id))}


def test_watcher_claim_that_cannot_be_checked_keeps_no_other_from_it(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.stake(world.senders[2])
    requests = [world.ask(bytes([n, 1, 1, 1])) for n in range(4)]
    worker = Worker(world.senders[2], world.contracts, world.honest())
    while worker.step() is not None:
        pass
    strategy = world.honest()
    for name, odd in zip(("can", "ready", "doubts"), requests, strict=False):
        monkeypatch.setattr(strategy, name, odd_about(odd, getattr(strategy, name)))
    watcher = Watcher(Record(world.chain, world.contracts), strategy)
    found = {finding.answered.claim.request_id for finding in watcher.look()}
    assert found == {requests[1], requests[3]}
    jobs = {job[0] for job in watcher.troubles.reasons if isinstance(job, tuple)}
    assert jobs == {"hold", "begin", "check"}


def odd_about(request: int, real: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same, but of that request."""

    def work(about: Asked | Answered) -> Any:
        asked = about.asked if isinstance(about, Answered) else about
        if asked.request.id == request:
            raise KeyError(request)
        return real(about)

    return work


def test_worker_answer_that_fails_when_it_is_leased_stops_no_other(
    world: EmbeddedTestbed,
) -> None:
    world.stake(world.senders[2])
    first, second = world.ask(b"\1\1\1\1"), world.ask(b"\2\2\2\2")
    strategy = world.honest()
    worker = Worker(world.senders[2], world.contracts, strategy)
    assert [done.action.function for done in worker.act()] == ["accept"] * 2

    def answer(asked: Asked) -> bytes:
        if asked.request.id == first:
            raise UnknownModel(world.model_id)
        return world.honest().answer(asked)

    strategy.answer = answer  # type: ignore[method-assign]
    done = worker.step()
    assert done and (done.action.function, done.action.request_id) == ("submit", second)
    assert worker.step() is None and len(worker.troubles.reasons) == 1


def test_loop_waits_longer_while_the_chain_is_away(world: EmbeddedTestbed) -> None:
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
