"""Which of many games a worker moves in next, when it can't move in all at once.

A game that the worker finishes burns its challenger's bond; one whose clock runs out
kills the claim, and then every other challenger has its bond back. So a worker that is
short of moves must not spread them: of games whose clocks allow it, it finishes the one
nearest to its end. `docs/economics.md` says what that can't do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from challenge import tariff
from challenge.dissection import Dissection
from challenge.game import SEGMENTS, GameView, Stage

SAFETY_MOVES = 4
"""A clock is in danger when so few moves fit between it and the last chance."""


@dataclass(frozen=True, slots=True)
class Run:
    """How long a claim's run is at most: what a worker knows before it has opened."""

    segments: int
    instructions: int  # in the longest segment


LONGEST_RUN = Run(tariff.MAX_SEGMENTS, tariff.MAX_INSTRUCTIONS)


@dataclass(frozen=True, slots=True)
class Due:
    """A game that waits for the worker. `claim` is lost when one of its clocks is.

    `moves`: of the worker's, until the proof is made, if the challenger plays on.
    """

    claim: bytes
    bond_wei: int
    moves: int
    deadline: int  # instant


def moves_left(view: GameView, run: Run) -> int:
    """The worker's moves until the proof is made, itself included."""
    inside = _dissections(view.k, run.instructions, True) + 1
    if view.stage is Stage.OVER or view.dispute.dead:
        return 0
    if view.position is None:
        return 1 + _dissections(view.k, run.segments, True) + 1 + inside
    interval = view.position.interval
    shown = isinstance(view.position, Dissection)
    here = _dissections(view.k, interval.length, shown)
    if view.stage is Stage.PROVE:
        return 1
    return here + (1 + inside if interval.level == SEGMENTS else 1)


def in_order(games: Sequence[Due], now: int, pace_seconds: float) -> list[int]:
    """The games' indices, the one to move in first first.

    `pace_seconds`: how long a move takes. Claims that can't all be saved at this pace
    are left out of account, the least bonds first: a clock of theirs that is about to
    run out delays no other, and what can be finished of them still is.
    """
    saved = _saved(games, now, pace_seconds)
    by_deadline = sorted(
        (i for i, game in enumerate(games) if game.claim in saved),
        key=lambda i: games[i].deadline,
    )
    endangered = _endangered([games[i] for i in by_deadline], now, pace_seconds)
    first = set(by_deadline[:endangered])

    def turn(i: int) -> tuple[bool, int, int, int]:
        return i not in first, games[i].moves, games[i].deadline, i

    return sorted(range(len(games)), key=turn)


def _dissections(k: int, length: int, shown: bool) -> int:
    """The worker's at one level; what is shown already takes one less."""
    return max(tariff.rounds(k, length) - shown, 0)


def _saved(games: Iterable[Due], now: int, pace: float) -> set[bytes]:
    """Claims all of whose clocks hold, if the nearest deadline is always served first;
    the dearest are taken in first."""
    claim = attrgetter("claim")
    groups = [list(g) for _, g in groupby(sorted(games, key=claim), claim)]
    kept: list[Due] = []
    for group in sorted(groups, key=lambda g: (-g[0].bond_wei, len(g))):
        together = sorted([*kept, *group], key=attrgetter("deadline"))
        if all(slack >= 0 for slack in _slacks(together, now, pace)):
            kept = together
    return set(map(claim, kept))


def _endangered(by_deadline: Sequence[Due], now: int, pace: float) -> int:
    """How many of the first must be served before any other: no move can be spared."""
    margin = SAFETY_MOVES * pace
    slacks = _slacks(by_deadline, now, pace)
    return next((n for n, slack in enumerate(slacks, 1) if slack < margin), 0)


def _slacks(by_deadline: Iterable[Due], now: int, pace: float) -> Iterator[float]:
    """Seconds that are left over at each deadline, when all due until it is done."""
    moves = 0
    for game in by_deadline:
        moves += game.moves
        yield game.deadline - now - moves * pace


class Pace:
    """Seconds of block time that one own move takes, while there is something to do.

    Measured from look to look, and slowly forgotten: what matters is how it goes now.
    """

    PRIOR_SECONDS = 12.0
    KEPT_MOVES = 32

    def __init__(self) -> None:
        self._seconds, self._moves = self.PRIOR_SECONDS, 1.0
        self._due: frozenset[object] = frozenset()
        self._seen = 0

    @property
    def seconds(self) -> float:
        return self._seconds / self._moves

    def look(self, now: int, due: Iterable[object]) -> None:
        """`due` names the positions that wait for us; one that is gone was answered."""
        before, self._due = self._due, frozenset(due)
        if before:
            self._seconds += max(now - self._seen, 0)
            self._moves += len(before - self._due)
        self._seen = now
        if self._moves > self.KEPT_MOVES:
            self._seconds, self._moves = self._seconds / 2, self._moves / 2
