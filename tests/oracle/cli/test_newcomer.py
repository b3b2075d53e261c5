"""What somebody gets to read who does it for the first time, and something is amiss."""

import socket
import time
from pathlib import Path

import pytest
from support.programs.command import plumb_in
from support.testbeds.devnet import SEVEN, DevnetTestbed

from oracle.chain.providers.failover import FailoverProvider
from oracle.cli.watch import in_words


@pytest.mark.parametrize(
    "command",
    [
        ("request", "status", 1),
        ("worker", "stake", "1ether", "--account", "dev:2"),
        ("devnet", "travel", 600),
        ("request", "status", 1, "--chain-id", 31337),
    ],
)
def test_command_without_a_chain_says_at_once_how_to_start_one(
    capsys: pytest.CaptureFixture[str], command: tuple[object, ...]
) -> None:
    begun = time.monotonic()
    ended = plumb_in(capsys)(*command, "--rpc-url", "http://127.0.0.1:9")
    assert time.monotonic() - begun < FailoverProvider.patience_seconds / 3
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == (
        "plumb: chain: expected an answer, got none: 127.0.0.1:9: no connection, or "
        "one that broke off: `plumb devnet` starts a chain here, --rpc-url names "
        "another\n"
    )


def test_devnet_takes_the_options_of_up_without_its_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """And a port that is taken is named, with what can be done."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = plumb_in(capsys)("devnet", "--port", port, "--deployments", tmp_path)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == (
        f"plumb: 127.0.0.1:{port}: Address already in use: choose another port, or end "
        "the program that listens there\n"
    )


def test_devnet_without_anything_is_up(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("oracle.devnet.setup.set_up", full)
    assert "make room on the disk" in plumb_in(capsys)("devnet").err
    told = plumb_in(capsys)("devnet", "--help")
    assert (told.status, "travel" in told.out) == (0, True)


def test_devnet_account_that_there_is_not_names_those_that_are(
    testbed: DevnetTestbed,
) -> None:
    ended = testbed.plumb("request", "send", "mnist", SEVEN, account=20)
    assert ended.err == "plumb: account: expected dev:0 to dev:19, got dev:20\n"


@pytest.mark.parametrize(
    "option", [("--window", -5), ("--window", 1 << 32), ("--patience", 0)]
)
def test_request_terms_that_no_contract_takes_are_usage_errors(
    testbed: DevnetTestbed, option: tuple[object, ...]
) -> None:
    assert testbed.plumb("request", "send", "mnist", SEVEN, *option).status == 2


def test_request_for_less_than_a_worker_wants_is_sent_with_a_warning(
    testbed: DevnetTestbed,
) -> None:
    ended = testbed.plumb("request", "send", "mnist", SEVEN, "--fee", "1")
    assert ended.status == 0 and "request_id" in ended.out
    assert ended.err.startswith("A worker is reckoned to want 0.0")
    assert not testbed.plumb("request", "send", "mnist", SEVEN).err


@pytest.mark.parametrize("verb", ["stake", "withdraw"])
def test_amount_without_a_unit_is_asked_for_one(
    testbed: DevnetTestbed, verb: str
) -> None:
    testbed.plumb("worker", "stake", "5wei")
    ended = testbed.plumb("worker", verb, 1)
    assert ended.status == 1
    assert "expected a unit, such as 1ether or 1wei, got 1" in ended.err


def test_watch_logs_words_for_what_it_found() -> None:
    about = {"request_id": 3, "worker": "0xaa"}
    assert in_words(about | {"true": True, "disputed": False}) == about
    told = in_words(about | {"true": False, "disputed": True})
    assert told == about | {"dispute": "somebody acts against it"}


def test_request_through_a_contract_by_its_address(testbed: DevnetTestbed) -> None:
    reader = testbed.place.deployments.placed["DigitReader"].address
    request = testbed.send("--through", f"0x{reader.hex()}")
    told = testbed.json("request", "status", request)
    assert told["requester"] == f"0x{reader.hex()}"


def test_keystore_of_that_name_is_kept(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "password").write_text("secret\n")
    options = ("--home", tmp_path, "--password-file", "password")
    assert plumb_in(capsys)("worker", "init", *options).status == 0
    again = plumb_in(capsys)("worker", "init", *options)
    assert again.status == 1
    assert again.err.endswith(
        "File exists: nothing is overwritten; choose another name\n"
    )


def test_doctor_names_a_command_that_can_be_typed(testbed: DevnetTestbed) -> None:
    """The account is one that nobody else here gives a stake."""
    found = testbed.plumb("worker", "doctor", "--json", account=17)
    assert found.status == 1
    _, _, cure = found.out.partition("`plumb worker stake ")
    amount = cure.partition("`")[0]
    assert amount.endswith("ether") and " " not in amount
