"""Row 9: a bond that is freed only by paying for a callback, when gas is dear."""

from oracle.bench.griefing.stakes import WORKER, dear_callback
from oracle.bench.griefing.town import PRICE_WEI, Town
from oracle.chain.events import CallbackSkipped
from oracle.requester.requests import situation_of


def test_dear_callback_is_skipped_at_once_and_the_requester_is_told() -> None:
    town = Town.made()
    outcome = dear_callback(town=town)
    print(outcome)
    assert outcome.honest[WORKER] < 0 and outcome.attacker_gain_wei < 0
    (finalized,) = (d for _, d in town.done if d.wish.function == "finalize")
    receipt = finalized.receipt
    assert any(isinstance(e, CallbackSkipped) for e in receipt.events)
    assert receipt.gas_used < 150_000
    # A turn after the window.
    claim = town.asked(finalized.wish.request_id).claim
    assert claim is not None
    block = town.chain.endpoint.web3.eth.get_block(receipt.block)
    assert 0 <= block["timestamp"] - claim.window_end < 30
    told = situation_of(town.chain, town.contracts, finalized.wish.request_id)
    assert "The callback was skipped: its worker left it out" in told.explanation
    assert receipt.fee_wei > 10 * receipt.gas_used * PRICE_WEI
