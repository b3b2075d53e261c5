"""A move answers a hash: what a reorg replaced, it can't answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.chains.evm import Reverted
from support.games.duel import WORKER, Duel, honest_challenger, honest_worker
from support.games.fights import PLAIN, Fight, fights

from challenge.challenger_moves import next_move
from challenge.game import Stage
from challenge.lies import FALSE_CHALLENGERS, Liar
from challenge.moves import Move

FEW = settings(max_examples=12, deadline=None, print_blob=True)
CAROL, MALLORY = "carol", "mallory"


def answer_to(duel: Duel, fight: Fight) -> Move:
    move = next_move(duel.view(CAROL), fight.truth(), duel.chain.now)
    assert move is not None
    return move


@FEW
@given(fight=fights(), stage=st.sampled_from([Stage.OPEN, Stage.DESCEND]))
def test_dissection_replaced_across_a_reorg_turns_no_move_wrong(
    fight: Fight, stage: Stage
) -> None:
    """The answer to the first story reverts on the second; read again, it is right."""
    liar, player = fight.liar("reorg"), honest_challenger(fight.truth())
    if stage is Stage.DESCEND:
        last = liar.trace.length - 1
        instructions = liar.trace.instructions(last)
        other = liar.showing(lengths={last: instructions + 1}).trace
        liar = Liar(liar.kind, liar.output, liar.trace, replacement=other)
    duel = fight.duel(liar.output)
    duel.reach(stage, liar, CAROL, player)
    with duel.undone():
        assert duel.attempt(liar, WORKER, duel.view(CAROL))
        stale = answer_to(duel, fight)

    liar = liar.after_reorg()
    assert duel.attempt(liar, WORKER, duel.view(CAROL))
    before = duel.view(CAROL)
    with pytest.raises(Reverted, match="WrongPosition"):
        duel.send(stale, CAROL)
    assert duel.view(CAROL) == before

    duel.play(liar, {CAROL: player})
    assert duel.killed
    duel.check_conserved([CAROL])


def test_selection_replaced_across_a_reorg_turns_no_dissection_wrong() -> None:
    """The equivocator is the challenger: it points elsewhere after the reorg."""
    truth, rng = PLAIN.truth(), PLAIN.scene().rng
    worker = honest_worker(truth)
    first, last = (
        FALSE_CHALLENGERS[name].make(truth, rng) for name in ("first", "last")
    )
    duel = PLAIN.duel()
    duel.attempt(first, MALLORY, duel.view(MALLORY))
    duel.attempt(worker, WORKER, duel.view(MALLORY))
    with duel.undone():
        duel.attempt(first, MALLORY, duel.view(MALLORY))
        (stale,) = worker.attempts(duel.view(MALLORY), duel.chain.now)
    duel.attempt(last, MALLORY, duel.view(MALLORY))
    with pytest.raises(Reverted, match="WrongPosition"):
        duel.send(stale, WORKER)
    duel.play(worker, {MALLORY: last})
    assert not duel.killed


def test_claim_replaced_across_a_reorg_turns_no_challenge_wrong() -> None:
    """A challenge of a false answer can't hit the true one that took its place."""
    truth = PLAIN.truth()
    duel = Duel(truth, PLAIN.k)
    duel.stake(CAROL)
    with duel.undone():
        duel.claim(PLAIN.liar("activation").output)
        stale = answer_to(duel, PLAIN)
    duel.claim(PLAIN.output)
    with pytest.raises(Reverted, match="WrongClaim"):
        duel.send(stale, CAROL)
    assert duel.open_games == 0
    assert next_move(duel.view(CAROL), truth, duel.chain.now) is None
