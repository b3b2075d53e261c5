"""What agents gain and lose in a round, by the paper's rule and by ours.

Rewards and tickets are in any one unit. Arrays have axes (swarm, agent); a score that
is NaN can't win. What a round takes in it pays out, returns or burns.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

RANKERS_SHARE = 0.2  # of the reward, for all rankers together
WINNER_SHARE = 0.5  # of a low answer's ticket, at most, to the winner


@dataclass(frozen=True, slots=True)
class Stakes:
    """A round's money. `to_winner`: the paper's a, the part of a loser's ticket that
    the winner takes; `losing`: how many of those who don't win lose theirs."""

    reward: float = 1.0
    ticket: float = 0.02
    to_winner: float = 0.5
    losing: float = 1.0
    cut: float = 0.25  # ours: an answer with a lower score loses its ticket


@dataclass(frozen=True, slots=True)
class Paid:
    """Each agent's gain, its ticket taken into account, and what burned. `winner` is
    -1 where there is none."""

    gain: Floats
    burned: Floats
    back: Floats  # to the asker
    winner: NDArray[np.int64]


def winners(scores: Floats) -> NDArray[np.int64]:
    """The first of the best; -1 where no answer has a score."""
    best = np.argmax(np.where(np.isnan(scores), -np.inf, scores), axis=1)
    return np.where(np.isnan(scores).all(axis=1), -1, best)


def by_paper(scores: Floats, stakes: Stakes) -> Paid:
    """The winner takes the reward and its part of the tickets of the worst."""
    swarms, agents = scores.shape
    winner = winners(scores)
    rows = np.arange(swarms)
    lost = round(stakes.losing * (agents - 1))
    ranked = np.argsort(np.where(np.isnan(scores), -np.inf, scores), axis=1)
    gain = np.zeros(scores.shape)
    for nth in range(lost):
        gain[rows, ranked[:, nth]] -= stakes.ticket
    gain[rows, winner] += stakes.reward + stakes.to_winner * lost * stakes.ticket
    burned = np.full(swarms, (1 - stakes.to_winner) * lost * stakes.ticket)
    return Paid(gain, burned, np.zeros(swarms), winner)


def by_ours(scores: Floats, shown: Bools, newcomers: Bools, stakes: Stakes) -> Paid:
    """80 % of the reward to the winner, 20 % to those that ranked. A ticket burns of
    who didn't rank and of a newcomer; of a low answer's the winner gets a half, but no
    more than its agent was paid for ranking."""
    swarms, agents = scores.shape
    rows = np.arange(swarms)
    eligible = np.where(shown, scores, np.nan)
    winner = winners(eligible)
    has = winner >= 0
    pay = RANKERS_SHARE * stakes.reward / agents
    prize = stakes.reward - RANKERS_SHARE * stakes.reward
    low = shown & ~newcomers & (eligible < stakes.cut)
    burns = ~shown | newcomers
    gain = np.where(shown, pay, 0.0) - np.where(low | burns, stakes.ticket, 0.0)
    spoil = min(stakes.ticket * WINNER_SHARE, pay)
    spoils = np.where(has, spoil * low.sum(axis=1), 0.0)
    gain[rows[has], winner[has]] += prize + spoils[has]
    burned = stakes.ticket * (low | burns).sum(axis=1) - spoils
    burned += pay * (~shown).sum(axis=1)
    return Paid(gain, burned, np.where(has, 0.0, prize), winner)


def identity_income(agents: Floats, stakes: Stakes) -> Floats:
    """Figure 6's closed form: what one identity of n alike earns a round by the paper's
    rule, R/n - (1 - a) T (n - 1)/n."""
    lost = (1 - stakes.to_winner) * stakes.ticket * (agents - 1) / agents
    return stakes.reward / agents - lost


def break_even(agents: Floats, to_winner: float, reward: float = 1.0) -> Floats:
    """The ticket at which that is nothing, R/((1 - a)(n - 1))."""
    return reward / ((1 - to_winner) * (agents - 1))
