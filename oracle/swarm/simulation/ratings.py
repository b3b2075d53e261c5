"""After figures 3 to 5: what agents are rated that don't rank, and what is chosen."""

from typing import Final

import numpy as np

from oracle.swarm.simulation.people import Attack, Kind
from oracle.swarm.simulation.plots import WORLD, Figure, Line, Plot
from oracle.swarm.simulation.rounds import RULES, Outcome, Size, simulate

SIZES: Final = (4, 7, 10, 16, 25, 40, 64, 100)
SHARE: Final = 0.2
BUGGY_SHARES: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)


def rated(kind: Kind, number: int, rng: np.random.Generator, swarms: int) -> Figure:
    """After figures 3 and 4: what honest agents and those of a kind are rated."""
    name = kind.value
    x = tuple(map(float, SIZES))
    ratings, above, orders = [], [], []
    for rule in RULES:
        done = [
            simulate(rule, Size(n, swarms), rng, Attack(kind, max(SHARE, 1 / n)))
            for n in SIZES
        ]
        dashed = rule == "ours"
        honest = tuple(each.honest(each.rating) for each in done)
        others = tuple(each.attackers(each.rating) for each in done)
        ratings += [
            Line(f"honest, {rule}", x, honest, dashed),
            Line(f"{name}, {rule}", x, others, dashed),
        ]
        above.append(Line(rule, x, tuple(map(overtaken, done)), dashed))
        orders.append(Line(rule, x[1:], tuple(map(in_order, done[1:])), dashed))
    caption = (
        f"After figure {number}: ratings after 24 rounds, where {SHARE:.0%} of the "
        f"agents (at least one) are {name}; the part of pairs of an honest and a "
        f"{name} agent in which the honest one is rated no higher; and how well the "
        "ratings of honest agents order them by their noise (Spearman). The paper's "
        "scores are logistic in what is seen, from 0 to 1; ours are places. Below 10 "
        "agents ours isn't deployed. " + WORLD
    )
    return Figure(
        f"after-figure-{number}",
        caption,
        (
            Plot("rating", "agents", "rating", tuple(ratings), "x"),
            Plot(
                "honest rated no higher", "agents", "part of pairs", tuple(above), "x"
            ),
            Plot("honest in order", "agents", "correlation", tuple(orders), "x"),
        ),
    )


def overtaken(done: Outcome) -> float:
    """The part of pairs in which an attacker is rated as high as an honest agent."""
    bad, rating = done.people.bad, done.rating
    pairs = rating[:, bad][:, :, None] >= rating[:, ~bad][:, None, :]
    return float(pairs.mean())


def in_order(done: Outcome) -> float:
    """Spearman's correlation of honest agents' ratings with how little noise they have,
    a mean over swarms."""
    good = ~done.people.bad
    ranks = [
        np.argsort(np.argsort(values[:, good], axis=1), axis=1).astype(float)
        for values in (done.rating, -done.people.noise)
    ]
    first, second = (each - each.mean(axis=1, keepdims=True) for each in ranks)
    return float(((first * second).sum(axis=1) / (first**2).sum(axis=1)).mean())


def buggy(rng: np.random.Generator, swarms: int) -> Figure:
    """After figure 5: faulty agents, more and more of them, and what is chosen."""
    best, weight = [], []
    for rule in RULES:
        quality, parts = [], []
        for share in BUGGY_SHARES:
            attack = Attack(Kind.BUGGY, share) if share else None
            done = simulate(rule, Size(30, swarms), rng, attack)
            quality.append(done.best)
            parts.append(
                done.attackers(done.rating) / done.honest(done.rating) if share else 1.0
            )
        dashed = rule == "ours"
        best.append(Line(rule, BUGGY_SHARES, tuple(quality), dashed))
        weight.append(Line(rule, BUGGY_SHARES[1:], tuple(parts[1:]), dashed))
    caption = (
        "After figure 5: 30 agents, a part of them buggy: their answers are 1.5 "
        "deviations worse, and they take bad for good. Left, the part of all answers "
        "that the chosen one is better than; right, what a buggy agent's ranking "
        "weighs beside an honest one's. " + WORLD
    )
    return Figure(
        "after-figure-5",
        caption,
        (
            Plot("the chosen answer", "part that is buggy", "better than", tuple(best)),
            Plot("weight", "part that is buggy", "buggy / honest", tuple(weight)),
        ),
    )
