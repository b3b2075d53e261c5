"""What docs/swarm-paper.md says of attackers, on fewer rounds than it counts."""

from dataclasses import replace

import numpy as np
import pytest

from oracle.swarm.simulation.money import Stakes
from oracle.swarm.simulation.people import Attack, Kind, gathered
from oracle.swarm.simulation.ratings import in_order, overtaken
from oracle.swarm.simulation.rounds import RULES, Outcome, Size, simulate

SIZE = Size(30, swarms=30, rounds=20, learning=8)
SHARE = 0.2
BAD = 6


def beside(rule: str, attack: Attack, seed: int = 3) -> tuple[Outcome, Outcome]:
    """Swarms with an attack, and the same agents without."""
    rng = np.random.default_rng(seed)
    people = gathered(rng, SIZE.swarms, SIZE.agents, None)
    plain = simulate(rule, SIZE, rng, None, None, people)
    bad = replace(people, bad=np.arange(SIZE.agents) < BAD, attack=attack)
    return simulate(rule, SIZE, rng, attack, None, bad), plain


@pytest.mark.parametrize("rule", RULES)
def test_same_seed_gives_the_same_rounds(rule):
    size = Size(10, swarms=3, rounds=6, learning=2)
    first, second = (simulate(rule, size, np.random.default_rng(5)) for _ in "ab")
    other = simulate(rule, size, np.random.default_rng(6))
    assert (first.wins == second.wins).all() and (first.gain == second.gain).all()
    assert (first.wins != other.wins).any()


@pytest.mark.parametrize("rule", RULES)
def test_swarm_of_honest_agents_finds_a_good_answer(rule):
    done = simulate(rule, SIZE, np.random.default_rng(1))
    assert done.best > 0.95 and done.won == 1
    assert in_order(done) > 0.7


def test_lazy_rankers_are_rated_below_honest_ones_by_both_rules():
    for rule in RULES:
        rng = np.random.default_rng(2)
        assert overtaken(simulate(rule, SIZE, rng, Attack(Kind.LAZY, SHARE))) < 0.01


def test_who_says_the_same_of_all_is_rated_as_honest_by_the_papers_rule_alone():
    done = {rule: beside(rule, Attack(Kind.CONSTANT, SHARE))[0] for rule in RULES}
    assert overtaken(done["paper"]) > 0.3
    assert overtaken(done["ours"]) < 0.01


def test_who_withholds_wins_more_by_the_papers_rule_and_never_by_ours():
    attack = Attack(Kind.WITHHOLDING, SHARE)
    done, plain = beside("paper", attack)
    assert done.attackers(done.wins) > 1.2 * plain.first(plain.wins, BAD)
    assert done.attackers(done.gain) > plain.first(plain.gain, BAD)
    done, _ = beside("ours", attack)
    assert done.attackers(done.wins) == 0 and done.attackers(done.gain) < 0


@pytest.mark.parametrize("rule", RULES)
def test_friends_that_rank_each_other_first_win_more_by_either_rule(rule):
    """What no rule of ours cures: docs say so."""
    done, plain = beside(rule, Attack(Kind.COLLUDING, SHARE))
    assert done.attackers(done.wins) > plain.first(plain.wins, BAD)


@pytest.mark.parametrize("rule", RULES)
def test_copying_pays_only_where_answers_are_not_sealed(rule):
    sealed, plain = beside(rule, Attack(Kind.COPYING, SHARE))
    bare, _ = beside(rule, Attack(Kind.COPYING, SHARE, sealed=False))
    assert sealed.attackers(sealed.gain) < plain.first(plain.gain, BAD)
    assert bare.attackers(bare.wins) > 3 * sealed.attackers(sealed.wins)


@pytest.mark.parametrize("rule", RULES)
def test_injection_wins_as_many_rankers_as_it_fools(rule):
    wins = [
        done.attackers(done.wins)
        for fooled in (0.0, 0.3, 0.6)
        for done, _ in [beside(rule, Attack(Kind.INJECTING, SHARE, fooled))]
    ]
    assert wins == sorted(wins) and wins[2] > 3 * wins[0]


def test_ranking_at_random_is_paid_and_only_a_dear_ticket_takes_it_back():
    """A fifth of the reward is for whoever ranks, and nobody can tell how."""
    gains = []
    for ticket in (0.005, 0.06):
        attack, rng = Attack(Kind.EMPTY, SHARE), np.random.default_rng(4)
        done = simulate("ours", SIZE, rng, attack, Stakes(ticket=ticket))
        gains.append(done.attackers(done.gain))
    assert gains[0] > 0 > gains[1]
