"""Row 1: leases that end before the answer can be there."""

from griefing import careless

from oracle.bench.griefing.leases import PENALTY_GAS, WORKER, last_moment, late_accept


def test_request_at_the_last_moment_costs_its_requester_gas_and_nobody_else() -> None:
    outcome = last_moment()
    print(outcome)
    assert outcome.honest == {WORKER: 0}
    assert outcome.attacker_gain_wei < 0


def test_request_at_the_last_moment_costs_the_hasty_a_penalty() -> None:
    outcome = last_moment(careless.of(careless.Hasty))
    print(outcome)
    assert outcome.honest[WORKER] > PENALTY_GAS
    assert outcome.attacker_gain_wei < 0, "nor does the requester gain"


def test_accept_held_back_is_answered_in_time_and_paid() -> None:
    """For the answer was begun when the accept was signed."""
    outcome = late_accept()
    print(outcome)
    assert outcome.honest[WORKER] < 0
    assert outcome.attacker_gain_wei < 0


def test_accept_held_back_costs_who_waits_for_it_a_penalty() -> None:
    class Waiting(careless.Hasty):
        def _begin(self, asked):
            yield from ()

    outcome = late_accept(careless.of(Waiting))
    print(outcome)
    assert outcome.honest[WORKER] > PENALTY_GAS
