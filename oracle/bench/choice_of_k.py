"""What k costs: whole disputes with each k, measured and drawn.

`python -m oracle.bench.choice_of_k docs/choice-of-k.svg` prints the figures too. A long
game, for which there is no model here, is added up from the tariff of its moves.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from challenge import tariff
from challenge.dissection import parts_of
from oracle.demo.story import Script, Story
from oracle.demo.teller import Mute
from tinynn import models

CHOICES: Final = (2, 4, 8, 16, 32, 64)
LIE: Final = "weight-read"
LONG: Final = (1 << 20, 1 << 32)
"""Segments and instructions of one, as of a large language model's whole answer."""

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 580, 36, 250
GAS_TOP, MOVES_TOP = 6_000_000, 120
GAS, MOVES, TEXT = "#1d4ed8", "#b45309", "#0f172a"


@dataclass(frozen=True, slots=True)
class Cost:
    """A whole dispute with one k: gas of both sides, transactions."""

    k: int
    gas: int
    transactions: int


def measured(k: int) -> Cost:
    """The demo's dispute in which a lie of one weight is caught."""
    script = Script(models.path("mnist"), seed=1, lie=LIE, k=k)
    caught = Story(script, Mute()).tell().disputes[0]
    return Cost(k, caught.gas, caught.transactions)


def foretold(k: int) -> Cost:
    """A game of LONG size by tariff: what each side may claim for its moves."""
    rounds = [tariff.rounds(k, length) for length in LONG]
    selects, shown = sum(rounds), sum(roots(length, k) for length in LONG) * tariff.ROOT
    challenger = tariff.CHALLENGE + selects * tariff.SELECT + tariff.PROVE
    dissections = (selects - 2) * tariff.DISSECT
    worker = tariff.OPEN + tariff.DESCEND + dissections + shown
    return Cost(k, challenger + worker, 2 + 2 * selects)


def roots(length: int, k: int) -> int:
    """That are shown until one step of so many is left."""
    shown = 0
    while length > 1:
        parts = parts_of(length, k)
        shown, length = shown + parts - 1, -(-length // parts)
    return shown


def draw(short: Sequence[Cost], long: Sequence[Cost]) -> str:
    """Gas to the left, transactions to the right, k along the bottom, by powers of two.

    Whole lines are the measured dispute, dashed ones the long one.
    """
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="ui-sans-serif, Helvetica, Arial, sans-serif" font-size="12">',
        "<title>Gas and transactions of a dispute against k</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_axes([cost.k for cost in short]),
    ]
    for costs, dash in ((short, ""), (long, ' stroke-dasharray="5 4"')):
        gas = [cost.gas / GAS_TOP for cost in costs]
        moves = [cost.transactions / MOVES_TOP for cost in costs]
        parts += [_line(gas, GAS, dash), _line(moves, MOVES, dash)]
    return "\n".join([*parts, "</svg>", ""])


def _axes(choices: Sequence[int]) -> Iterator[str]:
    for step in range(6):
        height = _y(step / 5)
        yield f'<path d="M{LEFT} {height}H{RIGHT}" stroke="#e2e8f0"/>'
        gas, moves = step * GAS_TOP / 5e6, step * MOVES_TOP // 5
        yield _text(LEFT - 8, height + 4, f"{gas:g} M", GAS, "end")
        yield _text(RIGHT + 8, height + 4, str(moves), MOVES, "start")
    for index, k in enumerate(choices):
        yield _text(_x(index, len(choices)), BOTTOM + 18, f"k = {k}", TEXT, "middle")
    yield _text(LEFT - 48, TOP - 16, "gas of both sides", GAS, "start")
    yield _text(RIGHT + 44, TOP - 16, "transactions", MOVES, "end")
    told = "lines: one digit, measured; dashes: 2^20 segments of 2^32, by tariff"
    yield _text(LEFT, HEIGHT - 10, told, TEXT, "start")


def _line(values: Sequence[float], colour: str, dash: str) -> str:
    """A line over the choices; values are shares of the axis, cut off above it."""
    points = [
        (_x(index, len(values)), _y(min(value, 1)))
        for index, value in enumerate(values)
    ]
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    dots = "".join(
        f'<circle cx="{x:g}" cy="{y:g}" r="3" fill="{colour}"/>' for x, y in points
    )
    return f'<polyline points="{path}" fill="none" stroke="{colour}"{dash}/>{dots}'


def _text(x: float, y: float, text: str, colour: str, anchor: str) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" fill="{colour}" text-anchor="{anchor}">'
        f"{text}</text>"
    )


def _x(index: int, count: int) -> float:
    return LEFT + 24 + index * (RIGHT - LEFT - 48) / (count - 1)


def _y(share: float) -> float:
    return round(BOTTOM - share * (BOTTOM - TOP), 1)


def main(target: Path) -> None:
    """Measures, prints, draws."""
    short = [measured(k) for k in CHOICES]
    long = [foretold(k) for k in CHOICES]
    for one, other in zip(short, long, strict=True):
        print(f"| {one.k} | {one.gas:,} | {one.transactions} ", end="")
        print(f"| {other.gas:,} | {other.transactions} |")
    target.write_text(draw(short, long))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
