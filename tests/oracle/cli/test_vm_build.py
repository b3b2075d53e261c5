"""`plumb vm build`: C in, a program out, and nothing else written over."""

import json
from pathlib import Path

import pytest
from support.programs.command import Plumb, plumb_in

from mips_vm import Machine
from mips_vm.errors import BuildError
from mips_vm.toolchain.build import build_elf
from tinynn import guest

GUEST = guest.elf_path()


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


ECHO = """#include "plumb.h"
int main(void) {
  for (uint32_t i = 0; i < PLUMB_INPUT_SIZE; i++)
    PLUMB_OUTPUT[PLUMB_OUTPUT_SIZE++] = PLUMB_INPUT[i] + SHIFT;
  return 0;
}
"""


@pytest.mark.toolchain
def test_build_makes_a_program_that_runs(plumb: Plumb, tmp_path: Path) -> None:
    pytest.importorskip("ziglang", reason="the cross-compiler is not installed")
    source = tmp_path / "echo.c"
    source.write_text(ECHO)
    report = plumb("vm", "build", source, "-D", "SHIFT=1", "-O", "s", "--json").json()
    elf = Path(report["elf"])
    assert elf == tmp_path / "echo.elf" and report["bytes"] == elf.stat().st_size
    root = Machine.from_elf(elf).memory.program_root()
    assert report["program_root"] == "0x" + root.hex()
    ran = plumb("vm", "run", elf, "--input-hex", "6061", "--json").json()
    assert ran["output"] == "0x6162"


FAILS = """#include <stdio.h>
int main(void) {
  fputs("no luck", stderr);
  printf("%ld %d", __STDC_VERSION__, SHIFT);
  return 3;
}
"""


@pytest.mark.toolchain
def test_build_flags_reach_the_compiler_and_a_failed_run_says_why(
    plumb: Plumb, tmp_path: Path
) -> None:
    pytest.importorskip("ziglang", reason="the cross-compiler is not installed")
    source = tmp_path / "fails.c"
    source.write_text(FAILS)
    built = plumb("vm", "build", source, "--std", "c99", "--json", "--", "-DSHIFT=4")
    elf = built.json()["elf"]
    ran = plumb("vm", "run", elf, "--json", "--engine", "reference")
    assert ran.status == 1
    report = json.loads(ran.out)
    assert report["output"] == "0x" + b"199901 4".hex()
    assert (report["status"], report["fault"]) == ("faulted", "exit status 3")
    assert (report["exit_status"], report["stderr"]) == (3, "no luck")
    shown = plumb("vm", "run", elf, "--engine", "reference").out
    assert "exit status 3" in shown and "no luck" in shown


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--", "-Wall"], "expected a source before '-Wall', got none"),
        (["none.c"], "none.c: expected a file, got none"),
        (["."], ".: expected a file, got something else"),
    ],
)
def test_build_without_a_source_is_refused(
    arguments: list[str], reason: str, plumb: Plumb, tmp_path: Path
) -> None:
    ended = plumb("vm", "build", "-o", tmp_path / "out.elf", *arguments)
    assert ended.status == 2 and reason in " ".join(ended.err.split())


@pytest.mark.toolchain
def test_build_refused_source_has_the_compiler_s_reason(
    plumb: Plumb, tmp_path: Path
) -> None:
    pytest.importorskip("ziglang", reason="the cross-compiler is not installed")
    source = tmp_path / "echo.c"
    source.write_text(ECHO)
    ended = plumb("vm", "build", source, "-o", tmp_path / "out.elf")
    assert ended.status == 1 and "use of undeclared identifier 'SHIFT'" in ended.err
    assert len(ended.err.splitlines()) > 2, "the lines as the compiler drew them"
    assert not (tmp_path / "out.elf").exists()


@pytest.mark.parametrize(
    "name", ["echo.c", "./echo.c", "link", "hard", "sub/../echo.c"]
)
def test_build_over_a_source_refused(name: str, plumb: Plumb, tmp_path: Path) -> None:
    source = tmp_path / "echo.c"
    source.write_text(ECHO)
    (tmp_path / "sub").mkdir()
    (tmp_path / "link").symlink_to("echo.c")
    (tmp_path / "hard").hardlink_to(source)
    other = tmp_path / "other.c"
    other.write_text("")
    target = f"{tmp_path}/{name}"
    ended = plumb("vm", "build", other, source, "-o", target)
    assert ended.status == 2 and "expected a file other than" in ended.err
    with pytest.raises(BuildError, match="expected a file other than"):
        build_elf([other, source], target)
    assert source.read_text() == ECHO


def test_build_of_an_elf_does_not_write_over_it(plumb: Plumb, tmp_path: Path) -> None:
    source = tmp_path / "echo.elf"
    source.write_bytes(GUEST.read_bytes())
    assert plumb("vm", "build", source).status == 2
    assert source.read_bytes() == GUEST.read_bytes()


@pytest.mark.parametrize("name", ["", "1=2", "=", "-o", "A B", "A\n=1"])
def test_build_macro_without_a_name_refused(
    name: str, plumb: Plumb, tmp_path: Path
) -> None:
    source = tmp_path / "echo.c"
    source.write_text(ECHO)
    ended = plumb("vm", "build", source, "-D", name, "-D", "SHIFT=1")
    assert ended.status == 2 and "expected NAME or NAME=VALUE" in ended.err


def test_build_without_compiler_says_what_to_install(
    plumb: Plumb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mips_vm.toolchain.compiler.find_spec", lambda name: None)
    source = tmp_path / "echo.c"
    source.write_text(ECHO)
    ended = plumb("vm", "build", source)
    assert ended.status == 1
    assert "pip install ziglang" in ended.err
