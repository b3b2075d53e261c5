"""The worker's next move: a table of stages and clocks."""

import pytest

from challenge.claim import Interval
from challenge.dissection import Disputed
from challenge.game import Stage
from challenge.moves import Descend, Dissect, Open, Prove, Timeout
from challenge.trace import ExecutionTrace
from challenge.worker_moves import next_move

NOW, LATE = 1_599, 1_600  # the last second of the mover's clock, and the first after


def disputed(truth: ExecutionTrace, level: int, start: int, length: int) -> Disputed:
    """A part of segment 1 or of the run, with true ends."""
    if level == 1:
        ends = truth.boundary_root(start), truth.boundary_root(start + length)
        return Disputed(Interval(1, 0, start, length), *ends)
    ends = truth.state_root(1, start), truth.state_root(1, start + length)
    return Disputed(Interval(2, 1, start, length), *ends)


def test_open_shows_all_boundaries_between_the_ends(truth, view_of) -> None:
    view = view_of(Stage.OPEN)
    inner = tuple(truth.boundary_root(i) for i in (1, 2))
    expected = Open(view.claim, view.challenger, 3, inner)
    assert next_move(view, truth, NOW) == expected


def test_dissect_of_segments_shows_the_boundaries_inside(truth, view_of) -> None:
    at = disputed(truth, 1, 1, 2)
    view = view_of(Stage.DISSECT, position=at)
    expected = Dissect(view.claim_hash, view.challenger, at, (truth.boundary_root(2),))
    assert next_move(view, truth, NOW) == expected


def test_dissect_of_instructions_shows_the_states_at_the_cuts(truth, view_of) -> None:
    at = disputed(truth, 2, 3, 10)
    view = view_of(Stage.DISSECT, position=at)
    inner = tuple(truth.state_root(1, i) for i in (5, 8, 10))
    expected = Dissect(view.claim_hash, view.challenger, at, inner)
    assert next_move(view, truth, NOW) == expected


def test_descend_declares_the_segments_instructions(truth, view_of) -> None:
    at = disputed(truth, 1, 1, 1)
    view = view_of(Stage.DESCEND, position=at)
    inner = tuple(truth.state_root(1, 22 * i // 4) for i in (1, 2, 3))
    expected = Descend(view.claim_hash, view.challenger, at, 22, inner)
    assert next_move(view, truth, NOW) == expected


def test_prove_carries_the_witness_of_the_step(truth, view_of) -> None:
    at = disputed(truth, 2, 7, 1)
    view = view_of(Stage.PROVE, position=at)
    witness = truth.machine_at(1, 7).witness().data
    expected = Prove(view.claim, view.challenger, at, witness)
    assert next_move(view, truth, NOW) == expected


def test_prove_of_a_sticky_segment_has_an_empty_witness(truth, view_of) -> None:
    at = disputed(truth, 1, 3, 1)
    view = view_of(Stage.PROVE, position=at)
    assert next_move(view, truth, NOW) == Prove(view.claim, view.challenger, at, b"")


def test_select_is_not_the_workers_until_its_clock_ran_out(truth, view_of) -> None:
    view = view_of(Stage.SELECT)
    assert next_move(view, truth, NOW) is None
    assert next_move(view, truth, LATE) == Timeout(view.claim, view.challenger)


@pytest.mark.parametrize("stage", [Stage.OPEN, Stage.DISSECT, Stage.PROVE])
def test_own_clock_that_ran_out_leaves_nothing_to_do(truth, view_of, stage) -> None:
    view = view_of(stage, position=disputed(truth, 2, 3, 10))
    assert next_move(view, truth, LATE) is None


@pytest.mark.parametrize("stage", [Stage.NONE, Stage.OVER])
def test_no_game_needs_no_move(truth, view_of, stage: Stage) -> None:
    assert next_move(view_of(stage), truth, LATE) is None


@pytest.mark.parametrize("stage", list(Stage))
def test_dead_claim_needs_no_move(truth, view_of, stage: Stage) -> None:
    assert next_move(view_of(stage, dead=True), truth, LATE) is None
