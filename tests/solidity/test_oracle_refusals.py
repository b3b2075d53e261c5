"""Every wrong moment, sender, value and document: its error, expected then actual."""

from dataclasses import dataclass
from typing import Any

import pytest
from eth_abi import encode
from eth_utils import keccak
from support.chains.evm import reverts
from support.games.protocol import (
    ACCEPTED,
    ANY_BOND,
    CANCELLED,
    CLAIM,
    CLAIMED,
    FINAL,
    IMAGE,
    LEASE,
    MAX_IO,
    MIN_LEASE,
    OPEN,
    OUTPUT,
    REQUEST,
    Story,
)

MAX_CALLBACK_GAS = 2_000_000
MIN_WINDOW, MAX_WINDOW = 5 * 60, 30 * 24 * 3600
MIN_TIME, MAX_TIME = 60 + MIN_LEASE, 90 * 24 * 3600

ACTIONS = ["accept", "submit", "finalize", "retryCallback", "expireLease", "cancel"]
FROM = {
    "accept": OPEN,
    "submit": ACCEPTED,
    "finalize": CLAIMED,
    "retryCallback": FINAL,
    "expireLease": ACCEPTED,
    "cancel": OPEN,
}
STATUSES = [OPEN, ACCEPTED, CLAIMED, FINAL, CANCELLED]
WRONG_MOMENTS = [(a, s) for a in ACTIONS for s in STATUSES if FROM[a] != s]


@dataclass
class Papers:
    """What actions are called with: true documents but for `changes`."""

    story: Story
    changes: dict[str, Any]

    def send(self, action: str, sender: str) -> None:
        story = self.story
        r = self.changes.get("r", story.r)
        lease = self.changes.get("lease", story.lease)
        claim = self.changes.get("claim", story.claim)
        output = self.changes.get("output", OUTPUT)
        args = {
            "accept": (r, story.state().attempt, 0, ANY_BOND),
            "submit": (r, lease, output),
            "finalize": (r, claim, output),
            "retryCallback": (r, claim, output),
            "expireLease": (r, lease),
            "cancel": (r,),
        }[action]
        story.chain.send("InferenceOracle", action, *args, sender=sender)


def reach(story: Story, status: int) -> None:
    """Brings a fresh request to `status`; documents of later ones are there too."""
    if story.lease is None:
        story.claimed()  # an earlier request, for well-formed documents
    story.request()
    if status == CANCELLED:
        story.cancel()
    if status in (ACCEPTED, CLAIMED, FINAL):
        story.accept()
    if status in (CLAIMED, FINAL):
        story.submit()
    if status == FINAL:
        story.finalize()


@pytest.mark.parametrize(("action", "status"), WRONG_MOMENTS)
def test_action_in_another_status_refused(story, action, status):
    reach(story, status)
    with reverts("WrongStatus", story.r.id, FROM[action], status):
        Papers(story, {}).send(action, story.worker)


@pytest.mark.parametrize("action", ACTIONS)
def test_action_on_no_request_refused(story, action):
    reach(story, OPEN)
    with reverts("WrongStatus", 99, FROM[action], 0):
        Papers(story, {"r": story.r._replace(id=99)}).send(action, story.worker)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    "field", ["modelId", "requester", "fee", "inputRoot", "refundTo"]
)
def test_action_with_other_terms_refused(story, action, field):
    reach(story, FROM[action])
    value = getattr(story.r, field)
    other = {
        "modelId": b"\x01" * 32,
        "inputRoot": b"\x02" * 32,
        "requester": story.stranger,
        "fee": story.r.fee + 1,
        "refundTo": story.stranger,
    }[field]
    assert other != value
    forged = story.r._replace(**{field: other})
    actual = keccak(encode([REQUEST], [forged]))
    expected = keccak(encode([REQUEST], [story.r]))
    with reverts("WrongRequest", expected, actual):
        Papers(story, {"r": forged}).send(action, story.requester)


@pytest.mark.parametrize("action", ["submit", "expireLease"])
@pytest.mark.parametrize("field", ["attempt", "end", "bond", "gasPrice"])
def test_action_with_another_lease_refused(story, action, field):
    reach(story, ACCEPTED)
    value = getattr(story.lease, field)
    forged = story.lease._replace(**{field: value + 1})
    actual = keccak(encode([LEASE], [forged]))
    with reverts("WrongLease", story.state().commitment, actual):
        Papers(story, {"lease": forged}).send(action, story.worker)


@pytest.mark.parametrize("action", ["finalize", "retryCallback"])
@pytest.mark.parametrize("field", ["attempt", "windowEnd", "bond", "gasPrice"])
def test_action_with_another_claim_refused(story, action, field):
    reach(story, FROM[action])
    value = getattr(story.claim, field)
    forged = story.claim._replace(**{field: value - 1 if value else 1})
    actual = keccak(encode([CLAIM], [forged]))
    with reverts("WrongClaim", story.state().commitment, actual):
        Papers(story, {"claim": forged}).send(action, story.worker)


@pytest.mark.parametrize("action", ["finalize", "retryCallback"])
@pytest.mark.parametrize("output", [b"", OUTPUT + b"\0", b"\1" + OUTPUT[1:]])
def test_action_with_another_output_refused(story, action, output):
    reach(story, FROM[action])
    story.chain.travel_to(max(story.chain.now, story.claim.windowEnd))
    with reverts("WrongOutput", story.claim.outputRoot, ...):
        Papers(story, {"output": output}).send(action, story.worker)


def test_submit_by_another_worker_refused(story):
    reach(story, ACCEPTED)
    with reverts("WrongSender", story.worker, story.stranger):
        Papers(story, {}).send("submit", story.stranger)


def test_submit_with_someone_elses_name_in_the_lease_refused(story):
    reach(story, ACCEPTED)
    forged = story.lease._replace(worker=story.stranger)
    with reverts("WrongLease", story.state().commitment, ...):
        Papers(story, {"lease": forged}).send("submit", story.stranger)


def test_submit_of_a_lease_from_an_earlier_attempt_refused(story):
    reach(story, ACCEPTED)
    first = story.lease
    story.chain.travel_to(first.end)
    Papers(story, {}).send("expireLease", story.stranger)
    story.accept()
    with reverts("WrongLease", story.state().commitment, ...):
        Papers(story, {"lease": first}).send("submit", story.worker)


def test_submit_from_the_leases_end_on_refused(story):
    reach(story, ACCEPTED)
    story.chain.travel_to(story.lease.end)
    with reverts("TooLate", story.lease.end, story.lease.end):
        Papers(story, {}).send("submit", story.worker)


def test_expire_lease_before_its_end_refused(story):
    reach(story, ACCEPTED)
    story.chain.travel_to(story.lease.end - 1)
    with reverts("TooEarly", story.lease.end, story.lease.end - 1):
        Papers(story, {}).send("expireLease", story.stranger)


def test_accept_without_time_for_a_lease_refused(story):
    reach(story, OPEN)
    last = story.r.deadline - MIN_LEASE
    story.chain.travel_to(last)
    with reverts("TooLate", last, last):
        Papers(story, {}).send("accept", story.worker)


def test_finalize_within_the_window_refused(story):
    reach(story, CLAIMED)
    end = story.claim.windowEnd
    story.chain.travel_to(end - 1)
    with reverts("TooEarly", end, end - 1):
        Papers(story, {}).send("finalize", story.worker)


def test_cancel_by_a_stranger_before_the_deadline_refused(story):
    reach(story, OPEN)
    story.chain.travel_to(story.r.deadline - 1)
    with reverts("WrongSender", story.requester, story.stranger):
        Papers(story, {}).send("cancel", story.stranger)


def test_retry_of_a_callback_that_succeeded_refused(story):
    reach(story, FINAL)
    with reverts("CallbackNotPending", story.r.id):
        Papers(story, {}).send("retryCallback", story.worker)


@pytest.mark.parametrize("who", ["worker", "requester", "stranger"])
def test_kill_claim_by_anyone_but_the_game_refused(story, who):
    reach(story, CLAIMED)
    sender = story.chain.account(who)
    with reverts("WrongSender", story.chain.address("DisputeGame"), sender):
        story.chain.send("InferenceOracle", "killClaim", story.claim, sender=sender)


def test_request_for_an_unknown_model_refused(story):
    with reverts("UnknownModel", b"\x09" * 32):
        story.request(model_id=b"\x09" * 32)


def test_request_with_too_long_an_input_refused(story):
    with reverts("DataTooLong", MAX_IO, MAX_IO + 1):
        story.request(input=bytes(MAX_IO + 1))


def test_submit_of_too_long_an_output_refused(story):
    story.request()
    story.accept()
    with reverts("DataTooLong", MAX_IO, MAX_IO + 1):
        story.submit(bytes(MAX_IO + 1))


def test_request_with_too_much_callback_gas_refused(story):
    story.request(callback_gas=MAX_CALLBACK_GAS)
    with reverts("CallbackGasTooHigh", MAX_CALLBACK_GAS, MAX_CALLBACK_GAS + 1):
        story.request(callback_gas=MAX_CALLBACK_GAS + 1)


@pytest.mark.parametrize("inside", [MIN_WINDOW, MAX_WINDOW])
def test_request_with_a_window_at_the_bounds_accepted(story, inside):
    assert story.request(window=inside).event("Requested").request.window == inside


@pytest.mark.parametrize("outside", [0, MIN_WINDOW - 1, MAX_WINDOW + 1, 2**32 - 1])
def test_request_with_a_window_outside_refused(story, outside):
    with reverts("WindowOutOfRange", MIN_WINDOW, MAX_WINDOW, outside):
        story.request(window=outside)


@pytest.mark.parametrize("seconds", [MIN_TIME, MAX_TIME])
def test_request_with_a_deadline_at_the_bounds_accepted(story, seconds):
    deadline = story.chain.now + seconds
    assert story.request(deadline=deadline).event("Requested").request.deadline


@pytest.mark.parametrize("seconds", [-(10**9), 0, MIN_TIME - 1, MAX_TIME + 1, 2**39])
def test_request_with_a_deadline_outside_refused(story, seconds):
    now = story.chain.now
    with reverts("DeadlineOutOfRange", now + MIN_TIME, now + MAX_TIME, now + seconds):
        story.request(deadline=now + seconds)


def test_request_with_a_fee_beyond_96_bits_refused(story):
    rich = story.requester = story.chain.account("rich", 2**97)
    assert story.request(value=2**96 - 1).event("Requested").requester == rich
    with reverts("AmountTooLarge", 2**96 - 1, 2**96):
        story.request(value=2**96)


def test_accept_when_the_bond_is_beyond_96_bits_refused(exact_story):
    exact_story.request()
    exact_story.chain.set_basefee(2**71)
    bond = 37_000_000 * 2**72
    with reverts("AmountTooLarge", 2**96 - 1, bond):
        exact_story.accept()
    exact_story.chain.set_basefee(0)


def test_requests_that_differ_by_one_input_bit_have_different_hashes(story):
    story.request()
    first = story.state().commitment
    story.request(input=b"\x01" + IMAGE[1:])
    assert story.state().commitment != first
