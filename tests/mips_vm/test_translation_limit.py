"""So much of a program is translated and no more; the rest runs by reference."""

from pathlib import Path
from typing import Any

import pytest
from support.machine.assembler import assemble
from support.machine.twins import Twins

from mips_vm.translate import engine, unit

STEPS = 6000
HALVES = (0x00, 0x40)
"""Each jumps to the other, three steps a half."""

PROGRAM = assemble(
    *("addiu $t0, $zero, 0x40", "jr $t0", "nop"),
    *["nop"] * 13,
    *("addiu $s7, $s7, 77", "j 0x0", "nop"),
)


@pytest.fixture
def translated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One address for each unit that is compiled, or taken from the cache."""
    entries: list[int] = []
    plain = unit.obtain

    def counted(words: Any, root: bytes, entry: int, *others: Any) -> unit.Unit:
        entries.append(entry)
        return plain(words, root, entry, *others)

    monkeypatch.setattr(unit, "obtain", counted)
    return entries


@pytest.mark.parametrize(("limit", "units"), [(0, 0), (1, 1), (4, 2)])
def test_translation_limit_reached_runs_by_reference(
    limit: int, units: int, translated: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit is looked at before a unit, which may then exceed it."""
    stepped: list[int] = []
    plain = engine.step

    def counted(state: Any, memory: Any) -> None:
        stepped.append(state.pc)
        plain(state, memory)

    monkeypatch.setattr(engine, "step", counted)
    monkeypatch.setattr(engine, "MAX_TRANSLATED", limit)
    Twins(PROGRAM).run(STEPS)
    assert translated == list(HALVES[:units])
    assert len(stepped) // (STEPS // 2) == len(HALVES) - units
