"""Scores of answers and ratings of rankers: twins of `Scores.sol` and `Ratings.sol`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isqrt
from typing import Final

from oracle.swarm.ring import degree, unpacked

POINT: Final = 32
LEAST_RANKERS: Final = 2
ONE: Final = 1 << 16
PROBATION: Final = 3
LEAST_OTHERS: Final = 3
MEMORY: Final = 1024


@dataclass(frozen=True, slots=True)
class Rating:
    """What is kept of an agent's rankings: squares of deviations, in 2^-32."""

    squares: int = 0
    count: int = 0
    burned: int = 0

    @property
    def weight(self) -> int:
        if self.burned < PROBATION or not self.count:
            return 0
        return max(1, ONE - 1 - isqrt(self.squares // self.count))

    def noted(self, deviations: Sequence[int]) -> "Rating":
        """With those of one more round."""
        squares, count = self.squares, self.count
        if count >= MEMORY:
            squares, count = squares // 2, count // 2
        squares += sum(apart * apart for apart in deviations)
        return replace(self, squares=squares, count=count + len(deviations))


@dataclass(frozen=True, slots=True)
class Sums:
    """What the rankers of one answer gave it."""

    count: int
    places: int
    weights: int
    weighted: int

    def score(self, m: int, rated: bool) -> int | None:
        """The mean place as a part of the scale, 32 bits behind the point."""
        total, parts = self.places, self.count
        if rated:
            total, parts = self.weighted, self.weights
        if self.count < LEAST_RANKERS or not parts:
            return None
        return (total << POINT) // (parts * (m - 1))


class Ring:
    """The rankings of a round: `order` has the agents' indices by place, `rankings`
    those that were revealed, by index, and `weights` what each counts."""

    def __init__(
        self, order: Sequence[int], rankings: Mapping[int, int], weights: Sequence[int]
    ) -> None:
        self.order, self.weights = order, weights
        self.m = degree(len(order))
        self.places = {i: unpacked(ranking, self.m) for i, ranking in rankings.items()}
        self.rated = any(weights[i] for i in rankings)

    def sums(self, place: int) -> Sums:
        given = [
            (self.places[ranker][distance - 1], self.weights[ranker])
            for distance in range(1, self.m + 1)
            if (ranker := self._agent(place - distance)) in self.places
        ]
        return Sums(
            len(given),
            sum(x for x, _ in given),
            sum(w for _, w in given),
            sum(x * w for x, w in given),
        )

    def scores(self) -> dict[int, int]:
        """By index; of those that may win, which had to rank themselves."""
        found = {
            index: self.sums(place).score(self.m, self.rated)
            for place, index in enumerate(self.order)
            if index in self.places
        }
        return {index: score for index, score in found.items() if score is not None}

    def best(self) -> int | None:
        """The winner; of equals the one that stands first in the ring."""
        scores = self.scores()
        known = [index for index in self.order if index in scores]
        return max(known, key=scores.__getitem__) if known else None

    def deviations(self, index: int) -> list[int]:
        """Of a ranker's places from the mean of the others', where there are enough."""
        place = self.order.index(index)
        found = []
        for distance, x in enumerate(self.places[index], start=1):
            s = self.sums((place + distance) % len(self.order))
            others = s.count - 1
            if others >= LEAST_OTHERS:
                apart = abs(x * others - (s.places - x))
                found.append(apart * ONE // (others * (self.m - 1)))
        return found

    def _agent(self, place: int) -> int:
        return self.order[place % len(self.order)]
