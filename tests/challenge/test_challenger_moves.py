"""The challenger's next move: a table of stages, truths and clocks."""

from dataclasses import replace

import pytest

from challenge.challenger_moves import next_move
from challenge.claim import Interval
from challenge.dissection import Disputed, Dissection
from challenge.game import Stage
from challenge.moves import Challenge, Prove, Select, Settle, Timeout
from challenge.trace import ExecutionTrace

NOW, LATE = 1_599, 1_600  # the last second of the mover's clock, and the first after
FALSE = b"\1" + b"f" * 31
WORKERS = [Stage.OPEN, Stage.DISSECT, Stage.DESCEND, Stage.PROVE]


def shown(truth: ExecutionTrace, *false: int) -> Dissection:
    """The run's boundaries, those with a number in `false` replaced."""
    boundaries = [FALSE if i in false else truth.boundary_root(i) for i in range(4)]
    return Dissection(Interval(1, 0, 0, 3), 4, tuple(boundaries))


def step(truth: ExecutionTrace, end: bytes | None = None) -> Disputed:
    """Instruction 7 of segment 1."""
    ends = truth.state_root(1, 7), end or truth.state_root(1, 8)
    return Disputed(Interval(2, 1, 7, 1), *ends)


def test_false_claim_is_challenged_with_the_bond_asked_for(truth, view_of) -> None:
    view = view_of(output_root=b"x" * 32, challenge_wei=7)
    assert next_move(view, truth, NOW) == Challenge(view.claim, 7)


def test_true_claim_is_left_alone(truth, view_of) -> None:
    assert next_move(view_of(), truth, NOW) is None


def test_false_claim_after_its_window_is_left_alone(truth, view_of) -> None:
    view = view_of(output_root=b"x" * 32)
    end = view.claim.window_end
    assert next_move(view, truth, end - 1) == Challenge(view.claim)
    assert next_move(view, truth, end) is None


def test_false_claim_that_is_dead_is_left_alone(truth, view_of) -> None:
    view = view_of(output_root=b"x" * 32, dead=True)
    assert next_move(view, truth, NOW) is None


@pytest.mark.parametrize(
    ("false", "part"),
    [((3,), 2), ((2, 3), 1), ((1, 2, 3), 0), ((1, 3), 0)],
)
def test_select_points_at_the_first_false_end(truth, view_of, false, part) -> None:
    dissection = shown(truth, *false)
    view = view_of(Stage.SELECT, position=dissection)
    expected = Select(view.claim_hash, dissection, part)
    assert next_move(view, truth, NOW) == expected


@pytest.mark.parametrize("length", [1, 2, 4, 5, 100])
def test_select_in_a_run_of_any_declared_length_finds_a_part(
    truth, view_of, length: int
) -> None:
    """Boundaries true wherever the truth has any, and a false end."""
    view = view_of(Stage.SELECT)
    at = Dissection(Interval(1, 0, 0, length), 4, (b"",) * (min(4, length) + 1)).cuts()
    roots = [truth.boundary_root(i) for i in at[:-1]]
    dissection = Dissection(Interval(1, 0, 0, length), 4, (*roots, FALSE))
    move = next_move(replace(view, position=dissection), truth, NOW)
    assert move == Select(view.claim_hash, dissection, dissection.parts - 1)


def test_select_in_a_true_dissection_is_nobodys_gain(truth, view_of) -> None:
    view = view_of(Stage.SELECT, position=shown(truth))
    assert next_move(view, truth, NOW) is None


def test_prove_of_a_false_step_is_made(truth, view_of) -> None:
    at = step(truth, FALSE)
    view = view_of(Stage.PROVE, position=at)
    witness = truth.machine_at(1, 7).witness().data
    expected = Prove(view.claim, view.challenger, at, witness)
    assert next_move(view, truth, NOW) == expected


def test_prove_of_a_false_sticky_segment_has_an_empty_witness(truth, view_of) -> None:
    at = Disputed(Interval(1, 0, 5, 1), truth.boundary_root(5), FALSE)
    view = view_of(Stage.PROVE, position=at)
    assert next_move(view, truth, NOW) == Prove(view.claim, view.challenger, at, b"")


def test_prove_of_a_true_step_is_left_to_the_worker(truth, view_of) -> None:
    view = view_of(Stage.PROVE, position=step(truth))
    assert next_move(view, truth, NOW) is None


@pytest.mark.parametrize("stage", WORKERS)
def test_worker_whose_clock_ran_out_is_timed_out(truth, view_of, stage: Stage) -> None:
    view = view_of(stage, position=step(truth))
    assert next_move(view, truth, NOW) is None
    assert next_move(view, truth, LATE) == Timeout(view.claim, view.challenger)


def test_own_clock_that_ran_out_leaves_nothing_to_do(truth, view_of) -> None:
    view = view_of(Stage.SELECT, position=shown(truth, 3))
    assert next_move(view, truth, LATE) is None


@pytest.mark.parametrize("stage", [Stage.SELECT, *WORKERS])
def test_game_of_a_dead_claim_is_settled(truth, view_of, stage: Stage) -> None:
    view = view_of(stage, dead=True)
    assert next_move(view, truth, LATE) == Settle(view.claim, view.challenger)


def test_game_that_is_over_needs_no_move(truth, view_of) -> None:
    assert next_move(view_of(Stage.OVER, dead=True), truth, NOW) is None
