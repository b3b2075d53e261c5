"""Answers computed in the node's own process: the smallest form of a worker.

A second Python is forty megabytes, and what a process of its own is for, that a kernel
may crash, doesn't happen here: a WebAssembly program traps. wasmtime releases Python's
lock, so the node plays on meanwhile.
"""

import time
from concurrent.futures import Future
from threading import Condition, Thread
from typing import Self

from oracle.compute.engines import Engine
from oracle.compute.pace import Pace
from oracle.compute.queue import Queue, Waiting
from oracle.compute.task import Task, Timing, whole_seconds
from oracle.errors import ExecutorDied

LAST_SECONDS = 1.0


class Alone:
    """One thread that computes by `engine`; `NoEngine` where it can't."""

    width = 1

    def __init__(self, engine: Engine) -> None:
        engine.check()
        self._engine, self.pace = engine, Pace()
        self._changed, self._queue = Condition(), Queue()
        self._thread = Thread(target=self._live, name="executor", daemon=True)
        self._ended = False

    def submit(self, task: Task, due: float = 0.0) -> Future[bytes]:
        with self._changed:
            if self._ended:
                raise ExecutorDied(None)
            promise = self._queue.put(task, due)
            self._changed.notify()
        return promise

    def hasten(self, promise: Future[bytes], due: float) -> None:
        with self._changed:
            self._queue.hasten(promise, due)

    def _live(self) -> None:
        while (taken := self._taken()) is not None:
            begun = time.perf_counter()
            try:
                output = taken.task.compute(self._engine)
            except Exception as error:
                taken.promise.set_exception(error)
                continue
            seconds = time.perf_counter() - begun
            whole = whole_seconds(taken.task.model, output, seconds)
            self.pace.note(taken.task, Timing(run_seconds=whole))
            taken.promise.set_result(output)

    def _taken(self) -> Waiting | None:
        """Waits for something to do; None at the end."""
        with self._changed:
            while not self._ended and (taken := self._queue.take()) is None:
                self._changed.wait()
            return None if self._ended else taken

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Waits for the answer that it is at, if that is soon there."""
        with self._changed:
            self._ended = True
            self._queue.cancel()
            self._changed.notify_all()
        self._thread.join(LAST_SECONDS)
