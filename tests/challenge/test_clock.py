"""The clock is half-open: its deadline is the first instant too late."""

import pytest

from challenge.clock import Clock


@pytest.mark.parametrize(
    ("now", "expired", "remaining"),
    [(100, False, 50), (149, False, 1), (150, True, 0), (1000, True, 0)],
)
def test_clock_at_an_instant_knows_what_is_left(
    now: int, expired: bool, remaining: int
) -> None:
    clock = Clock(100, 50)
    assert clock.deadline == 150
    assert clock.expired(now) is expired
    assert clock.remaining(now) == remaining
