"""Agents: how good their answers are, and how they rank. All assumptions are here.

An agent has a skill, drawn from a normal distribution of deviation 1; its answer's
quality is its skill and luck of deviation LUCK. A ranker sees a quality with noise, of
a deviation of its own between NOISE_LEAST and NOISE_MOST.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LUCK: Final = 0.5
NOISE_LEAST, NOISE_MOST = 0.25, 1.5
SCALE: Final = 1.5
"""Of what is seen, about a deviation: where a score between 0 and 1 is asked for, it is
the logistic function of what is seen by this."""
POOR: Final = 1.5
"""By how much an answer is worse that costs no work."""
SURE: Final = 100.0
"""A mark above any that is seen."""


class Kind(Enum):
    """Those who don't do what they are paid for."""

    LAZY = "lazy"  # ranks at random
    CONSTANT = "constant"  # says the same of all
    BUGGY = "buggy"  # answers poorly, and takes bad for good
    COLLUDING = "colluding"  # ranks its friends first, all others honestly
    COPYING = "copying"  # has no model: can copy only what is not sealed
    WITHHOLDING = "withholding"  # ranks its friends and keeps silent about all others
    INJECTING = "injecting"  # writes into its answer what rankers are to say
    EMPTY = (
        "empty"  # an identity and nothing behind it: answers poorly, ranks at random
    )


@dataclass(frozen=True, slots=True)
class Attack:
    """`share` of the agents are of a kind. `fooled`: how many rankers an injection
    reaches. `sealed`: whether a copier has to answer before it sees others."""

    kind: Kind
    share: float
    fooled: float = 0.2
    sealed: bool = True


@dataclass(frozen=True, slots=True)
class People:
    """`bad` is over agents, the others over (swarm, agent)."""

    skill: Floats
    noise: Floats
    bad: Bools
    attack: Attack | None

    @property
    def agents(self) -> int:
        return int(self.skill.shape[1])

    def is_bad(self, *kinds: Kind) -> Bools:
        """The attackers, if they are of such a kind; else nobody."""
        known = self.attack is not None and self.attack.kind in kinds
        return self.bad if known else np.zeros_like(self.bad)

    def answers(self, rng: np.random.Generator) -> Floats:
        """Qualities of a round's answers."""
        quality = self.skill + LUCK * rng.standard_normal(self.skill.shape)
        poor = self.is_bad(Kind.BUGGY, Kind.COPYING, Kind.INJECTING, Kind.EMPTY)
        quality = np.where(poor, quality - POOR, quality)
        if self.attack and self.attack.kind is Kind.COPYING and not self.attack.sealed:
            others = np.where(self.bad, -np.inf, self.skill)
            best = np.argmax(others, axis=1)[:, None]
            copied = np.take_along_axis(quality, best, axis=1)
            quality = np.where(self.bad, copied, quality)
        return quality

    def marks(
        self,
        rng: np.random.Generator,
        quality: Floats,
        noise: Floats,
        bad: Bools,
        bad_target: Bools,
    ) -> Floats:
        """What rankers think of answers. All arrays broadcast to (swarm, ranker,
        answer): `quality` and `bad_target` are the answer's, others the ranker's."""
        luck = rng.standard_normal(np.broadcast_shapes(quality.shape, noise.shape))
        seen = quality + noise * luck
        if self.attack is None:
            return seen
        kind = self.attack.kind
        if kind in (Kind.LAZY, Kind.EMPTY):
            return np.where(bad, SCALE * rng.standard_normal(seen.shape), seen)
        if kind is Kind.CONSTANT:
            return np.where(bad, 0.0, seen)
        if kind is Kind.BUGGY:
            return np.where(bad, -seen, seen)
        if kind in (Kind.COLLUDING, Kind.WITHHOLDING):
            return np.where(bad & bad_target, SURE, seen)
        if kind is Kind.INJECTING:
            fooled = rng.random(seen.shape) < self.attack.fooled
            return np.where(bad_target & (fooled | bad), SURE, seen)
        return seen


def gathered(
    rng: np.random.Generator, swarms: int, agents: int, attack: Attack | None
) -> People:
    """Swarms of so many agents; the attackers are the first ones, who would be as good
    as any if they were honest."""
    skill = rng.standard_normal((swarms, agents))
    noise = rng.uniform(NOISE_LEAST, NOISE_MOST, (swarms, agents))
    count = round(attack.share * agents) if attack else 0
    return People(skill, noise, np.arange(agents) < count, attack)


def score(marks: Floats) -> Floats:
    """A mark as a score between 0 and 1; what is seen is spread over all of them."""
    return 1 / (1 + np.exp(np.clip(-1.702 * marks / SCALE, -50, 50)))
