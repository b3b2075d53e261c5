"""A request's life, and who gets what at each end of it."""

import pytest
from eth_abi import encode
from eth_utils import keccak
from support.evm import ETHER, GWEI, Chain, reverts
from support.protocol import (
    ACCEPTED,
    BOND,
    CANCELLED,
    CLAIM,
    CLAIMED,
    FEE,
    FINAL,
    IMAGE,
    LEASE,
    LEASE_TIME,
    MAX_IO,
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
    assert event.request == (*terms, 100_000, WINDOW, deadline, ETHER)
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
    end = sent.timestamp + LEASE_TIME
    request_hash = keccak(encode([REQUEST], [story.r]))
    expected = (request_hash, 0, story.worker, end, BOND, GWEI)
    assert story.lease == expected == sent.event("Accepted").lease
    assert (state.status, state.worker) == (ACCEPTED, story.worker)
    assert state.commitment == keccak(encode([LEASE], [story.lease]))
    assert (story.free(story.worker), story.locked(story.worker)) == (
        STAKE - BOND,
        BOND,
    )


def test_lease_ends_no_later_than_the_deadline(story):
    story.request(deadline=story.chain.now + 100)
    story.accept()
    assert story.lease.end == story.r.deadline


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


def test_expired_lease_costs_a_tenth_mostly_burned(story):
    story.request()
    story.accept()
    chain = story.chain
    chain.travel_to(story.lease.end)
    args = (story.r, story.lease)
    sent = chain.send("InferenceOracle", "expireLease", *args, sender=story.stranger)
    penalty = BOND // 10
    shared = penalty // 5
    expected = (1, story.worker, penalty, penalty - shared)
    assert sent.event("LeaseExpired").args == expected
    assert story.free(story.worker) == STAKE - penalty
    assert story.locked(story.worker) == 0
    assert story.free(story.requester) == shared
    assert chain.balance(ZERO_ADDRESS) == penalty - shared
    state = story.state()
    assert (state.status, state.attempt) == (OPEN, 1)
    assert state.commitment == keccak(encode([REQUEST], [story.r]))


def test_expired_lease_lets_another_worker_answer(story):
    story.request()
    story.accept()
    story.chain.travel_to(story.lease.end)
    args = (story.r, story.lease)
    story.chain.send("InferenceOracle", "expireLease", *args, sender=story.stranger)
    second = story.chain.account("second")
    story.stake(second)
    story.accept(second)
    story.submit()
    assert story.claim.attempt == 1
    story.finalize()
    royalty = FEE * ROYALTY_BPS // 10_000
    assert story.free(second) == STAKE + FEE - royalty


def test_cancel_by_the_requester_refunds_at_once(story):
    story.request()
    sent = story.chain.send("InferenceOracle", "cancel", story.r, sender=story.r[2])
    assert sent.event("Cancelled").args == (1, FEE)
    assert story.state().status == CANCELLED
    assert story.free(story.requester) == FEE


def test_cancel_by_anyone_after_the_deadline_refunds_the_requester(story):
    story.request()
    story.chain.travel_to(story.r.deadline)
    story.chain.send("InferenceOracle", "cancel", story.r, sender=story.stranger)
    assert story.free(story.requester) == FEE
    assert story.free(story.stranger) == 0


def test_overdue_lease_is_expired_then_cancelled(story):
    story.request(deadline=story.chain.now + 100)
    story.accept()
    story.chain.travel_to(story.lease.end)
    args = (story.r, story.lease)
    story.chain.send("InferenceOracle", "expireLease", *args, sender=story.stranger)
    with reverts("TooLate", story.r.deadline, story.chain.now):
        story.accept()
    story.chain.send("InferenceOracle", "cancel", story.r, sender=story.stranger)
    assert story.free(story.requester) == FEE + BOND // 50


def test_claim_may_come_in_the_last_second_and_stand_after_the_deadline(story):
    story.request(deadline=story.chain.now + 100)
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


def test_estimate_pays_gas_callback_and_royalty(story):
    def estimate(output: int, callback_gas: int) -> int:
        args = (story.model_id, 784, output, callback_gas)
        return story.chain.call("InferenceOracle", "estimateFee", *args)

    base = estimate(0, 0)
    royalty = base * ROYALTY_BPS // 10_000
    assert abs((base - royalty) - 350_000 * GWEI) <= 1
    assert estimate(1000, 0) > base
    assert estimate(0, 1_000_000) - base >= 1_000_000 * GWEI


def test_consumer_contract_is_refunded_like_anyone(story):
    puppet = Puppet(story.chain)
    story.request(by=puppet)
    puppet.do("InferenceOracle", "cancel", story.r)
    assert story.free(puppet.address) == FEE
