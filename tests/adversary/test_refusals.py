"""Right moves at wrong moments, of wrong senders, with wrong preimages: each reverts
with a custom error that says what was expected, and changes nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from support.chains.evm import Reverted
from support.games.duel import WORKER, Duel, honest_challenger
from support.games.fights import PLAIN

from challenge import worker_moves
from challenge.claim import Interval
from challenge.dissection import Disputed, Dissection
from challenge.game import GameView, Stage
from challenge.lies import Liar
from challenge.moves import (
    Challenge,
    Descend,
    Dissect,
    Move,
    Open,
    Prove,
    Select,
    Settle,
    Timeout,
)
from challenge.trace import Trace

CAROL = "carol"
PLACED = {"liar": PLAIN.liar("activation"), "truth": PLAIN.truth()}
ROOT = b"\1" + bytes(31)
SHOWN = Dissection(Interval(1, 0, 0, 2), PLAIN.k, (ROOT,) * 3)
AT = Disputed(Interval(2, 0, 0, 1), ROOT, ROOT)


def at(stage: Stage) -> tuple[Duel, Liar, GameView]:
    """A dispute that has come to this stage."""
    liar: Any = PLACED["liar"]
    duel = PLAIN.duel(liar.output)
    view = duel.reach(stage, liar, CAROL, honest_challenger(truth()))
    return duel, liar, view


def truth() -> Trace:
    trace: Any = PLACED["truth"]
    return trace


def refused(duel: Duel, move: Move, who: str) -> tuple[str, tuple[Any, ...]]:
    """Name and arguments of what the move reverts with; nothing has changed."""
    before = duel.view(CAROL)
    with pytest.raises(Reverted) as caught:
        duel.send(move, who)
    assert duel.view(CAROL) == before
    return caught.value.name, caught.value.values


def right_move(stage: Stage, liar: Liar, view: GameView, now: int) -> tuple[Move, str]:
    """What the mover of this stage would send, and who it is."""
    if stage is Stage.SELECT:
        return honest_challenger(truth()).attempts(view, now)[0], CAROL
    if stage is Stage.PROVE:
        return worker_moves.proof(view, truth()), WORKER
    return liar.attempts(view, now)[0], WORKER


MOVERS = [Stage.OPEN, Stage.SELECT, Stage.DISSECT, Stage.DESCEND, Stage.PROVE]
OF_STAGE: dict[Stage, Callable[[GameView], Move]] = {
    Stage.OPEN: lambda v: Open(v.claim, v.challenger, 2, (ROOT,)),
    Stage.SELECT: lambda v: Select(v.claim_hash, SHOWN, 0),
    Stage.DISSECT: lambda v: Dissect(v.claim_hash, v.challenger, AT, ()),
    Stage.DESCEND: lambda v: Descend(v.claim_hash, v.challenger, AT, 1, ()),
    Stage.PROVE: lambda v: Prove(v.claim, v.challenger, AT, b""),
}


@pytest.mark.parametrize("stage", MOVERS)
def test_move_after_the_clock_reverts_too_late(stage: Stage) -> None:
    duel, liar, view = at(stage)
    move, who = right_move(stage, liar, view, duel.chain.now)
    duel.chain.travel_to(view.clock.deadline)
    assert refused(duel, move, who) == ("TooLate", (view.clock.deadline,) * 2)


@pytest.mark.parametrize("stage", MOVERS)
def test_move_in_the_last_second_is_in_time(stage: Stage) -> None:
    duel, liar, view = at(stage)
    move, who = right_move(stage, liar, view, duel.chain.now)
    duel.chain.travel_to(view.clock.deadline - 1)
    assert duel.send(move, who)


@pytest.mark.parametrize("stage", MOVERS)
def test_timeout_before_the_clock_ran_out_reverts_too_early(stage: Stage) -> None:
    duel, _, view = at(stage)
    duel.chain.travel_to(view.clock.deadline - 1)
    move = Timeout(view.claim, view.challenger)
    deadline = view.clock.deadline
    assert refused(duel, move, CAROL) == ("TooEarly", (deadline, deadline - 1))


@pytest.mark.parametrize("actual", MOVERS)
@pytest.mark.parametrize("expected", MOVERS)
def test_move_of_another_stage_reverts(actual: Stage, expected: Stage) -> None:
    if actual is expected:
        return
    duel, _, view = at(actual)
    who = CAROL if expected is Stage.SELECT else WORKER
    error = refused(duel, OF_STAGE[expected](view), who)
    if expected is Stage.OPEN:
        assert error == ("AlreadyOpened", (view.claim_hash,))
    else:
        assert error == ("WrongStage", (expected, actual))


@pytest.mark.parametrize("stage", [Stage.OPEN, Stage.DISSECT, Stage.DESCEND])
def test_workers_move_by_another_reverts(stage: Stage) -> None:
    duel, liar, view = at(stage)
    move, _ = right_move(stage, liar, view, duel.chain.now)
    expected = (duel.worker, duel.account(CAROL))
    assert refused(duel, move, CAROL) == ("WrongSender", expected)


def test_selection_by_another_than_the_challenger_finds_no_game() -> None:
    duel, liar, view = at(Stage.SELECT)
    move, _ = right_move(Stage.SELECT, liar, view, duel.chain.now)
    error = refused(duel, move, "stranger")
    assert error == ("WrongStage", (Stage.SELECT, Stage.NONE))


@pytest.mark.parametrize("stage", [Stage.DISSECT, Stage.DESCEND, Stage.PROVE])
@pytest.mark.parametrize("part", ["interval", "start_root", "end_root"])
def test_move_of_another_position_reverts(stage: Stage, part: str) -> None:
    duel, liar, view = at(stage)
    move: Any = right_move(stage, liar, view, duel.chain.now)[0]
    position = view.disputed()
    wrong = {
        "interval": replace(position.interval, start=position.interval.start + 1),
        "start_root": ROOT,
        "end_root": ROOT,
    }
    other = replace(position, **{part: wrong[part]})
    error = refused(duel, replace(move, position=other), WORKER)
    assert error == ("WrongPosition", (view.game.commitment, other.commitment()))


def test_selection_of_what_was_not_shown_reverts() -> None:
    duel, liar, view = at(Stage.SELECT)
    shown = view.dissection()
    other = replace(shown, boundaries=(*shown.boundaries[:-1], ROOT))
    name, values = refused(duel, Select(view.claim_hash, other, 0), CAROL)
    assert (name, values) == (
        "WrongPosition",
        (view.dispute.opening, other.commitment()),
    )


class Bent(Select):
    """A selection with some arguments replaced."""

    __slots__ = ("changes",)

    @property
    def args(self) -> Any:
        args = list(super().args)
        for index, value in self.changes.items():
            args[index] = value
        return tuple(args)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({3: 99}, "WrongPart"),
        ({4: ROOT}, "WrongPath"),
        ({5: ROOT}, "WrongPath"),
        ({6: ()}, "WrongPathLength"),
        ({6: (ROOT,) * 9}, "WrongPathLength"),
        ({6: (ROOT,) * 2}, "WrongPath"),
    ],
)
def test_selection_with_a_false_path_reverts(changes: dict, name: str) -> None:
    duel, _, view = at(Stage.SELECT)
    move = Bent(view.claim_hash, view.dissection(), 0)
    object.__setattr__(move, "changes", changes)
    assert refused(duel, move, CAROL)[0] == name


@pytest.mark.parametrize("count", [0, 1, 3])
def test_opening_with_another_number_of_roots_reverts(count: int) -> None:
    duel, _, view = at(Stage.OPEN)
    move = Open(view.claim, view.challenger, 3, (ROOT,) * count)
    assert refused(duel, move, WORKER) == ("WrongRootCount", (2, count))


@pytest.mark.parametrize("steps", [0, 2**32 + 1])
def test_opening_of_too_few_or_too_many_segments_reverts(steps: int) -> None:
    duel, _, view = at(Stage.OPEN)
    move = Open(view.claim, view.challenger, steps, (ROOT,) * (PLAIN.k - 1))
    assert refused(duel, move, WORKER) == ("StepsOutOfRange", (1, 2**32, steps))


@pytest.mark.parametrize("steps", [0, 2**36 + 1])
def test_descent_into_too_few_or_too_many_instructions_reverts(steps: int) -> None:
    duel, liar, view = at(Stage.DESCEND)
    move: Any = right_move(Stage.DESCEND, liar, view, duel.chain.now)[0]
    error = refused(duel, replace(move, instructions=steps), WORKER)
    assert error == ("StepsOutOfRange", (1, 2**36, steps))


@pytest.mark.parametrize(
    ("stage", "status", "allowed"),
    [
        *((Stage.OPEN, status, status in (1, 2, 3)) for status in (0, 1, 2, 3, 4, 255)),
        *((Stage.DESCEND, status, status < 4) for status in (0, 1, 2, 3, 4, 255)),
        *((Stage.DISSECT, status, status < 4) for status in (0, 3, 4, 255)),
    ],
)
def test_root_of_any_status_is_taken_at_its_level_alone(
    stage: Stage, status: int, allowed: bool
) -> None:
    duel, liar, view = at(stage)
    move: Any = right_move(stage, liar, view, duel.chain.now)[0]
    index = len(move.roots) - 1
    roots = (*move.roots[:index], bytes([status]) + bytes(31))
    changed = replace(move, roots=roots)
    if allowed:
        assert duel.send(changed, WORKER)
    else:
        assert refused(duel, changed, WORKER) == ("WrongRootStatus", (index, status))


def test_challenge_twice_reverts() -> None:
    duel, _, view = at(Stage.OPEN)
    error = refused(duel, Challenge(view.claim, 0), CAROL)
    assert error[0] == "GameExists"


def test_challenge_after_the_window_reverts() -> None:
    duel = PLAIN.duel(PLAIN.output)
    view = duel.view(CAROL)
    end = view.claim.window_end
    duel.chain.travel_to(end)
    move = Challenge(view.claim, view.challenge_wei)
    assert refused(duel, move, CAROL) == ("TooLate", (end, end))


def test_challenge_without_the_bond_reverts() -> None:
    duel = PLAIN.duel(PLAIN.output)
    view = duel.view(CAROL)
    error = refused(duel, Challenge(view.claim, view.challenge_wei - 1), CAROL)
    carol, bond = duel.account(CAROL), view.challenge_wei
    assert error == ("InsufficientBalance", (carol, bond, bond - 1))


def test_challenge_of_a_claim_with_one_field_changed_reverts() -> None:
    duel = PLAIN.duel(PLAIN.output)
    view = duel.view(CAROL)
    other = replace(view.claim, output_root=ROOT)
    error = refused(duel, Challenge(other, view.challenge_wei), CAROL)
    assert error == ("WrongClaim", (view.claim_hash, other.hash()))


def test_settling_what_is_alive_reverts() -> None:
    duel, _, view = at(Stage.SELECT)
    move = Settle(view.claim, view.challenger)
    assert refused(duel, move, CAROL) == ("ClaimAlive", (view.claim_hash,))
