"""docs/swarm-paper.md: its plots and tables are those of numbers.json, and those are
what the simulation gives."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from support.programs.command import Plumb, plumb_in

from oracle.swarm.simulation import draw
from oracle.swarm.simulation.numbers import FIGURES, PARTS, figure, numbers, text

DOCS = Path(__file__).parents[4] / "docs"
FOLDER = DOCS / "swarm-paper"
PAGE = (DOCS / "swarm-paper.md").read_text()
KEPT = (FOLDER / "numbers.json").read_text()
FOUND = json.loads(KEPT)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


def test_numbers_are_kept_as_they_are_written() -> None:
    assert text(FOUND) == KEPT
    assert set(PARTS) < set(FOUND)


@pytest.mark.parametrize("name", FIGURES)
def test_plot_is_that_of_the_numbers_and_within_its_frame(name: str) -> None:
    shown = figure(FOUND[name])
    drawn = (FOLDER / f"{shown.name}.svg").read_text()
    assert drawn == draw.draw(shown)
    root = ElementTree.fromstring(drawn)
    points = [
        tuple(map(float, point.split(",")))
        for line in root.iter(f"{SVG}polyline")
        for point in line.get("points", "").split()
    ]
    points += [
        (float(dot.get("cx", "")), float(dot.get("cy", "")))
        for dot in root.iter(f"{SVG}circle")
    ]
    assert len(points) >= 14
    for x, y in points:
        assert draw.LEFT <= x <= draw.RIGHT and draw.TOP <= y <= draw.BOTTOM


@pytest.mark.parametrize("name", FIGURES)
def test_page_has_the_plot_and_the_assumptions_in_its_caption(name: str) -> None:
    shown = figure(FOUND[name])
    assert f"(swarm-paper/{shown.name}.svg)" in PAGE
    assert f"*{shown.caption}*" in PAGE and "Assumed:" in shown.caption


def rows(first: str) -> list[list[str]]:
    """A table's rows, by its first heading."""
    lines = PAGE[PAGE.index(f"| {first} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]


def test_page_has_what_attackers_win() -> None:
    honest, *table = rows("attackers")
    known: dict[tuple[str, str], Any] = {
        (row["attack"], row["rule"]): row for row in FOUND["attacks"]
    }
    assert {row[0] for row in table} == {attack for attack, _ in known}
    digits = {"wins": 2, "weight": 2, "gain": 3, "best": 3}
    for name, *cells in table:
        pairs = [known[name, rule] for rule in ("paper", "ours")]
        expected = [f"{row[key]:.{n}f}" for key, n in digits.items() for row in pairs]
        assert cells == expected, name
    plain = [known["lazy", rule] for rule in ("paper", "ours")]
    gains = [f"{row['gain_without']:.3f}" for row in plain]
    answers = [f"{row['best_without']:.3f}" for row in plain]
    assert honest[1:] == ["1.00"] * 4 + gains + answers


def test_page_has_what_many_answers_win() -> None:
    expected = [
        [str(row["answers"]), f"{row['wins']:.2f}", f"{row['gain']:.3f}"]
        for row in FOUND["answers"]
    ]
    assert rows("answers committed") == expected


def test_numbers_are_what_a_shorter_simulation_comes_near_to() -> None:
    now = numbers(seed=2, swarms=8, parts=["5"])["5"]["plots"][0]["lines"]
    kept = FOUND["5"]["plots"][0]["lines"]
    for line, other in zip(now, kept, strict=True):
        assert line["y"][:4] == pytest.approx(other["y"][:4], abs=0.06)


def test_simulate_draws_and_prints_what_it_is_asked_for(
    plumb: Plumb, tmp_path: Path
) -> None:
    asked = ("--part", "answers", "--swarms", 2, "--draw", tmp_path, "--json")
    found = plumb("swarm", "simulate", *asked).json()
    assert set(found) == {"seed", "swarms", "answers"}
    assert json.loads((tmp_path / "numbers.json").read_text()) == found
    assert plumb("swarm", "simulate", *asked).json() == found


def test_simulate_prints_a_column_a_line(plumb: Plumb) -> None:
    done = plumb("swarm", "simulate", "--part", "5", "--swarms", 2)
    assert done.status == 0
    assert re.search(r"part that is buggy +paper +ours", done.out)
    assert "Assumed:" in done.out


def test_simulate_of_an_unknown_part_names_the_known_ones(plumb: Plumb) -> None:
    done = plumb("swarm", "simulate", "--part", "7")
    assert done.status == 2
    assert "expected 3, 4, 5, 6, attacks, answers, got 7" in " ".join(done.err.split())
