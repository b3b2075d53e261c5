"""The runner of strangers' programs: what it passes, and what it asks for."""

import json
from pathlib import Path

import pytest
from foreign.run import main, options

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
