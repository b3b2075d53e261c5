"""A model made ready: its operators as calls on memory of its own, run many times.

All kernels that run one after another are one native call. Large operators can be
shared by threads: an element does not depend on the tile that it is in, so the bits are
the same.
"""

from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np

from ..builder.planner import usual_in_all, usual_instructions
from ..image.image import Bytes, Tables
from ..memory.space import FlatSpace, InputRegion, Packed, aligned_zeros
from ..memory.tensor import Array
from ..memory.words import PASS_WORD
from ..operators import FAMILIES, Operator
from .executor import answer_of, output_views, word_at
from .fusion import steps_of
from .runner import Runner

SHARED_INSTRUCTIONS: Final = 1 << 24
"""Of the guest: an operator with fewer is done before threads have waited for it."""

WAKING_INSTRUCTIONS: Final = 1 << 26
"""A model with fewer is done before a thread wakes up."""

MOST_RESIDENT: Final = 1 << 28
"""Bytes: a larger image is read where it is mapped, its constants packed when used."""


class Program:
    """Memory for one inference, and what computes it; not for two threads at once.

    `packed` is of all programs of the image.
    """

    def __init__(
        self, tables: Tables, image: Bytes, packed: Packed, threads: int = 1
    ) -> None:
        if usual_in_all(tables) < WAKING_INSTRUCTIONS:
            threads = 1
        self._tables = tables
        self._steps = steps_of(tables)
        self._input = InputRegion(tables.input_bytes)
        self._arena = aligned_zeros(self._steps.arena_bytes // 4).view(np.uint8)
        store = packed if image.size <= MOST_RESIDENT else None
        self._space = FlatSpace(self._input.array, self._arena, image, store)
        self._outputs = output_views(self._steps.outputs, self._space)
        self._run = Runner(self._steps, self._space, partial(shares, threads=threads))

    def answer(self, input_bytes: bytes) -> bytes:
        """The output's bytes, for an input that the model accepts."""
        self._input.load(input_bytes)
        if self._steps.begins_empty:
            self._arena.fill(0)
        self._run.all()
        return answer_of(self._tables, self._outputs, self._space)

    @property
    def passes(self) -> int:
        """Passes that are done by now, while another thread waits for an answer."""
        return word_at(self._space, PASS_WORD.start)

    def held(self, address: int, count: int, dtype: str) -> Array:
        """Elements as they stand by now, in the input, the arena or the image."""
        return self._space.read(address, count, dtype).copy()

    def stop(self) -> None:
        """The loop that is being run ends with the pass that is at work."""
        self._run.stop()


def shares(operator: Operator, threads: int) -> Iterator[tuple[int, int]]:
    """(first, count) of each thread's part: whole grains, about as many for each."""
    family, total = FAMILIES[operator.opcode], operator.target.count
    if usual_instructions(operator) < min(
        SHARED_INSTRUCTIONS, family.shared or SHARED_INSTRUCTIONS
    ):
        threads = 1
    grain = family.share(operator) if family.share else family.grain(operator)
    width = -(-total // (threads * grain)) * grain
    for first in range(0, total, width):
        yield first, min(width, total - first)
