"""The calls of a run's steps on one space, and the loop between them.

All that run after one another are one native call, however many passes that is.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ..image.image import NEVER
from ..image.loop import NO_LOOP
from ..kernels import Call, Team
from ..memory.words import PASS_WORD
from ..operators import Operator, Space
from .executor import word_at
from .fusion import Step, Steps

Part = tuple[int, int]
"""Elements of a target: the first, and how many."""


def undivided(operator: Operator) -> Iterable[Part]:
    """One part."""
    return [(0, operator.target.count)]


class Runner:
    """Runs the steps, all or some of them; not for two threads at once.

    `shares(operator)` are the parts of it, which as many threads compute.
    """

    def __init__(
        self,
        steps: Steps,
        space: Space,
        shares: Callable[[Operator], Iterable[Part]] = undivided,
    ) -> None:
        self._loop, self._space = steps.loop, space
        self._limit = np.zeros(1, np.uint64)
        self._ended = np.zeros(1, np.int32)
        self._starts: list[int] = []
        self._again = 0
        parts = [[*shares(step.operator)] for step in steps.steps]
        threads = max(map(len, parts))
        team = Team(threads)
        self._plan(team, steps.steps, parts)
        pool = ThreadPoolExecutor(threads, "tinynn") if threads > 1 else None
        self._all = team.step(pool)
        self._batch = team.first()

    def _plan(
        self, team: Team, steps: tuple[Step, ...], parts: list[list[Part]]
    ) -> None:
        loop, begin = self._loop, [0]
        for index, (step, shared) in enumerate(zip(steps, parts, strict=True)):
            if loop != NO_LOOP and index == loop.first:
                begin = team.begin()
            self._starts.append(team.rows)
            calls = [step.plan(step.operator, *part, self._space) for part in shared]
            skip = step.skip > NEVER
            word = self._space.read(step.skip, 1, "int32") if skip else None
            team.add([list(part) for part in calls], word)
            if index + 1 == loop.end:
                team.again(begin, self._turn(), self._ended)
                self._again = team.rows
        self._starts.append(team.rows)

    def _turn(self) -> Call:
        number = self._space.write(PASS_WORD.start, 1, "int32")
        stop = self._loop.stop
        word = self._space.read(stop, 1, "int32") if stop else 0
        return Call("loop.turn", (number, self._limit, word, self._ended))

    def all(self) -> None:
        """Every step, as many passes as the loop has; the pass word is 0 before."""
        self._limit[0] = self._loop.passes
        self._all()

    def stop(self) -> None:
        """The loop that another thread is running ends with the pass at work."""
        self._limit[0] = 1

    def some(self, first: int, end: int) -> None:
        """Steps [first, end), all before, inside or behind the loop."""
        self._batch.part(self._starts[first], self._starts[end])

    def passes(self, limit: int) -> int:
        """From the beginning of a pass up to where so many are done, or the loop is
        over; how many are done."""
        self._limit[0] = limit
        self._batch.part(self._starts[self._loop.first], self._again)
        return word_at(self._space, PASS_WORD.start)

    @property
    def over(self) -> bool:
        """Whether no pass follows, where one has been done."""
        loop, space = self._loop, self._space
        if word_at(space, PASS_WORD.start) >= loop.passes:
            return True
        return bool(loop.stop and word_at(space, loop.stop))
