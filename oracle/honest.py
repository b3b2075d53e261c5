"""What an honest node computes: true answers, and true traces of their making."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from challenge import challenger_moves, worker_moves
from challenge.game import GameView
from challenge.moves import Move
from challenge.trace import ExecutionTrace, MachineExecution, Trace
from mips_vm import Status
from oracle.errors import CrossCheckFailed
from oracle.library import Library
from oracle.record import Answered, Asked

CROSS_CHECK_STEPS = 10**10
"""Up to so many foretold instructions, seconds of the translated machine, an answer is
checked there before it is claimed: being wrong costs a bond."""
KEPT = 16

Key = tuple[bytes, bytes]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TrueWorker:
    """Defends a claim by showing how it came about."""

    trace: Trace

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        move = worker_moves.next_move(view, self.trace, now)
        return () if move is None else (move,)


@dataclass(frozen=True, slots=True)
class TrueChallenger:
    """Attacks a claim where it leaves the truth."""

    trace: Trace

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        move = challenger_moves.next_move(view, self.trace, now)
        return () if move is None else (move,)


class Honest:
    """Computes natively; enters the machine for a cross-check, or in a dispute.

    The last few answers and traces are kept, so that a dispute starts from snapshots.
    """

    def __init__(
        self, library: Library, cross_check_steps: int = CROSS_CHECK_STEPS
    ) -> None:
        self.library, self._cross_check_steps = library, cross_check_steps
        self._answers: dict[Key, bytes] = {}
        self._traces: dict[Key, Trace] = {}

    @property
    def models(self) -> int:
        return len(self.library)

    def can(self, asked: Asked) -> bool:
        """Whether it holds the model that was asked."""
        return self.library.holds(asked.model)

    def ready(self, asked: Asked) -> bool:
        """Always: it answers when it is asked to, however long that takes."""
        return True

    def output_bytes(self, asked: Asked) -> int:
        """How long the output is."""
        return sum(spec.size for spec in self.library.find(asked.model).outputs)

    def answer(self, asked: Asked) -> bytes:
        """The true output."""
        return _kept(self._answers, _key(asked), lambda: self._compute(asked))

    def doubts(self, answered: Answered) -> bool:
        """Whether the claim is false."""
        return self.answer(answered.asked) != answered.output

    def trace(self, asked: Asked) -> Trace:
        """The true run."""
        return _kept(self._traces, _key(asked), lambda: self.fork(asked))

    def fork(self, asked: Asked) -> Trace:
        """The true run once more, on a machine of its own."""
        model = self.library.find(asked.model)
        return ExecutionTrace(model.execution(asked.input))

    def defender(self, answered: Answered) -> TrueWorker:
        return TrueWorker(self.trace(answered.asked))

    def attacker(self, answered: Answered) -> TrueChallenger:
        return TrueChallenger(self.trace(answered.asked))

    def _compute(self, asked: Asked) -> bytes:
        model = self.library.find(asked.model)
        native = model.answer(asked.input)
        if sum(model.foretold_instructions) <= self._cross_check_steps:
            execution = MachineExecution(model.machine(asked.input))
            while execution.advance() is Status.YIELDED:
                pass
            if (expected := execution.machine.output()) != native:
                raise CrossCheckFailed(expected, native)
        return native


def _key(asked: Asked) -> Key:
    return asked.model.model_id, asked.input


def _kept(kept: dict[Key, T], key: Key, make: Callable[[], T]) -> T:
    """The value, made if need be; the oldest goes when there are too many."""
    if key not in kept:
        if len(kept) >= KEPT:
            del kept[next(iter(kept))]
        kept[key] = make()
    return kept[key]
