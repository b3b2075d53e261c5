"""Row 9: a bond that is freed only by paying for a callback, when gas is dear."""

from dataclasses import fields, replace

from oracle.bench.griefing.outcome import Outcome
from oracle.bench.griefing.stakes import (
    MOST_CALLBACK_GAS,
    REQUESTER,
    WORKER,
    ask_through,
    dear_callback,
    gas_eater,
)
from oracle.bench.griefing.testbed import (
    DEFAULT_GUARD,
    ETHER,
    PRICE_WEI,
    GriefingTestbed,
)
from oracle.chain.events import CallbackSkipped
from oracle.node.worker.worker import Worker
from oracle.pricing.guard import Guard, Offer
from oracle.requester.requests import situation_of

GWEI = 10**9


def test_dear_callback_is_skipped_at_once_and_the_requester_is_told() -> None:
    testbed = GriefingTestbed.made()
    outcome = dear_callback(testbed=testbed)
    print(outcome)
    assert outcome.honest[WORKER] < 0 and outcome.attacker_gain_wei < 0
    (finalized,) = (d for _, d in testbed.done if d.action.function == "finalize")
    receipt = finalized.receipt
    assert any(isinstance(e, CallbackSkipped) for e in receipt.events)
    assert receipt.gas_used < 150_000
    # A turn after the window.
    claim = testbed.asked(finalized.action.request_id).claim
    assert claim is not None
    block = testbed.chain.endpoint.web3.eth.get_block(receipt.block)
    assert 0 <= block["timestamp"] - claim.window_end < 30
    told = situation_of(testbed.chain, testbed.contracts, finalized.action.request_id)
    assert "The callback was skipped: its worker left it out" in told.explanation
    assert receipt.fee_wei > 10 * receipt.gas_used * PRICE_WEI


CHEAP_WEI, DEAR_WEI = GWEI // 20, GWEI * 19 // 20
"""Base fees on both sides of what bonds cost at least, whose price is one gwei."""


def bet_on_gas(guard: Guard) -> tuple[GriefingTestbed, Outcome]:
    """Gas costs nearly nothing when a callback of two millions is asked and paid for,
    and is nineteen times as dear when it is made."""
    testbed = GriefingTestbed.made()
    testbed.chain.tip = lambda: CHEAP_WEI // 10  # type: ignore[method-assign]
    testbed.endpoint.chain.hold_base_fee(CHEAP_WEI)
    testbed.stake(WORKER, 2 * ETHER)
    sender = testbed.sender(WORKER)
    worker = Worker(sender, testbed.contracts, testbed.honest(), guard)
    consumer = gas_eater(testbed)
    fee = 3 * (MOST_CALLBACK_GAS + 350_000) * CHEAP_WEI
    testbed.open_books(WORKER, REQUESTER)
    request = ask_through(testbed, consumer, fee)
    end = testbed.now + 1800
    testbed.live(
        worker,
        until=lambda: testbed.asked(request).claim is not None or testbed.now >= end,
    )
    testbed.endpoint.chain.hold_base_fee(DEAR_WEI)
    testbed.live(worker, until=lambda: testbed.all_ended() or testbed.now >= end)
    return testbed, testbed.outcome([REQUESTER])


def test_bet_on_the_price_of_a_callback_is_declined() -> None:
    """The worker's own `finalize` makes it up to the price that the bond is reckoned
    at, one gwei at least: so it must be paid for at that price."""
    testbed, outcome = bet_on_gas(DEFAULT_GUARD)
    print(outcome)
    assert testbed.count(WORKER, "accept") == 0 and outcome.honest[WORKER] == 0


def test_bet_on_the_price_of_a_callback_is_lost_by_who_reckons_with_todays() -> None:
    class Todays(Guard):
        def profit(self, offer: Offer) -> int:
            return super().profit(replace(offer, bond_price_wei=0))

    guard = Todays(**{f.name: getattr(DEFAULT_GUARD, f.name) for f in fields(Guard)})
    _, outcome = bet_on_gas(guard)
    print(outcome)
    assert outcome.honest[WORKER] > MOST_CALLBACK_GAS // 3
