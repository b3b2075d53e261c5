"""When to look for the next block: where they come steadily, not before it is due.

Providers bill by call, and a look that finds nothing new costs as much as one that
does. Instants are the process's own steady clock's, and the chain's.
"""

import time
from collections import deque
from collections.abc import Callable
from statistics import median

from oracle.chain.head import Head

KEPT = 8
"""Gaps between blocks that are looked back at."""
STEADY_SHARE = 0.75
"""So many of them are as long as the usual one, where blocks come steadily."""
NEAR = 0.2
"""As long means up to so much longer or shorter."""
LONGEST_SECONDS = 15.0
LATE_SHARE = 0.2
"""Of a gap: how long to wait for a block that is late."""
LAGS = 64
"""Blocks in which the quickest to get around is looked for."""


class Tempo:
    """Pauses between looks, `poll` seconds at least; longer only where the chain's
    clock runs like ours and its blocks come steadily. A chain that mines only when
    there is a transaction may do so at any time."""

    def __init__(
        self, poll: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._poll, self._clock = poll, clock
        self._last: Head | None = None
        self._seen: deque[tuple[int, int, float]] = deque(maxlen=KEPT + 1)
        """Number and instant of a block, and when it was first seen here."""
        self._lags: deque[float] = deque(maxlen=LAGS)

    def pause(self, head: Head, busy: bool = False) -> float:
        """Seconds until the next look, after one that found that head. `busy`: things
        were sent in it, of which nothing is to be seen before the next block; where
        that may come at once, it is looked for at once."""
        now = self._clock()
        if self._last is None or head.hash != self._last.hash:
            self._note(head, now)
        gap = self._steady_gap()
        if gap <= self._poll:
            return 0.0 if busy else self._poll
        # A block that is there when it is due may have been there long before: the
        # quickest of many is what counts, or looks would come later and later.
        due = head.timestamp + gap + min(self._lags) - now
        pause = due if due > 0 else LATE_SHARE * gap
        return min(max(self._poll, pause), LONGEST_SECONDS)

    def _note(self, head: Head, now: float) -> None:
        if self._last is not None and head.number <= self._last.number:
            self._seen.clear()  # blocks were undone
        self._last = head
        self._lags.append(now - head.timestamp)
        self._seen.append((head.number, head.timestamp, now))

    def _steady_gap(self) -> float:
        """Seconds from one block to the next; 0 where nobody can tell."""
        if len(self._seen) <= KEPT:
            return 0.0
        rows = list(self._seen)
        gaps = [
            (b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(rows, rows[1:], strict=False)
        ]
        usual = median(gaps)
        alike = sum(abs(gap - usual) <= NEAR * usual for gap in gaps)
        here, there = (rows[-1][i] - rows[0][i] for i in (2, 1))
        real = abs(here - there) <= NEAR * there
        return usual if real and alike >= STEADY_SHARE * len(gaps) else 0.0
