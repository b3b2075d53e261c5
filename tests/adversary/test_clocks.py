"""Silence loses by clock, on either side and at every stage; delay is bounded."""

from dataclasses import dataclass

import pytest
from support.games.duel import (
    CLOCK_SECONDS,
    WINDOW,
    WORKER,
    Duel,
    Nobody,
    honest_challenger,
    honest_worker,
)
from support.games.fights import PLAIN

from challenge.game import GameView, Stage
from challenge.lies import FALSE_CHALLENGERS, Player
from challenge.moves import Move

CAROL, MALLORY = "carol", "mallory"
WORKERS = [Stage.OPEN, Stage.DISSECT, Stage.DESCEND, Stage.PROVE]


@dataclass
class FallsSilent:
    """Plays, until a stage is reached for the last time that it answers."""

    inner: Player
    stage: Stage
    silent: bool = False

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        self.silent |= view.stage is self.stage
        return () if self.silent else self.inner.attempts(view, now)


@dataclass(frozen=True)
class Late:
    """Moves at the last second of its clock that is left, then has none."""

    inner: Player

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        waits = view.mover is not None and view.clock.remaining(now) > 1
        return () if waits else self.inner.attempts(view, now)


def play(worker: Player, challenger: Player, output: bytes | None = None) -> Duel:
    duel = PLAIN.duel(output)
    return duel.play(worker, {CAROL: challenger})


@pytest.mark.parametrize("stage", WORKERS)
def test_worker_that_falls_silent_loses_by_clock(stage: Stage) -> None:
    """Even an honest one: nobody can tell its silence from a lie."""
    worker = FallsSilent(honest_worker(PLAIN.truth()), stage)
    liar = PLAIN.liar("last-step")
    challenger = FALSE_CHALLENGERS["believer"].make(liar.trace, PLAIN.scene().rng)
    duel = play(worker, challenger)
    assert duel.event("TimedOut").stage == stage
    assert duel.killed and duel.open_games == 0
    duel.check_conserved([CAROL])


def test_worker_that_never_appears_loses_by_clock() -> None:
    liar = PLAIN.liar("activation")
    duel = play(Nobody(), honest_challenger(PLAIN.truth()), liar.output)
    assert [sent.move.function for sent in duel.done()] == ["challenge", "timeout"]
    assert duel.killed


def test_challenger_that_falls_silent_loses_by_clock() -> None:
    liar = PLAIN.liar("activation")
    challenger = FallsSilent(honest_challenger(PLAIN.truth()), Stage.SELECT)
    duel = play(liar, challenger, liar.output)
    assert duel.event("TimedOut").stage == Stage.SELECT
    assert duel.done()[-1].who == WORKER
    assert not duel.killed


def test_timeout_is_anyones() -> None:
    duel = PLAIN.duel(PLAIN.liar("activation").output)
    duel.attempt(honest_challenger(PLAIN.truth()), CAROL, duel.view(CAROL))
    duel.chain.travel(CLOCK_SECONDS)
    (move,) = honest_challenger(PLAIN.truth()).attempts(
        duel.view(CAROL), duel.chain.now
    )
    duel.send(move, "stranger")
    assert duel.killed
    assert duel.event("WorkerLost").challenger == duel.account(CAROL)


@pytest.mark.parametrize("late", [WORKER, MALLORY])
def test_time_spent_is_not_given_back(late: str) -> None:
    """A clock is one budget a game: spent on one move, it is missing at the next."""
    truth = PLAIN.truth()
    worker: Player = honest_worker(truth)
    challenger: Player = FALSE_CHALLENGERS["random"].make(truth, PLAIN.scene().rng)
    if late == WORKER:
        worker = Late(worker)
    else:
        challenger = Late(challenger)
    duel = PLAIN.duel().play(worker, {MALLORY: challenger})
    own = [s.move.function for s in duel.done(late) if s.move.function != "challenge"]
    assert len(own) == 1
    assert duel.killed == (late == WORKER)


def test_delay_is_at_most_the_window_and_two_clocks() -> None:
    """The slowest game there is: challenged at the last second, all moves late."""
    truth = PLAIN.truth()
    duel = PLAIN.duel()
    challenger = FALSE_CHALLENGERS["dawdler"].make(truth, PLAIN.scene().rng)
    claimed = duel.the_claim.window_end - WINDOW
    duel.chain.travel_to(duel.the_claim.window_end - 1)
    duel.play(Late(honest_worker(truth)), {MALLORY: challenger})
    assert duel.open_games == 0
    assert duel.chain.now - claimed <= WINDOW + 2 * CLOCK_SECONDS + 2


def test_clock_of_a_game_runs_from_the_opening_made_in_another() -> None:
    truth = PLAIN.truth()
    duel = PLAIN.duel(PLAIN.liar("activation").output)
    for name in (CAROL, MALLORY):
        duel.attempt(honest_challenger(truth), name, duel.view(name))
    duel.chain.travel(100)
    liar = PLAIN.liar("activation")
    duel.attempt(liar, WORKER, duel.view(CAROL))
    for name in (CAROL, MALLORY):
        view = duel.view(name)
        assert view.stage is Stage.SELECT
        assert view.game.since == duel.view(CAROL).game.since
        assert CLOCK_SECONDS - 103 <= view.game.worker_left <= CLOCK_SECONDS - 100


def test_opening_after_a_games_flag_does_not_save_it() -> None:
    truth, liar = PLAIN.truth(), PLAIN.liar("activation")
    duel = PLAIN.duel(liar.output)
    duel.attempt(honest_challenger(truth), CAROL, duel.view(CAROL))
    duel.chain.travel(CLOCK_SECONDS - 1)
    duel.attempt(honest_challenger(truth), MALLORY, duel.view(MALLORY))
    duel.chain.travel(10)
    assert duel.attempt(liar, WORKER, duel.view(MALLORY))
    assert duel.view(CAROL).stage is Stage.OPEN
    assert duel.attempt(honest_challenger(truth), CAROL, duel.view(CAROL))
    assert duel.killed
    assert duel.attempt(honest_challenger(truth), MALLORY, duel.view(MALLORY))
    assert duel.open_games == 0
    duel.check_conserved([CAROL, MALLORY])
