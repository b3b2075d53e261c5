"""Row 3: more requests at once than a machine can answer in time."""

from griefing import careless

from oracle.bench.griefing.leases import PENALTY_GAS, WORKER, flood

MANY, RUN_SECONDS = 12, 300
"""An hour's work, of which half fits in a lease."""


def test_flood_is_answered_as_far_as_leases_allow_and_paid() -> None:
    outcome = flood(many=MANY, run_seconds=RUN_SECONDS)
    print(outcome)
    assert outcome.honest[WORKER] < 0
    assert outcome.attacker_gain_wei < 0


def test_flood_costs_the_hasty_penalties() -> None:
    outcome = flood(careless.of(careless.Hasty), MANY, RUN_SECONDS)
    print(outcome)
    assert outcome.honest[WORKER] > PENALTY_GAS
