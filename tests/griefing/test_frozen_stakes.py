"""Row 5: a stake that is locked long for little."""

from dataclasses import replace

from griefing import careless

from challenge import tariff
from oracle.bench.griefing.stakes import (
    STAKE_WEI,
    WEEK,
    WORKER,
    frozen_by_bond,
    frozen_silently,
)
from oracle.bench.griefing.testbed import PARAMETERS, PRICE_WEI, GriefingTestbed
from oracle.node.worker.worker import Worker


class Measured(GriefingTestbed):
    """Keeps the most that the worker had locked at once, in wei."""

    most = 0

    def travel(self, seconds: int) -> None:
        address = self.sender(WORKER).address
        _, locked = self.chain.call(self.contracts.staking, "balanceOf", address)
        self.most = max(self.most, locked)
        super().travel(seconds)


def test_bond_of_the_whole_stake_is_declined() -> None:
    outcome = frozen_by_bond()
    print(outcome)
    assert outcome.honest == {WORKER: 0}
    assert outcome.attacker_gain_wei < 0


def test_bond_of_the_whole_stake_is_locked_by_who_has_no_caps() -> None:
    """For five weeks it earns the fee, which is a tenth of what that is worth."""
    outcome = frozen_by_bond(careless.of(Worker, stake=STAKE_WEI))
    print(outcome)
    rent = STAKE_WEI * 5 * 7 // (10 * 365)
    assert -outcome.honest[WORKER] * PRICE_WEI < rent


def test_silent_challenges_freeze_one_requesters_share_and_are_paid_for() -> None:
    testbed = Measured.made(replace(PARAMETERS, clock_seconds=WEEK))
    outcome = frozen_silently(testbed=testbed, many=8)
    print(outcome)
    assert testbed.most <= STAKE_WEI // 4
    assert outcome.honest[WORKER] < 0
    assert outcome.attacker_gain_wei < 0


def test_silent_challenges_freeze_all_of_who_has_no_caps() -> None:
    testbed = Measured.made(replace(PARAMETERS, clock_seconds=WEEK))
    stake = 8 * tariff.WORKER_BOND * PRICE_WEI
    print(frozen_silently(careless.of(Worker, stake=stake), testbed, many=8))
    assert testbed.most == stake
