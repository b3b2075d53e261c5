"""A model made ready: its operators as calls on memory of its own, run many times.

Kernels that run one after another are one native call; operators that have none are
Python's. Large operators can be shared by threads: an element does not depend on the
tile that it is in, so the bits are the same.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import numpy as np

from .executor import exactly, output_data
from .floatmode import exact_floats
from .image import Bytes, Tables
from .kernels import Batch, Call, Team
from .operators import FAMILIES, Operator
from .planner import usual_instructions
from .space import FlatSpace, aligned_zeros

SHARED_INSTRUCTIONS: Final = 1 << 24
"""Of the guest: an operator with fewer is done before threads have waited for it."""

WAKING_INSTRUCTIONS: Final = 1 << 26
"""A model with fewer, or an operator of Python's, is done before a thread wakes up."""

MOST_RESIDENT: Final = 1 << 28
"""Bytes: a larger image is read where it is mapped, its constants packed when used."""

Step = Callable[[], object]


class Program:
    """Memory for one inference, and what computes it; not for two threads at once."""

    def __init__(self, tables: Tables, image: Bytes, threads: int = 1) -> None:
        if sum(map(usual_instructions, tables.operators)) < WAKING_INSTRUCTIONS:
            threads = 1
        self._tables = tables
        self._input = np.zeros(tables.input_bytes, np.uint8)
        self._arena = aligned_zeros(tables.arena_bytes // 4).view(np.uint8)
        lasting = image.size <= MOST_RESIDENT
        self._space = FlatSpace(self._input, self._arena, image, lasting)
        self._pool = ThreadPoolExecutor(threads, "tinynn") if threads > 1 else None
        self._steps = list(self._joined(threads))
        native = all(isinstance(step, Batch) for step in self._steps)
        self._mode = exact_floats if native else exactly

    def answer(self, input_bytes: bytes) -> bytes:
        """The outputs' bytes, for an input of the right length."""
        self._input[:] = np.frombuffer(input_bytes, np.uint8)
        self._arena.fill(0)
        with self._mode():
            for step in self._steps:
                step()
        return output_data(self._tables, self._space)

    def _joined(self, threads: int) -> Iterator[Step]:
        """Each operator's step, calls of neighbours in one."""
        team: Team | None = None
        for operator in self._tables.operators:
            parts = list(shares(operator, threads))
            calls = [
                planned
                for first, count in parts
                if (planned := self._planned(operator, first, count)) is not None
            ]
            if len(calls) == len(parts):
                team = team or Team(threads)
                team.add(calls)
                continue
            if team is not None:
                yield team.step(self._pool, _exact_step)
                team = None
            run = FAMILIES[operator.opcode].run
            steps = [partial(run, operator, *part, self._space) for part in parts]
            yield steps[0] if len(steps) == 1 else partial(self._together, steps)
        if team is not None:
            yield team.step(self._pool, _exact_step)

    def _planned(self, operator: Operator, first: int, count: int) -> list[Call] | None:
        calls = FAMILIES[operator.opcode].calls
        planned = calls and calls(operator, first, count, self._space)
        return None if planned is None else list(planned)

    def _together(self, steps: Sequence[Step]) -> None:
        assert self._pool is not None
        done = [self._pool.submit(_exact_step, step) for step in steps[1:]]
        steps[0]()
        for future in done:
            future.result()  # raises what it raised


def _exact_step(step: Step) -> None:
    with exactly():
        step()


def shares(operator: Operator, threads: int) -> Iterator[tuple[int, int]]:
    """(first, count) of each thread's part: whole grains, about as many for each."""
    family, total = FAMILIES[operator.opcode], operator.target.count
    least = SHARED_INSTRUCTIONS if family.calls else WAKING_INSTRUCTIONS
    if usual_instructions(operator) < least:
        threads = 1
    grain = family.share(operator) if family.share else family.grain(operator)
    width = -(-total // (threads * grain)) * grain
    for first in range(0, total, width):
        yield first, min(width, total - first)
