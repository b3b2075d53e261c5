"""The commands of requesters, workers and onlookers, on one devnet."""

import json
import re
import stat
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from support import onnx_nets
from support.command import plumb_in
from support.devnet_testbed import SEVEN, DevnetTestbed
from support.embedded_testbed import tiny_image
from web3 import Web3
from web3.types import RPCEndpoint

import tinynn
from mips_vm.keccak import keccak256
from oracle.chain.errors import Refused
from oracle.chain.local.accounts import development_accounts
from oracle.models.library import Library
from oracle.node.collector import Collector
from oracle.node.honest import Honest
from oracle.node.node import Action
from oracle.node.roles.roles import ChallengerSettings, WorkerSettings
from oracle.operator import doctor
from oracle.requester.rehearsal import rehearse
from oracle.sending.sender import Sender
from tinynn import models

ETHER = 10**18
MIN_LEASE = 300


def test_request_is_followed_to_its_end(testbed: DevnetTestbed) -> None:
    request = testbed.send("--through", "DigitReader")
    found = testbed.json("request", "status", request)
    assert (found["status"], found["worker"]) == ("open", None)
    assert found["explanation"].startswith("Waits for a worker")
    last = found["deadline"] - MIN_LEASE
    assert found["last_accept"] == last
    left = f"{last}, in {last - found['now']} seconds."
    assert found["explanation"].endswith(f"the last instant to accept it is {left}")
    stake = testbed.json("worker", "stake", "1ether", account=2)
    assert stake["free_wei"] == ETHER
    testbed.work(testbed.worker(2))
    found = testbed.json("request", "wait", request, "--until", "claimed")
    assert found["explanation"].startswith("Answered; can be challenged for")
    assert found["outputs"]["digit"] == [7]
    shown = testbed.plumb("request", "status", request).out
    assert any(line.split() == ["digit", "7"] for line in shown.splitlines())
    assert int.from_bytes(bytes.fromhex(found["output"][-8:]), "little") == 7
    testbed.travel(600)
    explanation = testbed.json("request", "status", request)["explanation"]
    assert "`plumb request finalize`" in explanation
    status = testbed.json("worker", "status", "--model", "mnist", account=2)
    assert status["verdict"] == "It is at work."
    claim = testbed.json("request", "status", request)
    (locked,) = status["locked"]
    assert (locked["request_id"], locked["what"]) == (request, "claim")
    assert (locked["until"], locked["challengers"]) == (claim["window_end"], [])
    assert locked["bond_wei"] == status["locked_wei"] and status["missed_leases"] == 0
    testbed.work(testbed.worker(2))
    assert testbed.json("request", "wait", request)["callback_failed"] is False
    status = testbed.json("worker", "status", "--model", "mnist", account=2)
    assert (status["paid"], status["claims"]) == (1, 0)
    assert status["earned_wei"] > 0
    assert status["verdict"] == "Nothing is open: it waits for requests."
    assert testbed.json("worker", "withdraw", account=2)["free_wei"] == 0
    broke = testbed.plumb("worker", "withdraw", account=2)
    assert broke.status == 1
    assert broke.err == "plumb: free stake: expected some, got none; " + (
        "0 wei is locked in bonds\n"
    )


def test_request_cancelled_is_an_end_but_no_answer(testbed: DevnetTestbed) -> None:
    request = testbed.send()
    ended = testbed.plumb("request", "wait", request, "--timeout", "0.01")
    assert (ended.status, "Waits for a worker" in ended.out) == (1, True)
    testbed.travel(60)
    assert testbed.json("request", "cancel", request)["status"] == "cancelled"
    ended = testbed.plumb("request", "wait", request)
    assert (ended.status, "Cancelled; the fee is a credit" in ended.out) == (1, True)
    again = testbed.plumb("request", "cancel", request)
    assert (again.status, "got it cancelled" in again.err) == (1, True)
    retried = testbed.plumb("request", "retry-callback", request)
    assert (retried.status, "WrongStatus" in retried.err) == (1, True)


def test_request_whose_worker_vanished_is_finalized_by_anyone(
    testbed: DevnetTestbed,
) -> None:
    request = testbed.send("--through", "DigitReader")
    unanswered = testbed.plumb("request", "finalize", request)
    assert (unanswered.status, "WrongStatus" in unanswered.err) == (1, True)
    testbed.json("worker", "stake", "0.1ether", account=2)
    testbed.work(testbed.worker(2))
    early = testbed.plumb("request", "finalize", request)
    assert (early.status, "TooEarly" in early.err) == (1, True)
    testbed.travel(600)
    done = testbed.json("request", "finalize", request, account=8)
    assert (done["status"], done["callback_failed"]) == ("final", False)
    again = testbed.plumb("request", "finalize", request)
    assert (again.status, "WrongStatus" in again.err) == (1, True)


def test_request_simulated_says_output_and_price(testbed: DevnetTestbed) -> None:
    found = testbed.json("request", "simulate", "mnist", SEVEN)
    assert found["outputs"]["digit"] == [7]
    assert found["fee_wei"] > 0 and found["worker_bond_wei"] > 0
    least = ("--patience", found["min_lease"] + 60)
    now = testbed.json("request", "simulate", "mnist", SEVEN, *least)
    assert now["last_accept"] == testbed.chain.now() + 60
    # A month's window, and a bond of an ether, are paid for by default.
    dear = ("--window", 30 * 24 * 3600, "--min-bond", "1ether")
    asked = testbed.json("request", "simulate", "mnist", SEVEN, *dear)
    rent = ETHER * (30 * 24 * 3600 + 1800 + 600) // (10 * 365 * 24 * 3600)
    more = asked["reckoned_wei"] - found["reckoned_wei"]
    assert abs(more - rent * 100 // 95) < ETHER // 10**5


@pytest.mark.parametrize("command", ["send", "simulate"])
def test_request_that_nobody_could_answer_in_time_is_refused(
    testbed: DevnetTestbed, command: str
) -> None:
    asked = ("request", command, "mnist", SEVEN, "--patience", MIN_LEASE + 59)
    ended = testbed.plumb(*asked)
    told = " ".join(ended.err.split())
    assert ended.status == 1
    assert "patience: expected at least 360 seconds from the block that takes" in told
    assert "a lease of 300), got 359: name more with --patience" in told


def test_request_that_is_mined_too_late_is_refused_with_the_numbers(
    testbed: DevnetTestbed,
) -> None:
    """Its patience is just enough, but begins before the block that takes it."""
    testbed.travel(1)
    asked = ("request", "send", "mnist", SEVEN, "--patience", MIN_LEASE + 60)
    ended = testbed.plumb(*asked)
    told = " ".join(ended.err.split())
    assert (ended.status, "patience: expected at least 360" in told) == (1, True)


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


def test_request_through_a_contract_is_rehearsed(testbed: DevnetTestbed) -> None:
    """The gas that it foretells is enough, and a little more."""
    through = ("--through", "DigitReader")
    found = testbed.json("request", "simulate", "mnist", SEVEN, *through)
    assert found["callback_failure"] is None
    assert 10_000 < found["callback_gas_needed"] < found["callback_gas"] == 100_000
    shown = testbed.plumb("request", "simulate", "mnist", SEVEN, *through).out
    assert f"needs up to {found['callback_gas_needed']:,} gas" in shown
    reader = testbed.place.deployments.contract("DigitReader")
    contracts = testbed.place.deployments.contracts
    digits = tinynn.load(models.path("mnist"))
    answer = digits.answer(bytes(784))[:-1]
    played = rehearse(testbed.chain, contracts, reader, bytes(784), answer)
    assert played is not None and not played.succeeded
    assert played.failure == "WrongOutputSize(expected 44, actual 43)"
    with pytest.raises(Refused, match="WrongImageSize"):
        rehearse(testbed.chain, contracts, reader, bytes(3), answer)


def reverting(data: bytes) -> str:
    """Code that reverts with these bytes."""
    length = len(data).to_bytes(2).hex()
    return f"0x61{length}600e60003961{length}6000fd" + data.hex()


REVERTS = [
    (bytes.fromhex("4e487b71") + (0x11).to_bytes(32), (), "arithmetic overflow"),
    (
        bytes.fromhex("08c379a0")
        + b"".join(n.to_bytes(32) for n in (32, 9))
        + b"no thanks".ljust(32, b"\0"),
        (),
        "'no thanks'",
    ),
    (keccak256(b"Closed(uint256)")[:4] + (5).to_bytes(32), ("--abi", "my.json"), ""),
    (b"", (), "no reason given"),
]


@pytest.mark.parametrize(
    "data, options, told", REVERTS, ids=["panic", "text", "own", "silent"]
)
def test_request_callback_that_fails_is_explained_and_retried(
    testbed: DevnetTestbed,
    data: bytes,
    options: tuple[str, ...],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The requester becomes a contract that reverts, and later one that doesn't."""
    monkeypatch.chdir(tmp_path)
    entry = {"name": "hour", "type": "uint256"}
    abi = [{"type": "error", "name": "Closed", "inputs": [entry]}]
    Path("my.json").write_text(json.dumps({"abi": abi}))
    told = told or "Closed(hour 5)"
    account = development_accounts(8)[7].address
    sent = testbed.json(
        "request", "send", "mnist", SEVEN, "--callback-gas", 50_000, account=7
    )
    request = sent["request_id"]
    testbed.json("worker", "stake", "0.1ether", account=2)
    worker = testbed.worker(2)
    testbed.work(worker)
    testbed.travel(600)
    ask = testbed.chain.endpoint.web3.manager.request_blocking
    ask(RPCEndpoint("anvil_setCode"), [account, reverting(data)])
    testbed.work(worker)
    ended = testbed.plumb("request", "wait", request, *options)
    assert ended.status == 1
    assert f"The callback failed: {told}" in " ".join(ended.out.split())
    again = testbed.plumb("request", "retry-callback", request, *options)
    assert (again.status, told in " ".join(again.err.split())) == (1, True)
    ask(RPCEndpoint("anvil_setCode"), [account, "0x00"])
    done = testbed.json("request", "retry-callback", request)
    assert done["callback_failed"] is False
    ask(RPCEndpoint("anvil_setCode"), [account, "0x"])


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (("request", "status", 999), "no request 999 on this chain"),
        (("request", "send", "nosuch", SEVEN), "unknown model: expected a file"),
        (("request", "send", "00" * 32, SEVEN), "is registered on this chain"),
        (("dispute", "show", 999), "request 999 has no claim"),
        (("worker", "stake", "1pound"), "expected the unit wei, gwei or ether"),
        (("worker", "stake", "0ether"), "expected more than nothing, got 0ether"),
        (("worker", "start", "--metrics", "x"), "--metrics: expected HOST:PORT"),
        (("worker", "start", "--model", SEVEN), "expected a model image, as `plumb"),
        (
            ("request", "send", "mnist", SEVEN, "--through", "Staking"),
            "unknown contract: expected an address or a name (of DigitReader); got",
        ),
        (("worker", "start", "--lie", "white"), "unknown kind of lie"),
        (("model", "fetch", "nosuch"), "unknown model"),
        (("model", "fetch", "00" * 32), "is registered on this chain"),
        (
            ("worker", "start", "--fetch-from", "lan"),
            "--fetch-from: expected file, localhost, an address or a network",
        ),
        (("request", "status", 1, "--chain-id", 5), "got 31337: look into --chain-id"),
    ],
)
def test_command_that_can_not_be_done_says_why(
    testbed: DevnetTestbed, arguments: tuple[object, ...], complaint: str
) -> None:
    ended = testbed.plumb(*arguments)
    assert (ended.status, ended.out) == (1, "")
    assert complaint in ended.err and ended.err.count("\n") <= 2


def test_dispute_is_foretold_listed_and_shown(testbed: DevnetTestbed) -> None:
    oracle = testbed.place.deployments.contracts.oracle
    bond, _ = testbed.chain.call(oracle, "bondFor", 0)
    testbed.json("worker", "stake", f"{bond}wei", account=3)
    request = testbed.send()
    liar = testbed.worker(3, lie="digit")
    testbed.work(liar)
    watched = testbed._plumb(
        "watch", "--once", "--json", "--model", "mnist", *testbed.shared
    )
    assert watched.status == 1 and '"true": false' in watched.out
    assert "false claim" in watched.err
    model = ("--model", "mnist")
    foretold = testbed.json("dispute", "whatif", request, *model, account=4)
    assert foretold["claim_is_true"] is False
    assert foretold["gain_wei"] > 0 and foretold["moves_left"] > 3
    price, rent = foretold["gas_price_wei"], foretold["rent_wei"]
    bond, *told = testbed.chain.call(
        testbed.contracts.game, "challengerBond", int(bond)
    )
    assert foretold["bond_at_risk_wei"] == bond and told == [price, rent]
    assert (foretold["open_games"], foretold["pointing_rightly"]) == (0, 0)
    assert foretold["may_lack_wei"] == 0
    advised = testbed.plumb("dispute", "whatif", request, *model, account=4)
    assert "`plumb challenger start` brings it down" in advised.out
    nobody = testbed.plumb("dispute", "show", request)
    assert "Nobody has challenged it." in nobody.out
    sender = Sender(testbed.chain, development_accounts(5)[4])
    strategy = Honest(Library([models.path("mnist")]))
    challenger = testbed.place.challenger(ChallengerSettings.read(), sender, strategy)
    for node in (challenger, liar, challenger, liar):
        assert node.step() is not None
    (listed,) = testbed.json("dispute", "list")["disputes"]
    assert listed["request_id"] == request and 0 < listed["seconds_left"] <= 600
    while challenger.step() is not None or liar.step() is not None:
        pass
    assert testbed.json("dispute", "list")["disputes"] == []
    assert "--all lists all" in testbed.plumb("dispute", "list").out
    assert str(request) in testbed.plumb("dispute", "list", "--all").out
    (shown,) = testbed.json("dispute", "show", request, "--wait")["disputes"]
    assert shown["stage"] == "over"
    assert shown["outcome"].startswith("The claim was false: of its bond 0.00")
    moves = shown["moves"]
    assert [move["shown"] for move in moves][:2] == ["opened", "selected"]
    assert moves[-1]["shown"] == "proved"
    assert moves[-1]["of"] == "the worker was wrong"
    for move in moves:
        receipt = testbed.chain.endpoint.web3.eth.get_transaction_receipt(
            move["transaction"]
        )
        assert (move["block"], move["gas_used"], move["by"]) == (
            receipt["blockNumber"],
            receipt["gasUsed"],
            receipt["from"].lower(),
        )
        assert move["clock_used"] >= 0
    proof = shown["proof"]
    assert proof["instruction"].startswith("sw ") and proof["pc"].startswith("0x")
    roots = {proof[name] for name in ("pre_root", "worker_says", "verifier_says")}
    assert len(roots) == 3
    told = testbed.plumb("dispute", "show", request).out
    assert proof["verifier_says"] in told and moves[0]["transaction"] in told
    status = testbed.json("worker", "status", *model, account=3)
    assert status["lost"] == 1
    assert "free stake" in status["declined"][str(request)]
    assert testbed.json("request", "cancel", request)["attempts"] == 1


def test_dispute_claim_ends_what_is_decided_and_brings_the_money(
    testbed: DevnetTestbed,
) -> None:
    """By somebody without the model: the challenger was killed, the liar is silent."""
    bond, _ = testbed.chain.call(
        testbed.place.deployments.contracts.oracle, "bondFor", 0
    )
    testbed.json("worker", "stake", f"{bond}wei", account=5)
    request = testbed.send()
    testbed.work(testbed.worker(5, lie="digit"))
    sender = Sender(testbed.chain, development_accounts(7)[6])
    strategy = Honest(Library([models.path("mnist")]))
    challenger = testbed.place.challenger(ChallengerSettings.read(), sender, strategy)
    assert challenger.step() is not None
    still = testbed.plumb("dispute", "claim", request, account=6)
    assert (still.status, "got 1 dispute still open" in still.err) == (1, True)
    nothing = testbed.json("dispute", "claim", account=6)
    assert (nothing["settled"], nothing["still_open"]) == (0, 1)
    testbed.travel(600)
    found = testbed.json("dispute", "claim", account=6)
    assert (found["settled"], found["still_open"]) == (1, 0)
    assert found["withdrawn_wei"] > 0 and challenger.stake() == (0, 0)
    assert testbed.json("dispute", "claim", request, account=6)["settled"] == 0
    (shown,) = testbed.json("dispute", "show", request)["disputes"]
    assert (shown["stage"], shown["proof"]) == ("over", None)
    assert shown["moves"][-1]["of"] == "a clock had run out"
    assert testbed.json("request", "cancel", request)["status"] == "cancelled"


def test_dispute_claim_that_fails_says_so(
    testbed: DevnetTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Collector) -> Iterator[Action]:
        raise RuntimeError("the frobnicator is out")

    monkeypatch.setattr(Collector, "_withdrawal", broken)
    ended = testbed.plumb("dispute", "claim", "--json", account=7)
    assert ended.status == 1 and json.loads(ended.out)["settled"] == 0
    assert "Not all was done: RuntimeError: the frobnicator is out" in ended.err


def test_model_registered_under_a_name_is_fetched_by_it(
    testbed: DevnetTestbed, tmp_path: Path
) -> None:
    image = tmp_path / "copy.plumb"
    image.write_bytes(models.path("mnist").read_bytes())
    options = ("--name", "mine", "--royalty-bps", 100)
    told = testbed.json("model", "register", image, *options, account=6)
    assert told["uris"] == [image.as_uri()]
    listed = testbed.json("model", "list")["models"]
    assert told["model_id"] in [model["model_id"] for model in listed]
    assert "mine" in [model["name"] for model in listed]
    told_whole = testbed.plumb("model", "list").out
    assert "name     mine" in told_whole and told["model_id"] in told_whole
    fetched = Path(testbed.json("model", "fetch", "mine")["file"])
    assert fetched.read_bytes() == image.read_bytes()
    again = testbed.plumb("model", "register", image, *options, account=6)
    assert (again.status, "was registered before" in again.err) == (0, True)
    assert told["model_id"] in again.out


def test_model_in_a_file_is_fetched_into_another_home_only_if_allowed(
    testbed: DevnetTestbed, tmp_path: Path
) -> None:
    """Its URI is whoever registered it's; whoever did so at home has it there."""
    image = tmp_path / "copy.plumb"
    image.write_bytes(tiny_image())
    told = testbed.json("model", "register", image, account=7)["model_id"]
    assert testbed.json("model", "fetch", told)["model_root"]
    testbed.shared = (*testbed.shared, "--home", tmp_path / "other")
    (models_ill,) = (
        found
        for found in json.loads(
            testbed.plumb("worker", "doctor", "--json", "--model", told).out
        )["findings"]
        if found["subject"] == "models"
    )
    assert models_ill["told"] == f"not here yet: {told}"
    assert models_ill["cure"].startswith(f"`plumb model fetch {told}`")
    status = testbed.json("worker", "status", "--model", told)
    assert (status["models"], status["awaited"]) == (0, [told])
    assert "no model that it names is here" in status["verdict"]
    shown = testbed.plumb("worker", "status", "--model", told).out
    assert re.search(rf"not here yet +{told}", shown)
    refused = testbed.plumb("model", "fetch", told)
    assert refused.status == 1 and "allow it with --fetch-from" in refused.err
    testbed.json("model", "fetch", told, "--fetch-from", "file")
    status = testbed.json("worker", "status", "--model", told)
    assert (status["models"], status["awaited"]) == (1, [])
    unnamed = testbed.json("worker", "status")
    assert unnamed["verdict"].startswith("It earns nothing: it serves no model.")
    assert testbed.json("worker", "status", "--model", "store")["models"] == 1


def test_model_registered_with_its_card_is_fetched_all_the_same(
    testbed: DevnetTestbed, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The entry of the card comes first here, and no image is sought there."""
    nodes, kind = [onnx_nets.node("Relu", "x", "y")], (onnx_nets.FLOAT, (1, 4))
    source = onnx_nets.save_net(tmp_path / "net.onnx", nodes, y=kind)
    image = tmp_path / "net.plumb"
    assert plumb_in(capsys)("model", "convert", source, "--no-verify").status == 0
    card = tmp_path / "net.card.json"
    entry = f"{card.as_uri()}#card=sha256:{sha256(card.read_bytes()).hexdigest()}"
    uris = ("--uri", entry, "--uri", image.as_uri(), "--card-uri", card.as_uri())
    told = testbed.json("model", "register", image, *uris, "--name", "net", account=6)
    assert told["uris"] == [entry, image.as_uri(), entry]
    fetched = Path(testbed.json("model", "fetch", "net")["file"])
    assert fetched.read_bytes() == image.read_bytes()
    card.unlink()
    ended = testbed.plumb("model", "register", image, *uris, account=6)
    assert ended.status == 1 and "expected the model's card, got none" in ended.err


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
