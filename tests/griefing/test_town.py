"""The town in which attacks are played: money is counted as it is."""

from oracle.bench.griefing.outcome import Outcome
from oracle.bench.griefing.town import PRICE_WEI, Town
from oracle.requester.requests import Terms


def test_town_where_nobody_attacks_pays_its_worker_the_fee_less_gas() -> None:
    town = Town.made()
    worker = town.worker()
    town.open_books("requester", "worker")
    fee = town.usual_fee()
    town.ask("requester", Terms(fee_wei=fee))
    town.live(worker, until=town.all_ended)
    outcome = town.outcome(["requester"])
    functions = ["accept", "submit", "finalize"]
    assert [done.wish.function for _, done in town.done] == functions
    spent = sum(done.receipt.gas_used for _, done in town.done)
    for _, done in town.done:
        assert done.receipt.fee_wei == done.receipt.gas_used * PRICE_WEI
    earned = fee * 95 // 100 // PRICE_WEI - spent
    assert abs(outcome.honest["worker"] + earned) <= 1
    assert outcome.attacker_gain_wei < -fee


def test_outcome_counts_the_worst_loss_and_no_gain() -> None:
    assert Outcome(-1, {"a": 5, "b": 9, "c": -2}).worst_honest_loss_gas == 9
    assert Outcome(-1, {"a": -5}).worst_honest_loss_gas == 0
    assert Outcome(0, {"a": 0}).attacker_ahead
    assert not Outcome(-1, {"a": 0}).attacker_ahead
