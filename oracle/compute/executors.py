"""Executors take tasks and promise their outputs."""

from concurrent.futures import Future
from typing import Protocol, Self

from oracle.compute.task import Delivery, Task
from oracle.errors import ComputationFailed


class Executors(Protocol):
    """Somebody who computes. A context: outside of it nothing is running."""

    def submit(self, task: Task) -> Future[bytes]:
        """The promised output; an error comes with the result."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class Inline:
    """Computes at once, here."""

    def submit(self, task: Task) -> Future[bytes]:
        promise: Future[bytes] = Future()
        try:
            promise.set_result(task.compute())
        except Exception as error:
            promise.set_exception(error)
        return promise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left running."""


def delivered(delivery: Delivery) -> bytes:
    """The output; raises `ComputationFailed` if there is none."""
    if delivery.problem:
        raise ComputationFailed(delivery.problem)
    return delivery.output
