"""Derived ends against the machine's own roots."""

from challenge.game import GameView
from challenge.roots import status_of, with_status
from challenge.trace import ExecutionTrace
from mips_vm import Status


def test_start_root_of_a_claim_is_the_machine_before_its_first_step(
    truth: ExecutionTrace, view_of
) -> None:
    view: GameView = view_of()
    assert view.start_root == truth.boundary_root(0)
    assert status_of(view.start_root) == Status.YIELDED


def test_end_root_of_a_true_claim_is_the_halted_machine(
    truth: ExecutionTrace, view_of
) -> None:
    view: GameView = view_of()
    assert view.end_root == truth.boundary_root(truth.segments())
    assert status_of(view.end_root) == Status.HALTED


def test_end_root_of_another_output_is_another(view_of) -> None:
    assert view_of(output_root=b"x" * 32).end_root != view_of().end_root


def test_with_status_changes_the_first_byte_alone() -> None:
    root = bytes(range(32))
    assert with_status(root, 3) == b"\3" + root[1:]
