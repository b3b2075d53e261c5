"""Challengers of true claims: every way to attack an answer that is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Protocol

from challenge import challenger_moves
from challenge.dissection import Dissection
from challenge.game import GameView, Side, Stage
from challenge.lies.liar import forged_proofs
from challenge.moves import Challenge, Move, Select, Settle, Timeout
from challenge.trace import Trace

Choose = Callable[[Dissection, Random], int]


class Player(Protocol):
    """Anyone who sends moves: several in order, until one is not refused."""

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]: ...


@dataclass(frozen=True, slots=True)
class Pointer:
    """A challenger that disputes without computing anything."""

    choose: Choose
    rng: Random

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        return baseless(view, now) or self._selection(view, now)

    def _selection(self, view: GameView, now: int) -> tuple[Move, ...]:
        if view.stage is not Stage.SELECT or view.clock.expired(now):
            return ()
        dissection = view.dissection()
        part = self.choose(dissection, self.rng)
        return (Select(view.claim_hash, dissection, part),)


@dataclass(frozen=True, slots=True)
class Silent:
    """Challenges, and never moves again."""

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        return baseless(view, now)


@dataclass(frozen=True, slots=True)
class Dawdler:
    """Lets the clock run to its last second before each move."""

    inner: Player

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        waits = view.mover is Side.CHALLENGER and view.clock.remaining(now) > 1
        return () if waits else self.inner.attempts(view, now)


@dataclass(frozen=True, slots=True)
class Believer:
    """Plays honestly, from a false trace."""

    trace: Trace
    inner: Player

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        if view.stage is Stage.SELECT:
            move = challenger_moves.next_move(view, self.trace, now)
            if move is not None:
                return (move,)
        return self.inner.attempts(view, now)


@dataclass(frozen=True, slots=True)
class Forger:
    """Tries moves that its position does not allow, before one that it does."""

    trace: Trace
    inner: Player

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        if view.stage is Stage.PROVE and not view.clock.expired(now):
            return forged_proofs(view, self.trace)
        moves = self.inner.attempts(view, now)
        forged = tuple(map(self._forged, moves))
        return tuple(move for move in forged if move not in moves) + moves

    @staticmethod
    def _forged(move: Move) -> Move:
        """The same selection, of a dissection that was never shown."""
        if not isinstance(move, Select):
            return move
        shown = move.dissection
        boundaries = (*shown.boundaries[:-1], bytes(32))
        return replace(move, dissection=replace(shown, boundaries=boundaries))


def baseless(view: GameView, now: int) -> tuple[Move, ...]:
    """What any challenger does that wants a game, whatever the truth."""
    if view.stage is Stage.NONE:
        late = now >= view.claim.window_end or view.dispute.dead
        return () if late else (Challenge(view.claim, view.challenge_wei),)
    if view.stage is not Stage.OVER and view.dispute.dead:
        return (Settle(view.claim, view.challenger),)
    if view.mover is Side.WORKER and view.clock.expired(now):
        return (Timeout(view.claim, view.challenger),)
    return ()


def first(dissection: Dissection, rng: Random) -> int:
    return 0


def last(dissection: Dissection, rng: Random) -> int:
    return dissection.parts - 1


def anywhere(dissection: Dissection, rng: Random) -> int:
    return rng.randrange(dissection.parts)


@dataclass(frozen=True, slots=True)
class FalseChallenger:
    """A kind of false challenger: its name, what it does, and how to make one.

    `make` takes a trace to believe in or to forge from, and luck.
    """

    name: str
    description: str
    make: Callable[[Trace, Random], Player]


CHALLENGERS: tuple[FalseChallenger, ...] = (
    FalseChallenger("random", "points anywhere", lambda _, r: Pointer(anywhere, r)),
    FalseChallenger("first", "always points first", lambda _, r: Pointer(first, r)),
    FalseChallenger("last", "always points last", lambda _, r: Pointer(last, r)),
    FalseChallenger("silent", "never points", lambda _, r: Silent()),
    FalseChallenger(
        "dawdler",
        "points at the last second",
        lambda _, r: Dawdler(Pointer(anywhere, r)),
    ),
    FalseChallenger(
        "believer",
        "points where a false trace says so",
        lambda trace, r: Believer(trace, Pointer(anywhere, r)),
    ),
    FalseChallenger(
        "forger",
        "points at what was never shown, and forges witnesses",
        lambda trace, r: Forger(trace, Pointer(anywhere, r)),
    ),
)

FALSE_CHALLENGERS: dict[str, FalseChallenger] = {
    challenger.name: challenger for challenger in CHALLENGERS
}
