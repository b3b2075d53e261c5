"""What comes in goes out, and figure 6's formula is what is simulated."""

import numpy as np
import pytest

from oracle.swarm.simulation.money import (
    Stakes,
    break_even,
    by_ours,
    by_paper,
    identity_income,
)
from oracle.swarm.simulation.tickets import half_break_even, half_income


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(6)


@pytest.mark.parametrize("losing", [0.0, 1 / 3, 1.0])
@pytest.mark.parametrize("part", [0.0, 0.5, 1.0])
def test_papers_money_is_conserved(rng, losing, part):
    stakes = Stakes(ticket=0.03, to_winner=part, losing=losing)
    paid = by_paper(rng.random((5, 12)), stakes)
    assert paid.gain.sum(axis=1) + paid.burned == pytest.approx(stakes.reward)


@pytest.mark.parametrize("cut", [0.0, 0.3, 0.5])
def test_our_money_is_conserved(rng, cut):
    stakes = Stakes(ticket=0.03, cut=cut)
    scores = np.where(rng.random((50, 12)) < 0.1, np.nan, rng.random((50, 12)))
    shown, newcomers = rng.random((2, 50, 12)) < 0.7
    paid = by_ours(scores, shown, newcomers, stakes)
    total = paid.gain.sum(axis=1) + paid.burned + paid.back
    assert total == pytest.approx(stakes.reward)
    chosen = paid.winner >= 0
    assert shown[np.flatnonzero(chosen), paid.winner[chosen]].all()


def test_without_any_score_our_prize_goes_back_to_the_asker():
    shown = np.ones((1, 10), bool)
    paid = by_ours(np.full((1, 10), np.nan), shown, ~shown, Stakes())
    assert paid.winner.tolist() == [-1]
    assert paid.back == pytest.approx(0.8)
    assert paid.gain == pytest.approx(0.02)


def test_winner_gets_no_more_of_a_low_ticket_than_its_agent_was_paid():
    scores = np.array([[0.1, 0.9, 0.8, 0.7]])
    shown, nobody = np.ones((1, 4), bool), np.zeros((1, 4), bool)
    dear = by_ours(scores, shown, nobody, Stakes(ticket=10.0))
    assert dear.gain[0].tolist() == pytest.approx([0.05 - 10, 0.8 + 0.1, 0.05, 0.05])
    cheap = by_ours(scores, shown, nobody, Stakes(ticket=0.01))
    assert cheap.gain[0, 1] == pytest.approx(0.8 + 0.05 + 0.005)


@pytest.mark.parametrize(("agents", "part"), [(101, 0.0), (201, 0.5)])
def test_one_percent_is_enough_from_so_many_on(agents, part):
    assert break_even(np.array(agents), part) == pytest.approx(0.01)
    stakes = Stakes(ticket=0.01, to_winner=part)
    assert identity_income(np.array(agents), stakes) == pytest.approx(0)
    assert identity_income(np.array(agents - 50), stakes) > 0


def test_one_percent_is_never_enough_if_the_winner_takes_all():
    stakes = Stakes(ticket=0.01, to_winner=1.0)
    assert (identity_income(np.arange(2.0, 10_000), stakes) > 0).all()


@pytest.mark.parametrize("part", [0.0, 0.5, 0.9])
def test_simulated_income_is_the_formulas(rng, part):
    known = identity_income(np.array(10.0), Stakes(ticket=0.1, to_winner=part))
    found = half_income(rng, 10, 400, 0.1, part)
    assert found == pytest.approx(known, abs=0.01)


def test_simulated_break_even_is_the_formulas(rng):
    known = break_even(np.array(10.0), 0.0)
    assert half_break_even(rng, 10, 400, 0.0) == pytest.approx(known, rel=0.1)
