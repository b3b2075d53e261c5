"""Several threads on one program: each has its own calls, and waits for the others.

To wait is a kernel too. It spins, since what it waits for takes microseconds, and lets
others run when that takes longer.
"""

from collections.abc import Callable
from concurrent.futures import Executor

import numpy as np

from .program import Batch, Call


class Team:
    """Calls of several members, which run at the same time, each on a thread."""

    def __init__(self, members: int) -> None:
        self._calls: list[list[Call]] = [[] for _ in range(members)]
        self._counter = np.zeros(1, np.int64)
        self._waits = 0
        self._alone = True

    def add(self, parts: list[list[Call]]) -> None:
        """One part a member, after all that came before; a single part is the first's.

        Only single parts after one another need no waiting.
        """
        alone = len(parts) == 1
        if any(self._calls) and not (alone and self._alone):
            self._wait()
        self._alone = alone
        for calls, part in zip(self._calls, parts, strict=False):
            calls += part

    def _wait(self) -> None:
        self._waits += 1
        arrived = self._waits * len(self._calls)
        for calls in self._calls:
            calls.append(Call("team.wait", (self._counter, arrived)))

    def step(self, pool: Executor | None) -> Callable[[], None]:
        """What runs all, the first member on the thread that calls it."""
        batches = [Batch(calls) for calls in self._calls]
        if pool is None or not any(self._calls[1:]):
            return batches[0]

        def run() -> None:
            self._counter[0] = 0
            done = [pool.submit(batch) for batch in batches[1:]]
            batches[0]()
            for future in done:
                future.result()

        return run
