"""Processes that compute: one that dies takes its task with it, and nothing else.

Each thread of the pool feeds one child, and gives birth to another when that is dead. A
child watches its parent, so that even `kill -9` leaves no orphans.
"""

import os
import signal
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from threading import Lock, Thread, local
from typing import Generic, Self, TypeVar

from oracle.compute.executors import delivered
from oracle.compute.task import Delivery, Order, Task, carry_out
from oracle.errors import ExecutorDied

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


class Pool:
    """Up to `processes` children; another one only when all are busy."""

    def __init__(self, processes: int) -> None:
        self._threads = ThreadPoolExecutor(processes, "executor")
        self._mine = local()
        self._lock = Lock()
        self._children: list[Child[Order, Delivery]] = []
        self._ended = False

    @property
    def pids(self) -> list[int | None]:
        """Of the children that live."""
        return [child.pid for child in self._children]

    def submit(self, task: Task) -> Future[bytes]:
        return self._threads.submit(self._carry_out, task)

    def _carry_out(self, task: Task) -> bytes:
        child = self._child()
        try:
            return delivered(child.deliver(Order.of(task)))
        except ExecutorDied:
            self._mine.child = None
            with self._lock:
                self._children.remove(child)
            raise

    def _child(self) -> Child[Order, Delivery]:
        """This thread's."""
        child: Child[Order, Delivery] | None = getattr(self._mine, "child", None)
        if child is None:
            with self._lock:
                if self._ended:
                    raise ExecutorDied(None)
                child = self._mine.child = Child(carry_out)
                self._children.append(child)
        return child

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Ends what is under way: nobody waits for it any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._ended = True
            children = list(self._children)
        for child in children:
            child.end()
        self._threads.shutdown()


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
