"""Attackers of each kind under both rules, and one that commits many answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from oracle.swarm.simulation.money import Stakes
from oracle.swarm.simulation.people import LUCK, Attack, Floats, Kind, gathered
from oracle.swarm.simulation.rounds import RULES, Size, simulate

AGENTS: Final = 30
SHARE: Final = 0.2
SKILLED: Final = 1.5
"""Of the agent that commits many answers."""


@dataclass(frozen=True, slots=True)
class Row:
    """An attack under a rule. `wins` and `gain` are beside what the same agents had if
    they were honest; `weight` is beside that of the honest ones."""

    attack: str
    rule: str
    best: float  # part of the answers that the winning one is better than
    best_without: float
    wins: float
    weight: float
    gain: float  # of an attacker a round, in parts of the reward
    gain_without: float
    others: float  # of an honest agent, less what it would have without attackers


@dataclass(frozen=True, slots=True)
class Draws:
    """One agent that commits several answers and reveals the best of them."""

    answers: int
    wins: float
    gain: float


def attacks(
    rng: np.random.Generator, swarms: int, agents: int = AGENTS
) -> Iterator[Row]:
    """Each kind under each rule, beside the same agents without an attack."""
    told = [(kind.value, Attack(kind, SHARE)) for kind in Kind]
    told.append(("copying, unsealed", Attack(Kind.COPYING, SHARE, sealed=False)))
    told.append(("injecting, half fooled", Attack(Kind.INJECTING, SHARE, fooled=0.5)))
    size = Size(agents, swarms)
    stakes = Stakes(losing=1 / 3)
    for rule in RULES:
        people = gathered(rng, swarms, agents, None)
        plain = simulate(rule, size, rng, None, stakes, people)
        count = round(SHARE * agents)
        for name, attack in told:
            bad = replace(people, bad=np.arange(agents) < count, attack=attack)
            done = simulate(rule, size, rng, attack, stakes, bad)
            yield Row(
                name,
                rule,
                done.best,
                plain.best,
                done.attackers(done.wins) / plain.first(plain.wins, count),
                done.attackers(done.rating) / done.honest(done.rating),
                done.attackers(done.gain),
                plain.first(plain.gain, count),
                done.honest(done.gain) - float(plain.gain[:, count:].mean()),
            )


def many_answers(
    rng: np.random.Generator, swarms: int, counts: Sequence[int] = (1, 2, 4, 8, 16)
) -> Iterator[Draws]:
    """One of 30 agents, of some skill, commits more answers than it reveals, and
    sees them as well as a middling ranker does. By our rule; it pays all tickets."""
    stakes = Stakes()
    for count in counts:
        people = gathered(rng, swarms, AGENTS, None)
        people.skill[:, 0] = SKILLED + chosen_luck(rng, swarms, count)
        done = simulate("ours", Size(AGENTS, swarms), rng, None, stakes, people)
        spare = (count - 1) * stakes.ticket
        yield Draws(count, done.first(done.wins, 1), done.first(done.gain, 1) - spare)


def chosen_luck(rng: np.random.Generator, swarms: int, count: int) -> Floats:
    """What the luck of the best-looking of so many answers adds to a skill."""
    luck = LUCK * rng.standard_normal((swarms, 400, count))
    seen = luck + 0.875 * rng.standard_normal(luck.shape)
    pick = np.argmax(seen, axis=2)[:, :, None]
    mean: Floats = np.take_along_axis(luck, pick, axis=2).mean(axis=(1, 2))
    return mean
