"""The rule of "Self-Supervised Inference of Agents in Trustless Environments".

Arrays have axes (swarm, ranker, answer). An agent's answer has the agent's index.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def rankers_of_each(agents: int) -> int:
    """|S_j| of equation 2: a third of the others, at least one."""
    return max((agents - 1) // 3, 1)


def drawn(rng: np.random.Generator, swarms: int, agents: int) -> Bools:
    """Who ranks what: for each answer its rankers, drawn from the others."""
    luck = rng.random((swarms, agents, agents))
    own = np.arange(agents)
    luck[:, own, own] = 2  # behind everyone: nobody ranks itself
    nth = np.sort(luck, axis=1)[
        :, rankers_of_each(agents) - 1 : rankers_of_each(agents)
    ]
    return luck <= nth


def scores(given: Floats, ranks: Bools, weights: Floats) -> Floats:
    """Equation 3: the sum over an answer's rankers of weight times score."""
    total: Floats = np.einsum("sr,sra->sa", weights, np.where(ranks, given, 0.0))
    return total


def squares(given: Floats, ranks: Bools) -> tuple[Floats, NDArray[np.int64]]:
    """What equation 4 adds up for each ranker, and N, how many answers it ranked.

    The mean of an answer is that of all its rankers, the one that is rated too.
    """
    count = ranks.sum(axis=1, keepdims=True)
    mean = np.where(ranks, given, 0.0).sum(axis=1, keepdims=True) / np.maximum(count, 1)
    apart = np.where(ranks, given - mean, 0.0)
    return (apart**2).sum(axis=2), ranks.sum(axis=2)


def rating(sums: Floats, counts: NDArray[np.int64]) -> Floats:
    """Equations 4 and 5: 1 - sigma. Of fewer than two scores there is none: 1."""
    sigma = np.sqrt(sums / np.maximum(counts - 1, 1))
    return np.where(counts < 2, 1.0, 1.0 - sigma)
