"""Both rules, vectorised, beside the same written down one agent at a time."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from oracle.swarm.simulation import ours, paper

SWARMS = 3


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(18)


# The paper's ----------------------------------------------------------------------


@pytest.mark.parametrize(("agents", "each"), [(4, 1), (7, 2), (10, 3), (31, 10)])
def test_each_answer_has_a_third_of_the_others_as_rankers(rng, agents, each):
    ranks = paper.drawn(rng, 50, agents)
    assert (ranks.sum(axis=1) == each).all()
    assert not ranks[:, np.arange(agents), np.arange(agents)].any()
    assert len({row.tobytes() for row in ranks}) > 1  # drawn, not fixed


def test_equations_3_to_5_are_those_of_one_agent_at_a_time(rng):
    given, ranks = rng.random((SWARMS, 9, 9)), paper.drawn(rng, SWARMS, 9)
    weights = rng.random((SWARMS, 9))
    scores = paper.scores(given, ranks, weights)
    ratings = paper.rating(*paper.squares(given, ranks))
    for s in range(SWARMS):
        rankers = [[i for i in range(9) if ranks[s, i, j]] for j in range(9)]
        for j in range(9):
            total = sum(weights[s, i] * given[s, i, j] for i in rankers[j])
            assert scores[s, j] == pytest.approx(total)
        for i in range(9):
            ranked = [j for j in range(9) if i in rankers[j]]
            if len(ranked) < 2:
                assert ratings[s, i] == 1
                continue
            means = [np.mean([given[s, k, j] for k in rankers[j]]) for j in ranked]
            apart = [given[s, i, j] - m for j, m in zip(ranked, means, strict=True)]
            sigma = np.sqrt(sum(a * a for a in apart) / (len(ranked) - 1))
            assert ratings[s, i] == pytest.approx(1 - sigma)


def test_in_a_swarm_of_four_all_are_rated_one(rng):
    """Each answer has one ranker, who is the mean."""
    given, ranks = rng.random((SWARMS, 4, 4)), paper.drawn(rng, SWARMS, 4)
    assert (paper.rating(*paper.squares(given, ranks)) == 1).all()


def test_papers_rating_can_be_negative():
    """Three rankers of two answers, one of whom says the opposite of the others."""
    given, ranks = np.zeros((1, 8, 8)), np.zeros((1, 8, 8), bool)
    ranks[0, :8, :2] = True
    given[0, 0, :2] = 1
    assert paper.rating(*paper.squares(given, ranks))[0, 0] < 0


def test_whoever_withholds_lowers_its_target_by_the_papers_sum(rng):
    given, ranks = rng.random((1, 9, 9)), paper.drawn(rng, 1, 9)
    weights = np.ones((1, 9))
    before = paper.scores(given, ranks, weights)
    ranker, target = np.argwhere(ranks[0])[0]
    ranks[0, ranker, target] = False
    after = paper.scores(given, ranks, weights)
    assert after[0, target] < before[0, target]


# Ours -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agents", "m"), [(10, 4), (13, 4), (14, 5), (16, 5), (46, 15), (47, 16), (500, 16)]
)
def test_degree_is_a_third_of_the_others_between_four_and_sixteen(agents, m):
    assert ours.degree(agents) == m


def test_places_are_a_strict_order_with_the_best_highest(rng):
    marks = rng.standard_normal((SWARMS, 12, 5))
    given = ours.places(marks)
    assert (np.sort(given, axis=2) == np.arange(5)).all()
    by_place = np.take_along_axis(marks, np.argsort(given, axis=2), axis=2)
    assert all(
        (low < high).all() for low, high in pairwise(np.moveaxis(by_place, 2, 0))
    )


def test_of_equal_marks_the_nearer_in_the_ring_is_better():
    assert ours.places(np.zeros((1, 1, 4))).tolist() == [[[3, 2, 1, 0]]]
    assert ours.places(np.array([[[0.0, 1.0, 0.0, 1.0]]])).tolist() == [[[1, 3, 0, 2]]]


def one_at_a_time(given, shown, weights):
    """Scores and sums of squares around one ring, in fractions."""
    n, m = given.shape
    rankers = [
        [((t - d) % n, int(given[(t - d) % n, d - 1])) for d in range(1, m + 1)]
        for t in range(n)
    ]
    rankers = [[(r, x) for r, x in each if shown[r]] for each in rankers]
    if not any(weights[r] > 0 for r in range(n) if shown[r]):
        weights = np.ones(n)
    scores = []
    for each in rankers:
        parts = sum(Fraction(weights[r]) for r, _ in each)
        total = sum(Fraction(weights[r]) * x for r, x in each)
        scored = len(each) >= 2 and parts > 0
        scores.append(float(total / parts / (m - 1)) if scored else None)
    squares = []
    for r in range(n):
        apart = []
        for d in range(1, m + 1):
            others = [x for k, x in rankers[(r + d) % n] if k != r]
            if shown[r] and len(others) >= 3:
                mean = Fraction(sum(others), len(others))
                apart.append((Fraction(int(given[r, d - 1])) - mean) / (m - 1))
        squares.append((float(sum(a * a for a in apart)), len(apart)))
    return scores, squares


@pytest.mark.parametrize("agents", [10, 17, 60])
@pytest.mark.parametrize("weighed", [True, False])
def test_scores_and_squares_are_those_of_one_agent_at_a_time(rng, agents, weighed):
    m = ours.degree(agents)
    given = ours.places(rng.standard_normal((SWARMS, agents, m)))
    shown = rng.random((SWARMS, agents)) < 0.8
    weights = np.where(rng.random((SWARMS, agents)) < 0.6, 0.0, 1.0) * weighed
    weights *= rng.random((SWARMS, agents))
    scores = ours.scores(given, shown, weights)
    sums, counts = ours.squares(given, shown)
    for s in range(SWARMS):
        wanted, squares = one_at_a_time(given[s], shown[s], weights[s])
        for place in range(agents):
            if wanted[place] is None:
                assert np.isnan(scores[s, place])
            else:
                assert scores[s, place] == pytest.approx(wanted[place])
            assert sums[s, place] == pytest.approx(squares[place][0])
            assert counts[s, place] == squares[place][1]


def test_rating_is_nothing_until_three_tickets_are_burned():
    sums, counts = np.full((1, 3), 0.36), np.full((1, 3), 4)
    rated = ours.rating(sums, counts, np.array([[2, 3, 9]]))
    assert rated.tolist() == [[0, pytest.approx(0.7), pytest.approx(0.7)]]


@pytest.mark.parametrize("agents", [10, 23, 50])
def test_rule_is_that_of_the_contracts_twin(rng, agents):
    """`oracle.swarm.scoring` in integers, written by somebody else."""
    scoring = pytest.importorskip("oracle.swarm.scoring")
    ring = pytest.importorskip("oracle.swarm.ring")
    m = ours.degree(agents)
    assert ring.degree(agents) == m
    given = ours.places(rng.standard_normal((1, agents, m)))
    shown = rng.random(agents) < 0.85
    weights = np.where(rng.random(agents) < 0.3, 0, rng.integers(1, 2**16, agents))
    order = [int(i) for i in rng.permutation(agents)]
    place_of = {index: place for place, index in enumerate(order)}
    rankings = {
        index: ring.packed([int(x) for x in given[0, place_of[index]]])
        for index in range(agents)
        if shown[place_of[index]]
    }
    by_index = [int(weights[place_of[index]]) for index in range(agents)]
    twin = scoring.Ring(order, rankings, by_index)
    scores = ours.scores(given, shown[None], weights[None] / 2**16)
    known = twin.scores()
    for index in rankings:
        mine = scores[0, place_of[index]]
        if index in known:
            assert mine == pytest.approx(known[index] / 2**32, abs=1e-8)
        else:
            assert np.isnan(mine)
    sums, counts = ours.squares(given, shown[None])
    for index in rankings:
        noted = scoring.Rating(burned=3).noted(twin.deviations(index))
        place = place_of[index]
        assert noted.count == counts[0, place]
        assert noted.squares / 2**32 == pytest.approx(sums[0, place], abs=1e-3)
        burned = np.full((1, agents), 3)
        mine = ours.rating(sums, counts, burned)[0, place]
        assert noted.weight / 2**16 == pytest.approx(mine, abs=1e-3)
