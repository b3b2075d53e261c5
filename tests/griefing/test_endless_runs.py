"""Row 4: runs that no lease is long enough for, and accounts that can't go on."""

from griefing import careless

from oracle.bench.griefing.leases import (
    FOUR_HOURS,
    PENALTY_GAS,
    WORKER,
    empty_account,
    endless_run,
)


def test_run_longer_than_a_lease_is_left_alone() -> None:
    outcome = endless_run(many=4)
    print(outcome)
    assert outcome.honest == {WORKER: 0}
    assert outcome.attacker_gain_wei < 0


def test_run_longer_than_a_lease_costs_the_stubborn_penalties_again_and_again() -> None:
    stubborn = careless.of(careless.Stubborn)
    outcome = endless_run(stubborn, many=1, run_seconds=FOUR_HOURS)
    print(outcome)
    assert outcome.honest[WORKER] > 2 * PENALTY_GAS


def test_account_that_pays_for_no_submit_accepts_nothing() -> None:
    outcome = empty_account()
    print(outcome)
    assert outcome.honest == {WORKER: 0}
    assert outcome.attacker_gain_wei < 0


def test_account_that_pays_for_no_submit_costs_the_spendthrift_a_penalty() -> None:
    outcome = empty_account(careless.of(careless.Spendthrift))
    print(outcome)
    assert outcome.honest[WORKER] > PENALTY_GAS
