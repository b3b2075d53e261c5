"""All figures and tables, as they are printed, drawn and kept beside the page."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from oracle.swarm.simulation.attacks import attacks, many_answers
from oracle.swarm.simulation.people import Kind
from oracle.swarm.simulation.plots import Figure, Line, Plot
from oracle.swarm.simulation.ratings import buggy, rated
from oracle.swarm.simulation.tickets import tickets

FIGURES: Final[dict[str, Callable[[np.random.Generator, int], Figure]]] = {
    "3": lambda rng, swarms: rated(Kind.LAZY, 3, rng, swarms),
    "4": lambda rng, swarms: rated(Kind.CONSTANT, 4, rng, swarms),
    "5": buggy,
    "6": tickets,
}
TABLES: Final[dict[str, Callable[[np.random.Generator, int], Iterator[Any]]]] = {
    "attacks": attacks,
    "answers": many_answers,
}
PARTS: Final = (*FIGURES, *TABLES)


def numbers(seed: int, swarms: int, parts: Sequence[str] = PARTS) -> dict[str, Any]:
    """Each part from the same seed, so that one alone is as in the whole. To four
    digits behind the point."""
    found: dict[str, Any] = {"seed": seed, "swarms": swarms}
    for name in parts:
        rng = np.random.default_rng(seed)
        if name in FIGURES:
            found[name] = rounded(asdict(FIGURES[name](rng, swarms)))
        else:
            rows = TABLES[name](rng, swarms)
            found[name] = [rounded(asdict(row)) for row in rows]
    return found


def rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return value


def text(found: dict[str, Any]) -> str:
    """As it is kept: lists of numbers on a line of their own."""
    lines = json.dumps(found, indent=1)
    return re.sub(r"\[\s+(-?[\d.e][^\[\]{}\"]*?)\s+\]", _on_one_line, lines) + "\n"


def _on_one_line(match: re.Match[str]) -> str:
    return "[" + " ".join(match[1].split()) + "]"


def figure(found: dict[str, Any]) -> Figure:
    """The figure of `numbers`' entry."""
    plots = [
        Plot(**(plot | {"lines": tuple(Line(**line) for line in plot["lines"])}))
        for plot in found["plots"]
    ]
    return Figure(found["name"], found["caption"], tuple(plots))
