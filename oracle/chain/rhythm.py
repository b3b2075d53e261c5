"""How fast blocks come, from the instants of recent ones.

A quarter of the gaps are no longer than what counts as one: on a chain that mines only
when there is a transaction, and after a devnet's clock was moved, the mean says
nothing, and blocks that are waited for come quickly all the same.
"""

from collections.abc import Callable

GAPS = 16
AGAIN_BLOCKS = 64
QUARTER = 4


class Rhythm:
    """Seconds a block, measured again now and then."""

    def __init__(self) -> None:
        self._height, self._seconds = -1, 0.0

    def seconds(self, height: int, time_of: Callable[[int], int]) -> float:
        """At that height; `time_of` tells a block's instant. 0 without two blocks."""
        if self._height < 0 or not 0 <= height - self._height < AGAIN_BLOCKS:
            first = max(0, height - GAPS)
            times = [time_of(number) for number in range(first, height + 1)]
            gaps = sorted(b - a for a, b in zip(times, times[1:], strict=False))
            self._seconds = float(gaps[len(gaps) // QUARTER]) if gaps else 0.0
            self._height = height
        return self._seconds
