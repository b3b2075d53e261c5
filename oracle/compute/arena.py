"""Moves worked out in other processes: a game whose run is slow delays no other.

The process that has a run's snapshots goes on with it. But nobody waits for one that
has been at another run for long: then the most urgent gets a process of its own.
"""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from threading import Condition, Thread
from time import monotonic
from typing import Protocol, Self

from challenge.moves import Move
from oracle.compute.play import Question, Reply, respond
from oracle.compute.pool import Child
from oracle.errors import ComputationFailed, ExecutorDied

PATIENCE_SECONDS = 5.0
MOST_PROCESSES = 16
KEPT_MOVES = 1024

Promise = Future[Move | None]


class Players(Protocol):
    """Somebody who works out moves, and is asked again until they are there."""

    def asked(self, question: Question, note: Callable[[], None]) -> Promise:
        """The promised move; one that failed is begun anew the next time. `note` is
        called when it is there. What waits is as urgent as it was asked last."""
        ...


class Sitter(Protocol):
    """A process that works out moves, here or elsewhere."""

    @property
    def pid(self) -> int | None:
        """Of a process here."""
        ...

    def deliver(self, order: Question, /) -> Reply:
        """Waits for it. Raises `ExecutorDied`; then it is of no use any more."""
        ...

    def end(self) -> None: ...


@dataclass(eq=False, slots=True)
class Seat:
    """A thread with its child. `since`: when it began what it is at now."""

    child: Sitter | None = None
    since: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    question: Question
    promise: Promise


class Arena:
    """Up to `processes`, and up to `MOST_PROCESSES` while all are slow."""

    def __init__(
        self,
        processes: int,
        work: Callable[[Question], Reply] = respond,
        patience_seconds: float = PATIENCE_SECONDS,
        born: Callable[[], Sitter] | None = None,
    ) -> None:
        """In processes here that do `work`, or in those that are `born` elsewhere."""
        self._processes = processes
        self._born: Callable[[], Sitter] = born or (lambda: Child(work))
        self._patience = patience_seconds
        self._changed = Condition()
        self._promises: dict[Hashable, Promise] = {}
        self._waiting: list[Waiting] = []
        self._seats: list[Seat] = []
        self._holders: dict[Hashable, Seat] = {}
        self._threads: list[Thread] = []
        self._ended = False

    @property
    def pids(self) -> list[int | None]:
        """Of the children that live."""
        return [seat.child.pid for seat in self._seats if seat.child is not None]

    def asked(self, question: Question, note: Callable[[], None]) -> Promise:
        with self._changed:
            promise = self._promises.get(question.key)
            if promise is None or (promise.done() and promise.exception() is not None):
                promise = self._begun(question)
                promise.add_done_callback(lambda _: note())
            else:
                self._asked_again(question)
            self._grow()
            self._changed.notify_all()
        return promise

    def _begun(self, question: Question) -> Promise:
        if len(self._promises) >= KEPT_MOVES:
            del self._promises[next(iter(self._promises))]
        promise = self._promises[question.key] = Future()
        self._waiting.append(Waiting(question, promise))
        self._waiting.sort(key=lambda waiting: waiting.question.order)
        return promise

    def _asked_again(self, question: Question) -> None:
        """Other games have become more urgent meanwhile, or less."""
        for place, waiting in enumerate(self._waiting):
            if waiting.question.key == question.key:
                if waiting.question.order != question.order:
                    self._waiting[place] = replace(waiting, question=question)
                    self._waiting.sort(key=lambda each: each.question.order)
                return

    def _grow(self) -> None:
        """Another child, if all are busy with what need not be waited for."""
        if self._ended or len(self._seats) >= MOST_PROCESSES:
            return
        if any(seat.since is None for seat in self._seats):
            return
        if len(self._seats) >= self._processes and not all(
            map(self._slow, self._seats)
        ):
            return
        if any(self._may_take(None, waiting) for waiting in self._waiting):
            seat = Seat()
            thread = Thread(target=self._live, args=(seat,), name="arena", daemon=True)
            self._seats.append(seat)
            self._threads.append(thread)
            thread.start()

    def _slow(self, seat: Seat) -> bool:
        return seat.since is not None and monotonic() - seat.since > self._patience

    def _may_take(self, seat: Seat | None, waiting: Waiting) -> bool:
        """Whoever holds the run is worth waiting for, unless it is slow."""
        holder = self._holders.get(waiting.question.run)
        return holder in (None, seat) or (holder is not None and self._slow(holder))

    def _live(self, seat: Seat) -> None:
        """A seat's life: what it may take, the most urgent first."""
        while (taken := self._taken(seat)) is not None:
            self._carry_out(seat, taken)
            with self._changed:
                seat.since = None

    def _taken(self, seat: Seat) -> Waiting | None:
        """Waits for something to do; None at the end."""
        with self._changed:
            while not self._ended:
                for waiting in self._waiting:
                    if self._may_take(seat, waiting):
                        self._waiting.remove(waiting)
                        self._holders[waiting.question.run] = seat
                        seat.since = monotonic()
                        return waiting
                # What others hold may be taken once they turn out to be slow.
                self._changed.wait(self._patience if self._waiting else None)
        return None

    def _carry_out(self, seat: Seat, taken: Waiting) -> None:
        try:
            reply = self._child(seat).deliver(taken.question)
        except ExecutorDied as died:
            with self._changed:
                seat.child = None
                mine = [run for run, who in self._holders.items() if who is seat]
                for run in mine:
                    del self._holders[run]
            taken.promise.set_exception(died)
            return
        except OSError as error:  # no memory for another process
            taken.promise.set_exception(ComputationFailed(str(error)))
            return
        if reply.problem:
            taken.promise.set_exception(ComputationFailed(reply.problem))
        else:
            taken.promise.set_result(reply.move)

    def _child(self, seat: Seat) -> Sitter:
        with self._changed:
            if self._ended:
                raise ExecutorDied(None)
            if seat.child is None:
                seat.child = self._born()
            return seat.child

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Ends what is under way: nobody waits for it any more."""
        with self._changed:
            self._ended = True
            children = [seat.child for seat in self._seats if seat.child is not None]
            waiting, self._waiting = self._waiting, []
            self._changed.notify_all()
        for each in waiting:
            each.promise.set_exception(ExecutorDied(None))
        for child in children:
            child.end()
        for thread in self._threads:
            thread.join()
