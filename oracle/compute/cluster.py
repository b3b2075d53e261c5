"""Answers and moves worked out on a Ray cluster; Ray comes with the extra `cluster`.

An image goes to a machine once, into the store that it has for models, by its root;
whoever computes there maps that file. A machine that is lost costs the time of what it
was at: answers are begun anew elsewhere by Ray, and moves by the arena, which asks
another process again.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any, Self

import tinynn
from oracle.compute.arena import MOST_PROCESSES, Arena
from oracle.compute.executors import delivered
from oracle.compute.pace import Pace
from oracle.compute.play import Question, Reply, respond
from oracle.compute.queue import Queue, Waiting
from oracle.compute.stored import stored
from oracle.compute.task import Delivery, Order, Task, carry_out
from oracle.errors import ComputationFailed, ExecutorDied, NoCluster

MOST_TRIES = 3
"""Of an answer whose machine was lost."""

SEAT_CPUS = 0.01
"""Games are played beside the answers, for they have clocks; but not on a machine that
is there for no work at all, such as many a cluster's head."""


class Cluster:
    """`address` as Ray has it: `ray://host:10001`, `auto`, or `local` for one here.

    Machines need the same version of Plumbline, but no images. Raises `NoCluster`.
    """

    def __init__(self, address: str) -> None:
        try:
            ray: Any = import_module("ray")
        except ImportError:
            cure = "in Plumbline's folder, pip install -e '.[cluster]'"
            raise NoCluster(address, f"no Ray: {cure}") from None
        self._ray = ray
        try:
            ray.init(address, log_to_driver=False, logging_level="warning")
        except (ConnectionError, ValueError, RuntimeError, OSError) as error:
            raise NoCluster(address, str(error)) from None
        self._carry_out = ray.remote(max_retries=MOST_TRIES)(_carry_out)
        spread = {"num_cpus": SEAT_CPUS, "scheduling_strategy": "SPREAD"}
        self._seat = ray.remote(**spread)(Seat)
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
            root, source = task.model.model_root, task.model.source
            order = Order(root, b"", task.data, task.cross_check_steps)
            remote = self._carry_out.remote(order, [self.image(root, source)])
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

    def image(self, model_root: bytes, source: bytes | Path) -> Any:
        """The cluster's own copy, made once: Ray's name for it."""
        with self._lock:
            if model_root not in self._images:
                image = tinynn.load(source).image
                self._images[model_root] = self._ray.put(image)
            return self._images[model_root]

    def players(self) -> Arena:
        """Who works out moves in games: processes on its machines, one a processor."""
        return Arena(min(self.width, MOST_PROCESSES), born=self._born)

    def _born(self) -> "Elsewhere":
        return Elsewhere(self, self._seat.remote())

    def told(self, reply: Any) -> Reply:
        """Waits for it. Raises `ExecutorDied` if it won't come."""
        try:
            found: Reply = self._ray.get(reply)
        except self._ray.exceptions.RayError:
            raise ExecutorDied(None) from None
        return found

    def kill(self, actor: Any) -> None:
        if self._ray.is_initialized():
            self._ray.kill(actor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ray.shutdown()


class Elsewhere:
    """A process on some machine of the cluster, as the arena sees its own."""

    pid = None

    def __init__(self, cluster: Cluster, actor: Any) -> None:
        self._cluster, self._actor = cluster, actor

    def deliver(self, question: Question) -> Reply:
        """Waits for it. Raises `ExecutorDied`; then this process is of no use."""
        image = self._cluster.image(question.model_root, question.source)
        order = replace(question, source=b"")
        try:
            return self._cluster.told(self._actor.respond.remote(order, [image]))
        except ExecutorDied:
            self.end()
            raise

    def end(self) -> None:
        self._cluster.kill(self._actor)


class Seat:
    """There: keeps runs from one question to the next, as a process here does."""

    def respond(self, question: Question, image: Sequence[Any]) -> Reply:
        try:
            source = stored(question.model_root, partial(_got, image))
        except Exception as error:
            return Reply(problem=f"{type(error).__name__}: {error}")
        return respond(replace(question, source=source))


def _carry_out(order: Order, image: Sequence[Any]) -> Delivery:
    """There. The image is in a list, so that Ray sends it only if it is asked for."""
    try:
        source = stored(order.model_root, partial(_got, image))
    except Exception as error:
        return Delivery(problem=f"{type(error).__name__}: {error}")
    return carry_out(replace(order, source=source))


def _got(image: Sequence[Any]) -> Any:
    ray: Any = import_module("ray")
    return ray.get(image[0])


def _settle(promise: Future[bytes], found: Future[Delivery]) -> None:
    try:
        promise.set_result(delivered(found.result()))
    except ComputationFailed as failed:
        promise.set_exception(failed)
    except Exception as error:  # a machine that is gone, memory that is full
        problem = f"{type(error).__name__}: {str(error).splitlines()[0]}"
        promise.set_exception(ComputationFailed(problem))
