"""`plumb request cancel`: what a requester gets back, and when."""

import pytest
from support.town import Town

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


def credit(town: Town, index: int) -> int:
    """Free stake in wei, which is where refunds go."""
    address = town.address(index)
    free, _ = town.chain.call(town.contracts.staking, "balanceOf", address)
    return int(free)


def accept(town: Town, request: int, index: int = 9) -> int:
    """A worker with the stake for one bond takes the request; its bond in wei."""
    bond, _ = town.chain.call(town.contracts.oracle, "bondFor", 0)
    sender = Sender(town.chain, development_accounts(index + 1)[index])
    staking, oracle = town.contracts.staking, town.contracts.oracle
    sender.send(staking, "deposit", sender.address, value=bond)
    record = town.place.record()
    record.refresh()
    asked = find(record, request)
    sender.send(oracle, "accept", asked.request, asked.attempt, 0, bond)
    return int(bond)


def test_silent_workers_lease_is_ended_and_the_fee_comes_back(town: Town) -> None:
    fee, before, kept = ETHER // 50, credit(town, 1), credit(town, 9)
    request = town.send("--fee", f"{fee}wei")
    bond = accept(town, request)
    status = town.json("request", "status", request)
    assert status["explanation"].startswith("A worker has it, for ")
    assert status["worker"] == "0x" + town.address(9).hex()
    early = town.plumb("request", "cancel", request)
    assert (early.status, early.out) == (1, "")
    assert "worker who never answered; got it accepted" in " ".join(early.err.split())

    town.travel(LEASE_SECONDS)
    told = town.json("request", "status", request)["explanation"]
    assert "never answered, and pays" in told and "`plumb request cancel`" in told
    found = town.json("request", "cancel", request)
    assert (found["status"], found["attempts"], found["worker"]) == (
        "cancelled",
        1,
        None,
    )
    # No more than what ending the lease costs at the block's base fee.
    assert fee < credit(town, 1) - before <= fee + EXPIRE_GAS * BASE_FEE_CAP
    assert credit(town, 9) - kept == bond - bond // PENALTY_SHARE
    _, locked = town.chain.call(town.contracts.staking, "balanceOf", town.address(9))
    assert locked == 0
    balance = town.chain.balance(town.address(1))
    assert town.json("worker", "withdraw")["free_wei"] == 0
    assert town.chain.balance(town.address(1)) > balance + fee - ETHER // 2000


def test_lease_past_the_deadline_ends_the_waiting_and_is_anyones_to_end(
    town: Town,
) -> None:
    request = town.send("--patience", 600)
    accept(town, request)  # for half of that
    before = credit(town, 1)
    town.travel(600)
    ended = town.plumb("request", "wait", request)
    assert ended.status == 1
    deadline = town.json("request", "status", request)["deadline"]
    told = " ".join(ended.out.split())
    last = f"the last instant to accept it was {deadline - MIN_LEASE}"
    assert f"No worker answered in time, and {last}: `plumb request cancel`" in told
    later = town.plumb("request", "wait", request, "--until", "cancelled", "--timeout",
                       0.01)  # fmt: skip
    assert (later.status, "No worker answered in time" in later.out) == (1, True)
    told = town.json("request", "cancel", request, account=8)
    assert told["status"] == "cancelled"
    assert credit(town, 1) == before + told["fee_wei"], "and nothing more"


def test_open_request_is_only_its_requesters_to_cancel(town: Town) -> None:
    request = town.send()
    other = town.plumb("request", "cancel", request, account=8)
    told = " ".join(other.err.split())
    assert (other.status, "name it with --through" in told) == (1, True)
    assert f"expected 0x{town.address(1).hex()}, who asked" in told
    early = town.plumb("request", "cancel", request)
    said = " ".join(early.err.split())
    assert (early.status, "a minute after it was asked" in said) == (1, True)
    town.travel(MIN_OPEN)
    assert town.json("request", "cancel", request)["status"] == "cancelled"


def test_reading_of_a_silent_worker_is_paid_back_to_its_asker(town: Town) -> None:
    """Whose requester is a contract: it is named, and the fee is its asker's credit."""
    request = town.send("--through", "DigitReader")
    accept(town, request)
    town.travel(LEASE_SECONDS)
    through = ("--through", "DigitReader")
    fee = town.json("request", "status", request)["fee_wei"]
    before = credit(town, 1)
    assert town.json("request", "cancel", request, *through)["status"] == "cancelled"
    assert fee <= credit(town, 1) - before <= fee + EXPIRE_GAS * BASE_FEE_CAP


def test_reading_that_a_stranger_cancelled_is_paid_back_nevertheless(
    town: Town,
) -> None:
    request = town.send("--through", "DigitReader")
    town.travel(3600)
    before = credit(town, 1)
    assert town.json("request", "cancel", request, account=8)["status"] == "cancelled"
    fee = town.json("request", "status", request)["fee_wei"]
    assert credit(town, 1) == before + fee
    again = town.plumb("request", "cancel", request, "--through", "DigitReader")
    assert (again.status, "got it cancelled" in " ".join(again.err.split())) == (
        1,
        True,
    )


def test_unknown_contract_to_cancel_through_is_refused(town: Town) -> None:
    request = town.send()
    ended = town.plumb("request", "cancel", request, "--through", "Nobody")
    assert (ended.status, "got Nobody" in " ".join(ended.err.split())) == (1, True)


@pytest.mark.parametrize("quicker", ["answered", "taken over"])
def test_request_that_somebody_else_took_over_is_not_cancelled(
    town: Town, quicker: str
) -> None:
    """Between the look and the send: the lease has become another, or a claim."""
    request = town.send()
    accept(town, request)
    town.travel(LEASE_SECONDS)
    record = town.place.record()
    record.refresh()
    stale = find(record, request)
    town.json("worker", "stake", "1ether", account=2)
    worker = town.worker(2)
    done = worker.step()
    while done is None or done.wish.function != "accept":
        done = worker.step()
    if quicker == "answered":
        town.work(worker)
    sender = Sender(town.chain, development_accounts(2)[1])
    actual = "claimed" if quicker == "answered" else "accepted"
    with pytest.raises(NotCancelled, match=f"got it {actual}"):
        take_back(sender, town.contracts, stale)
