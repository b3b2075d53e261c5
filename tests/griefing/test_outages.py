"""Row 2: a lease that was missed, whatever the cause, is nobody's business."""

from oracle.bench.griefing.leases import WORKER, outage


def test_missed_lease_makes_no_requester_richer() -> None:
    outcome = outage()
    print(outcome)
    assert outcome.attacker_gain_wei < 0
    assert 0 < outcome.honest[WORKER] < 60_000, "the accept's gas"
