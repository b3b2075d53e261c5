"""The challenger's side: it computes the truth and points at where a claim leaves it.

INVARIANT: every dissection of an interval with a true start and a false end has a first
part whose end is false, and that part's start is true. So the challenger always has a
part to point at, whatever numbers of segments or instructions the worker declares: a
run that is declared too short ends before the truth does, one that is declared too
long goes on past a sticky state that the truth stays in.
"""

from __future__ import annotations

from challenge.dissection import Dissection, Position
from challenge.game import Crowd, GameView, Side, Stage
from challenge.moves import Challenge, Move, Prove, Select, Settle, Timeout
from challenge.trace import Trace
from challenge.worker_moves import root_at, witness_of


def next_move(view: GameView, trace: Trace, now: int) -> Move | None:
    """What the challenger should send now, or None while there is nothing to do."""
    if view.stage is Stage.OVER:
        return None
    if view.stage is Stage.NONE:
        return challenge(view, trace, now)
    if view.dispute.dead:
        return Settle(view.claim, view.challenger)
    if view.clock.expired(now):
        lost = view.mover is Side.CHALLENGER
        return None if lost else Timeout(view.claim, view.challenger)
    if view.stage is Stage.SELECT:
        return selection(view, trace)
    if view.stage is Stage.PROVE:
        return refutation(view, trace)
    return None


def challenge(view: GameView, trace: Trace, now: int) -> Move | None:
    """Disputes a false claim while its window lasts, whoever else disputes it.

    Another game is no reason to stay away: it may be the worker's own second account,
    there to lose. Only of a crowd that points rightly one more is not needed.
    """
    late = now >= view.claim.window_end
    if late or view.dispute.dead or is_true(view, trace):
        return None
    if view.crowd is not None and is_enough(view.crowd, trace):
        return None
    return Challenge(view.claim, view.challenge_wei)


def is_enough(crowd: Crowd, trace: Trace) -> bool:
    """Whether so many of the games point rightly; looks at no more than it must."""
    right, left = 0, len(crowd.positions)
    for position in crowd.positions:
        if right + left < crowd.enough or right >= crowd.enough:
            break
        left -= 1
        right += points_rightly(position, trace)
    return right >= crowd.enough


def points_rightly(position: Position, trace: Trace) -> bool:
    """Whether what is still disputed begins in a true state and ends in a false one:
    then whoever goes on pointing rightly wins."""
    interval = position.interval
    if root_at(interval, interval.start, trace) != position.start_root:
        return False
    return root_at(interval, interval.end, trace) != position.end_root


def is_true(view: GameView, trace: Trace) -> bool:
    """Whether the run ends in the state that the claim stands for."""
    return trace.boundary_root(trace.segments()) == view.end_root


def selection(view: GameView, trace: Trace) -> Move | None:
    """Points at the first part whose end is false; None if the dissection is true."""
    dissection = view.dissection()
    part = first_false_part(dissection, trace)
    return None if part is None else Select(view.claim_hash, dissection, part)


def first_false_part(dissection: Dissection, trace: Trace) -> int | None:
    """The first part that ends in a state the truth does not pass through there."""
    interval = dissection.interval
    ends = zip(dissection.cuts()[1:], dissection.boundaries[1:], strict=True)
    for part, (at, root) in enumerate(ends):
        if root_at(interval, at, trace) != root:
            return part
    return None


def refutation(view: GameView, trace: Trace) -> Move | None:
    """Proves the step that is left, if it is false."""
    position = view.disputed()
    interval = position.interval
    if root_at(interval, interval.end, trace) == position.end_root:
        return None
    witness = witness_of(interval, trace)
    return Prove(view.claim, view.challenger, position, witness)
