"""Several threads on one program: each has its own calls, and waits for the others.

To wait is a kernel too. It spins, since what it waits for takes microseconds, and lets
others run when that takes longer.
"""

from collections.abc import Callable
from concurrent.futures import Executor

import numpy as np

from .program import Array, Batch, Call, Jump, Row


class Team:
    """Calls of several members, which run at the same time, each on a thread."""

    def __init__(self, members: int) -> None:
        self._rows: list[list[Row]] = [[] for _ in range(members)]
        self._counter = np.zeros(1, np.int64)
        self._alone = True

    @property
    def rows(self) -> int:
        """So many has the first member's table."""
        return len(self._rows[0])

    def add(self, parts: list[list[Call]], skip: Array | None = None) -> None:
        """One part a member, after all that came before; a single part is the first's.

        Only single parts after one another need no waiting. If the int32 `skip` is 0
        when all before is done, the parts are left out.
        """
        alone = len(parts) == 1
        if any(self._rows) and not (alone and self._alone):
            self._wait()
        self._alone = alone
        for rows, part in zip(self._rows, parts, strict=False):
            if skip is not None:
                rows.append(Jump(skip, len(part) + 1))
            rows += part

    def begin(self) -> list[int]:
        """Where a loop begins, for `again`."""
        self._wait()
        return [len(rows) for rows in self._rows]

    def again(self, begin: list[int], turn: Call, ended: Array) -> None:
        """The first member makes the call; unless `ended` is set then, all go back."""
        self._wait()
        self._rows[0].append(turn)
        self._wait()
        for rows, place in zip(self._rows, begin, strict=True):
            rows.append(Jump(ended, place - len(rows)))
        self._alone = True

    def _wait(self) -> None:
        if len(self._rows) == 1:
            return
        for rows in self._rows:
            rows.append(Call("team.wait", (self._counter, len(self._rows))))

    def first(self) -> Batch:
        """What runs all, if there is one member."""
        return Batch(self._rows[0])

    def step(self, pool: Executor | None) -> Callable[[], None]:
        """What runs all, the first member on the thread that calls it."""
        batches = [Batch(rows) for rows in self._rows]
        if pool is None or not any(self._rows[1:]):
            return batches[0]

        def run() -> None:
            self._counter[0] = 0
            done = [pool.submit(batch) for batch in batches[1:]]
            batches[0]()
            for future in done:
                future.result()

        return run
