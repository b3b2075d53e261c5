"""A small run, and every root that a liar could show in a game about it.

Whether a root is true depends on where it is shown, so the alphabet has each true root
(anywhere but in its place it is false), one false root a status, the claimed end, and
one that has no status at all. Two false roots of one status differ in nothing that the
game or the challenger looks at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, cast

from challenge.claim import Claim
from challenge.game import Game, GameView, Stage
from challenge.roots import end_root, start_root, with_status
from mips_vm import Machine, Status
from mips_vm.hashing.keccak import keccak256

WORKER, CHALLENGER = b"\x01" * 20, b"\x02" * 20
NO_STATUS = 4
SINCE, CLOCK = 1_000, 600


@dataclass(frozen=True, slots=True)
class Shape:
    """How many instructions each segment has, and how the run ends."""

    instructions: tuple[int, ...]
    ended: Status

    @property
    def segments(self) -> int:
        return len(self.instructions)


def shapes(segments: int, instructions: int) -> Iterator[Shape]:
    """Every run of at most so many segments of at most so many instructions."""
    lengths = range(1, instructions + 1)
    for count in range(1, segments + 1):
        for each in product(lengths, repeat=count):
            yield Shape(each, Status.HALTED)
            yield Shape(each, Status.FAULTED)


@dataclass(frozen=True, slots=True)
class Ends:
    """A claim with the roots that its ends are derived from."""

    claim: Claim
    program_root: bytes
    model_root: bytes

    @property
    def start(self) -> bytes:
        return start_root(self.program_root, self.claim.input_root, self.model_root)

    @property
    def end(self) -> bytes:
        sides = (self.claim.input_root, self.claim.output_root)
        return end_root(self.program_root, *sides, self.model_root)


MADE_UP = Ends(
    Claim(
        1, b"r" * 32, b"m" * 32, b"i" * 32, b"o" * 32, WORKER, 0, 5_000, 10**16, 10**9
    ),
    b"p" * 32,
    b"m" * 32,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """A machine of which only the witness is asked for: a made-up one, its root."""

    data: bytes

    def witness(self) -> Seen:
        return self


class World:
    """The true run, as `challenge.trace.Trace` tells it, and the truth of each step."""

    def __init__(self, shape: Shape, ends: Ends, is_true: bool) -> None:
        """`is_true`: the run ends in what the claim stands for."""
        self.shape, self.ends, self.is_true = shape, ends, is_true
        self.claimed = ends.end
        self._boundaries = [
            ends.start,
            *(made_up("boundary", i, Status.YIELDED) for i in range(1, shape.segments)),
            ends.end if is_true else made_up("end", 0, shape.ended),
        ]
        self._states = [
            self._inside(segment, length)
            for segment, length in enumerate(shape.instructions)
        ]
        self.posts = {
            pre: post
            for states in self._states
            for pre, post in zip(states, states[1:], strict=False)
        }

    def _inside(self, segment: int, length: int) -> list[bytes]:
        """Roots from the segment's start to the boundary that ends it."""
        names = [(segment, step) for step in range(1, length)]
        return [
            with_status(self._boundaries[segment], Status.RUNNING),
            *(made_up("state", name, Status.RUNNING) for name in names),
            self._boundaries[segment + 1],
        ]

    def alphabet(self) -> tuple[bytes, ...]:
        """Every root that a liar could show, up to what nobody can tell apart."""
        true = {*self._boundaries, *self.posts}
        false = [made_up("false", 0, status) for status in Status]
        return (*sorted(true | {self.claimed}), *false, made_up("false", 0, NO_STATUS))

    def view(self, k: int) -> GameView:
        """What the challenger sees, before it knows of any position."""
        ends = self.ends
        game = Game(Stage.NONE, SINCE, CLOCK, CLOCK, 0, 0, 10**9, bytes(32))
        return GameView(
            ends.claim, ends.claim.hash(), CHALLENGER,
            ends.program_root, ends.model_root, k, game,
        )  # fmt: skip

    # The trace.

    def segments(self) -> int:
        return self.shape.segments

    def boundary_root(self, boundary: int) -> bytes:
        return self._boundaries[min(boundary, self.shape.segments)]

    def instructions(self, segment: int) -> int:
        return self.shape.instructions[segment]

    def state_root(self, segment: int, step: int) -> bytes:
        if segment >= self.shape.segments:
            return self._boundaries[-1]
        states = self._states[segment]
        return states[min(step, len(states) - 1)]

    def machine_at(self, segment: int, step: int) -> Machine:
        return cast(Machine, Seen(self._witness(self.state_root(segment, step))))

    @staticmethod
    def _witness(root: bytes) -> bytes:
        """As `TableVerifier` wants it."""
        return root if root[0] == Status.RUNNING else b""


def made_up(kind: str, index: Any, status: int) -> bytes:
    """A root that no machine has, with a status byte."""
    return bytes([status]) + keccak256(f"{kind} {index}".encode())[1:]
