"""Executors take tasks and promise their outputs."""

import time
from concurrent.futures import Future
from typing import Protocol, Self

from oracle.compute.pace import Foretelling, Pace
from oracle.compute.task import Delivery, Task, Timing, whole_seconds
from oracle.errors import ComputationFailed


class Executors(Protocol):
    """Somebody who computes. A context: outside of it nothing is running."""

    @property
    def pace(self) -> Foretelling:
        """How long a task takes once it is begun."""
        ...

    @property
    def width(self) -> int:
        """How many tasks are carried out at a time."""
        ...

    def submit(self, task: Task, due: float = 0.0) -> Future[bytes]:
        """The promised output; an error comes with the result. Of what waits, the
        lowest `due` is begun first."""
        ...

    def hasten(self, promise: Future[bytes], due: float) -> None:
        """What was promised for a later `due`, if it isn't begun yet."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class Inline:
    """Computes at once, here."""

    width = 1

    def __init__(self) -> None:
        self.pace = Pace()

    def submit(self, task: Task, due: float = 0.0) -> Future[bytes]:
        promise: Future[bytes] = Future()
        begun = time.perf_counter()
        try:
            output = task.compute()
        except Exception as error:
            promise.set_exception(error)
        else:
            took = whole_seconds(task.model, output, time.perf_counter() - begun)
            self.pace.note(task, Timing(run_seconds=took))
            promise.set_result(output)
        return promise

    def hasten(self, promise: Future[bytes], due: float) -> None:
        """Nothing waits."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left running."""


def delivered(delivery: Delivery) -> bytes:
    """The output; raises `ComputationFailed` if there is none."""
    if delivery.problem:
        raise ComputationFailed(delivery.problem)
    return delivery.output
