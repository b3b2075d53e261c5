"""The devnet's clock: the wall's, moved on by those who travel in time."""

import time
from collections.abc import Callable


class Clock:
    """Instants of blocks. `ahead` is by how many seconds it leads the wall clock."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self.ahead = 0
        self._next: int | None = None

    def next_time(self, parent_time: int) -> int:
        """The instant of a block mined now: later than its parent's in any case."""
        if self._next is not None and self._next > parent_time:
            return self._next
        return max(parent_time + 1, int(self._wall()) + self.ahead)

    def travel(self, seconds: int, head_time: int) -> None:
        """Lets so much time pass between the head and the next block."""
        self.settle(head_time)
        self.ahead += seconds

    def settle(self, head_time: int) -> None:
        """Catches up with a head that is later than the clock."""
        self.ahead = max(self.ahead, head_time - int(self._wall()))

    def fix(self, instant: int) -> None:
        """Makes that the next block's instant, and goes on from there."""
        self._next = instant
        self.ahead = instant - int(self._wall())

    def mined(self) -> None:
        """What was fixed has come about."""
        self._next = None
