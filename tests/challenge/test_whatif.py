"""What a dispute would take, against what it then took."""

import pytest
from support.games.duel import WORKER, Duel, honest_challenger
from support.games.fights import PLAIN

from challenge.claim import Interval
from challenge.game import Stage
from challenge.lies import Liar
from challenge.whatif import whatif

CAROL = "carol"


LONGEST = max(map(PLAIN.truth().instructions, range(PLAIN.truth().segments())))


def claimed(kind: str) -> tuple[Liar, Duel]:
    liar = PLAIN.liar(kind)
    return liar, PLAIN.duel(liar.output)


def test_whatif_of_a_true_claim_is_a_lost_bond() -> None:
    foretold = whatif(PLAIN.duel().view(CAROL), PLAIN.truth(), LONGEST)
    assert foretold.claim_is_true
    assert foretold.divergence is None
    assert foretold.gain_wei == 0
    assert foretold.net_wei == -foretold.bond_at_risk_wei < 0


@pytest.mark.parametrize("kind", ["activation", "register", "last-step", "early-halt"])
def test_whatif_of_a_false_claim_foretells_moves_gas_bond_and_gain(kind: str) -> None:
    liar, duel = claimed(kind)
    foretold = whatif(duel.view(CAROL), PLAIN.truth(), LONGEST)
    duel.play(liar, {CAROL: honest_challenger(PLAIN.truth())})

    assert not foretold.claim_is_true
    assert foretold.divergence == Interval(1, 0, 0, 3)
    assert foretold.bond_at_risk_wei == duel.event("Challenged").bond
    moves = len(duel.done())
    assert moves <= foretold.moves_left <= moves + 4
    used = sum(sent.receipt.gas_used for sent in duel.done(CAROL) if sent.receipt)
    assert used <= foretold.gas_left
    paid = duel.event("WorkerLost").paid
    assert paid <= foretold.gain_wei <= paid * 1.1


def test_whatif_all_along_the_game_narrows_to_the_proof() -> None:
    liar, duel = claimed("activation")
    truth = PLAIN.truth()
    challenger = honest_challenger(truth)
    seen = []
    while duel.view(CAROL).stage is not Stage.OVER:
        view = duel.view(CAROL)
        seen.append(whatif(view, truth, LONGEST))
        mover = CAROL if duel.attempt(challenger, CAROL, view) else WORKER
        if mover == WORKER:
            assert duel.attempt(liar, WORKER, view)
    left = [foretold.moves_left for foretold in seen]
    assert left == sorted(left, reverse=True)
    assert len(set(left)) == len(left)
    assert left[-1] == 1
    last = seen[-1].divergence
    assert last is not None
    assert (last.level, last.length) == (2, 1)
    assert len({foretold.gain_wei for foretold in seen}) <= 2
    over = whatif(duel.view(CAROL), truth, LONGEST)
    assert (over.moves_left, over.gas_left) == (0, 0)


def test_whatif_of_a_false_part_that_is_shown_is_that_part() -> None:
    liar, duel = claimed("last-step")
    challenger = honest_challenger(PLAIN.truth())
    view = duel.reach(Stage.SELECT, liar, CAROL, challenger)
    assert whatif(view, PLAIN.truth(), LONGEST).divergence == Interval(1, 0, 2, 1)
    view = duel.reach(Stage.DESCEND, liar, CAROL, challenger)
    assert whatif(view, PLAIN.truth(), LONGEST).divergence == Interval(1, 0, 2, 1)
