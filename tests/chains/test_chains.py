"""What the story on real chains leans on; the story itself is `make chains`."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from chains import commands
from chains.anvil import anvil
from chains.books import Spent, gas_by_function
from chains.clock import off_by, wrong_clock
from chains.commands import CommandFailed, Commands
from chains.evmd import configured, evmd, set_parameters
from chains.process import ChainFailed, ChainProcess, Rollback, free_port
from chains.run import KINDS, Progress, usual
from chains.story import Plan, Story
from chains.table import table

TOML = """moniker = "a"
type = "above"
[mempool]
# type = "commented"
type = "flood"
[[parts]]
[rpc]
laddr = "tcp://0.0.0.0:1"
"""


def test_configured_sets_each_value_in_its_own_section() -> None:
    settings = {("mempool", "type"): '"app"', ("rpc", "laddr"): '"x"'}
    text, missing = configured(TOML, settings)
    assert missing == []
    assert text == TOML.replace('"flood"', '"app"').replace('"tcp://0.0.0.0:1"', '"x"')


def test_configured_names_what_another_version_lacks() -> None:
    text, missing = configured(TOML, {("rpc", "type"): 1, ("", "type"): 2})
    assert missing == [("rpc", "type")]
    assert text == TOML.replace('"above"', "2")


@pytest.mark.parametrize("feeless", [True, False])
def test_parameters_of_a_chain_without_fees(feeless: bool) -> None:
    deposits = {n: [{"denom": ""}] for n in ("min_deposit", "expedited_min_deposit")}
    state = {
        **{name: {"params": {}} for name in ("staking", "mint", "evm", "bank")},
        "gov": {"params": deposits},
        "feemarket": {"params": {"no_base_fee": False, "base_fee": "7"}},
    }
    genesis = {"app_state": state, "consensus": {"params": {"block": {}}}}
    set_parameters(genesis, feeless)
    fees = state["feemarket"]["params"]
    assert fees["no_base_fee"] is feeless
    assert (float(fees["base_fee"]) == 0) is feeless


def test_evmd_that_is_not_named_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PLUMB_EVMD", raising=False)
    with pytest.raises(ChainFailed, match="PLUMB_EVMD: see docs/chains.md"):
        evmd(tmp_path, 1.0)


def test_chain_that_does_not_start_says_what_it_said(tmp_path: Path) -> None:
    command = ("sh", "-c", "echo no such genesis; exit 3")
    process = ChainProcess("x", "1", command, tmp_path, free_port(), 1.0)
    with pytest.raises(ChainFailed, match="x doesn't answer: no such genesis"):
        process.start()


@pytest.mark.toolchain
def test_chain_that_is_killed_tells_how_many_blocks_it_lost(tmp_path: Path) -> None:
    """Anvil keeps nothing."""
    process = anvil(tmp_path, 1.0)
    process.start()
    try:
        process.rpc("anvil_mine", hex(40))
        process.kill()
        assert process.rpc("eth_chainId") == hex(31337)
    finally:
        process.end()
    (rollback,) = process.rollbacks
    assert rollback.before >= 40 and rollback.blocks >= 38
    assert process.height() is None
    assert Rollback(7, 9).blocks == 0


@pytest.mark.slow
@pytest.mark.toolchain
def test_wrong_clock_is_that_far_off_for_all_of_a_process(tmp_path: Path) -> None:
    library = wrong_clock(tmp_path)
    code = "import time, datetime; print(time.time(), datetime.datetime.now())"
    for seconds in (900, -900):
        told = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **off_by(seconds, library)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        assert abs(float(told[0]) - time.time() - seconds) < 60


SAID = [
    ("echo '{}'", 0, True),
    ("echo too poor >&2; exit 1", 1, False),
    ("echo 'Traceback (most recent call last)' >&2; exit 1", 1, None),
    ("exit 2", 2, None),
]


@pytest.mark.parametrize("script, status, success", SAID)
def test_command_succeeds_or_is_refused_in_a_line_or_neither(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    status: int,
    success: bool | None,
) -> None:
    monkeypatch.setattr(commands, "in_a_process", lambda _: ["sh", "-c", script])
    plumb = Commands(tmp_path, "http://127.0.0.1:1")
    if success:
        assert plumb.ask(3, "model", "list") == {}
    else:
        with pytest.raises(CommandFailed, match="plumb model list: expected success"):
            plumb.ask(3, "model", "list")
    if success is False:
        assert plumb.refused(3, "model", "list") == "too poor"
    else:
        with pytest.raises(CommandFailed, match=f"got: status {status}"):
            plumb.refused(3, "model", "list")


def test_worker_is_killed_before_any_answer_and_in_the_middle(tmp_path: Path) -> None:
    process = ChainProcess("x", "1", (), tmp_path, 1, 1.0)
    story = Story(process, Plan(kills_of_worker=2), lambda what: None)
    assert story._instants(61) == [0, 20]


def test_nodes_that_told_of_a_traceback_are_found(tmp_path: Path) -> None:
    process = ChainProcess("x", "1", (), tmp_path, 1, 1.0)
    story = Story(process, Plan(), lambda what: None)
    for name, said in (("liar", "[warning] a\n[info] b\n"), ("worker", "Traceback")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "worker.log").write_text(said)
    (tmp_path / "worker" / "worker.log").write_text(
        "Traceback (most recent call last)\n"
    )
    assert story.tracebacks == ["worker"]
    assert story.warnings == {"liar": 1, "worker": 0}


def test_gas_is_the_median_of_what_succeeded_and_the_sum_of_a_deployment() -> None:
    names = ("deploy", "deploy", "accept", "accept", "accept", "accept")
    found = [Spent(name, 10 + place, True) for place, name in enumerate(names)]
    found.append(Spent("accept", 999, False))
    told = gas_by_function(found)
    assert told["deploy"] == {"count": 2, "gas": 21}
    assert told["accept"] == {"count": 4, "gas": round(13.5)}


def test_table_has_a_dash_where_a_chain_has_nothing() -> None:
    one = {
        "chain": "one",
        "version": "1",
        "block_seconds": 1.0,
        "block_seconds_measured": None,
        "base_fee_wei": [10**9, 0],
        "requests": 2,
        "transactions": 3,
        "transactions_in_vain": 0,
        "fee_raises": 0,
        "worker_kills": 1,
        "rollbacks": [],
        "dispute_moves": 8,
        "dispute_seconds": 9,
        "seconds": {"deploy": 1.5},
        "gas": {"prove": {"count": 1, "gas": 1234}},
    }
    two = one | {"chain": "two", "rollbacks": [3, 0], "seconds": {}, "gas": {}}
    rows = [line.split("  ") for line in table([one, two]).splitlines()]
    cells = {row[0]: [cell.strip() for cell in row[1:] if cell] for row in rows}
    assert cells["kills of the chain"] == ["0", "2"]
    assert cells["blocks that each undid"] == ["-", "3 0"]
    assert cells["seconds: deploy"] == ["1.5", "-"]
    assert cells["gas: prove"] == ["1,234", "-"]
    assert cells["base fee, first and last, gwei"] == ["1 0", "1 0"]
    assert not any(line.endswith(" ") for line in table([one, two]).splitlines())


def test_progress_that_nobody_watches_tells_what_is_new(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress = Progress("geth")
    for what in ("deploy", "deploy", "answers"):
        progress.tell(what)
    told = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in told] == ["deploy", "answers"]


def test_chains_that_nobody_asked_for_are_those_that_can_be_built(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PLUMB_EVMD", raising=False)
    assert usual() == ["anvil", "geth"]
    assert "PLUMB_EVMD names none" in capsys.readouterr().err
    monkeypatch.setenv("PLUMB_EVMD", "/usr/bin/evmd")
    assert usual() == list(KINDS)
