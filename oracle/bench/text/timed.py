"""A strategy that knows one run, however many players tell of it, and takes the time.

So what it counts is what one side computes: others that share it find roots there.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from challenge.trace import Execution, ExecutionTrace
from mips_vm import Machine
from oracle.models.library import Library
from oracle.node.honest import Honest
from oracle.record.record import Asked


class TimedTrace(ExecutionTrace):
    """`seconds` of processor time went into what it was asked for."""

    def __init__(self, execution: Execution) -> None:
        super().__init__(execution)
        self.seconds = 0.0
        self._inside = False

    def segments(self) -> int:
        with self._timed():
            return super().segments()

    def boundary_root(self, boundary: int) -> bytes:
        with self._timed():
            return super().boundary_root(boundary)

    def instructions(self, segment: int) -> int:
        with self._timed():
            return super().instructions(segment)

    def state_root(self, segment: int, step: int) -> bytes:
        with self._timed():
            return super().state_root(segment, step)

    def machine_at(self, segment: int, step: int) -> Machine:
        with self._timed():
            return super().machine_at(segment, step)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """Questions that come of another are part of it."""
        if self._inside:
            yield
            return
        self._inside, begin = True, time.process_time()
        try:
            yield
        finally:
            self.seconds += time.process_time() - begin
            self._inside = False


class Timed(Honest):
    """Of one request; `seconds` from the image's loading on."""

    def __init__(self, library: Library) -> None:
        super().__init__(library)
        self._known: TimedTrace | None = None
        self._spent = 0.0

    @property
    def seconds_spent(self) -> float:
        """Of processor time, for the answer and for the games."""
        return self._spent + (self._known.seconds if self._known else 0.0)

    def answer(self, asked: Asked) -> bytes:
        begin = time.process_time()
        try:
            return super().answer(asked)
        finally:
            self._spent += time.process_time() - begin

    def trace(self, asked: Asked) -> ExecutionTrace:
        """The one."""
        if self._known is None:
            model = self.library.find(asked.model)
            self._known = TimedTrace(model.execution(asked.input))
        return self._known

    def fork(self, asked: Asked) -> ExecutionTrace:
        """None of its own."""
        return self.trace(asked)
