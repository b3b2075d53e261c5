"""The same on a Ray cluster; Ray comes with `plumbline[cluster]`."""

from concurrent.futures import Future
from functools import partial
from importlib import import_module
from threading import Lock
from typing import Any, Self

from oracle.compute.executors import delivered
from oracle.compute.pace import Pace
from oracle.compute.queue import Queue, Waiting
from oracle.compute.task import Delivery, Order, Task, carry_out
from oracle.errors import ComputationFailed, NoCluster


class Cluster:
    """`address` as Ray has it: `ray://host:10001`, `auto`, or `local` for one here.

    Machines need the same version of Plumbline, but no images: those are sent once.
    Raises `NoCluster`.
    """

    def __init__(self, address: str) -> None:
        try:
            ray: Any = import_module("ray")
        except ImportError:
            raise NoCluster(address, "no Ray: install plumbline[cluster]") from None
        self._ray = ray
        try:
            ray.init(address, log_to_driver=False, logging_level="warning")
        except (ConnectionError, ValueError, RuntimeError, OSError) as error:
            raise NoCluster(address, str(error)) from None
        self._carry_out = ray.remote(max_retries=3)(_carry_out)
        self._images: dict[bytes, Any] = {}
        self.width, self.pace = (
            max(1, int(ray.cluster_resources().get("CPU", 1))),
            Pace(),
        )
        self._lock, self._queue, self._running = Lock(), Queue(), 0

    def submit(self, task: Task, due: float = 0.0) -> Future[bytes]:
        """Ray has no order of its own, so it gets no more than it can begin."""
        with self._lock:
            promise = self._queue.put(task, due)
        self._feed()
        return promise

    def hasten(self, promise: Future[bytes], due: float) -> None:
        with self._lock:
            self._queue.hasten(promise, due)

    def _feed(self) -> None:
        while (waiting := self._next()) is not None:
            task = waiting.task
            order = Order(task.model.model_root, b"", task.data, task.cross_check_steps)
            remote = self._carry_out.remote(order, self._image(task))
            there: Future[Delivery] = remote.future()
            there.add_done_callback(partial(self._delivered, waiting))

    def _next(self) -> Waiting | None:
        with self._lock:
            if self._running >= self.width:
                return None
            if (waiting := self._queue.take()) is not None:
                self._running += 1
            return waiting

    def _delivered(self, waiting: Waiting, found: Future[Delivery]) -> None:
        with self._lock:
            self._running -= 1
        _settle(waiting.promise, found)
        if waiting.promise.exception() is None:
            self.pace.note(waiting.task, found.result().timing)
        self._feed()

    def _image(self, task: Task) -> Any:
        """The cluster's own copy."""
        root = task.model.model_root
        if root not in self._images:
            self._images[root] = self._ray.put(task.model.image.tobytes())
        return self._images[root]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ray.shutdown()


def _carry_out(order: Order, image: bytes) -> Delivery:
    whole = Order(order.model_root, image, order.data, order.cross_check_steps)
    return carry_out(whole)


def _settle(promise: Future[bytes], found: Future[Delivery]) -> None:
    try:
        promise.set_result(delivered(found.result()))
    except ComputationFailed as failed:
        promise.set_exception(failed)
    except Exception as error:  # a machine that is gone, memory that is full
        problem = f"{type(error).__name__}: {str(error).splitlines()[0]}"
        promise.set_exception(ComputationFailed(problem))
