"""Every game that a liar can play against an honest challenger, and every game that a
false challenger can play against an honest worker.

A game has no memory but its position, so that visiting each position once, with each
move that there is in it, plays all games. Challenger and worker are the pure functions
that nodes run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product

from challenge import challenger_moves, worker_moves
from challenge.claim import Interval
from challenge.dissection import Disputed, Dissection, parts_of
from challenge.game import SEGMENTS, Game, GameView, Stage
from challenge.moves import Descend, Dissect, Move, Open, Prove, Select

from .referee import Referee, Refused, Rules
from .world import CLOCK, SINCE, World

NOW = SINCE + 1
Line = tuple[str, ...]


@dataclass(slots=True)
class Found:
    """What a search saw. `lines` are whole games, `won` how each of a liar's began."""

    positions: int = 0
    shown: int = 0  # dissections that the rules let through
    refused: int = 0
    lines: int = 0
    longest: int = 0  # selections
    won: list[Line] = field(default_factory=list)

    def add(self, other: Found) -> None:
        self.positions += other.positions
        self.shown += other.shown
        self.refused += other.refused
        self.lines += other.lines
        self.longest = max(self.longest, other.longest)
        self.won += other.won


@dataclass(frozen=True, slots=True)
class Most:
    """Of segments and instructions that a liar may declare."""

    segments: int
    instructions: int


class LiarSearch:
    """All games about one false claim. The challenger may point at *any* part that
    starts true and ends false; what `next_move` points at is one of them."""

    def __init__(self, world: World, rules: Rules, most: Most) -> None:
        self.world, self.rules, self.most = world, rules, most
        self.referee = Referee(rules, world.posts)
        self.found = Found()
        self._alphabet = world.alphabet()
        self._view = world.view(rules.k)
        self._lines: dict[tuple[Stage, Disputed], tuple[int, int]] = {}
        self._so_far: list[str] = []

    def all(self) -> Found:
        """Every opening, and all that can follow."""
        assert self.challenges()
        ends = (self.world.claimed,) if self.rules.end_is_derived else self._alphabet
        for length in range(1, self.most.segments + 1):
            whole = Interval(SEGMENTS, 0, 0, length)
            for end in ends:
                lines, longest = self._cut(whole, self.world.boundary_root(0), end)
                self.found.lines += lines
                self.found.longest = max(self.found.longest, longest)
        self.found.positions = len(self._lines)
        return self.found

    def challenges(self) -> bool:
        """Whether the honest challenger disputes the claim at all."""
        move = challenger_moves.next_move(self._view, self.world, NOW)
        return move is not None

    def right_parts(self, shown: Dissection) -> list[int]:
        """Those that start true and end false."""
        at = shown.cuts()
        true = [
            self.true_root(shown.interval, index) == root
            for index, root in zip(at, shown.boundaries, strict=True)
        ]
        return [i for i in range(shown.parts) if true[i] and not true[i + 1]]

    def true_root(self, interval: Interval, index: int) -> bytes:
        if interval.level == SEGMENTS:
            return self.world.boundary_root(index)
        return self.world.state_root(interval.segment, index)

    def inner_roots(self, length: int) -> Iterator[tuple[bytes, ...]]:
        """Whatever may be shown between the ends of an interval."""
        return product(self._alphabet, repeat=parts_of(length, self.rules.k) - 1)

    def _cut(self, whole: Interval, start: bytes, end: bytes) -> tuple[int, int]:
        """All dissections of an interval: games that follow, the longest's length."""
        lines = longest = 0
        for inner in self.inner_roots(whole.length):
            try:
                shown = self.referee.shown(whole, start, end, inner)
            except Refused:
                self.found.refused += 1
                continue
            self.found.shown += 1
            self._so_far.append(f"shows {len(inner)} inside {whole}")
            more, deep = self._selections(shown)
            self._so_far.pop()
            lines, longest = lines + more, max(longest, deep + 1)
        return lines, longest

    def _selections(self, shown: Dissection) -> tuple[int, int]:
        right = self.right_parts(shown)
        mine = self.pointed_at(shown)
        if not right or mine is None:
            return self._liar_wins("the challenger has nothing to point at")
        assert mine in right, (mine, right)
        lines = longest = 0
        for part in right:
            more, deep = self._position(*self.referee.selected(shown, part))
            lines, longest = lines + more, max(longest, deep)
        return lines, longest

    def pointed_at(self, shown: Dissection) -> int | None:
        """By the challenger that nodes run."""
        view = at(self._view, Stage.SELECT, shown)
        move = challenger_moves.next_move(view, self.world, NOW)
        return move.part if isinstance(move, Select) else None

    def _position(self, stage: Stage, where: Disputed) -> tuple[int, int]:
        """Games from a position in which the worker moves, and the longest of them."""
        key = stage, where
        if key not in self._lines:
            self._lines[key] = self._answers(stage, where)
        return self._lines[key]

    def _answers(self, stage: Stage, where: Disputed) -> tuple[int, int]:
        if stage is Stage.PROVE:
            return self._proof(where)
        if stage is Stage.DISSECT:
            return self._cut(where.interval, where.start_root, where.end_root)
        lines = longest = 0
        for count in range(1, self.most.instructions + 1):
            whole, start = self.referee.descended(where, count)
            more, deep = self._cut(whole, start, where.end_root)
            lines, longest = lines + more, max(longest, deep)
        return lines, longest

    def _proof(self, where: Disputed) -> tuple[int, int]:
        post = self.referee.post(where.start_root)
        if post is None:
            return self._liar_wins(f"what is proved of {where.interval} starts false")
        if post == where.end_root:
            return self._liar_wins(f"the step of {where.interval} is true")
        view = at(self._view, Stage.PROVE, where)
        assert isinstance(challenger_moves.next_move(view, self.world, NOW), Prove)
        return 1, 0

    def _liar_wins(self, how: str) -> tuple[int, int]:
        self.found.won.append((*self._so_far, how))
        return 1, 0


class ChallengerSearch:
    """All games about one true claim: the challenger points wherever it likes."""

    def __init__(self, world: World, rules: Rules) -> None:
        self.world, self.referee = world, Referee(rules, world.posts)
        self.found = Found()
        self._view = world.view(rules.k)

    def all(self) -> Found:
        """Every way to point. An answer that isn't right is an AssertionError."""
        move = self._answer(at(self._view, Stage.OPEN, None))
        assert isinstance(move, Open)
        whole = Interval(SEGMENTS, 0, 0, move.segments)
        self._selections(whole, self._view.start_root, self._view.end_root, move.roots)
        return self.found

    def _selections(
        self, whole: Interval, start: bytes, end: bytes, inner: tuple[bytes, ...]
    ) -> None:
        shown = self.referee.shown(whole, start, end, inner)
        self.found.shown += 1
        for part in range(shown.parts):
            self._position(*self.referee.selected(shown, part))

    def _position(self, stage: Stage, where: Disputed) -> None:
        self.found.positions += 1
        move = self._answer(at(self._view, stage, where))
        if isinstance(move, Dissect):
            ends = where.start_root, where.end_root
            self._selections(where.interval, *ends, move.roots)
        elif isinstance(move, Descend):
            whole, start = self.referee.descended(where, move.instructions)
            self._selections(whole, start, where.end_root, move.roots)
        else:
            assert isinstance(move, Prove)
            self.found.lines += 1
            if self.referee.post(where.start_root) != where.end_root:
                self.found.won.append((f"a false step of {where.interval}",))

    def _answer(self, view: GameView) -> Move:
        move = worker_moves.next_move(view, self.world, NOW)
        assert move is not None, view.stage
        return move


def at(
    view: GameView, stage: Stage, position: Disputed | Dissection | None
) -> GameView:
    """The same game at another position."""
    game = Game(stage, SINCE, CLOCK, CLOCK, 0, 0, 10**9, bytes(32))
    return replace(view, game=game, position=position)
