"""The dispute of docs/dispute-game.md is what its command plays, and adds up."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from challenge import tariff
from oracle.demo.outcome import Verdict
from oracle.demo.story import Story, script
from oracle.demo.teller import Mute
from oracle.demo.troupe import CLOCK_SECONDS
from solidity.deployment import Parameters
from tinynn import models

PAGE = (Path(__file__).parents[3] / "docs" / "dispute-game.md").read_text()
COMMAND = re.compile(r"`plumb demo --lie (\w+) --seed (\d+)`")
ROW = re.compile(r"\| \d+ \| ([a-z]+) \| ([a-z]+)(.*) \| ([\d,]+) \| ([\d,]+) \|")
ROOTS = re.compile(r"(\d+) roots?")


@dataclass(frozen=True, slots=True)
class Row:
    by: str
    move: str
    details: str
    gas: int
    tariff: int

    @property
    def due(self) -> int:
        """What the move is worth."""
        roots = ROOTS.search(self.details)
        shown = int(roots[1]) * tariff.ROOT if roots else 0
        return int(getattr(tariff, self.move.upper())) + shown


def table() -> list[Row]:
    cells = ROW.findall(PAGE)
    return [
        Row(by, move, details, *(int(n.replace(",", "")) for n in (gas, due)))
        for by, move, details, gas, due in cells
    ]


def totals(rows: list[Row], by: str) -> tuple[int, int]:
    """Gas and dues of one side."""
    mine = [row for row in rows if row.by == by]
    return sum(row.gas for row in mine), sum(row.tariff for row in mine)


@pytest.fixture(scope="module")
def verdicts() -> tuple[Verdict, ...]:
    found = COMMAND.search(PAGE)
    assert found is not None
    chosen = script(models.path("mnist"), int(found[2]), found[1])
    return Story(chosen, Mute()).tell().disputes


def test_documented_dispute_is_paid_by_tariff_and_covers_its_gas() -> None:
    rows = table()
    assert len(rows) == 10
    assert [row.tariff for row in rows] == [row.due for row in rows]
    for by in ("challenger", "liar"):
        gas, dues = totals(rows, by)
        assert gas <= dues
    gas, dues = totals(rows, "challenger")
    assert f"took {gas:,} gas" in PAGE
    assert f"worth {dues:,} by tariff" in PAGE


def test_documented_dispute_is_what_its_command_plays(
    verdicts: tuple[Verdict, ...],
) -> None:
    rows, verdict = table(), verdicts[0]
    told = [(move["by"], move["move"]) for move in verdict.moves]
    assert [(row.by, row.move) for row in rows] == told
    for row, move in zip(rows, verdict.moves, strict=True):
        assert row.gas == pytest.approx(move["gas"], rel=0.02)
    for wei in (verdict.paid, verdict.burned):
        assert f" {wei / 10**18:.6f} " in PAGE


def test_demo_pays_both_honest_sides_for_all_their_gas(
    verdicts: tuple[Verdict, ...],
) -> None:
    """The claim's price of gas is a gwei: this chain's base fee is below half of it."""
    bond = tariff.challenger_bond_gas(Parameters().k) * 10**9
    for verdict in verdicts:
        gas = sum(m["gas"] for m in verdict.moves if m["by"] == verdict.winner)
        more = tariff.WINNER_BONUS * 10**9
        if verdict.winner == "worker":
            more = tariff.rent_wei(tariff.WORKER_BOND * 10**9, CLOCK_SECONDS)
            assert verdict.paid + verdict.burned == bond + more
        assert gas * 10**9 <= verdict.paid - more
