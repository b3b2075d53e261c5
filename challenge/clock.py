"""Chess clocks: one budget a side a game, in block time. Twin of `Clock.sol`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """The mover's clock. It runs on [since, since + left)."""

    since: int  # instant
    left: int  # seconds

    @property
    def deadline(self) -> int:
        """The first instant at which a move is too late."""
        return self.since + self.left

    def expired(self, now: int) -> bool:
        """Whether moves revert and `timeout` works."""
        return now >= self.deadline

    def remaining(self, now: int) -> int:
        """Seconds left at `now`, zero once expired."""
        return max(self.deadline - now, 0)
