"""The narrator: what it is told is what it prints, whatever it looks like."""

from io import StringIO

import pytest
from rich.console import Console

from oracle.cli.common.output import page
from oracle.demo.evidence import Evidence, Statement
from oracle.demo.narrator import Narrator
from oracle.demo.outcome import Reading


def shown(seen: Evidence) -> str:
    file = StringIO()
    Narrator(Console(file=file, width=120)).shown(seen)
    return file.getvalue()


def test_shown_address_that_looks_like_markup_is_printed() -> None:
    writes = {"[a0000000]": 7}
    said = Statement(writes, b"\1" * 32)
    seen = Evidence(3, 12_345, 0x944, "sw $at, 0($v1)", {"at": 7}, said, said)
    text = shown(seen)
    assert text.count("[a0000000] = 0x00000007") == 2
    assert "sw $at, 0($v1)" in text
    assert "step 12,345 of segment 3" in text


def test_shown_root_without_a_machine_says_so() -> None:
    worker, challenger = Statement(None, b"\2" * 32), Statement({}, b"\3" * 32)
    text = shown(Evidence(0, 0, 0, "syscall", {}, worker, challenger))
    assert "no machine to show" in text
    assert "0202020202…" in text


def test_told_sentences_show_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    narrator = Narrator(page())
    narrator.chapter(1, "an answer")
    narrator.arrived(Reading(3, "finalized", 7, 7, 990_000, b"", 1))
    lines = [line for line in capsys.readouterr().out.splitlines() if line]
    assert lines[0].startswith("1. an answer ─")
    assert lines[1].startswith("The contract has its answer to request 3: 7, 99.00 %")
