"""What waits to be computed: the nearest due first, then in order."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from oracle.compute.task import Task


@dataclass(order=True, frozen=True, slots=True)
class Waiting:
    due: float
    place: int
    task: Task = field(compare=False)
    promise: Future[bytes] = field(compare=False)


class Queue:
    """Not for two threads at once."""

    def __init__(self) -> None:
        self._heap: list[Waiting] = []
        self._places = count()

    def __len__(self) -> int:
        return len(self._heap)

    def put(self, task: Task, due: float) -> Future[bytes]:
        promise: Future[bytes] = Future()
        heappush(self._heap, Waiting(due, next(self._places), task, promise))
        return promise

    def hasten(self, promise: Future[bytes], due: float) -> None:
        """It is due sooner, if it still waits."""
        waiting = [w for w in self._heap if w.promise is promise and due < w.due]
        for each in waiting:
            heappush(self._heap, Waiting(due, each.place, each.task, promise))

    def take(self) -> Waiting | None:
        """The next, now running; None if nothing waits."""
        while (waiting := self._next()) is not None:
            if waiting.promise.set_running_or_notify_cancel():
                return waiting
        return None

    def take_some(self, most: int) -> list[Waiting]:
        """The next, and up to so many in all that ask the same model, by when they are
        due; the others wait on. Nothing if nothing waits."""
        first = self.take()
        found = [] if first is None else [first]
        left: list[Waiting] = []
        while found and len(found) < most and (waiting := self._next()) is not None:
            if not alike(waiting.task, found[0].task):
                left.append(waiting)
            elif waiting.promise.set_running_or_notify_cancel():
                found.append(waiting)
        for waiting in left:
            heappush(self._heap, waiting)
        return found

    def _next(self) -> Waiting | None:
        """The next that isn't begun, still waiting."""
        while self._heap:
            waiting = heappop(self._heap)
            if not (waiting.promise.running() or waiting.promise.done()):
                return waiting
        return None

    def cancel(self) -> None:
        """Nobody waits for any of them any more."""
        for waiting in self._heap:
            waiting.promise.cancel()
        self._heap.clear()


def alike(one: Task, other: Task) -> bool:
    """Whether they differ in nothing but their inputs."""
    return (one.model.model_root, one.cross_check_steps) == (
        other.model.model_root,
        other.cross_check_steps,
    )
