"""Many rounds of many swarms, one after the other: ratings grow, money is counted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from oracle.swarm.simulation import ours, paper
from oracle.swarm.simulation.money import Paid, Stakes, by_ours, by_paper
from oracle.swarm.simulation.people import Attack, Kind, People, gathered, score

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is simulated. The first `learning` rounds make ratings, and count for
    nothing else."""

    agents: int
    swarms: int = 40
    rounds: int = 24
    learning: int = 8


class Rule(Protocol):
    """A rule with the ratings that its agents have by now."""

    def play(self, rng: np.random.Generator, quality: Floats, stakes: Stakes) -> Paid:
        """One round about answers of these qualities (swarm, agent)."""
        ...

    @property
    def rating(self) -> Floats:
        """What each agent's ranking weighs, (swarm, agent)."""
        ...


class ByPaper:
    """Equations 2 to 5. A rating is of all scores that an agent has given so far."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._sums = np.zeros(people.skill.shape)
        self._counts = np.zeros(people.skill.shape, np.int64)

    @property
    def rating(self) -> Floats:
        return paper.rating(self._sums, self._counts)

    def play(self, rng: np.random.Generator, quality: Floats, stakes: Stakes) -> Paid:
        people = self._people
        ranks = paper.drawn(rng, *quality.shape)
        target = quality[:, None, :]
        bad, bad_target = people.bad[None, :, None], people.bad[None, None, :]
        noise = people.noise[:, :, None]
        given = score(people.marks(rng, target, noise, bad, bad_target))
        silent = people.is_bad(Kind.WITHHOLDING)[None, :, None] & ~bad_target
        shown = ranks & ~silent
        scores = paper.scores(given, shown, self.rating)
        sums, counts = paper.squares(given, shown)
        self._sums += sums
        self._counts += counts
        return by_paper(scores, stakes)


class ByOurs:
    """The contract's."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._sums = np.zeros(people.skill.shape)
        self._counts = np.zeros(people.skill.shape, np.int64)
        self._burned = np.zeros(people.skill.shape, np.int64)

    @property
    def rating(self) -> Floats:
        return ours.rating(self._sums, self._counts, self._burned)

    def play(self, rng: np.random.Generator, quality: Floats, stakes: Stakes) -> Paid:
        people, m = self._people, ours.degree(quality.shape[1])
        ring = np.argsort(rng.random(quality.shape), axis=1)

        def around(values: NDArray[T]) -> NDArray[T]:
            return np.take_along_axis(np.broadcast_to(values, ring.shape), ring, 1)

        bad = around(people.bad)
        marks = people.marks(
            rng,
            ours.ahead(around(quality), m),
            around(people.noise)[:, :, None],
            bad[:, :, None],
            ours.ahead(bad, m),
        )
        given = ours.places(marks)
        shown = ~around(people.is_bad(Kind.WITHHOLDING))
        scores = ours.scores(given, shown, around(self.rating))
        sums, counts = ours.squares(given, shown)
        back = np.argsort(ring, axis=1)

        def home(values: NDArray[T]) -> NDArray[T]:
            return np.take_along_axis(values, back, axis=1)

        ranked, newcomers = home(shown), self._burned < ours.PROBATION
        self._sums += home(sums)
        self._counts += home(counts)
        self._burned += ranked & newcomers
        return by_ours(home(scores), ranked, newcomers, stakes)


RULES: dict[str, Callable[[People], Rule]] = {"paper": ByPaper, "ours": ByOurs}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of the rounds after the learning ones. Means over all swarms."""

    people: People
    rating: Floats  # at the end, (swarm, agent)
    wins: Floats  # part of the rounds that each agent won, (swarm, agent)
    gain: Floats  # of an agent a round, (swarm, agent)
    best: float  # part of the answers that the winning one is better than
    won: float  # part of the rounds that had a winner

    def first(self, values: Floats, count: int) -> float:
        """Of the first agents, who may be attackers elsewhere."""
        return float(values[:, :count].mean())

    def attackers(self, values: Floats) -> float:
        return float(values[:, self.people.bad].mean())

    def honest(self, values: Floats) -> float:
        return float(values[:, ~self.people.bad].mean())


def simulate(
    rule: str,
    size: Size,
    rng: np.random.Generator,
    attack: Attack | None = None,
    stakes: Stakes | None = None,
    people: People | None = None,
) -> Outcome:
    """Plays the rounds. `people`: those instead of any."""
    stakes = stakes or Stakes()
    people = people or gathered(rng, size.swarms, size.agents, attack)
    played = RULES[rule](people)
    rows = np.arange(people.skill.shape[0])
    wins, gain = np.zeros(people.skill.shape), np.zeros(people.skill.shape)
    better, won, counted = 0.0, 0, size.rounds - size.learning
    for nth in range(size.rounds):
        quality = people.answers(rng)
        paid = played.play(rng, quality, stakes)
        if nth < size.learning:
            continue
        has = paid.winner >= 0
        wins[rows[has], paid.winner[has]] += 1
        gain += paid.gain
        chosen = quality[rows[has], paid.winner[has]][:, None]
        better += float((quality[has] < chosen).mean(axis=1).sum())
        won += int(has.sum())
    rounds = counted * len(rows)
    scale = people.agents / (people.agents - 1)  # an answer isn't better than itself
    return Outcome(
        people, played.rating, wins / counted, gain / counted,
        scale * better / max(won, 1), won / rounds,
    )  # fmt: skip
