"""Moves worked out by other processes: nobody waits for a slow run, or a dead child."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event, Timer

import pytest
from support.testbeds.embedded import ETHER, EmbeddedTestbed
from support.testbeds.slow_play import SLOW, respond_slowly

from challenge.game import NO_DISPUTE, Game, GameView, Side, Stage
from challenge.lies import LIES
from challenge.moves import Challenge, Open, Timeout
from oracle.compute.arena import Arena
from oracle.compute.play import Question, updated
from oracle.errors import ComputationFailed, ExecutorDied
from oracle.models.library import Library
from oracle.node.challenger.challenger import Challenger
from oracle.node.honest import Honest
from oracle.node.loop import Loop
from oracle.node.node import Node
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record.record import Status
from oracle.record.views import view_of

PATIENCE_SECONDS = 60.0
FAST, OTHER = b"\1\1\1\1", b"\2\2\2\2"


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    with Arena(2) as arena:
        yield arena


def until(done: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def played(last: str, *nodes: Node) -> list[str]:
    """What is done until that has been done."""
    done: list[str] = []

    def ended() -> bool:
        for node in nodes:
            if (act := node.step()) is not None:
                done.append(act.action.function)
        return done[-1:] == [last]

    until(ended)
    return done


def elsewhere(world: EmbeddedTestbed, arena: Arena) -> Honest:
    return Honest(Library([world.image]), players=arena)


def question_of(world: EmbeddedTestbed, data: bytes, deadline: int = 1000) -> Question:
    """What a worker shows who was challenged; its clock runs out at the deadline."""
    request = world.ask(data)
    asked = world.record().tables.requests[request]
    model = world.honest().library.find(asked.model)
    view = view_after_challenge(world, request, deadline)
    return Question.of(model, data, Side.WORKER, view, 0)


def view_after_challenge(
    world: EmbeddedTestbed, request: int, deadline: int
) -> GameView:
    worker = Worker(world.senders[2], world.contracts, world.honest())
    world.stake(world.senders[2])
    while worker.step() is not None:
        pass
    record = world.record()
    claim = record.tables.requests[request].claim
    assert claim is not None
    answered = record.tables.claims[claim.hash()]
    view = view_of(record, answered, world.senders[3].address)
    game = Game(Stage.OPEN, 0, deadline, 0, 0, 0, 0, bytes(32))
    return replace(view, game=game, dispute=NO_DISPUTE)


def test_dispute_with_moves_from_elsewhere_is_won(
    world: EmbeddedTestbed, arena: Arena
) -> None:
    request = world.ask()
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    world.stake(world.senders[2], bond)
    strategy = LyingWorker(world.honest(), LIES["activation"], 8, 1)
    liar = Worker(world.senders[2], world.contracts, strategy)
    while liar.step() is not None:
        pass
    challenger = Challenger(world.senders[3], world.contracts, elsewhere(world, arena))
    done = played("withdraw", challenger, liar)
    assert done[0] == "challenge" and done[-2:] == ["prove", "withdraw"]
    assert world.record().tables.requests[request].status is Status.OPEN
    assert 1 <= len(arena.pids) <= 2 and os.getpid() not in arena.pids


def test_move_that_needs_no_run_is_made_while_the_run_is_slow(
    world: EmbeddedTestbed,
) -> None:
    """A liar is silent: who is to time it out waits for nobody."""
    world.ask(SLOW * 4)
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    world.stake(world.senders[2], bond)
    strategy = LyingWorker(world.honest(), LIES["activation"], 8, 1)
    liar = Worker(world.senders[2], world.contracts, strategy)
    while liar.step() is not None:
        pass
    assert Challenger(world.senders[3], world.contracts, world.honest()).step()
    with Arena(1, respond_slowly) as arena:
        strategy = elsewhere(world, arena)
        reborn = Challenger(world.senders[3], world.contracts, strategy)
        assert reborn.step() is None
        world.travel(3600)
        done = reborn.step()
    assert done is not None and isinstance(done.action.move, Timeout)


def test_worker_slow_run_does_not_delay_a_nearer_deadline(
    world: EmbeddedTestbed,
) -> None:
    """Two games: the first asked for has the later deadline, and takes for ever."""
    requests = [world.ask(data) for data in (SLOW * 4, FAST)]
    world.stake(world.senders[2])
    honest = Worker(world.senders[2], world.contracts, world.honest())
    while honest.step() is not None:
        pass
    slow, fast = (world.record().tables.requests[request] for request in requests)
    held = slow.claim.bond  # type: ignore[union-attr]
    own, *_ = world.chain.call(world.contracts.game, "challengerBond", held)

    def challenge(claim: object) -> None:
        game = world.contracts.game
        world.senders[3].send(game, "challenge", claim.abi(), value=2 * own)  # type: ignore[attr-defined]

    challenge(slow.claim)
    with Arena(1, respond_slowly, patience_seconds=0.2) as arena:
        strategy = elsewhere(world, arena)
        worker = Worker(world.senders[2], world.contracts, strategy)
        assert worker.step() is None
        until(lambda: len(arena.pids) == 1)
        challenge(fast.claim)
        found: list[object] = []

        def opened() -> bool:
            if (done := worker.step()) is not None:
                found.append(done.action)
            return bool(found)

        until(opened)
        (action,) = found
        assert isinstance(action.move, Open)  # type: ignore[attr-defined]
        assert action.request_id == requests[1]  # type: ignore[attr-defined]
        assert len(arena.pids) == 2


def test_arena_nearest_deadline_first(world: EmbeddedTestbed) -> None:
    """Of those that wait for the only child, whatever the order of asking."""
    first = question_of(world, FAST)
    order: list[int] = []
    with Arena(1) as arena:
        promises = []
        for deadline in (9000, 5000, 7000):
            game = replace(first.view.game, worker_left=deadline)
            view = replace(
                first.view, game=game, challenger=bytes([deadline % 251] * 20)
            )
            question = replace(first, view=view)
            note = lambda deadline=deadline: order.append(deadline)  # noqa: E731
            promises.append(arena.asked(question, note))
        until(lambda: len(order) == 3)
        assert all(isinstance(promise.result(), Open) for promise in promises)
    # The first may have been begun before the others were there.
    assert order in ([5000, 7000, 9000], [9000, 5000, 7000])


def test_arena_takes_first_what_was_asked_as_most_urgent_last(
    world: EmbeddedTestbed,
) -> None:
    """What its asker ranks first now, whatever the deadlines, and though it was last
    when it was first asked for."""
    question = question_of(world, FAST)
    with Arena(1, respond_slowly) as arena:
        arena.asked(replace(question, data=SLOW * 4), lambda: None)
        until(lambda: not arena._waiting)

        def ask(who: int, rank: int) -> None:
            game = replace(question.view.game, worker_left=9000 - who)
            view = replace(question.view, game=game, challenger=bytes([who] * 20))
            asked = replace(question, view=replace(view, rank=rank))
            arena.asked(asked, lambda: None)

        for who in (1, 2, 3):
            ask(who, rank=who)
        ask(3, rank=0)
        waiting = [each.question.view.challenger[0] for each in arena._waiting]
    assert waiting == [3, 1, 2]


def test_arena_killed_child_costs_one_move_only(world: EmbeddedTestbed) -> None:
    question = question_of(world, FAST)
    slow = replace(question, data=SLOW * 4)
    with Arena(1, respond_slowly) as arena:
        lost = arena.asked(slow, lambda: None)
        until(lambda: arena.pids)
        (pid,) = arena.pids
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ExecutorDied, match="ended with -9"):
            lost.result(PATIENCE_SECONDS)
        view = replace(question.view, challenger=bytes(20))
        found = arena.asked(replace(question, view=view), lambda: None)
        assert isinstance(found.result(PATIENCE_SECONDS), Open)
        assert arena.asked(slow, lambda: None) is not lost


def test_arena_same_question_is_asked_once(
    world: EmbeddedTestbed, arena: Arena
) -> None:
    question = question_of(world, OTHER)
    promise = arena.asked(question, lambda: None)
    assert arena.asked(replace(question, now=7), lambda: None) is promise
    promise.result(PATIENCE_SECONDS)


def test_arena_failure_is_told_and_begun_anew(
    world: EmbeddedTestbed, arena: Arena
) -> None:
    question = replace(question_of(world, FAST), source=b"", model_root=b"\1" * 32)
    failed = arena.asked(question, lambda: None)
    with pytest.raises(ComputationFailed, match="WrongSize"):
        failed.result(PATIENCE_SECONDS)
    assert arena.asked(question, lambda: None) is not failed


def test_arena_left_ends_its_children_and_what_waits(world: EmbeddedTestbed) -> None:
    question = replace(question_of(world, FAST), data=SLOW * 4)
    with Arena(1, respond_slowly) as arena:
        promise = arena.asked(question, lambda: None)
        until(lambda: arena.pids)
        (pid,) = arena.pids
    assert isinstance(promise.exception(PATIENCE_SECONDS), ExecutorDied)
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_challenge_from_elsewhere_brings_what_is_missing_now(
    world: EmbeddedTestbed,
) -> None:
    """It was worked out when the free stake was another."""
    view = replace(question_of(world, FAST).view, challenge_wei=ETHER)
    move = updated(Challenge(view.claim, 5), view)
    assert isinstance(move, Challenge) and move.value == ETHER


def test_loop_looks_at_once_when_something_was_worked_out(
    world: EmbeddedTestbed,
) -> None:
    strategy, stop, turns = world.honest(), Event(), []
    node = Worker(world.senders[2], world.contracts, strategy)

    def act() -> Iterator[object]:
        turns.append(time.monotonic())
        if len(turns) == 2:
            stop.set()
        return iter(())

    node.act = act  # type: ignore[assignment,method-assign]
    timer = Timer(0.2, strategy.news.set)
    timer.start()
    Loop(node, 60.0, news=strategy.news).run(stop)
    timer.join()
    assert turns[1] - turns[0] < 30
