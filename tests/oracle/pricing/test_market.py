"""What a worker accepts, and what its accept agrees to."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from support.world import World

from challenge import tariff
from oracle.bench.griefing.town import PRICE_WEI, STAKE_WEI, Town
from oracle.chain import events
from oracle.chain.errors import Refused
from oracle.node.node import Wish
from oracle.node.worker.worker import Worker, allowance
from oracle.operator.earnings import earnings_of
from oracle.pricing import bonds, leases
from oracle.pricing.guard import FIXED_GAS, OUTPUT_BYTE_GAS, Guard
from oracle.pricing.market import SUBMIT_BLOCKS
from oracle.requester.requests import Terms
from oracle.sending.sender import Sender

MIN_LEASE, BLOCK_SECONDS = 300, 12
OUTPUT_BYTES = 12


@pytest.fixture
def town() -> Town:
    return Town.made()


def asked(town: Town, data: bytes = b"\1\2\3\4", **terms: int) -> int:
    return town.ask("requester", Terms(fee_wei=town.usual_fee(), **terms), data)


def wish(worker: Worker) -> Wish:
    """What it would do first."""
    worker.record.refresh()
    return next(worker.wishes())


def test_leases_and_bonds_are_the_contracts(world: World) -> None:
    chain, oracle = world.chain, world.contracts.oracle
    assert leases.MIN_TIME == chain.call(oracle, "MIN_TIME")
    assert leases.MAX_LEASE == chain.call(oracle, "MAX_LEASE")
    assert chain.call(oracle, "minLease") == MIN_LEASE
    for fee in (0, 10**9 // 2, 10**9 // 2 + 1, 7 * 10**9):
        world.embedded.hold_base_fee(fee)
        world.travel(1)
        assert chain.call(oracle, "bondFor", 0)[0] == bonds.least_bond(fee)


@pytest.mark.parametrize("patience", [420, 600, 601, 700, 3599, 3600, 3601, 86400])
def test_lease_end_is_foretold(town: Town, patience: int) -> None:
    worker = town.worker(mind=town.slow(0))
    asked(town, b"\0\0\0\0")
    town.live(worker, until=town.all_ended)
    request = asked(town, patience=patience)
    deadline = town.asked(request).request.deadline
    # The block that takes it is the next one.
    expected = leases.lease_end(town.now + BLOCK_SECONDS, deadline, MIN_LEASE)
    done = worker.step()
    assert done is not None
    (told,) = (e for e in done.receipt.events if isinstance(e, events.Accepted))
    assert told.lease.end == expected


def test_accept_agrees_to_attempt_least_end_and_most_bond(town: Town) -> None:
    worker = town.worker(mind=town.slow(60))
    asked(town, b"\0\0\0\0")
    town.live(worker, until=town.all_ended)
    request = asked(town)
    _, attempt, least_end, most_bond = wish(worker).arguments
    assert attempt == town.asked(request).attempt == 0
    assert least_end == town.now + SUBMIT_BLOCKS * BLOCK_SECONDS + 2 * 60 + 1
    bond, _ = town.chain.call(town.contracts.oracle, "bondFor", 0)
    assert most_bond == 2 * bond, "the base fee may double"
    assert wish(worker).locks_wei == most_bond
    # With one that waits before it, which takes as long; of another attempt.
    assert worker.step() is not None
    second = asked(town, b"\5\6\7\x08")
    worker.record.refresh()
    _, _, later, _ = list(worker.wishes())[-1].arguments
    assert later == town.now + SUBMIT_BLOCKS * BLOCK_SECONDS + 60 + 2 * 60 + 1
    assert second == request + 1


def test_accept_locks_no_more_than_is_free_or_wanted(town: Town) -> None:
    bond, _ = town.chain.call(town.contracts.oracle, "bondFor", 0)
    poor = town.worker("poor", stake=bond + 5)
    capped = Worker(town.sender("poor"), town.contracts, town.honest(), Guard())
    asked(town)
    assert wish(poor).arguments[3] == bond + 5
    guard = Guard(most_bond_wei=bond + 3)
    capped = Worker(town.sender("poor"), town.contracts, town.honest(), guard)
    assert wish(capped).arguments[3] == bond + 3


def test_accept_at_a_risen_base_fee_is_refused_beyond_its_most_bond(
    town: Town,
) -> None:
    worker = town.worker()
    asked(town)
    signed = wish(worker)
    oracle, sender = town.contracts.oracle, town.sender("worker")
    town.endpoint.chain.hold_base_fee(2 * 10**9 + 1)
    with pytest.raises(Refused, match="BondTooHigh"):
        sender.send(oracle, "accept", *signed.arguments)
    town.endpoint.chain.hold_base_fee(2 * 10**9)
    sender.send(oracle, "accept", *signed.arguments)


def test_request_after_its_last_instant_is_declined_and_says_so(town: Town) -> None:
    request = asked(town, patience=400)
    worker = town.worker()
    last = town.asked(request).request.deadline - MIN_LEASE
    town.travel(last - town.now)
    assert worker.step() is None
    assert worker.declined == {
        request: f"too late: the last instant to accept was {last}, it is {last}"
    }


def test_lease_too_short_for_the_answer_is_declined_and_says_so(town: Town) -> None:
    worker = town.worker(mind=town.slow(200))
    asked(town, b"\0\0\0\0")
    town.live(worker, until=town.all_ended)
    request = asked(town, patience=700)
    assert worker.step() is None
    reason = worker.declined[request]
    last = town.asked(request).request.deadline - MIN_LEASE
    assert reason.startswith("lease too short: expected 641 seconds, for an answer")
    assert f"the last instant to accept is {last}, it is {town.now}" in reason


def test_answer_that_was_never_timed_is_computed_before_it_is_accepted(
    town: Town,
) -> None:
    worker = town.worker(mind=town.slow(100))
    request = asked(town)
    assert worker.step() is None
    assert worker.declined[request].startswith("not timed yet")
    town.travel(100)
    town.tick()
    steps = [worker.step() for _ in range(2)]
    assert [s and s.wish.function for s in steps] == ["accept", "submit"]


def test_leases_fit_in_half_of_the_shortest(town: Town) -> None:
    """Ten answers of 30 seconds are five minutes; a lease of ten has room for them."""
    worker = town.worker(mind=town.slow(30), stake=20 * STAKE_WEI)
    asked(town, b"warm")
    town.live(worker, until=town.all_ended)
    for n in range(14):
        asked(town, bytes([n, 1, 2, 3]), patience=1800)
    worker.record.refresh()
    market = worker.market()
    accepted = [w for w in worker.wishes() if w.function == "accept"]
    end = leases.lease_end(market.now, market.now + 1800 - 14 * 12, MIN_LEASE)
    assert len(accepted) == (end - market.now) // 2 // 30
    assert any(why.startswith("busy: ") for why in worker.declined.values())


def test_account_must_pay_for_all_that_it_holds(town: Town) -> None:
    worker = town.worker()
    for n in range(3):
        asked(town, bytes([n, 1, 2, 3]), callback_gas=100_000)
    gas = FIXED_GAS + OUTPUT_BYTE_GAS * OUTPUT_BYTES + 100_000
    gas += tariff.max_worker_due(8)
    worst = 2 * town.chain.base_fee() + PRICE_WEI // 2

    def accepted(balance: int) -> int:
        town.endpoint.chain.alter(lambda s: s.set_balance(worker.address, balance))
        worker.record.refresh()
        worker.declined = {}
        return sum(w.function == "accept" for w in worker.wishes())

    assert accepted(2 * gas * worst) == 2
    assert accepted(2 * gas * worst - 1) == 1
    (why, *_) = worker.declined.values()
    assert why.startswith("balance: expected ") and "send it ether" in why
    assert accepted(gas * worst) == 1
    cap = 2 * town.chain.base_fee()
    worker.sender = Sender(town.chain, town.key("worker"), cap)
    assert accepted(2 * gas * cap) == 2, "with a cap on what a gas unit may cost"
    assert accepted(2 * gas * cap - 1) == 1


def test_cap_that_a_doubled_base_fee_exceeds_accepts_nothing(town: Town) -> None:
    """Full blocks would leave the answer unsent, and the lease would run out."""
    worker = town.worker()
    request = asked(town)
    cap = 2 * town.chain.base_fee()
    worker.sender = Sender(town.chain, town.key("worker"), cap - 1)
    assert worker.step() is None
    assert worker.declined[request].startswith("max fee: expected at least 2 gwei")
    worker.sender = Sender(town.chain, town.key("worker"), cap)
    done = worker.step()
    assert done is not None and done.wish.function == "accept"


@pytest.mark.parametrize(
    ("outcomes", "allowed"),
    [
        ([], 64),
        ([False], 32),
        ([False] * 3, 8),
        ([False] * 9, 1),
        ([True] * 9, 64),
        ([False, True, True], 34),
        ([False] * 6 + [True] * 70, 64),
        ([True, False, True, False], 16),
    ],
)
def test_missed_lease_halves_what_is_taken_and_answers_bring_it_back(
    outcomes: Iterable[bool], allowed: int
) -> None:
    assert allowance(64, outcomes) == allowed


def missed(town: Town, worker: Worker, request: int) -> None:
    """The worker lets the lease of the request run out, and ends it."""
    done = worker.step()
    assert done is not None and done.wish.function == "accept"
    town.travel(1800)
    done = worker.step()
    assert done is not None and done.wish.function == "expireLease"
    worker.record.refresh()
    assert town.asked(request).missed == (worker.address,)


def test_missed_request_is_accepted_once_more_when_its_answer_is_there(
    town: Town,
) -> None:
    mind = town.slow(60)
    worker = town.worker(mind=mind)
    asked(town, b"warm")
    town.live(worker, until=town.all_ended)
    request = asked(town, patience=8 * 3600)
    (machine,) = town.machines
    machine.seconds = 3000.0
    missed(town, worker, request)
    assert worker.leases_at_most == 32
    # Another process knows it, too: the chain tells.
    reborn = Worker(town.sender("worker"), town.contracts, town.slow(3000))
    assert reborn.step() is None and reborn.leases_at_most == 32
    assert worker.step() is None
    assert worker.declined[request].startswith("missed before: ")
    town.travel(3000)
    town.tick()
    steps = [worker.step() for _ in range(2)]
    assert [s and s.wish.function for s in steps] == ["accept", "submit"]
    town.live(worker, until=town.all_ended)
    worker.record.refresh()
    assert worker.leases_at_most == 33


def test_request_that_was_missed_twice_is_left_alone(town: Town) -> None:
    worker = town.worker()
    request = asked(town, patience=8 * 3600)
    missed(town, worker, request)
    done = worker.step()
    assert done is not None and done.wish.function == "accept"
    town.travel(1800)
    done = worker.step()
    assert done is not None and done.wish.function == "expireLease"
    assert worker.step() is None
    assert worker.declined[request].startswith("missed twice")
    found = earnings_of(worker)
    assert (found.missed, found.leases_at_most) == (2, 16)


def test_missed_request_whose_answer_would_fail_is_left_alone(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = town.worker()
    request = asked(town, patience=8 * 3600)
    missed(town, worker, request)
    too_long = bytes(96 * 1024 + 1)
    monkeypatch.setattr(worker._mind, "answer", lambda asked: too_long)
    assert worker.step() is None
    expected = "missed before: its answer would fail: DataTooLong("
    assert worker.declined[request].startswith(expected)


def test_own_lease_that_ran_out_is_ended_even_past_the_deadline(town: Town) -> None:
    """For its bond: what is left of it is nobody's as long as it is locked."""
    worker = town.worker()
    asked(town, patience=600)
    assert worker.step() is not None
    town.travel(3600)
    done = worker.step()
    assert done is not None and done.wish.function == "expireLease"
    assert worker.stake()[1] == 0


def test_others_lease_is_ended_only_to_answer_oneself(town: Town) -> None:
    silent, picky = town.worker("silent"), town.worker("picky")
    asked(town, patience=8 * 3600)
    assert silent.step() is not None
    town.travel(1800)
    picky._guard = replace(picky._guard, least_fee_wei=10**18)
    assert picky.step() is None
    eager = town.worker("eager")
    steps = [eager.step() for _ in range(3)]
    names = [s and s.wish.function for s in steps]
    assert names == ["expireLease", "accept", "submit"]
