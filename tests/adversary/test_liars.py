"""A lie planted anywhere loses to one honest challenger, in the real contracts."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from support.games.duel import WORKER, honest_challenger
from support.games.fights import PLAIN, Fight, fights

from challenge.errors import LieImpossible
from challenge.game import Stage
from challenge.lies import LIES, Liar
from challenge.roots import status_of

FEW = settings(
    max_examples=6,
    deadline=None,
    print_blob=True,
    suppress_health_check=[
        HealthCheck.filter_too_much,
        HealthCheck.too_slow,
    ],
)
CAROL = "carol"


def planted(fight: Fight, kind: str) -> Liar:
    try:
        return fight.liar(kind)
    except LieImpossible:
        assume(False)
        raise


@pytest.mark.parametrize("kind", LIES)
@FEW
@given(fight=fights())
def test_lie_of_any_kind_loses_to_the_honest_challenger(
    kind: str, fight: Fight
) -> None:
    liar = planted(fight, kind)
    duel = fight.duel(liar.output)
    duel.stake(CAROL)
    before = {name: duel.wealth(name) for name in (WORKER, CAROL)}
    burned = duel.burned()

    duel.play(liar, {CAROL: honest_challenger(fight.truth())})

    lost = duel.event("WorkerLost")
    bond = duel.the_claim.bond
    assert duel.killed and duel.open_games == 0
    assert not duel.errors(CAROL)
    duel.check_made_whole(CAROL, before[CAROL])
    assert duel.wealth(CAROL) == before[CAROL] + lost.paid
    assert duel.wealth(WORKER) == before[WORKER] - bond
    assert duel.burned() == burned + bond - lost.paid
    duel.check_conserved([CAROL])


@pytest.mark.parametrize("kind", LIES)
def test_lie_of_any_kind_is_a_false_answer(kind: str) -> None:
    liar = PLAIN.liar(kind)
    assert liar.output != PLAIN.output
    assert liar.trace.boundary_root(0) == PLAIN.truth().boundary_root(0)
    assert liar.trace.boundary_root(liar.trace.segments()) == PLAIN.scene().end(
        liar.output
    )


@pytest.mark.parametrize("kind", LIES)
def test_lie_planted_twice_from_one_seed_is_the_same(kind: str) -> None:
    first, second = PLAIN.liar(kind), PLAIN.liar(kind)
    assert first.output == second.output
    assert first.trace.segments() == second.trace.segments()
    for i in range(first.trace.segments() + 1):
        assert first.trace.boundary_root(i) == second.trace.boundary_root(i)


@pytest.mark.parametrize("kind", ["running-boundary", "status"])
def test_root_of_a_wrong_status_is_refused_before_it_is_disputed(kind: str) -> None:
    liar = PLAIN.liar(kind)
    assert liar.brazen is not None
    duel = PLAIN.duel(liar.output)
    duel.play(liar, {CAROL: honest_challenger(PLAIN.truth())})
    (refused,) = [sent for sent in duel.sent if sent.error]
    assert refused.error is not None
    assert refused.error.name == "WrongRootStatus"
    index, actual = refused.error.values
    assert actual == status_of(liar.brazen.boundary_root(index + 1))
    assert actual not in (1, 2, 3)


def test_running_boundary_would_win_if_it_were_not_refused() -> None:
    """Why the status is checked: all steps of the split segment are true."""
    liar, truth = PLAIN.liar("running-boundary"), PLAIN.truth()
    brazen = liar.brazen
    assert brazen is not None
    split = next(
        i for i in range(9) if brazen.boundary_root(i) != truth.boundary_root(i)
    )
    assert status_of(brazen.boundary_root(split)) == 0
    steps = brazen.instructions(split - 1)
    for step in range(steps):
        assert brazen.state_root(split - 1, step) == truth.state_root(split - 1, step)
    assert brazen.boundary_root(split) == truth.state_root(split - 1, steps)


def test_forged_witnesses_only_revert() -> None:
    liar = PLAIN.liar("forged-witness")
    duel = PLAIN.duel(liar.output)
    challenger = honest_challenger(PLAIN.truth())
    before = duel.reach(Stage.PROVE, liar, CAROL, challenger)
    assert not duel.attempt(liar, WORKER, before)
    assert len(duel.errors(WORKER)) >= 3
    assert duel.view(CAROL) == before
    assert duel.attempt(challenger, CAROL, before)
    assert duel.killed
