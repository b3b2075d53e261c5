"""A model made ready: its operators as calls on memory of its own, run many times.

All kernels that run one after another are one native call. Large operators can be
shared by threads: an element does not depend on the tile that it is in, so the bits are
the same.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from .executor import output_views
from .fusion import steps_of
from .image import Bytes, Tables
from .kernels import Team
from .operators import FAMILIES, Operator
from .planner import usual_instructions
from .space import FlatSpace, aligned_zeros

SHARED_INSTRUCTIONS: Final = 1 << 24
"""Of the guest: an operator with fewer is done before threads have waited for it."""

WAKING_INSTRUCTIONS: Final = 1 << 26
"""A model with fewer is done before a thread wakes up."""

MOST_RESIDENT: Final = 1 << 28
"""Bytes: a larger image is read where it is mapped, its constants packed when used."""


class Program:
    """Memory for one inference, and what computes it; not for two threads at once."""

    def __init__(self, tables: Tables, image: Bytes, threads: int = 1) -> None:
        if sum(map(usual_instructions, tables.operators)) < WAKING_INSTRUCTIONS:
            threads = 1
        self._steps = steps_of(tables)
        self._input = np.zeros(tables.input_bytes, np.uint8)
        self._arena = aligned_zeros(self._steps.arena_bytes // 4).view(np.uint8)
        lasting = image.size <= MOST_RESIDENT
        self._space = FlatSpace(self._input, self._arena, image, lasting)
        self._pool = ThreadPoolExecutor(threads, "tinynn") if threads > 1 else None
        self._outputs = output_views(self._steps.outputs, self._space)
        self._run = self._joined(threads)

    def answer(self, input_bytes: bytes) -> bytes:
        """The outputs' bytes, for an input of the right length."""
        self._input[:] = np.frombuffer(input_bytes, np.uint8)
        if self._steps.begins_empty:
            self._arena.fill(0)
        self._run()
        return b"".join(self._outputs)

    def _joined(self, threads: int) -> Callable[[], None]:
        """All operators' calls, of each thread in one."""
        team = Team(threads)
        for step in self._steps.steps:
            parts = shares(step.operator, threads)
            calls = [step.plan(step.operator, *part, self._space) for part in parts]
            team.add([list(part) for part in calls])
        return team.step(self._pool)


def shares(operator: Operator, threads: int) -> Iterator[tuple[int, int]]:
    """(first, count) of each thread's part: whole grains, about as many for each."""
    family, total = FAMILIES[operator.opcode], operator.target.count
    if usual_instructions(operator) < SHARED_INSTRUCTIONS:
        threads = 1
    grain = family.share(operator) if family.share else family.grain(operator)
    width = -(-total // (threads * grain)) * grain
    for first in range(0, total, width):
        yield first, min(width, total - first)
