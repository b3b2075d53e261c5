"""A liar that takes a request again after each of its lies about it has fallen."""

from oracle.bench.griefing.relapses import LIAR, WORKER, relapses
from oracle.bench.griefing.testbed import PRICE_WEI, GriefingTestbed

BOND_GAS = 37_000_000
CANCEL_GAS = 200_000
"""A request's and its cancelling's."""


def test_liar_that_comes_again_pays_a_bond_each_time_until_it_has_none() -> None:
    """Then somebody honest answers, and is paid."""
    testbed = GriefingTestbed.made()
    outcome = relapses(bonds=2, testbed=testbed)
    print(outcome)
    assert testbed.count(LIAR, "submit") == 2
    assert testbed.count(WORKER, "submit") == testbed.count(WORKER, "finalize") == 1
    assert outcome.attacker_gain_wei < -2 * BOND_GAS * PRICE_WEI
    assert outcome.honest["worker"] < 0 and outcome.honest["challenger"] < 0
    assert outcome.worst_honest_loss_gas < CANCEL_GAS


def test_liar_with_many_bonds_delays_until_the_deadline_and_the_fee_comes_back() -> (
    None
):
    testbed = GriefingTestbed.made()
    outcome = relapses(bonds=40, patience=900, testbed=testbed)
    print(outcome)
    lies = testbed.count(LIAR, "submit")
    assert lies > 2 and testbed.count(WORKER, "submit") == 0
    assert outcome.attacker_gain_wei < -lies * BOND_GAS * PRICE_WEI
    assert outcome.honest["worker"] == 0 and outcome.honest["challenger"] < 0
    assert outcome.worst_honest_loss_gas < CANCEL_GAS
