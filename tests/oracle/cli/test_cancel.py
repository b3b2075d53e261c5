"""`plumb request cancel`: what a requester gets back, and when."""

import pytest
from support.testbeds.devnet import DevnetTestbed

from oracle.chain.local.accounts import development_accounts
from oracle.errors import NotCancelled
from oracle.requester.requests import find, take_back
from oracle.sending.sender import Sender

LEASE_SECONDS = 30 * 60
ETHER = 10**18
BASE_FEE_CAP = 2 * 10**9
MIN_OPEN, MIN_LEASE = 60, 300
PENALTY_SHARE = 10
"""Of the least bond: what a silent worker loses."""
EXPIRE_GAS = 71_000


def credit(testbed: DevnetTestbed, index: int) -> int:
    """Free stake in wei, which is where refunds go."""
    address = testbed.address(index)
    free, _ = testbed.chain.call(testbed.contracts.staking, "balanceOf", address)
    return int(free)


def accept(testbed: DevnetTestbed, request: int, index: int = 9) -> int:
    """A worker with the stake for one bond takes the request; its bond in wei."""
    bond, _ = testbed.chain.call(testbed.contracts.oracle, "bondFor", 0)
    sender = Sender(testbed.chain, development_accounts(index + 1)[index])
    staking, oracle = testbed.contracts.staking, testbed.contracts.oracle
    sender.send(staking, "deposit", sender.address, value=bond)
    record = testbed.place.record()
    record.refresh()
    asked = find(record, request)
    sender.send(oracle, "accept", asked.request, asked.attempt, 0, bond)
    return int(bond)


def test_silent_workers_lease_is_ended_and_the_fee_comes_back(
    testbed: DevnetTestbed,
) -> None:
    fee, before, kept = ETHER // 50, credit(testbed, 1), credit(testbed, 9)
    request = testbed.send("--fee", f"{fee}wei")
    bond = accept(testbed, request)
    status = testbed.json("request", "status", request)
    assert status["explanation"].startswith("A worker has it, for ")
    assert status["worker"] == "0x" + testbed.address(9).hex()
    early = testbed.plumb("request", "cancel", request)
    assert (early.status, early.out) == (1, "")
    assert "worker who never answered; got it accepted" in " ".join(early.err.split())

    testbed.travel(LEASE_SECONDS)
    told = testbed.json("request", "status", request)["explanation"]
    assert "never answered, and pays" in told and "`plumb request cancel`" in told
    found = testbed.json("request", "cancel", request)
    assert (found["status"], found["attempts"], found["worker"]) == (
        "cancelled",
        1,
        None,
    )
    # No more than what ending the lease costs at the block's base fee.
    assert fee < credit(testbed, 1) - before <= fee + EXPIRE_GAS * BASE_FEE_CAP
    assert credit(testbed, 9) - kept == bond - bond // PENALTY_SHARE
    _, locked = testbed.chain.call(
        testbed.contracts.staking, "balanceOf", testbed.address(9)
    )
    assert locked == 0
    balance = testbed.chain.balance(testbed.address(1))
    assert testbed.json("worker", "withdraw")["free_wei"] == 0
    assert testbed.chain.balance(testbed.address(1)) > balance + fee - ETHER // 2000


def test_lease_past_the_deadline_ends_the_waiting_and_is_anyones_to_end(
    testbed: DevnetTestbed,
) -> None:
    request = testbed.send("--patience", 600)
    accept(testbed, request)  # for half of that
    before = credit(testbed, 1)
    testbed.travel(600)
    ended = testbed.plumb("request", "wait", request)
    assert ended.status == 1
    deadline = testbed.json("request", "status", request)["deadline"]
    told = " ".join(ended.out.split())
    last = f"the last instant to accept it was {deadline - MIN_LEASE}"
    assert f"No worker answered in time, and {last}: `plumb request cancel`" in told
    brief = ("--until", "cancelled", "--timeout", 0.01)
    later = testbed.plumb("request", "wait", request, *brief)
    assert (later.status, "No worker answered in time" in later.out) == (1, True)
    told = testbed.json("request", "cancel", request, account=8)
    assert told["status"] == "cancelled"
    assert credit(testbed, 1) == before + told["fee_wei"], "and nothing more"


def test_open_request_is_only_its_requesters_to_cancel(testbed: DevnetTestbed) -> None:
    request = testbed.send()
    other = testbed.plumb("request", "cancel", request, account=8)
    told = " ".join(other.err.split())
    assert (other.status, "name it with --through" in told) == (1, True)
    assert f"expected 0x{testbed.address(1).hex()}, who asked" in told
    early = testbed.plumb("request", "cancel", request)
    said = " ".join(early.err.split())
    assert (early.status, "a minute after it was asked" in said) == (1, True)
    testbed.travel(MIN_OPEN)
    assert testbed.json("request", "cancel", request)["status"] == "cancelled"


def test_reading_of_a_silent_worker_is_paid_back_to_its_asker(
    testbed: DevnetTestbed,
) -> None:
    """Whose requester is a contract: it is named, and the fee is its asker's credit."""
    request = testbed.send("--through", "DigitReader")
    accept(testbed, request)
    testbed.travel(LEASE_SECONDS)
    through = ("--through", "DigitReader")
    fee = testbed.json("request", "status", request)["fee_wei"]
    before = credit(testbed, 1)
    assert testbed.json("request", "cancel", request, *through)["status"] == "cancelled"
    assert fee <= credit(testbed, 1) - before <= fee + EXPIRE_GAS * BASE_FEE_CAP


def test_reading_that_a_stranger_cancelled_is_paid_back_nevertheless(
    testbed: DevnetTestbed,
) -> None:
    request = testbed.send("--through", "DigitReader")
    testbed.travel(3600)
    before = credit(testbed, 1)
    assert (
        testbed.json("request", "cancel", request, account=8)["status"] == "cancelled"
    )
    fee = testbed.json("request", "status", request)["fee_wei"]
    assert credit(testbed, 1) == before + fee
    again = testbed.plumb("request", "cancel", request, "--through", "DigitReader")
    assert (again.status, "got it cancelled" in " ".join(again.err.split())) == (
        1,
        True,
    )


def test_unknown_contract_to_cancel_through_is_refused(testbed: DevnetTestbed) -> None:
    request = testbed.send()
    ended = testbed.plumb("request", "cancel", request, "--through", "Nobody")
    assert (ended.status, "got Nobody" in " ".join(ended.err.split())) == (1, True)


@pytest.mark.parametrize("quicker", ["answered", "taken over"])
def test_request_that_somebody_else_took_over_is_not_cancelled(
    testbed: DevnetTestbed, quicker: str
) -> None:
    """Between the look and the send: the lease has become another, or a claim."""
    request = testbed.send()
    accept(testbed, request)
    testbed.travel(LEASE_SECONDS)
    record = testbed.place.record()
    record.refresh()
    stale = find(record, request)
    testbed.json("worker", "stake", "1ether", account=2)
    worker = testbed.worker(2)
    done = worker.step()
    while done is None or done.action.function != "accept":
        done = worker.step()
    if quicker == "answered":
        testbed.work(worker)
    sender = Sender(testbed.chain, development_accounts(2)[1])
    actual = "claimed" if quicker == "answered" else "accepted"
    with pytest.raises(NotCancelled, match=f"got it {actual}"):
        take_back(sender, testbed.contracts, stale)
