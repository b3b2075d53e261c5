"""A machine that takes its time, by the chain's clock."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Self

from oracle.compute.pace import Pace
from oracle.compute.queue import Queue, Waiting
from oracle.compute.task import Task, Timing


class SlowMachine:
    """Executors with one process, which is at each answer for so many seconds.

    `tick` says how far the clock has come; answers come then.
    """

    width = 1

    def __init__(self, seconds: float, clock: Callable[[], int]) -> None:
        self.seconds = seconds
        """Of the next answer; may be changed."""
        self._clock = clock
        self.pace = Pace(lambda: float(clock()))
        self._queue = Queue()
        self._current: Waiting | None = None
        self._done_at = 0.0

    def submit(self, task: Task, due: float = 0.0) -> Future[bytes]:
        promise = self._queue.put(task, due)
        self.tick()
        return promise

    def hasten(self, promise: Future[bytes], due: float) -> None:
        self._queue.hasten(promise, due)

    def tick(self) -> None:
        """Finishes what is done by now, and begins what comes next."""
        now, begin = self._clock(), float(self._clock())
        while True:
            if self._current is None:
                if (taken := self._queue.take()) is None:
                    return
                self._current, self._done_at = taken, begin + self.seconds
            if now < self._done_at:
                return
            finished, self._current = self._current, None
            begin = self._done_at
            task = finished.task
            self.pace.note(task, Timing(run_seconds=self.seconds))
            finished.promise.set_result(task.compute())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nobody waits for what is under way."""
