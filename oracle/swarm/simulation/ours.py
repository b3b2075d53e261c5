"""The rule that `Swarm.sol` has, in floating point.

Arrays have axes (swarm, place of the ring), and behind them, where rankings are meant,
(distance): an agent ranks those that stand 1 to m places further on.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
T = TypeVar("T", bound=np.generic)

LEAST, MOST = 4, 16
LEAST_RANKERS = 2
LEAST_OTHERS = 3
PROBATION = 3
"""Tickets that a new agent burns before its rankings count."""


def degree(agents: int) -> int:
    """m: a third of the others, rounded up, between 4 and 16."""
    return min(max(LEAST, -(-(agents - 1) // 3)), MOST)


def ahead(values: NDArray[T], m: int) -> NDArray[T]:
    """For each place the values of the m places that follow it: a further axis."""
    return np.stack([np.roll(values, -d, axis=1) for d in range(1, m + 1)], axis=2)


def received(given: Floats) -> Floats:
    """For each place the sum of what the m before it gave it."""
    m = given.shape[2]
    total = np.zeros(given.shape[:2])
    for d in range(1, m + 1):
        total += np.roll(given[:, :, d - 1], d, axis=1)
    return total


def places(marks: Floats) -> Ints:
    """The strict order of marks along the last axis: the best has place m - 1. Of equal
    marks the one that is nearer in the ring is better."""
    order = np.argsort(marks[..., ::-1], axis=-1, kind="stable")
    m = marks.shape[-1]
    result = np.empty(marks.shape, np.int64)
    numbers = np.broadcast_to(np.arange(m), marks.shape)
    np.put_along_axis(result, m - 1 - order, numbers, axis=-1)
    return result


def scores(given: Ints, shown: Bools, weights: Floats) -> Floats:
    """The weighted mean place, 0 to 1; NaN where fewer than two rankers, or none that
    counts, revealed. Where nobody in a swarm has a weight all count alike."""
    m = given.shape[2]
    counting = np.where(shown, weights, 0.0)
    unrated = ~(counting > 0).any(axis=1, keepdims=True)
    counting = np.where(unrated, shown.astype(float), counting)
    each = np.broadcast_to(counting[:, :, None], given.shape)
    parts, total = received(each), received(each * given)
    known = received(np.broadcast_to(shown[:, :, None], given.shape).astype(float))
    scored = (known >= LEAST_RANKERS) & (parts > 0)
    return np.where(scored, total / np.where(parts > 0, parts, 1) / (m - 1), np.nan)


def squares(given: Ints, shown: Bools) -> tuple[Floats, Ints]:
    """For each ranker the sum of its squared deviations from the mean of the *others*
    that ranked the same answers, and of how many: where there are three such others."""
    m = given.shape[2]
    mask = np.broadcast_to(shown[:, :, None], given.shape)
    total = received(np.where(mask, given, 0).astype(float))
    count = received(mask.astype(float))
    others = ahead(count, m) - 1
    mean = (ahead(total, m) - given) / np.maximum(others, 1)
    counts = mask & (others >= LEAST_OTHERS)
    apart = np.where(counts, (given - mean) / (m - 1), 0.0)
    return (apart**2).sum(axis=2), counts.sum(axis=2)


def rating(sums: Floats, counts: Ints, burned: Ints) -> Floats:
    """1 minus the root of the mean square, at least the contract's least fraction; 0
    for a newcomer."""
    known = (burned >= PROBATION) & (counts > 0)
    sigma = np.sqrt(sums / np.maximum(counts, 1))
    return np.where(known, np.clip(1 - sigma, 2**-16, 1 - 2**-16), 0.0)
