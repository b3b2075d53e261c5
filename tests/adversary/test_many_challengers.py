"""Several games over one claim: all honest challengers are made whole, and a liar that
loses to its own second account gains nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.chains.evm import Reverted
from support.games.duel import WORKER, Nobody, honest_challenger
from support.games.fights import PLAIN, Fight, fights

from challenge.challenger_moves import next_move
from challenge.game import Stage
from challenge.lies import LIES
from challenge.moves import Settle

FEW = settings(max_examples=8, deadline=None, print_blob=True)
HONEST = ("carol", "dave", "erin")
SYBIL = "sybil"


@FEW
@given(fight=fights(least=2), kind=st.sampled_from(["activation", "register"]))
def test_all_honest_challengers_are_made_whole(fight: Fight, kind: str) -> None:
    liar, player = fight.liar(kind), honest_challenger(fight.truth())
    duel = fight.duel(liar.output)
    before = {name: duel.wealth(name) for name in (WORKER, *HONEST)}
    duel.play(liar, dict.fromkeys(HONEST, player))
    assert duel.killed and duel.open_games == 0
    for name in HONEST:
        duel.check_made_whole(name, before[name])
    assert len(duel.events("WorkerLost")) == 1
    assert len(duel.events("Settled")) == len(HONEST) - 1
    assert duel.wealth(WORKER) == before[WORKER] - duel.the_claim.bond
    duel.check_conserved(HONEST)


@pytest.mark.parametrize("stage", [Stage.OPEN, Stage.SELECT, Stage.PROVE])
def test_liar_that_loses_to_its_own_second_account_gains_nothing(stage: Stage) -> None:
    """The accomplice hurries to win, while an honest game stands at any stage."""
    liar, player = PLAIN.liar("activation"), honest_challenger(PLAIN.truth())
    duel = PLAIN.duel(liar.output)
    before = {name: duel.wealth(name) for name in (WORKER, SYBIL, "carol")}
    burned = duel.burned()

    duel.attempt(player, "carol", duel.view("carol"))
    duel.attempt(player, SYBIL, duel.view(SYBIL))
    duel.reach(stage, liar, "carol", player)
    duel.reach(Stage.OVER, liar, SYBIL, player)
    assert duel.killed
    duel.play(Nobody(), {"carol": player})

    lost = duel.event("WorkerLost")
    assert lost.challenger == duel.account(SYBIL)
    together = duel.wealth(WORKER) + duel.wealth(SYBIL)
    bond = duel.the_claim.bond
    assert together <= before[WORKER] + before[SYBIL] - bond * 2 // 5
    assert duel.burned() - burned >= bond * 2 // 5
    duel.check_made_whole("carol", before["carol"])
    duel.check_conserved(["carol", SYBIL])


def test_accomplice_that_loses_on_purpose_saves_no_lie() -> None:
    """A game lost by a challenger decides nothing about the claim."""
    liar, player = PLAIN.liar("activation"), honest_challenger(PLAIN.truth())
    duel = PLAIN.duel(liar.output)
    duel.attempt(player, SYBIL, duel.view(SYBIL))
    duel.attempt(liar, WORKER, duel.view(SYBIL))
    duel.chain.travel_to(duel.view(SYBIL).clock.deadline)
    duel.attempt(liar, WORKER, duel.view(SYBIL))
    assert duel.view(SYBIL).stage is Stage.OVER and not duel.killed
    duel.play(liar, {"carol": player})
    assert duel.killed


def test_late_challenger_joins_an_opened_claim() -> None:
    liar, player = PLAIN.liar("activation"), honest_challenger(PLAIN.truth())
    duel = PLAIN.duel(liar.output)
    duel.reach(Stage.DESCEND, liar, "carol", player)
    duel.attempt(player, "dave", duel.view("dave"))
    assert duel.view("dave").stage is Stage.SELECT
    before = duel.wealth("dave")
    duel.play(liar, {"dave": player, "carol": player})
    assert duel.killed and duel.open_games == 0
    assert duel.wealth("dave") > before
    duel.check_conserved(["carol", "dave"])


def test_moves_in_games_of_a_dead_claim_revert() -> None:
    liar, player = PLAIN.liar("activation"), honest_challenger(PLAIN.truth())
    duel = PLAIN.duel(liar.output)
    for name in ("carol", "dave"):
        duel.attempt(player, name, duel.view(name))
    view = duel.reach(Stage.SELECT, liar, "dave", player)
    duel.reach(Stage.OVER, liar, "carol", player)
    move = next_move(view, PLAIN.truth(), duel.chain.now)
    assert move is not None
    with pytest.raises(Reverted, match="ClaimDead"):
        duel.send(move, "dave")
    duel.send(Settle(view.claim, view.challenger), "stranger")
    assert duel.open_games == 0
    with pytest.raises(Reverted, match="WrongStage"):
        duel.send(Settle(view.claim, view.challenger), "stranger")


def test_settling_a_living_claim_reverts() -> None:
    liar, player = PLAIN.liar("activation"), honest_challenger(PLAIN.truth())
    duel = PLAIN.duel(liar.output)
    duel.attempt(player, "carol", duel.view("carol"))
    view = duel.view("carol")
    with pytest.raises(Reverted, match="ClaimAlive"):
        duel.send(Settle(view.claim, view.challenger), "carol")


def test_killed_request_is_answered_again_and_the_old_game_does_not_touch_it() -> None:
    liar, player = PLAIN.liar("activation"), honest_challenger(PLAIN.truth())
    duel = PLAIN.duel(liar.output)
    duel.play(liar, {"carol": player})
    first = duel.the_claim
    second = duel.answer(PLAIN.output)
    assert second.attempt == first.attempt + 1
    assert second.hash() != first.hash()
    assert not duel.killed and duel.open_games == 0
    assert next_move(duel.view("carol"), PLAIN.truth(), duel.chain.now) is None
    duel.chain.travel_to(second.window_end)
    assert duel.finalize().has("Finalized")


def test_every_kind_of_lie_has_a_line_to_be_listed_by() -> None:
    assert all(lie.description and lie.name == name for name, lie in LIES.items())
