"""A move in a game, as another process works it out from the run that it keeps."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from pathlib import Path

from challenge import challenger_moves, worker_moves
from challenge.game import GameView, Side, Stage
from challenge.moves import Challenge, Move
from challenge.trace import ExecutionTrace, MachineExecution, Trace
from challenge.traces import Traces
from mips_vm import Machine
from mips_vm.compiled import llvm
from oracle.compute.task import loaded
from tinynn import Model

NEXT_MOVE: dict[Side, Callable[[GameView, Trace, int], Move | None]] = {
    Side.WORKER: worker_moves.next_move,
    Side.CHALLENGER: challenger_moves.next_move,
}

_traces: Traces[ExecutionTrace] = Traces()


@dataclass(frozen=True, slots=True)
class Question:
    """What `side` should do at an instant, when it knows the true run."""

    model_root: bytes
    source: bytes | Path
    data: bytes
    side: Side
    view: GameView
    now: int

    @classmethod
    def of(
        cls, model: Model, data: bytes, side: Side, view: GameView, now: int
    ) -> "Question":
        return cls(model.model_root, model.source, data, side, view, now)

    @property
    def run(self) -> Hashable:
        """What was computed: all that a trace depends on."""
        return self.model_root, self.data

    @property
    def key(self) -> Hashable:
        """All that a move which needs the trace depends on."""
        view = self.view
        place = (
            view.claim_hash, view.challenger, view.stage, view.position, view.crowd
        )  # fmt: skip
        return self.side, place

    @property
    def deadline(self) -> int:
        """The instant until which a move helps."""
        view = self.view
        if view.stage is Stage.NONE:
            return view.claim.window_end
        return view.clock.deadline

    @property
    def order(self) -> tuple[int, int]:
        """Those that come first are worked out first."""
        return self.view.rank, self.deadline

    def answer(self, trace: Trace) -> Move | None:
        return NEXT_MOVE[self.side](self.view, trace, self.now)


@dataclass(frozen=True, slots=True)
class Reply:
    """The move, if there is one, or what went wrong, as text."""

    move: Move | None = None
    problem: str = ""


def respond(question: Question) -> Reply:
    """In another process: whatever goes wrong with it is told, and ends there."""
    try:
        return Reply(question.answer(_trace(question)))
    except Exception as error:
        return Reply(problem=f"{type(error).__name__}: {error}")


def _trace(question: Question) -> Trace:
    """The true run, kept for the next question; what was not asked for long goes."""

    def make() -> ExecutionTrace:
        model = loaded(question.model_root, question.source)
        return trace_of(model, question.data)

    return _traces.find(question.run, make)


def trace_of(model: Model, data: bytes) -> ExecutionTrace:
    """The true run: on native kernels and the translated machine, or where there is no
    LLVM on the reference machine alone, a million instructions a second or two."""
    if llvm.usable():
        return ExecutionTrace(model.execution(data))
    execution = MachineExecution(model.machine(data), engine="reference")
    return ExecutionTrace(execution, engine="reference")


class TraceNeeded(Exception):
    """The move depends on the run; nothing is wrong."""


class Unknown:
    """The trace of who doesn't know the run: enough for some moves."""

    def segments(self) -> int:
        raise TraceNeeded

    def boundary_root(self, boundary: int) -> bytes:
        raise TraceNeeded

    def instructions(self, segment: int) -> int:
        raise TraceNeeded

    def state_root(self, segment: int, step: int) -> bytes:
        raise TraceNeeded

    def machine_at(self, segment: int, step: int) -> Machine:
        raise TraceNeeded


def updated(move: Move | None, view: GameView) -> Move | None:
    """The move with what has changed since it was asked for."""
    if isinstance(move, Challenge):
        return replace(move, value_wei=view.challenge_wei)
    return move
