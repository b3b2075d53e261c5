"""The runner of strangers' programs: what it passes, and what it asks for."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest
from foreign import run
from foreign.run import Result, main, options

PROGRAMS = {
    "good.c": '#include <stdio.h>\nint main(void) { puts("yes"); return 0; }',
    "other.c": '#include <stdio.h>\nint main(void) { puts("no"); return 0; }',
    "aborts.c": "void abort(void); int main(void) { abort(); }",
    "nested.c": "int main(void) { int f(void) { return 0; } return f(); }",
    "fails.c": "int main(void) { return 1; }",
    "wide.c": "/* { dg-require-effective-target int128 } */ __int128 x;",
}


@pytest.mark.toolchain
def test_run_counts_outcomes_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("ziglang", reason="the cross-compiler is not installed")
    for name, source in PROGRAMS.items():
        (tmp_path / name).write_text(source)
    for name in ("good.c", "other.c"):
        (tmp_path / f"{name}.expected").write_text("yes\n")
    assert main([str(tmp_path)]) == 1
    *lines, report = capsys.readouterr().out.splitlines()
    assert lines[0] == "aborts.c: faulted: abort"
    assert lines[1] == "fails.c: faulted: exit status 1"
    assert lines[2].startswith("nested.c: refused: ")
    assert lines[3] == "other.c: wrong output: b'no\\n'"
    assert lines[4] == "wide.c: left out: int128"
    once = dict.fromkeys(("passed", "wrong output", "refused", "left out"), 1)
    counts = once | {"faulted": 2}
    assert json.loads(report)["outcomes"] == counts
    assert json.loads(report)["share_passed"] == 0.2
    assert main([str(tmp_path), "--first", "2", "--every", "9"]) == 0


def test_run_ends_what_takes_too_long_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as a compiler, which would go on for minutes."""
    started = tmp_path / "pid"

    def forever(source: Path, elf: Path) -> Result:
        compiler = subprocess.Popen(["sleep", "600"])
        started.write_text(str(compiler.pid))
        compiler.wait()
        return Result(source.name, "passed")

    monkeypatch.setattr(run, "run_one", forever)
    found = run.run_within(1.0, tmp_path / "slow.c", tmp_path / "slow.elf")
    assert found == Result("slow.c", run.TOO_SLOW, "not done after 1 s")
    end = time.monotonic() + 5
    while _runs(int(started.read_text())):
        assert time.monotonic() < end, "it goes on"
        time.sleep(0.01)


def _runs(process: int) -> bool:
    """Not counting what has ended and nobody has asked after."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_run_tells_of_a_process_that_died(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "run_one", lambda source, elf: os._exit(3))
    found = run.run_within(60.0, tmp_path / "dies.c", tmp_path / "dies.elf")
    assert found == Result("dies.c", "died", "exit code 3")


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ('/* { dg-options "-O2 -fwrapv" } */', ["-O2", "-fwrapv"]),
        ('/* { dg-options { "-fwrapv" } } */', ["-fwrapv"]),
        ('// { dg-additional-options "-w" }', ["-w"]),
        ('/* { dg-options "-mmmx" { target { i?86-*-* } } } */', []),
        ("int main(void);", []),
    ],
)
def test_options_are_those_that_the_program_asks_for(
    comment: str, expected: list[str], tmp_path: Path
) -> None:
    (tmp_path / "p.c").write_text(f"{comment}\nint x;\n")
    assert list(options(tmp_path / "p.c")) == expected
