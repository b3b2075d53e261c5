"""The plot in docs/choice-of-k.md: drawn from figures, none beyond its frame."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from oracle.bench import choice_of_k
from oracle.bench.choice_of_k import CHOICES, Cost, draw, foretold, measured

PAGE = Path(__file__).parents[3] / "docs" / "choice-of-k.md"


def rows() -> list[tuple[Cost, Cost]]:
    """The table of the page: the measured dispute, and the long one."""
    text = PAGE.read_text().replace("*", "")
    numbers = [
        [int(cell.replace(",", "")) for cell in line.strip("| \n").split(" | ")]
        for line in text.splitlines()
        if re.match(r"\| \d", line)
    ]
    return [(Cost(k, *row[:2]), Cost(k, *row[2:])) for k, *row in numbers]


def test_page_has_what_a_long_game_costs_by_tariff() -> None:
    assert [long for _, long in rows()] == [foretold(k) for k in CHOICES]


def test_page_has_what_a_dispute_costs_now() -> None:
    page = next(short for short, _ in rows() if short.k == 32)
    now = measured(32)
    assert now.transactions == page.transactions
    assert now.gas == pytest.approx(page.gas, rel=0.05)


def test_plot_is_that_of_the_table() -> None:
    short, long = zip(*rows(), strict=True)
    drawn = draw(short, long)
    assert (PAGE.parent / "choice-of-k.svg").read_text() == drawn
    lines = ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}polyline")
    for line in lines:
        heights = [float(point.split(",")[1]) for point in line.get("points").split()]
        assert len(heights) == len(CHOICES)
        assert all(choice_of_k.TOP < y < choice_of_k.BOTTOM for y in heights)
