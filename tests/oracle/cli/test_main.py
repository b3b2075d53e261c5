"""`plumb` itself: quick to start, and honest about its version."""

import subprocess
from pathlib import Path

import pytest
from support.command import Plumb, in_a_process, plumb_in

from oracle.cli import GROUPS

ROOT = Path(__file__).parents[3]
HEAVY = ("numpy", "mips_vm", "tinynn", "llvmlite", "web3", "onnx")


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


def test_help_lists_every_group_and_imports_none() -> None:
    code = f"""
import sys
from oracle.cli import main
status = main(["--help"])
heavy = [name for name in {HEAVY!r} if name in sys.modules]
assert not heavy, heavy
sys.exit(status)
"""
    command = in_a_process([])[:2] + [code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in GROUPS)


@pytest.mark.parametrize("group", GROUPS)
def test_group_help_names_the_whole_command(group: str, plumb: Plumb) -> None:
    ended = plumb(group, "--help")
    assert ended.status == 0
    assert f"Usage: plumb {group}" in ended.out


def test_version_is_printed(plumb: Plumb) -> None:
    ended = plumb("--version")
    assert ended.status == 0
    assert ended.out.startswith("plumb ")


def test_no_command_shows_help(plumb: Plumb) -> None:
    ended = plumb()
    assert ended.status == 2
    assert "Usage: plumb" in ended.out + ended.err
