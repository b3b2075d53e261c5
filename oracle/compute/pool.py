"""Processes that compute: one that dies takes its task with it, and nothing else.

An engine that answers several inputs of one model at once gets those that wait.

Each thread of the pool feeds one child, and gives birth to another when that is dead. A
child watches its parent, so that even `kill -9` leaves no orphans.
"""

import os
import signal
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from threading import Condition, Thread
from typing import Generic, Self, TypeVar

from oracle.compute.engines import Engine
from oracle.compute.executors import delivered
from oracle.compute.pace import Pace
from oracle.compute.queue import Queue, Waiting
from oracle.compute.task import Delivery, Order, Task, carry_out_all
from oracle.errors import ComputationFailed, ExecutorDied

Sent = TypeVar("Sent")
Got = TypeVar("Got")


class Child(Generic[Sent, Got]):
    """A process that does one kind of work: orders in, deliveries out, one by one."""

    def __init__(self, work: Callable[[Sent], Got]) -> None:
        # Not forked: this process has threads, and they have locks.
        spawning = get_context("spawn")
        self._pipe, other = spawning.Pipe()
        self._process = spawning.Process(
            target=serve, args=(other, work), name="executor", daemon=True
        )
        self._process.start()
        other.close()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def deliver(self, order: Sent) -> Got:
        """Waits for it. Raises `ExecutorDied`; then this child is of no use."""
        try:
            self._pipe.send(order)
            found: Got = self._pipe.recv()
        except (EOFError, OSError):
            self.end()
            raise ExecutorDied(self._process.exitcode) from None
        return found

    def end(self) -> None:
        self._process.kill()
        self._process.join()


Some = Child[tuple[Order, ...], tuple[Delivery, ...]]


class Pool:
    """Up to `processes` children; another one only when all are busy. What computes in
    them is `engine`; `NoEngine` where it can't."""

    def __init__(self, processes: int, engine: Engine = Engine.NATIVE) -> None:
        engine.check()
        self._engine = engine
        self.width, self.pace = processes, Pace()
        self._changed = Condition()
        self._queue = Queue()
        self._threads: list[Thread] = []
        self._idle = 0
        self._children: list[Some] = []
        self._ended = False

    @property
    def pids(self) -> list[int | None]:
        """Of the children that live."""
        return [child.pid for child in self._children]

    def submit(self, task: Task, due: float = 0.0) -> Future[bytes]:
        with self._changed:
            if self._ended:
                raise ExecutorDied(None)
            promise = self._queue.put(task, due)
            if self._idle < len(self._queue) and len(self._threads) < self.width:
                thread = Thread(target=self._live, name="executor", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._changed.notify()
        return promise

    def hasten(self, promise: Future[bytes], due: float) -> None:
        with self._changed:
            self._queue.hasten(promise, due)

    def _live(self) -> None:
        """A thread's life: one child after the other, one task after the other."""
        child: Some | None = None
        while taken := self._taken():
            try:
                child = child or self._born()
                orders = [Order.of(each.task, self._engine) for each in taken]
                deliveries = child.deliver(tuple(orders))
            except ExecutorDied as died:
                self._bury(child)
                child = None
                for each in taken:
                    each.promise.set_exception(died)
            except Exception as error:  # no memory for another process
                for each in taken:
                    each.promise.set_exception(error)
            else:
                for each, delivery in zip(taken, deliveries, strict=True):
                    self._hand_over(each, delivery)

    def _hand_over(self, taken: Waiting, delivery: Delivery) -> None:
        try:
            output = delivered(delivery)
        except ComputationFailed as error:
            taken.promise.set_exception(error)
        else:
            self.pace.note(taken.task, delivery.timing)
            taken.promise.set_result(output)

    def _taken(self) -> list[Waiting]:
        """Waits for something to do; nothing at the end."""
        most = self._engine.together
        with self._changed:
            self._idle += 1
            while not self._ended and not (taken := self._queue.take_some(most)):
                self._changed.wait()
            self._idle -= 1
            return [] if self._ended else taken

    def _born(self) -> Some:
        with self._changed:
            if self._ended:
                raise ExecutorDied(None)
            child = Child(carry_out_all)
            self._children.append(child)
            return child

    def _bury(self, child: Some | None) -> None:
        with self._changed:
            if child in self._children:
                self._children.remove(child)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Ends what is under way: nobody waits for it any more."""
        with self._changed:
            self._ended = True
            self._queue.cancel()
            children = list(self._children)
            self._changed.notify_all()
        for child in children:
            child.end()
        for thread in self._threads:
            thread.join()


def serve(pipe: Connection, work: Callable[[Sent], Got]) -> None:
    """A child's life, until nobody is there any more."""
    # Ctrl-C goes to everyone at the terminal; when to stop is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_die_with_parent, daemon=True).start()
    while True:
        try:
            pipe.send(work(pipe.recv()))
        except (EOFError, OSError):
            return


def _die_with_parent() -> None:
    parent = parent_process()
    assert parent is not None, "this is a child"
    parent.join()
    os._exit(1)
