"""What a worker accepts, and what its accept agrees to."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from support.testbeds.embedded import EmbeddedTestbed

from challenge import tariff
from oracle.bench.griefing.testbed import PRICE_WEI, STAKE_WEI, GriefingTestbed
from oracle.chain import events
from oracle.chain.errors import Refused
from oracle.node.actions import Action
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
def testbed() -> GriefingTestbed:
    return GriefingTestbed.made()


def asked(testbed: GriefingTestbed, data: bytes = b"\1\2\3\4", **terms: int) -> int:
    return testbed.ask("requester", Terms(fee_wei=testbed.usual_fee(), **terms), data)


def action(worker: Worker) -> Action:
    """What it would do first."""
    worker.record.refresh()
    return next(worker.actions())


def test_leases_and_bonds_are_the_contracts(world: EmbeddedTestbed) -> None:
    chain, oracle = world.chain, world.contracts.oracle
    assert leases.MIN_TIME == chain.call(oracle, "MIN_TIME")
    assert leases.MAX_LEASE == chain.call(oracle, "MAX_LEASE")
    assert chain.call(oracle, "minLease") == MIN_LEASE
    for fee in (0, 10**9 // 2, 10**9 // 2 + 1, 7 * 10**9):
        world.embedded.hold_base_fee(fee)
        world.travel(1)
        assert chain.call(oracle, "bondFor", 0)[0] == bonds.least_bond(fee)


@pytest.mark.parametrize("patience", [420, 600, 601, 700, 3599, 3600, 3601, 86400])
def test_lease_end_is_foretold(testbed: GriefingTestbed, patience: int) -> None:
    worker = testbed.worker(strategy=testbed.slow(0))
    asked(testbed, b"\0\0\0\0")
    testbed.live(worker, until=testbed.all_ended)
    request = asked(testbed, patience=patience)
    deadline = testbed.asked(request).request.deadline
    # The block that takes it is the next one.
    expected = leases.lease_end(testbed.now + BLOCK_SECONDS, deadline, MIN_LEASE)
    done = worker.step()
    assert done is not None
    (told,) = (e for e in done.receipt.events if isinstance(e, events.Accepted))
    assert told.lease.end == expected


def test_accept_agrees_to_attempt_least_end_and_most_bond(
    testbed: GriefingTestbed,
) -> None:
    worker = testbed.worker(strategy=testbed.slow(60))
    asked(testbed, b"\0\0\0\0")
    testbed.live(worker, until=testbed.all_ended)
    request = asked(testbed)
    _, attempt, least_end, most_bond = action(worker).arguments
    assert attempt == testbed.asked(request).attempt == 0
    assert least_end == testbed.now + SUBMIT_BLOCKS * BLOCK_SECONDS + 2 * 60 + 1
    bond, _ = testbed.chain.call(testbed.contracts.oracle, "bondFor", 0)
    assert most_bond == 2 * bond, "the base fee may double"
    assert action(worker).locks_wei == most_bond
    # With one that waits before it, which takes as long; of another attempt.
    assert worker.step() is not None
    second = asked(testbed, b"\5\6\7\x08")
    worker.record.refresh()
    _, _, later, _ = list(worker.actions())[-1].arguments
    assert later == testbed.now + SUBMIT_BLOCKS * BLOCK_SECONDS + 60 + 2 * 60 + 1
    assert second == request + 1


def test_accept_locks_no_more_than_is_free_or_wanted(testbed: GriefingTestbed) -> None:
    bond, _ = testbed.chain.call(testbed.contracts.oracle, "bondFor", 0)
    poor = testbed.worker("poor", stake=bond + 5)
    capped = Worker(
        testbed.sender("poor"), testbed.contracts, testbed.honest(), Guard()
    )
    asked(testbed)
    assert action(poor).arguments[3] == bond + 5
    guard = Guard(most_bond_wei=bond + 3)
    capped = Worker(testbed.sender("poor"), testbed.contracts, testbed.honest(), guard)
    assert action(capped).arguments[3] == bond + 3


def test_accept_at_a_risen_base_fee_is_refused_beyond_its_most_bond(
    testbed: GriefingTestbed,
) -> None:
    worker = testbed.worker()
    asked(testbed)
    signed = action(worker)
    oracle, sender = testbed.contracts.oracle, testbed.sender("worker")
    testbed.endpoint.chain.hold_base_fee(2 * 10**9 + 1)
    with pytest.raises(Refused, match="BondTooHigh"):
        sender.send(oracle, "accept", *signed.arguments)
    testbed.endpoint.chain.hold_base_fee(2 * 10**9)
    sender.send(oracle, "accept", *signed.arguments)


def test_request_after_its_last_instant_is_declined_and_says_so(
    testbed: GriefingTestbed,
) -> None:
    request = asked(testbed, patience=400)
    worker = testbed.worker()
    last = testbed.asked(request).request.deadline - MIN_LEASE
    testbed.travel(last - testbed.now)
    assert worker.step() is None
    assert worker.declined == {
        request: f"too late: the last instant to accept was {last}, it is {last}"
    }


def test_lease_too_short_for_the_answer_is_declined_and_says_so(
    testbed: GriefingTestbed,
) -> None:
    worker = testbed.worker(strategy=testbed.slow(200))
    asked(testbed, b"\0\0\0\0")
    testbed.live(worker, until=testbed.all_ended)
    request = asked(testbed, patience=700)
    assert worker.step() is None
    reason = worker.declined[request]
    last = testbed.asked(request).request.deadline - MIN_LEASE
    assert reason.startswith("lease too short: expected 641 seconds, for an answer")
    assert f"the last instant to accept is {last}, it is {testbed.now}" in reason


def test_answer_that_was_never_timed_is_computed_before_it_is_accepted(
    testbed: GriefingTestbed,
) -> None:
    worker = testbed.worker(strategy=testbed.slow(100))
    request = asked(testbed)
    assert worker.step() is None
    assert worker.declined[request].startswith("not timed yet")
    testbed.travel(100)
    testbed.tick()
    steps = [worker.step() for _ in range(2)]
    assert [s and s.action.function for s in steps] == ["accept", "submit"]


def test_leases_fit_in_half_of_the_shortest(testbed: GriefingTestbed) -> None:
    """Ten answers of 30 seconds are five minutes; a lease of ten has room for them."""
    worker = testbed.worker(strategy=testbed.slow(30), stake=20 * STAKE_WEI)
    asked(testbed, b"warm")
    testbed.live(worker, until=testbed.all_ended)
    for n in range(14):
        asked(testbed, bytes([n, 1, 2, 3]), patience=1800)
    worker.record.refresh()
    market = worker.market()
    accepted = [w for w in worker.actions() if w.function == "accept"]
    end = leases.lease_end(market.now, market.now + 1800 - 14 * 12, MIN_LEASE)
    assert len(accepted) == (end - market.now) // 2 // 30
    assert any(why.startswith("busy: ") for why in worker.declined.values())


def test_account_must_pay_for_all_that_it_holds(testbed: GriefingTestbed) -> None:
    worker = testbed.worker()
    for n in range(3):
        asked(testbed, bytes([n, 1, 2, 3]), callback_gas=100_000)
    gas = FIXED_GAS + OUTPUT_BYTE_GAS * OUTPUT_BYTES + 100_000
    gas += tariff.max_worker_due(8)
    worst = 2 * testbed.chain.base_fee() + PRICE_WEI // 2

    def accepted(balance: int) -> int:
        testbed.endpoint.chain.alter(lambda s: s.set_balance(worker.address, balance))
        worker.record.refresh()
        worker.declined = {}
        return sum(w.function == "accept" for w in worker.actions())

    assert accepted(2 * gas * worst) == 2
    assert accepted(2 * gas * worst - 1) == 1
    (why, *_) = worker.declined.values()
    assert why.startswith("balance: expected ") and "send it ether" in why
    assert accepted(gas * worst) == 1
    cap = 2 * testbed.chain.base_fee()
    worker.sender = Sender(testbed.chain, testbed.key("worker"), cap)
    assert accepted(2 * gas * cap) == 2, "with a cap on what a gas unit may cost"
    assert accepted(2 * gas * cap - 1) == 1


def test_cap_that_a_doubled_base_fee_exceeds_accepts_nothing(
    testbed: GriefingTestbed,
) -> None:
    """Full blocks would leave the answer unsent, and the lease would run out."""
    worker = testbed.worker()
    request = asked(testbed)
    cap = 2 * testbed.chain.base_fee()
    worker.sender = Sender(testbed.chain, testbed.key("worker"), cap - 1)
    assert worker.step() is None
    assert worker.declined[request].startswith("max fee: expected at least 2 gwei")
    worker.sender = Sender(testbed.chain, testbed.key("worker"), cap)
    done = worker.step()
    assert done is not None and done.action.function == "accept"


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


def missed(testbed: GriefingTestbed, worker: Worker, request: int) -> None:
    """The worker lets the lease of the request run out, and ends it."""
    done = worker.step()
    assert done is not None and done.action.function == "accept"
    testbed.travel(1800)
    done = worker.step()
    assert done is not None and done.action.function == "expireLease"
    worker.record.refresh()
    assert testbed.asked(request).missed == (worker.address,)


def test_missed_request_is_accepted_once_more_when_its_answer_is_there(
    testbed: GriefingTestbed,
) -> None:
    strategy = testbed.slow(60)
    worker = testbed.worker(strategy=strategy)
    asked(testbed, b"warm")
    testbed.live(worker, until=testbed.all_ended)
    request = asked(testbed, patience=8 * 3600)
    (machine,) = testbed.machines
    machine.seconds = 3000.0
    missed(testbed, worker, request)
    assert worker.leases_at_most == 32
    # Another process knows it, too: the chain tells.
    reborn = Worker(testbed.sender("worker"), testbed.contracts, testbed.slow(3000))
    assert reborn.step() is None and reborn.leases_at_most == 32
    assert worker.step() is None
    assert worker.declined[request].startswith("missed before: ")
    testbed.travel(3000)
    testbed.tick()
    steps = [worker.step() for _ in range(2)]
    assert [s and s.action.function for s in steps] == ["accept", "submit"]
    testbed.live(worker, until=testbed.all_ended)
    worker.record.refresh()
    assert worker.leases_at_most == 33


def test_request_that_was_missed_twice_is_left_alone(testbed: GriefingTestbed) -> None:
    worker = testbed.worker()
    request = asked(testbed, patience=8 * 3600)
    missed(testbed, worker, request)
    done = worker.step()
    assert done is not None and done.action.function == "accept"
    testbed.travel(1800)
    done = worker.step()
    assert done is not None and done.action.function == "expireLease"
    assert worker.step() is None
    assert worker.declined[request].startswith("missed twice")
    found = earnings_of(worker)
    assert (found.missed, found.leases_at_most) == (2, 16)


def test_missed_request_whose_answer_would_fail_is_left_alone(
    testbed: GriefingTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = testbed.worker()
    request = asked(testbed, patience=8 * 3600)
    missed(testbed, worker, request)
    too_long = bytes(96 * 1024 + 1)
    monkeypatch.setattr(worker._strategy, "answer", lambda asked: too_long)
    assert worker.step() is None
    expected = "missed before: its answer would fail: DataTooLong("
    assert worker.declined[request].startswith(expected)


def test_own_lease_that_ran_out_is_ended_even_past_the_deadline(
    testbed: GriefingTestbed,
) -> None:
    """For its bond: what is left of it is nobody's as long as it is locked."""
    worker = testbed.worker()
    asked(testbed, patience=600)
    assert worker.step() is not None
    testbed.travel(3600)
    done = worker.step()
    assert done is not None and done.action.function == "expireLease"
    assert worker.stake()[1] == 0


def test_others_lease_is_ended_only_to_answer_oneself(testbed: GriefingTestbed) -> None:
    silent, picky = testbed.worker("silent"), testbed.worker("picky")
    asked(testbed, patience=8 * 3600)
    assert silent.step() is not None
    testbed.travel(1800)
    picky._guard = replace(picky._guard, least_fee_wei=10**18)
    assert picky.step() is None
    eager = testbed.worker("eager")
    steps = [eager.step() for _ in range(3)]
    names = [s and s.action.function for s in steps]
    assert names == ["expireLease", "accept", "submit"]
