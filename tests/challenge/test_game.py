"""Positions from events: the last one, if it is what the contract stores."""

from dataclasses import replace

import pytest

from challenge.claim import Interval
from challenge.dissection import Disputed, Dissection
from challenge.errors import PositionMismatch, PositionMissing
from challenge.game import (
    NO_DISPUTE,
    NO_GAME,
    Dissected,
    Opened,
    Selected,
    Side,
    Stage,
    position_of,
)

A, B, C, D = (bytes([n]) * 32 for n in range(4))
OPENED = Opened(A, D, 3, (B, C))
SELECTED = Selected(Interval(1, 0, 1, 1), B, C, Stage.DESCEND)
DISSECTED = Dissected(Interval(2, 1, 0, 2), B, C, (A,))
OPENING = Dissection(Interval(1, 0, 0, 3), 4, (A, B, C, D))
DISPUTE = replace(NO_DISPUTE, opening=OPENING.commitment())


def test_position_of_a_game_without_own_moves_is_the_opening() -> None:
    game = replace(NO_GAME, stage=Stage.SELECT)
    assert position_of(game, DISPUTE, [OPENED], 4) == OPENING


def test_position_after_a_selection_is_the_disputed_part() -> None:
    position = Disputed(SELECTED.interval, B, C)
    game = replace(NO_GAME, stage=Stage.DESCEND, commitment=position.commitment())
    assert position_of(game, DISPUTE, [OPENED, SELECTED], 4) == position


def test_position_after_a_dissection_is_all_of_it() -> None:
    position = Dissection(DISSECTED.interval, 4, (B, A, C))
    game = replace(NO_GAME, stage=Stage.SELECT, commitment=position.commitment())
    events = [OPENED, SELECTED, DISSECTED]
    assert position_of(game, DISPUTE, events, 4) == position


@pytest.mark.parametrize("stage", [Stage.NONE, Stage.OPEN, Stage.OVER])
def test_position_of_a_game_that_has_none_is_none(stage: Stage) -> None:
    assert position_of(replace(NO_GAME, stage=stage), DISPUTE, [OPENED], 4) is None


def test_position_of_another_fork_is_refused() -> None:
    game = replace(NO_GAME, stage=Stage.SELECT)
    other = replace(OPENED, roots=(B, B))
    with pytest.raises(PositionMismatch) as caught:
        position_of(game, DISPUTE, [other], 4)
    assert caught.value.expected == DISPUTE.opening


def test_position_that_the_log_lacks_is_refused() -> None:
    with pytest.raises(PositionMissing):
        position_of(replace(NO_GAME, stage=Stage.SELECT), DISPUTE, [], 4)


@pytest.mark.parametrize(
    ("stage", "side"),
    [
        (Stage.NONE, None),
        (Stage.OPEN, Side.WORKER),
        (Stage.SELECT, Side.CHALLENGER),
        (Stage.DISSECT, Side.WORKER),
        (Stage.DESCEND, Side.WORKER),
        (Stage.PROVE, Side.WORKER),
        (Stage.OVER, None),
    ],
)
def test_mover_of_each_stage(view_of, stage: Stage, side: Side | None) -> None:
    assert view_of(stage).mover is side


def test_clock_is_the_movers(view_of) -> None:
    view = view_of(Stage.SELECT)
    game = replace(view.game, worker_left=1, challenger_left=2)
    assert replace(view, game=game).clock.left == 2
    other = replace(game, stage=Stage.DISSECT)
    assert replace(view, game=other).clock.left == 1


def test_view_without_the_position_it_is_asked_for_says_so(view_of) -> None:
    with pytest.raises(PositionMissing):
        view_of(Stage.SELECT).dissection()
    with pytest.raises(PositionMissing):
        view_of(Stage.DISSECT, position=OPENING).disputed()
