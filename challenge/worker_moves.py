"""The worker's side: it shows its work wherever it is asked to.

`next_move` is a pure function of one game, of the worker's trace and of block time. A
worker whose trace is true can always answer, whatever the challenger points at.
"""

from __future__ import annotations

from collections.abc import Callable

from challenge.claim import Interval
from challenge.dissection import cuts
from challenge.game import INSTRUCTIONS, SEGMENTS, GameView, Side, Stage
from challenge.moves import Descend, Dissect, Move, Open, Prove, Timeout
from challenge.trace import Trace


def next_move(view: GameView, trace: Trace, now: int) -> Move | None:
    """What the worker should send now, or None while there is nothing to do."""
    if view.dispute.dead or view.mover is None:
        return None
    if view.clock.expired(now):
        lost = view.mover is Side.WORKER
        return None if lost else Timeout(view.claim, view.challenger)
    answer = ANSWERS.get(view.stage)
    return answer(view, trace) if answer else None


def opening(view: GameView, trace: Trace) -> Open:
    """The whole run's boundaries."""
    whole = Interval(SEGMENTS, 0, 0, trace.segments())
    roots = interior(whole, view.k, trace)
    return Open(view.claim, view.challenger, whole.length, roots)


def dissection(view: GameView, trace: Trace) -> Dissect:
    """The disputed interval's boundaries."""
    position = view.disputed()
    roots = interior(position.interval, view.k, trace)
    return Dissect(view.claim_hash, view.challenger, position, roots)


def descent(view: GameView, trace: Trace) -> Descend:
    """The disputed segment's instructions."""
    position = view.disputed()
    segment = position.interval.start
    whole = Interval(INSTRUCTIONS, segment, 0, trace.instructions(segment))
    roots = interior(whole, view.k, trace)
    return Descend(view.claim_hash, view.challenger, position, whole.length, roots)


def proof(view: GameView, trace: Trace) -> Prove:
    """The one step that is left, with the witness of the state it starts in."""
    position = view.disputed()
    witness = witness_of(position.interval, trace)
    return Prove(view.claim, view.challenger, position, witness)


def interior(interval: Interval, k: int, trace: Trace) -> tuple[bytes, ...]:
    """Roots of the boundaries between an interval's parts."""
    return tuple(root_at(interval, at, trace) for at in cuts(interval, k)[1:-1])


def root_at(interval: Interval, at: int, trace: Trace) -> bytes:
    """The trace's root at index `at` of an interval's level."""
    if interval.level == SEGMENTS:
        return trace.boundary_root(at)
    return trace.state_root(interval.segment, at)


def witness_of(interval: Interval, trace: Trace) -> bytes:
    """Witness of the interval's first step; empty from a sticky state.

    At level 1 only a segment that starts halted or faulted comes to its proof.
    """
    if interval.level == SEGMENTS:
        return b""
    return trace.machine_at(interval.segment, interval.start).witness().data


ANSWERS: dict[Stage, Callable[[GameView, Trace], Move]] = {
    Stage.OPEN: opening,
    Stage.DISSECT: dissection,
    Stage.DESCEND: descent,
    Stage.PROVE: proof,
}
