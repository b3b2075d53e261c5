"""Tables for who reads them: framed on a terminal, plain columns in a pipe."""

import re

import pytest
from support.programs.command import plumb_in

from oracle.cli.common.output import console, facts, grid
from oracle.legible import number_of

STYLES = re.compile(r"\x1b\[[013]m")
"""Bold, italic, and their end."""
LONG = "0x" + "ab" * 64
ROWS = [("a", 1, LONG), ("long name", 20, "short")]


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    console().print(grid("Things", ("name", "count", "id"), ROWS, numbers=("count",)))
    return capsys.readouterr().out.splitlines()


def test_table_in_a_pipe_is_plain_columns(capsys: pytest.CaptureFixture[str]) -> None:
    title, head, first, second = printed(capsys)
    assert (title, head.split()) == ("Things", ["name", "count", "id"])
    assert first == f"a              1  {LONG}"
    assert second == "long name     20  short"


@pytest.mark.parametrize("width", [40, 80])
def test_table_on_a_terminal_fits_and_loses_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes it for a terminal
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(width))
    lines = [STYLES.sub("", line) for line in printed(capsys)]
    assert "\x1b" not in "".join(lines)  # a colour
    assert max(map(len, lines)) <= width and "┃" in lines[2]
    cells = [line.split("│")[3].strip() for line in lines if line.count("│") > 2]
    assert LONG in "".join(cells) and "…" not in "".join(lines)


def test_facts_in_a_pipe_end_without_blanks(capsys: pytest.CaptureFixture[str]) -> None:
    console().print(facts({"short": "x", "a longer name": LONG}))
    assert capsys.readouterr().out == f"short          x\na longer name  {LONG}\n"


def test_lies_can_be_searched_by_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    out = plumb_in(capsys)("demo", "--lie", "list").out
    assert [line.split()[:2] for line in out.splitlines()][1] == ["digit", "worker"]


def test_number_of_one_is_singular() -> None:
    told = [number_of(n, "game") for n in (0, 1, 3300, 12000)]
    assert told == ["0 games", "1 game", "3300 games", "12,000 games"]
