"""Looks per block, on chains of every rhythm, by a clock of the test's own."""

from collections.abc import Callable, Iterator
from random import Random

import pytest

from oracle.chain.head import Head
from oracle.node.tempo import KEPT, LONGEST_SECONDS, Tempo

POLL = 1.0
SECONDS = 3000.0


def head(number: int, instant: int) -> Head:
    return Head(number, number.to_bytes(32), b"", instant, 0)


def steady(gap: float) -> Iterator[tuple[float, int]]:
    """When each block gets around, and its own instant, by a clock that is wrong."""
    rng, at = Random(1), 0.0
    while True:
        at += gap
        yield at + rng.uniform(0.1, 0.4) * min(gap, 1), 1_700_000_000 + int(at)


def missing(gap: float) -> Iterator[tuple[float, int]]:
    """One slot in ten stays empty."""
    for n, block in enumerate(steady(gap)):
        if n % 10:
            yield block


def at_will(_: float) -> Iterator[tuple[float, int]]:
    """When somebody sends something."""
    rng, at = Random(2), 0.0
    while True:
        at += rng.expovariate(0.05)
        yield at, 1_700_000_000 + int(at)


def hasty(_: float) -> Iterator[tuple[float, int]]:
    """A development chain, whose clock runs ahead of ours."""
    at, instant = 0.0, 1_700_000_000
    while True:
        at, instant = at + 2.5, instant + 12
        yield at, instant


def looks(blocks: Iterator[tuple[float, int]]) -> tuple[float, float]:
    """How many a block, and how late the median block is seen, in seconds."""
    now = [0.0]
    tempo = Tempo(POLL, lambda: now[0])
    number, count, late = 0, 0, []
    arrives, instant = next(blocks)
    latest, unseen = head(0, 1_700_000_000), list[float]()
    while now[0] < SECONDS:
        while arrives <= now[0]:
            number += 1
            latest = head(number, instant)
            unseen.append(arrives)
            arrives, instant = next(blocks)
        late += [now[0] - at for at in unseen]
        unseen.clear()
        count += 1
        now[0] += tempo.pause(latest)
    return count / number, sorted(late)[len(late) // 2]


RHYTHMS: list[tuple[Callable[[float], Iterator[tuple[float, int]]], float, float]] = [
    (steady, 12.0, 1.7),
    (steady, 5.0, 1.4),
    (steady, 2.0, 1.2),
    (missing, 12.0, 2.5),
]


@pytest.mark.parametrize("rhythm, gap, most", RHYTHMS)
def test_tempo_steady_blocks_are_looked_at_once_or_twice(
    rhythm: Callable[[float], Iterator[tuple[float, int]]], gap: float, most: float
) -> None:
    a_block, late = looks(rhythm(gap))
    assert a_block <= most
    assert late <= max(POLL, gap / 4)


@pytest.mark.parametrize("rhythm, gap", [(at_will, 0.0), (hasty, 0.0), (steady, 0.4)])
def test_tempo_blocks_that_may_come_at_any_time_are_polled_for(
    rhythm: Callable[[float], Iterator[tuple[float, int]]], gap: float
) -> None:
    _, late = looks(rhythm(gap))
    assert late <= POLL


def test_tempo_waits_for_no_block_for_long() -> None:
    now = [0.0]
    tempo = Tempo(POLL, lambda: now[0])
    for number in range(1, KEPT + 3):
        now[0] = 60.0 * number
        pause = tempo.pause(head(number, 60 * number))
    assert pause == LONGEST_SECONDS
    # Blocks that are undone begin a new rhythm.
    assert tempo.pause(head(3, 180)) == POLL
