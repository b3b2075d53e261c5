"""After figure 6: what an identity earns, and what it costs to have many."""

from dataclasses import replace
from typing import Final

import numpy as np

from oracle.swarm.simulation.money import Stakes, break_even, identity_income
from oracle.swarm.simulation.people import Attack, Kind, gathered
from oracle.swarm.simulation.plots import WORLD, Figure, Line, Plot
from oracle.swarm.simulation.rounds import Outcome, Size, simulate

IDENTITIES: Final = 101
SHARE: Final = 0.2
TICKETS: Final = tuple(float(t) for t in np.linspace(0, 0.03, 7))
COUNTS: Final = (4.0, 11.0, 21.0, 51.0, 101.0, 201.0, 501.0)
PARTS: Final = (0.0, 0.5, 0.9)
"""Of losers' tickets to the winner: a."""
MANY: Final = 800
SHORT: Final = "12 rounds, of which the last 8"


def tickets(rng: np.random.Generator, swarms: int) -> Figure:
    """What an identity earns, and the ticket at which that is nothing."""
    n = IDENTITIES
    income, even = [], []
    for part in PARTS:
        known = [
            float(identity_income(np.array(float(n)), Stakes(ticket=t, to_winner=part)))
            for t in TICKETS
        ]
        income.append(Line(f"a = {part:g}", TICKETS, tuple(known)))
        tried = TICKETS[::2]
        found = [half_income(rng, n, swarms, t, part) for t in tried]
        income.append(Line("", tried, tuple(found), dots=True))
        exact = break_even(np.array(COUNTS, float), part)
        even.append(Line(f"a = {part:g}", COUNTS, tuple(map(float, exact))))
        zeros = [half_break_even(rng, int(x), swarms, part) for x in COUNTS[:-2]]
        even.append(Line("", COUNTS[:-2], tuple(zeros), dots=True))
    thirds = [honest_income(rng, n, swarms, ticket) for ticket in TICKETS]
    for nth, name in enumerate(("best third", "middle third")):
        gains = tuple(each[nth] for each in thirds)
        income.append(Line(f"honest, {name}", TICKETS, gains, dashed=True))
    empty = [empty_income(rng, n, swarms, ticket) for ticket in TICKETS]
    income.append(Line("empty, our rule", TICKETS, tuple(empty), dashed=True))
    caption = (
        f"After figure 6: left, what one of {n} identities earns a round by its "
        "ticket, both in parts of the reward. Lines are R/n - (1 - a)T(n - 1)/n; "
        "dots are the same simulated, where all are alike and half of them are one "
        "account's. Honest agents by skill, at a = 1/2, by the paper's rule; every "
        "loser loses its ticket. 'Empty' identities, a fifth of all, answer poorly "
        "and rank at random, by our rule with a cut of a quarter, after the first "
        "three tickets, which burn. Right, the ticket at which an identity earns "
        "nothing, by the number of agents. "
        + WORLD.replace("24 rounds, of which the last 16", SHORT)
    )
    return Figure(
        "after-figure-6",
        caption,
        (
            Plot("income of an identity", "ticket / reward", "income", tuple(income)),
            Plot("break-even", "agents", "ticket / reward", tuple(even), "xy"),
        ),
    )


def half(rng: np.random.Generator, n: int, swarms: int, stakes: Stakes) -> Outcome:
    """Agents of one skill, by the paper's rule; the first half are one account's."""
    people = gathered(rng, swarms, n, None)
    same = replace(people, skill=np.zeros_like(people.skill))
    return simulate("paper", Size(n, swarms, 12, 4), rng, None, stakes, same)


def half_income(
    rng: np.random.Generator, n: int, swarms: int, ticket: float, part: float
) -> float:
    """Of one of that account's identities."""
    done = half(rng, n, swarms, Stakes(ticket=ticket, to_winner=part))
    return done.first(done.gain, n // 2)


def half_break_even(
    rng: np.random.Generator, n: int, swarms: int, part: float
) -> float:
    """From how often one wins: it earns w R + (n - 1) a T w - T (1 - w) a round.

    An error in w weighs 1 / (1 - a) times as much, so few agents play more rounds.
    """
    stakes, repeats = Stakes(to_winner=part), max(1, MANY // n)
    found = [half(rng, n, swarms, stakes) for _ in range(repeats)]
    w = float(np.mean([done.first(done.wins, n // 2) for done in found]))
    return w / ((1 - w) - part * (n - 1) * w)


def honest_income(
    rng: np.random.Generator, n: int, swarms: int, ticket: float
) -> tuple[float, float]:
    """Of the best and the middle third by skill, by the paper's rule at a = 1/2."""
    done = simulate("paper", Size(n, swarms, 12, 4), rng, None, Stakes(ticket=ticket))
    order = np.argsort(-done.people.skill, axis=1)
    gain = np.take_along_axis(done.gain, order, axis=1)
    third = n // 3
    return float(gain[:, :third].mean()), float(gain[:, third:-third].mean())


def empty_income(rng: np.random.Generator, n: int, swarms: int, ticket: float) -> float:
    """Of identities with nothing behind them, by our rule."""
    attack = Attack(Kind.EMPTY, SHARE)
    done = simulate("ours", Size(n, swarms, 12, 4), rng, attack, Stakes(ticket=ticket))
    return done.attackers(done.gain)
