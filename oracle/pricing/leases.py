"""When a request can be accepted, and how long its lease lasts. Twin of the oracle's.

`min_lease` is a constant of the deployment, in seconds; instants are block time.
"""

from typing import Final

MIN_TIME: Final = 60
"""Seconds in which a request can be accepted, at least."""
MAX_LEASE: Final = 30 * 60
"""Seconds."""


def least_patience(min_lease: int) -> int:
    """Seconds from a request to its deadline, at least."""
    return MIN_TIME + min_lease


def last_instant(deadline: int, min_lease: int) -> int:
    """Before it, the request can be accepted."""
    return deadline - min_lease


def lease_end(now: int, deadline: int, min_lease: int) -> int:
    """Of a lease that begins now: half of what is left, so that the request outlives a
    worker that never answers."""
    return now + min(MAX_LEASE, max(min_lease, (deadline - now) // 2))
