"""True claims before a lie, against one process that takes a minute an answer."""

import pytest

from oracle.bench.griefing.flood import Flood
from oracle.bench.griefing.testbed import PRICE_WEI
from oracle.node.challenger.checks import Check

BOND_GAS = 37_000_000
CANCEL_GAS = 200_000
"""A request's and its cancelling's: what a lie costs its requester, if it falls."""


def test_flood_of_own_true_claims_does_not_hide_a_lie() -> None:
    attack = Flood()
    outcome = attack()
    print(attack, outcome)
    assert outcome.attacker_gain_wei < -attack.times * BOND_GAS * PRICE_WEI
    assert outcome.honest["challenger"] < 0
    assert outcome.worst_honest_loss_gas < CANCEL_GAS


def test_flood_hides_a_lie_from_who_checks_in_the_order_of_arrival(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def arrival(self: Check, now: int) -> tuple[bool, float]:
        return False, self.answered.claim.request_id

    monkeypatch.setattr(Check, "turn", arrival)
    outcome = Flood()()
    print(outcome)
    assert outcome.attacker_gain_wei > -BOND_GAS * PRICE_WEI, "gas alone"
    assert outcome.honest["challenger"] == 0
    assert outcome.worst_honest_loss_gas > CANCEL_GAS, "the fee, for a false answer"
