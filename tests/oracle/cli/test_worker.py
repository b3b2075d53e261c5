"""A worker's stake, keystore and ills, from the command line."""

import stat
from pathlib import Path

import pytest
from support.programs.command import plumb_in
from support.testbeds.devnet import DevnetTestbed
from web3 import Web3
from web3.types import RPCEndpoint

from oracle.chain.local.accounts import development_accounts
from oracle.node.roles.roles import WorkerSettings
from oracle.operator import doctor
from oracle.sending.sender import Sender

ETHER = 10**18


def test_worker_status_says_who_has_locked_what_until_when(
    testbed: DevnetTestbed,
) -> None:
    testbed.json("worker", "stake", "1ether", account=11)
    request = testbed.send()
    testbed.work(testbed.worker(11))
    sender = Sender(testbed.chain, development_accounts(13)[12])
    record = testbed.place.record()
    record.refresh()
    claim = record.tables.requests[request].claim
    assert claim is not None
    game = testbed.place.deployments.contracts.game
    bond, *_ = testbed.chain.call(game, "challengerBond", claim.bond)
    testbed.travel(claim.window_end - testbed.chain.now() - 30)
    sender.send(game, "challenge", claim.abi(), value=2 * bond)
    challenged = testbed.chain.now()
    status = testbed.json("worker", "status", "--model", "mnist", account=11)
    (locked,) = status["locked"]
    assert locked["challengers"] == [f"0x{sender.address.hex()}"]
    assert locked["until"] == challenged + 2 * 600, "both clocks"
    assert status["free_wei"] + locked["bond_wei"] == ETHER
    shown = testbed.plumb("worker", "status", "--model", "mnist", account=11).out
    assert "Locked" in shown and "challenged by" in shown
    testbed.work(testbed.worker(11))
    testbed.travel(1200)
    testbed.work(testbed.worker(11))
    assert testbed.json("request", "wait", request)["status"] == "final"


def test_doctor_names_the_cure_of_each_ill(testbed: DevnetTestbed) -> None:
    ended = testbed.plumb("worker", "doctor", "--json", account=9)
    assert ended.status == 1
    text = ended.out
    assert "`plumb worker stake" in text and "name some with --model" in text
    testbed.json("worker", "stake", "1ether", account=9)
    found = testbed.json("worker", "doctor", "--model", "mnist", account=9)["findings"]
    subjects = [finding["subject"] for finding in found]
    assert all(finding["well"] for finding in found)
    known = {"determinism", "chain", "clock", "balance", "stake", "speed"}
    assert known <= set(subjects)
    assert "mnist 0." in found[subjects.index("speed")]["told"]


def test_doctor_model_too_slow_for_any_lease_is_an_ill(
    testbed: DevnetTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "HASTE", 10**9)
    place, settings = testbed.place, WorkerSettings.read(models=("mnist",))
    settings = settings.model_copy(update={"home": testbed.home})
    finding = doctor.speed(settings, place)
    assert finding.cure == "leave out mnist: no request of it will be accepted"


def test_doctor_without_a_chain_stops_there(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    nowhere = ("--rpc-url", "http://127.0.0.1:9", "--home", tmp_path)
    ended = plumb_in(capsys)("worker", "doctor", "--json", *nowhere)
    assert ended.status == 1
    assert "start the node" in ended.out and '"contracts"' not in ended.out


def test_worker_init_makes_keystore_and_settings(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "password").write_text("swordfish\n")
    for variable in ("PLUMB_HOME", "ETH_RPC_URL"):
        monkeypatch.delenv(variable, raising=False)
    plumb = plumb_in(capsys)
    options = ("--password-file", "password", "--home", "home", "--json")
    told = plumb("worker", "init", "--account", "alice", *options).json()
    keystore = tmp_path / told["keystore"]
    assert stat.S_IMODE(keystore.stat().st_mode) == 0o600
    assert 'account = "alice"' in (tmp_path / "plumb.toml").read_text()
    again = plumb("worker", "init", "--account", "alice", *options)
    assert (again.status, "exists" in again.err) == (1, True)


def test_worker_with_a_keystore_stakes_by_its_settings_file(
    testbed: DevnetTestbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("PLUMB_HOME", "ETH_RPC_URL", "PLUMB_DEPLOYMENTS"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "deployments").mkdir()
    testbed.place.deployments.write(tmp_path / "deployments")
    (tmp_path / "password").write_text("swordfish")
    url = testbed.shared[1]
    where = ("--rpc-url", url, "--home", "home", "--password-file", "password")
    plumb = testbed._plumb
    told = plumb("worker", "init", "--account", "alice", "--json", *where).json()
    manager = testbed.chain.endpoint.web3.manager
    poor = plumb("worker", "stake", "1ether")
    assert (poor.status, poor.out) == (1, "")
    assert "insufficient funds" in poor.err and "send ether to the account" in poor.err
    given = [Web3.to_checksum_address(told["address"]), hex(2 * ETHER)]
    manager.request_blocking(RPCEndpoint("anvil_setBalance"), given)
    staked = plumb("worker", "stake", "1ether", "--json").json()
    assert (staked["account"], staked["free_wei"]) == (told["address"], ETHER)
