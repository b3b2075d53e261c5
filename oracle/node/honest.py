"""What an honest node computes: true answers, and true traces of their making."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from math import inf
from threading import Event
from typing import TypeVar

from challenge.claim import Work
from challenge.game import GameView, Side
from challenge.moves import Move
from challenge.precedence import Run
from challenge.trace import ExecutionTrace, Trace
from challenge.traces import Traces
from mips_vm.compiled import llvm
from oracle.compute.arena import Players
from oracle.compute.executors import Executors, Inline
from oracle.compute.play import (
    NEXT_MOVE,
    Question,
    TraceNeeded,
    Unknown,
    trace_of,
    updated,
)
from oracle.compute.task import Task
from oracle.compute.work import work_of
from oracle.models.library import Library
from oracle.node.actions import Player
from oracle.record.record import Answered, Asked
from tinynn import Model
from tinynn.asking import passes_at_most

CROSS_CHECK_STEPS = 10**10
"""Up to so many bounded instructions, seconds of the translated machine, an answer is
checked there before it is claimed: being wrong costs a bond."""
INSTRUCTIONS_A_SECOND = 10**9
"""Of the translated machine, about: what a run is taken for until one was timed."""
MOST_INTERPRETED = 10**8
"""Bounded instructions of a run that is defended without LLVM: a minute or two of the
reference machine, a quarter of an hour on a slow device."""
KEPT_ANSWERS = 1024
MOST_UNDER_WAY = 256
"""Answers that are computed or wait for it; what else is wanted will be asked again."""

NOT_OWED = 1 << 40
"""An instant after all leases and windows."""

Key = tuple[bytes, bytes]
T = TypeVar("T")


@dataclass(slots=True)
class Wanted:
    """An answer, what it takes, and until when it is of use."""

    promise: Future[bytes]
    task: Task
    due: int

    @property
    def under_way(self) -> bool:
        return not self.promise.done()


@dataclass(frozen=True, slots=True)
class TruePlayer:
    """Defends a claim by showing how it came about, or attacks where it is false."""

    side: Side
    trace: Trace

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        move = NEXT_MOVE[self.side](view, self.trace, now)
        return () if move is None else (move,)


@dataclass(frozen=True, slots=True)
class RemotePlayer:
    """The same, with what needs the run worked out elsewhere: no move until then."""

    side: Side
    players: Players
    model: Model
    data: bytes
    note: Callable[[], None]
    """Called when a move has been worked out."""

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        try:
            move = NEXT_MOVE[self.side](view, Unknown(), now)
        except TraceNeeded:
            question = Question.of(self.model, self.data, self.side, view, now)
            promise = self.players.asked(question, self.note)
            if not promise.done():
                return ()
            move = updated(promise.result(), view)
        return () if move is None else (move,)


class Honest:
    """Has its executors compute natively; in a dispute, the machine is entered.

    The last answers and traces are kept, so that a dispute starts from snapshots.
    """

    def __init__(
        self,
        library: Library,
        cross_check_steps: int = CROSS_CHECK_STEPS,
        executors: Executors | None = None,
        players: Players | None = None,
    ) -> None:
        """Without `executors` it computes in this process, and waits meanwhile; without
        `players` it works out moves here, too."""
        self.library, self._cross_check_steps = library, cross_check_steps
        self._executors: Executors = Inline() if executors is None else executors
        self._players = players
        self.news = Event()
        """Set when something that was waited for has been worked out."""
        self.answered, self.answer_seconds = 0, 0.0
        """Answers that were computed, and how long they took from being wanted."""
        self._answers: dict[Key, Wanted] = {}
        self._traces: Traces[ExecutionTrace] = Traces()
        self._works: dict[bytes, Work] = {}

    @property
    def models(self) -> int:
        """How many it serves."""
        return self.library.served

    @property
    def under_way(self) -> int:
        """How many answers were asked for and are not there yet."""
        return sum(wanted.under_way for wanted in self._answers.values())

    def can(self, asked: Asked) -> bool:
        """Whether it holds the model that was asked."""
        return self.library.holds(asked.model)

    def serves(self, asked: Asked) -> bool:
        """Whether it is to answer requests of that model."""
        return self.library.serves(asked.model)

    def objection(self, asked: Asked) -> str:
        """Why an answer could not be defended here; empty if it could."""
        most = self.library.find(asked.model).most_instructions
        if llvm.installed() or most <= MOST_INTERPRETED:
            return ""
        return (
            f"defence: expected a run of at most {MOST_INTERPRETED} instructions where "
            f"the machine is interpreted, got one of {most}: pip install llvmlite"
        )

    def keep(self, asked: Asked) -> None:
        """It has to stand by an answer of that model."""
        self.library.keep(asked.model)

    def ready(self, asked: Asked) -> bool:
        """Whether the answer is there; if not, it will be worked on from now on."""
        if _key(asked) not in self._answers and self.under_way >= MOST_UNDER_WAY:
            return False
        return self._promised(asked).done()

    @property
    def width(self) -> int:
        """How many answers are computed at a time."""
        return self._executors.width

    def seconds(self, asked: Asked) -> float | None:
        """How long the answer takes, once it is begun; 0 if it is there.

        None if no such answer has been timed yet: then this one is begun, for that,
        unless another is. Raises as `answer` does, if it couldn't be computed.
        """
        task = self._task(asked)
        found = self._executors.pace.seconds(task)
        begun = _key(asked) in self._answers
        if begun or (found is None and not self._is_timed(task)):
            if self.ready(asked):
                self.answer(asked)
                return 0.0
        return found

    def elsewhere(self, held: Iterable[Asked]) -> list[float | None]:
        """What its processes may be at that is for none of these: each answer's whole
        seconds, None where nobody knows. No more than there are processes: of what
        waits, answers that are owed come first."""
        keys = set(map(_key, held))
        others = [w for k, w in self._answers.items() if w.under_way and k not in keys]
        found = [self._executors.pace.seconds(wanted.task) for wanted in others]
        found.sort(key=lambda each: inf if each is None else each, reverse=True)
        return found[: self.width]

    def check_seconds(self, asked: Asked) -> float:
        """How long the answer takes, as timed; before that, by its instructions, at
        the rate of the longest run that was timed here."""
        task, pace = self._task(asked), self._executors.pace
        if (timed := pace.seconds(task)) is not None:
            return timed
        return task.model.most_instructions / (pace.rate() or INSTRUCTIONS_A_SECOND)

    def output_bytes(self, asked: Asked) -> int:
        """How long the output is, at most."""
        return self.library.find(asked.model).tables.output_bytes

    def work(self, asked: Asked) -> Work:
        """What the model's runs take, by its image."""
        root = asked.model.model_root
        if root not in self._works:
            self._works[root] = work_of(self.library.find(asked.model).tables)
        return self._works[root]

    def passes(self, asked: Asked) -> int:
        """How many passes the run has; about and at most, where it isn't done yet."""
        model, known = self.library.find(asked.model), self._answers.get(_key(asked))
        if known is not None and model.tables.varies and known.promise.done():
            if known.promise.exception() is None:
                return model.passes_of(known.promise.result())
        return passes_at_most(model.tables, asked.input)

    def answer(self, asked: Asked) -> bytes:
        """The true output, waited for if it isn't there. Raises what went wrong, and
        then starts anew the next time."""
        try:
            return self._promised(asked).result()
        except Exception:
            self._answers.pop(_key(asked), None)
            raise

    def doubts(self, answered: Answered) -> bool:
        """Whether the claim is false."""
        return self.answer(answered.asked) != answered.output

    def trace(self, asked: Asked) -> Trace:
        """The true run."""
        return self._traces.find(_key(asked), lambda: self.fork(asked))

    def fork(self, asked: Asked) -> ExecutionTrace:
        """The true run once more, on a machine of its own."""
        model = self.library.find(asked.model)
        return trace_of(model, asked.input)

    def defender(self, answered: Answered) -> Player:
        return self._player(Side.WORKER, answered.asked)

    def attacker(self, answered: Answered) -> Player:
        return self._player(Side.CHALLENGER, answered.asked)

    def longest_run(self, asked: Asked) -> Run:
        """As foretold of the model; of a malformed input, less."""
        model = self.library.find(asked.model)
        return Run(model.segments, max(model.bounded_instructions))

    def _player(self, side: Side, asked: Asked) -> Player:
        if self._players is None:
            return TruePlayer(side, self.trace(asked))
        model, note = self.library.find(asked.model), self.news.set
        return RemotePlayer(side, self._players, model, asked.input, note)

    def _promised(self, asked: Asked) -> Future[bytes]:
        due = _due(asked)

        def begin() -> Wanted:
            begun, task = time.perf_counter(), self._task(asked)
            promise = self._executors.submit(task, due)
            promise.add_done_callback(lambda _: self._note_answer(begun))
            return Wanted(promise, task, due)

        wanted = _kept(self._answers, _key(asked), KEPT_ANSWERS, begin)
        if due < wanted.due:
            wanted.due = due
            self._executors.hasten(wanted.promise, due)
        return wanted.promise

    def _is_timed(self, task: Task) -> bool:
        """Whether another answer of its kind is under way."""
        wanted = self._answers.values()
        return any(w.under_way and w.task.kind == task.kind for w in wanted)

    def _task(self, asked: Asked) -> Task:
        model = self.library.find(asked.model)
        return Task(model, asked.input, self._cross_check_steps)

    def _note_answer(self, begun: float) -> None:
        self.answered += 1
        self.answer_seconds += time.perf_counter() - begun
        self.news.set()


def _key(asked: Asked) -> Key:
    return asked.model.model_id, asked.input


def _due(asked: Asked) -> int:
    """Until when the answer is of use: while the lease lasts, or the window. What is
    accepted by nobody may be computed to be timed, or while an accept is mined: that
    comes after all that is owed, whatever its deadline."""
    if asked.lease is not None:
        return asked.lease.end
    return NOT_OWED if asked.claim is None else asked.claim.window_end


def _kept(kept: dict[Key, T], key: Key, most: int, make: Callable[[], T]) -> T:
    """The value, made if need be; the oldest goes when there are too many."""
    if key not in kept:
        if len(kept) >= most:
            del kept[next(iter(kept))]
        kept[key] = make()
    return kept[key]
