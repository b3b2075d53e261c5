"""The game's rules as a pure function, written from docs/dispute-game.md: what follows
a move. Each rule that the argument for the game needs can be left out, to see what a
liar makes of that.
"""

from __future__ import annotations

from dataclasses import dataclass

from challenge.claim import Interval
from challenge.dissection import Disputed, Dissection, parts_of
from challenge.game import INSTRUCTIONS, SEGMENTS, Stage
from challenge.roots import status_of, with_status
from mips_vm import Status


class Refused(Exception):
    """The contract would revert."""


@dataclass(frozen=True, slots=True)
class Rules:
    """All hold, unless a search wants to know what one of them is for."""

    k: int
    boundaries_have_stopped: bool = True  # level-1 roots aren't running
    steps_have_a_status: bool = True  # level-2 roots have one
    sticky_is_proved: bool = True  # a stopped segment is not descended into
    descent_runs: bool = True  # a segment's first state is its boundary, running
    end_is_derived: bool = True  # the worker doesn't name the end of its run


class Referee:
    """Judges by the true steps alone: what follows a false state nobody knows."""

    def __init__(self, rules: Rules, posts: dict[bytes, bytes]) -> None:
        self.rules, self._posts = rules, posts

    def shown(
        self, whole: Interval, start: bytes, end: bytes, inner: tuple[bytes, ...]
    ) -> Dissection:
        """After `open`, `dissect` or `descend`: the challenger selects."""
        if len(inner) != parts_of(whole.length, self.rules.k) - 1:
            raise Refused("WrongRootCount")
        if not all(self._may_be(root, whole.level) for root in inner):
            raise Refused("WrongRootStatus")
        return Dissection(whole, self.rules.k, (start, *inner, end))

    def selected(self, dissection: Dissection, part: int) -> tuple[Stage, Disputed]:
        """After `select`: what the worker has to do, and about what."""
        at = dissection.part(part)
        if at.interval.length > 1:
            return Stage.DISSECT, at
        yielded = status_of(at.start_root) == Status.YIELDED
        inside = yielded or not self.rules.sticky_is_proved
        deeper = at.interval.level == SEGMENTS and inside
        return (Stage.DESCEND if deeper else Stage.PROVE), at

    def descended(self, at: Disputed, instructions: int) -> tuple[Interval, bytes]:
        """What `descend` cuts: the segment's instructions, from its first state."""
        start = at.start_root
        if self.rules.descent_runs:
            start = with_status(start, Status.RUNNING)
        return Interval(INSTRUCTIONS, at.interval.start, 0, instructions), start

    def post(self, root: bytes) -> bytes | None:
        """The state after this one; None if it is a running one that the run doesn't
        pass through: then it is whatever a liar has arranged."""
        return self._posts.get(root) if status_of(root) == Status.RUNNING else root

    def _may_be(self, root: bytes, level: int) -> bool:
        rules, status = self.rules, status_of(root)
        if level == SEGMENTS:
            least = Status.YIELDED if rules.boundaries_have_stopped else Status.RUNNING
            return least <= status <= Status.FAULTED
        return status <= Status.FAULTED or not rules.steps_have_a_status
