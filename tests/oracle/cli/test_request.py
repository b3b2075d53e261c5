"""Requests from their sending to their end, on one devnet."""

import pytest
from support.testbeds.devnet import SEVEN, DevnetTestbed

import tinynn
from oracle.chain.errors import Refused
from oracle.requester.rehearsal import rehearse
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
