"""`plumb` itself: quick to start, and honest about its version."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.programs.command import Plumb, in_a_process, plumb_in

from oracle.cli import GROUPS
from oracle.cli.common.deferred import imported
from oracle.cli.common.examples import EXAMPLES

ROOT = Path(__file__).parents[3]
HEAVY = ("numpy", "mips_vm", "tinynn", "llvmlite", "web3", "onnx")
SETTINGS = ("pydantic", "structlog", "eth_utils", "challenge", "converters")
UNREAD = ("tinynn", "converters", "sqlalchemy", "eth", "fastapi", "aiohttp", "py_ecc")


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


def test_every_help_imports_nothing_that_computes_or_meets_the_chain() -> None:
    """Of all groups and all of their verbs, in one process."""
    code = f"""
import sys
from importlib import import_module
from typer.main import get_command
from oracle.cli import GROUPS, main
seen = 0
for group in GROUPS:
    command = get_command(import_module(f"oracle.cli.{{group}}").app)
    for verb in getattr(command, "commands", {{}}):
        assert main([group, verb, "--help"]) == 0, (group, verb)
        seen += 1
heavy = [name for name in {HEAVY + SETTINGS!r} if name in sys.modules]
assert not heavy, heavy
assert seen > 40, seen
"""
    command = in_a_process([])[:2] + [code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_reading_the_chain_imports_neither_models_nor_keys_nor_a_chain() -> None:
    """`web3` is there, without its other half; nothing is imported in its place."""
    code = f"""
import sys
from oracle.cli import main
assert main(["request", "status", "1", "--rpc-url", "http://127.0.0.1:9"]) == 1
unread = {UNREAD!r}
heavy = [name for name in unread if name in sys.modules]
assert "web3" in sys.modules
assert not heavy, heavy
"""
    command = in_a_process([])[:2] + [code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("group", GROUPS)
def test_group_help_names_the_whole_command(group: str, plumb: Plumb) -> None:
    ended = plumb(group, "--help")
    assert ended.status == 0
    assert f"Usage: plumb {group}" in ended.out


def verbs() -> dict[str, Any]:
    """Every command that does something, by its name behind `plumb`."""
    found = {}
    for group in GROUPS:
        command = imported(f"oracle.cli.{group}")
        found |= below(group, command)
    return found


def below(name: str, command: Any) -> dict[str, Any]:
    """The command, or all that are in it."""
    inner = getattr(command, "commands", {})
    found = [below(f"{name} {verb}", of) for verb, of in inner.items()]
    return {n: c for each in found for n, c in each.items()} or {name: command}


def test_every_verb_has_an_example_that_can_be_typed() -> None:
    """Its options are the verb's own; whether its files are there is another thing."""
    known = verbs()
    assert known.keys() | {"devnet"} == EXAMPLES.keys()
    for name, command in known.items():
        typed = EXAMPLES[name].split()
        assert typed[: 1 + len(name.split())] == ["plumb", *name.split()]
        context = command.context_class(command, info_name=name)
        parser = command.make_parser(context)
        _, left, _ = parser.parse_args(typed[1 + len(name.split()) :])
        assert left == [], name
        assert command.epilog == f"Example: {EXAMPLES[name]}"


@pytest.mark.parametrize(
    ("command", "told", "silent"),
    [
        (("devnet", "--help"), "--port", "<bool>"),
        (("worker", "start", "--help"), "--lie", "<bool>"),
        (("request", "send", "--help"), "plumb help chain", "<bool>"),
        (("help", "chain"), "ETH_KEYSTORE_ACCOUNT", "PLUMB_POLL"),
        (("help", "node"), "PLUMB_POLL", "ETH_KEYSTORE_ACCOUNT"),
        (("--help",), "--install-completion", "<bool>"),
    ],
)
def test_help_tells_what_people_look_for(
    plumb: Plumb, command: tuple[str, ...], told: str, silent: str
) -> None:
    ended = plumb(*command)
    assert ended.status == 0
    assert told in ended.out and silent not in ended.out


def test_help_on_nothing_names_its_topics(plumb: Plumb) -> None:
    ended = plumb("help", "money")
    assert ended.status == 2 and "expected chain or node" in ended.err


@pytest.mark.parametrize(
    ("typed", "offered"), [("plumb mod", "model"), ("plumb model con", "convert")]
)
def test_completion_knows_groups_and_verbs(typed: str, offered: str) -> None:
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    asked = os.environ | words | {"_PLUMB_COMPLETE": "complete_bash"}
    done = subprocess.run(
        in_a_process([]), cwd=ROOT, env=asked, capture_output=True, text=True
    )
    assert done.stdout.split() == [offered]


def test_version_is_printed(plumb: Plumb) -> None:
    ended = plumb("--version")
    assert ended.status == 0
    assert ended.out.startswith("plumb ")


def test_no_command_shows_help(plumb: Plumb) -> None:
    ended = plumb()
    assert ended.status == 2
    assert "Usage: plumb" in ended.out + ended.err
