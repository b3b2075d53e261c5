"""The testbed in which attacks are played: money is counted as it is."""

from oracle.bench.griefing.outcome import Outcome
from oracle.bench.griefing.testbed import PRICE_WEI, GriefingTestbed
from oracle.requester.requests import Terms


def test_town_where_nobody_attacks_pays_its_worker_the_fee_less_gas() -> None:
    testbed = GriefingTestbed.made()
    worker = testbed.worker()
    testbed.open_books("requester", "worker")
    fee = testbed.usual_fee()
    testbed.ask("requester", Terms(fee_wei=fee))
    testbed.live(worker, until=testbed.all_ended)
    outcome = testbed.outcome(["requester"])
    functions = ["accept", "submit", "finalize"]
    assert [done.action.function for _, done in testbed.done] == functions
    spent = sum(done.receipt.gas_used for _, done in testbed.done)
    for _, done in testbed.done:
        assert done.receipt.fee_wei == done.receipt.gas_used * PRICE_WEI
    earned = fee * 95 // 100 // PRICE_WEI - spent
    assert abs(outcome.honest["worker"] + earned) <= 1
    assert outcome.attacker_gain_wei < -fee


def test_outcome_counts_the_worst_loss_and_no_gain() -> None:
    assert Outcome(-1, {"a": 5, "b": 9, "c": -2}).worst_honest_loss_gas == 9
    assert Outcome(-1, {"a": -5}).worst_honest_loss_gas == 0
    assert Outcome(0, {"a": 0}).attacker_ahead
    assert not Outcome(-1, {"a": 0}).attacker_ahead
