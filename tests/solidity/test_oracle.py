"""A request's life, and who gets what at each end of it."""

import pytest
from eth_abi import encode
from eth_utils import keccak
from support.chains.evm import ETHER, GWEI, Chain, reverts
from support.games.protocol import (
    ACCEPTED,
    BOND,
    CANCELLED,
    CLAIM,
    CLAIMED,
    FEE,
    FINAL,
    IMAGE,
    LEASE,
    MAX_IO,
    MAX_LEASE,
    MIN_LEASE,
    MIN_OPEN,
    OPEN,
    OUTPUT,
    REQUEST,
    ROYALTY_BPS,
    STAKE,
    TIME,
    WINDOW,
    ZERO_ADDRESS,
    Puppet,
)


def region_root(chain: Chain, data: bytes) -> bytes:
    if "Libraries" not in chain.contracts:
        chain.deploy("Libraries")
    return chain.call("Libraries", "regionRootPlain", data)


def test_request_opens_and_tells_everything(story):
    sent = story.request(min_bond=ETHER)
    event = sent.event("Requested")
    assert event.args[:3] == (1, story.model_id, story.requester)
    assert event.input == IMAGE
    root = region_root(story.chain, IMAGE)
    deadline = sent.timestamp + TIME
    terms = (1, story.model_id, story.requester, FEE, root)
    assert event.request == (*terms, 100_000, WINDOW, deadline, ETHER, story.requester)
    state = story.state()
    assert (state.status, state.attempt, state.worker) == (OPEN, 0, ZERO_ADDRESS)
    assert state.changedAt == sent.timestamp
    assert state.commitment == keccak(encode([REQUEST], [story.r]))
    assert story.chain.balance(story.chain.address("InferenceOracle")) == FEE


def test_requests_are_numbered_from_one(story):
    assert [story.request().result for _ in range(3)] == [1, 2, 3]


def test_accept_leases_and_locks_the_bond(story):
    story.request()
    sent = story.accept()
    state = story.state()
    end = sent.timestamp + MAX_LEASE
    request_hash = keccak(encode([REQUEST], [story.r]))
    expected = (request_hash, 0, story.worker, end, BOND, GWEI)
    assert story.lease == expected == sent.event("Accepted").lease
    assert (state.status, state.worker) == (ACCEPTED, story.worker)
    assert state.commitment == keccak(encode([LEASE], [story.lease]))
    assert (story.free(story.worker), story.locked(story.worker)) == (
        STAKE - BOND,
        BOND,
    )


@pytest.mark.parametrize(
    ("left", "lasts"),
    [
        (MIN_LEASE + 1, MIN_LEASE),
        (2 * MIN_LEASE - 1, MIN_LEASE),
        (2 * MIN_LEASE + 2, MIN_LEASE + 1),
        (2 * MAX_LEASE - 2, MAX_LEASE - 1),
        (2 * MAX_LEASE, MAX_LEASE),
        (89 * 24 * 3600, MAX_LEASE),
    ],
)
def test_lease_lasts_half_of_what_is_left_within_bounds(story, left, lasts):
    story.request(deadline=story.chain.now + left + 60)
    story.chain.travel_to(story.r.deadline - left)
    sent = story.accept()
    assert story.lease.end == sent.timestamp + lasts <= story.r.deadline


def test_request_outlives_a_silent_worker(story):
    """Half of the time is left for another, twice with the default of an hour."""
    story.request(deadline=story.chain.now + 3600)
    for attempt in range(4):
        story.accept()
        assert story.lease.attempt == attempt
        expire(story)
    with reverts("TooLate", story.r.deadline - MIN_LEASE, story.chain.now):
        story.accept()


def test_accept_agrees_to_an_attempt_an_end_and_a_bond(story):
    story.request()
    end = story.chain.now + MAX_LEASE
    args = (story.r, 0, end, BOND)
    story.chain.send("InferenceOracle", "accept", *args, sender=story.worker)
    assert story.state().status == ACCEPTED


def test_accept_that_was_signed_for_another_attempt_refused(story):
    story.request()
    stale = story.acceptance()
    story.accept()
    expire(story)
    with reverts("WrongAttempt", 0, 1):
        story.chain.send("InferenceOracle", "accept", *stale, sender=story.worker)


def test_accept_that_is_mined_too_late_for_its_lease_refused(story):
    story.request(deadline=story.chain.now + 1000)
    wanted = story.chain.now + 500
    story.chain.travel_to(story.r.deadline - MIN_LEASE - 1)
    args = (story.r, 0, story.r.deadline, BOND)
    with reverts("LeaseTooShort", story.r.deadline, story.chain.now + MIN_LEASE):
        story.chain.send("InferenceOracle", "accept", *args, sender=story.worker)
    args = (story.r, 0, wanted, BOND)
    story.chain.send("InferenceOracle", "accept", *args, sender=story.worker)


def test_accept_at_a_bond_above_the_agreed_refused(exact_story):
    story, chain = exact_story, exact_story.chain
    story.request()
    chain.set_basefee(GWEI)
    with reverts("BondTooHigh", 2 * BOND - 1, 2 * BOND):
        args = (story.r, 0, 0, 2 * BOND - 1)
        chain.send("InferenceOracle", "accept", *args, sender=story.worker)
    args = (story.r, 0, 0, 2 * BOND)
    chain.send("InferenceOracle", "accept", *args, sender=story.worker)
    chain.set_basefee(0)


def test_requester_may_ask_for_a_larger_bond(story):
    story.request(min_bond=2 * ETHER)
    story.accept()
    assert story.lease.bond == story.locked(story.worker) == 2 * ETHER


def test_accept_without_stake_refused(story):
    story.request()
    poor = story.chain.account("poor")
    with reverts("InsufficientBalance", poor, BOND, 0):
        story.accept(poor)
    assert story.state().status == OPEN


def test_submit_claims_and_tells_everything(story):
    story.request()
    story.accept()
    sent = story.submit()
    event = sent.event("Claimed")
    root = region_root(story.chain, OUTPUT)
    r, lease = story.r, story.lease
    window_end = sent.timestamp + WINDOW
    ids = (1, lease.requestHash, story.model_id, r.inputRoot, root)
    expected = (*ids, story.worker, 0, window_end, lease.bond, lease.gasPrice)
    assert event.claim == expected
    assert event.output == OUTPUT
    assert sent.result == event.claimHash == keccak(encode([CLAIM], [expected]))
    state = story.state()
    assert (state.status, state.commitment) == (CLAIMED, sent.result)


def test_finalize_pays_worker_and_publisher_and_frees_the_bond(story):
    sent = story.claimed().finalize()
    royalty = FEE * ROYALTY_BPS // 10_000
    expected = (1, story.claim_hash, story.worker, FEE - royalty, royalty)
    assert sent.event("Finalized").args == expected
    assert story.free(story.worker) == STAKE + FEE - royalty
    assert story.locked(story.worker) == 0
    assert story.free(story.publisher) == royalty
    state = story.state()
    assert (state.status, state.callbackFailed) == (FINAL, False)
    assert sent.has("CallbackSucceeded")


def test_finalize_of_a_free_request_pays_nothing(story):
    story.request(value=0)
    story.accept()
    story.submit()
    story.finalize()
    assert story.free(story.worker) == STAKE
    assert story.free(story.publisher) == 0


@pytest.mark.parametrize("size", [0, 1, 28, 29, MAX_IO])
def test_any_size_of_data_goes_through(story, size):
    story.claimed(output=b"\x07" * size, input=b"\x09" * size)
    assert story.r.inputRoot == region_root(story.chain, b"\x09" * size)
    assert story.finalize().has("CallbackSucceeded")


def expire(story, sender=None):
    story.chain.travel_to(story.lease.end)
    args = (story.r, story.lease)
    sender = sender or story.stranger
    return story.chain.send("InferenceOracle", "expireLease", *args, sender=sender)


@pytest.mark.parametrize(
    ("fee", "min_bond", "penalty"),
    [
        (FEE, 0, BOND // 10),
        (0, 5 * ETHER, BOND // 10),
        (1, 5 * ETHER, BOND // 10 + 1),
        (FEE, 5 * ETHER, BOND // 10 + FEE),
        (FEE, BOND + FEE, BOND // 10 + FEE // 10),
        (9 * ETHER, 5 * ETHER, 5 * ETHER // 10),
    ],
)
def test_expired_lease_costs_by_fee_and_burns(story, fee, min_bond, penalty):
    """A tenth of the least bond, and the fee up to a tenth of the rest."""
    chain = story.chain
    before = story.free(story.requester)
    story.request(value=fee, min_bond=min_bond)
    story.accept()
    sent = expire(story)
    expected = (1, story.worker, penalty, penalty)
    assert sent.event("LeaseExpired").args == expected
    assert story.free(story.worker) == STAKE - penalty
    assert story.locked(story.worker) == 0
    assert story.free(story.requester) == before
    assert chain.balance(ZERO_ADDRESS) == penalty
    state = story.state()
    assert (state.status, state.attempt) == (OPEN, 1)
    assert state.commitment == keccak(encode([REQUEST], [story.r]))


@pytest.mark.parametrize("who", ["stranger", "worker", "requester"])
def test_whoever_ends_a_lease_is_credited_the_gas_at_the_base_fee(exact_story, who):
    story, chain = exact_story, exact_story.chain
    story.request()
    story.accept()
    account, held = chain.account(who), story.lease.bond
    before = story.free(account) + story.locked(account)
    chain.set_basefee(3 * GWEI)
    sent = expire(story, account)
    credit, penalty = 71_000 * 3 * GWEI, held // 10
    # Nobody is paid more than it costs; the worker would be paid by itself.
    assert sent.gas_used >= 71_000 or who == "worker"
    lost = penalty if who == "worker" else 0
    assert story.free(account) + story.locked(account) == before + credit - lost
    assert sent.event("LeaseExpired").args[2:] == (penalty, penalty - credit)
    assert chain.balance(ZERO_ADDRESS) == penalty - credit
    chain.set_basefee(0)


def test_credit_for_ending_a_lease_is_no_more_than_the_penalty(exact_story):
    story, chain = exact_story, exact_story.chain
    story.request()
    story.accept()
    chain.set_basefee(100 * GWEI)
    sent = expire(story)
    assert sent.event("LeaseExpired").args[2:] == (BOND // 10, 0)
    assert story.free(story.stranger) == BOND // 10
    chain.set_basefee(0)


def test_expired_lease_lets_another_worker_answer(story):
    story.request()
    story.accept()
    expire(story)
    second = story.chain.account("second")
    story.stake(second)
    story.accept(second)
    story.submit()
    assert story.claim.attempt == 1
    story.finalize()
    royalty = FEE * ROYALTY_BPS // 10_000
    assert story.free(second) == STAKE + FEE - royalty


def test_cancel_by_the_requester_refunds_after_a_minute(story):
    posted = story.request().timestamp
    story.chain.travel_to(posted + MIN_OPEN - 1)
    with reverts("TooEarly", posted + MIN_OPEN, story.chain.now):
        story.chain.send("InferenceOracle", "cancel", story.r, sender=story.r[2])
    sent = story.cancel()
    assert sent.timestamp == posted + MIN_OPEN
    assert sent.event("Cancelled").args == (1, FEE)
    assert story.state().status == CANCELLED
    assert story.free(story.requester) == FEE


def test_request_that_was_leased_before_is_cancelled_at_once(story):
    """Else whoever leases it for nothing could lease it again before."""
    story.request()
    story.accept()
    reopened = expire(story).timestamp
    sent = story._oracle("cancel", story.r, sender=story.requester)
    assert sent.timestamp < reopened + MIN_OPEN
    assert story.free(story.requester) == FEE


def test_cancelled_fee_goes_where_the_request_says(story):
    puppet, owner = Puppet(story.chain), story.chain.account("owner")
    story.request(by=puppet, refund_to=owner)
    assert story.r.refundTo == owner
    story.chain.travel(MIN_OPEN)
    puppet.do("InferenceOracle", "cancel", story.r)
    assert (story.free(owner), story.free(puppet.address)) == (FEE, 0)


def test_cancel_by_anyone_after_the_deadline_refunds_the_requester(story):
    story.request()
    story.chain.travel_to(story.r.deadline)
    story.chain.send("InferenceOracle", "cancel", story.r, sender=story.stranger)
    assert story.free(story.requester) == FEE
    assert story.free(story.stranger) == 0


def test_overdue_lease_is_expired_then_cancelled(story):
    story.request(deadline=story.chain.now + MIN_LEASE + 60)
    story.accept()
    expire(story)
    with reverts("TooLate", story.r.deadline - MIN_LEASE, story.chain.now):
        story.accept()
    story.chain.send("InferenceOracle", "cancel", story.r, sender=story.requester)
    assert story.free(story.requester) == FEE


def test_claim_may_come_in_the_last_second_and_stand_after_the_deadline(story):
    story.request(deadline=story.chain.now + MIN_LEASE + 60)
    story.chain.travel_to(story.r.deadline - MIN_LEASE - 1)
    story.accept()
    story.chain.travel_to(story.lease.end - 1)
    story.submit()
    assert story.finalize().has("Finalized")


def test_bond_follows_the_base_fee(exact_story):
    chain = exact_story.chain
    assert chain.call("InferenceOracle", "bondFor", 0) == (BOND, GWEI)
    chain.set_basefee(GWEI // 2 + 1)
    price = GWEI + 2
    expected = (37_000_000 * price, price)
    assert chain.call("InferenceOracle", "bondFor", 0) == expected
    large = 10**24
    assert chain.call("InferenceOracle", "bondFor", large) == (large, price)


@pytest.mark.parametrize(
    ("output", "callback_gas", "units"),
    [
        (1, 0, 350_120),
        (1000, 0, 470_000),
        (2, 1_000_000, 1_350_240),
        (1000, 1, 470_001),
    ],
)
def test_estimate_pays_gas_callback_and_royalty(story, output, callback_gas, units):
    story.state_work((0, 0, 0, output, 0))
    args = (story.model_id, 784, 0, callback_gas)
    fee = story.chain.call("InferenceOracle", "estimateFee", *args)
    assert fee == units * GWEI * 10_000 // (10_000 - ROYALTY_BPS)
    assert abs(fee - fee * ROYALTY_BPS // 10_000 - units * GWEI) <= 1


def test_consumer_contract_is_refunded_like_anyone(story):
    puppet = Puppet(story.chain)
    story.request(by=puppet)
    story.chain.travel(MIN_OPEN)
    puppet.do("InferenceOracle", "cancel", story.r)
    assert story.free(puppet.address) == FEE
