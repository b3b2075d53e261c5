"""An honest worker beats whoever challenges a true answer, however it plays."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from support.games.duel import WORKER, Duel, honest_worker
from support.games.fights import PLAIN, Fight, fights

from challenge.game import Stage
from challenge.lies import FALSE_CHALLENGERS, Player

FEW = settings(
    max_examples=6,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
MALLORY = "mallory"


def false_challenger(fight: Fight, name: str) -> Player:
    """One that believes in, or forges from, a run with another answer."""
    liar = fight.liar("last-step")
    return FALSE_CHALLENGERS[name].make(liar.trace, Random(fight.seed))


def stakes(duel: Duel) -> tuple[int, int]:
    return duel.wealth(WORKER), duel.wealth(MALLORY)


@pytest.mark.parametrize("name", FALSE_CHALLENGERS)
@FEW
@given(fight=fights())
def test_false_challenger_of_any_kind_loses_to_the_honest_worker(
    name: str, fight: Fight
) -> None:
    duel = fight.duel()
    worker, challenger = stakes(duel)
    duel.play(honest_worker(fight.truth()), {MALLORY: false_challenger(fight, name)})

    lost = duel.event("ChallengerLost")
    bond = duel.event("Challenged").bond
    assert not duel.killed and duel.open_games == 0
    assert not duel.errors(WORKER)
    view = duel.view(MALLORY)
    assert view.stage is Stage.OVER
    assert stakes(duel) == (worker + lost.paid, challenger - bond)
    assert lost.paid >= view.game.worker_due * view.game.gas_price > 0
    assert lost.paid + lost.burned == bond
    duel.check_conserved([MALLORY])


@FEW
@given(fight=fights())
def test_claim_that_stood_is_paid_after_its_window(fight: Fight) -> None:
    duel = fight.duel()
    challenger = false_challenger(fight, "random")
    duel.play(honest_worker(fight.truth()), {MALLORY: challenger})
    duel.chain.travel_to(max(duel.chain.now, duel.the_claim.window_end))
    before = duel.wealth(WORKER)
    receipt = duel.finalize()
    assert duel.wealth(WORKER) == before + receipt.event("Finalized").paid


def test_worker_faces_every_false_challenger_at_once() -> None:
    duel = PLAIN.duel()
    challengers = {name: false_challenger(PLAIN, name) for name in FALSE_CHALLENGERS}
    before = {name: duel.wealth(name) for name in (WORKER, *challengers)}
    duel.play(honest_worker(PLAIN.truth()), challengers)

    lost = duel.events("ChallengerLost")
    assert len(lost) == len(challengers)
    assert not duel.killed and duel.open_games == 0
    assert duel.wealth(WORKER) == before[WORKER] + sum(event.paid for event in lost)
    for name in challengers:
        assert duel.wealth(name) < before[name]
    assert sum(s.move.function == "open" for s in duel.done()) == 1
    duel.check_conserved(challengers)
