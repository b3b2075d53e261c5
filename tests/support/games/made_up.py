"""Games over made-up runs, judged by `TableVerifier`: any length, no machine needed.

A `Run` is a function from places to state roots. Two runs that share a root up to a
place and none after it are a truth and a lie planted there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from eth_utils import keccak
from support.chains.evm import Receipt
from support.games.protocol import Story

NONE, OPEN, SELECT, DISSECT, DESCEND, PROVE, OVER = range(7)  # Stage
RUNNING, YIELDED, HALTED, FAULTED = range(4)  # the machine's status


@dataclass(frozen=True, slots=True)
class Interval:
    level: int
    segment: int
    start: int
    length: int

    def cuts(self, k: int) -> list[int]:
        """Where its parts begin, and where the last one ends."""
        parts = min(k, self.length)
        return [self.start + i * self.length // parts for i in range(parts + 1)]

    def part(self, k: int, index: int) -> "Interval":
        begin, end = self.cuts(k)[index : index + 2]
        return replace(self, start=begin, length=end - begin)


def status(root: bytes, value: int) -> bytes:
    return bytes([value]) + root[1:]


def pair(left: bytes, right: bytes) -> bytes:
    return keccak(left + right)


def merkle(leaves: list[bytes]) -> list[list[bytes]]:
    """Levels from the leaves, padded with zero to a power of two, to the root."""
    size = 1 << (len(leaves) - 1).bit_length()
    levels = [leaves + [bytes(32)] * (size - len(leaves))]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([pair(*below[i : i + 2]) for i in range(0, len(below), 2)])
    return levels


def path(levels: list[list[bytes]], index: int) -> list[bytes]:
    return [level[(index >> i) ^ 1] for i, level in enumerate(levels[:-1])]


@dataclass(frozen=True)
class Run:
    """`instructions` in each of `segments`; from `lie` on, roots are salted by `salt`.

    `lie` is (segment, step), of the first root that differs; `start` and `end`
    are the roots that the contract derives.
    """

    start: bytes
    end: bytes
    segments: int
    instructions: int
    lie: tuple[int, int]
    salt: bytes
    halted_at: int | None = None  # the segment from which on boundaries are halted

    def boundary(self, i: int) -> bytes:
        if i == 0:
            return self.start
        if i == self.segments:
            return self.end
        halted = self.halted_at is not None and i >= self.halted_at
        return status(self._root(i, 0), HALTED if halted else YIELDED)

    def state(self, segment: int, step: int) -> bytes:
        if step == 0:
            return status(self.boundary(segment), RUNNING)
        if step == self.instructions:
            return self.boundary(segment + 1)
        return status(self._root(segment, step), RUNNING)

    def roots(self, interval: Interval, k: int) -> list[bytes]:
        """At every cut, both ends included."""
        cuts = interval.cuts(k)
        if interval.level == 1:
            return [self.boundary(i) for i in cuts]
        return [self.state(interval.segment, i) for i in cuts]

    def _root(self, segment: int, step: int) -> bytes:
        salt = self.salt if (segment, step) >= self.lie else b""
        return keccak(salt + segment.to_bytes(8) + step.to_bytes(8))


def ends(story: Story) -> tuple[bytes, bytes]:
    """The roots that bracket the claim's run."""
    chain, claim = story.chain, story.claim
    if "Libraries" not in chain.contracts:
        chain.deploy("Libraries")
    program, model = story.program_root, story.model_root
    start = chain.call("Libraries", "initial", program, claim.inputRoot, model)
    roots = (program, claim.inputRoot, claim.outputRoot, model)
    return start, chain.call("Libraries", "terminal", *roots)


Pick = Callable[[list[bytes], list[bytes]], int]


def first_difference(worker: list[bytes], truth: list[bytes]) -> int:
    """The part that an honest challenger points at."""
    return next(i for i in range(len(truth) - 1) if worker[i + 1] != truth[i + 1])


class MadeUpGame:
    """Both players of one game; `position` is the preimage of the game's commitment."""

    def __init__(
        self,
        story: Story,
        run: Run,
        truth: Run,
        challenger: str,
        pick: Pick = first_difference,
    ) -> None:
        self.story, self.chain = story, story.chain
        self.run, self.truth, self.pick = run, truth, pick
        self.challenger = challenger
        self.k: int = self.chain.call("DisputeGame", "k")
        self.interval = Interval(1, 0, 0, run.segments)
        self.start, self.end = run.boundary(0), run.boundary(run.segments)
        self.receipts: list[tuple[str, Receipt]] = []

    @property
    def game(self) -> Any:
        claim_hash = self.story.claim_hash
        return self.chain.call("DisputeGame", "getGame", claim_hash, self.challenger)

    @property
    def stage(self) -> int:
        return int(self.game.stage)

    def challenge(self, value: int = 0) -> Receipt:
        return self._do("challenge", self.story.claim, value=value)

    def open(self) -> Receipt:
        roots = self.run.roots(self.interval, self.k)[1:-1]
        return self._work(
            "open", self.story.claim, self.challenger, self.run.segments, roots
        )

    def join(self) -> None:
        """The claim was opened in another game."""
        assert self.stage == SELECT

    def select_args(self) -> tuple[Any, ...]:
        mine = self.run.roots(self.interval, self.k)
        mine[0], mine[-1] = self.start, self.end
        part = self.pick(mine, self.truth.roots(self.interval, self.k))
        tree = merkle([pair(*ends) for ends in pairwise(mine)])
        return (
            self.story.claim_hash,
            self.interval,
            tree[-1][0],
            part,
            mine[part],
            mine[part + 1],
            path(tree, part),
        )

    def select(self) -> Receipt:
        args = self.select_args()
        receipt = self._do("select", *args)
        self.interval = self.interval.part(self.k, args[3])
        self.start, self.end = args[4], args[5]
        return receipt

    def position_args(self) -> tuple[Any, ...]:
        return (self.challenger, self.interval, self.start, self.end)

    def dissect(self) -> Receipt:
        roots = self.run.roots(self.interval, self.k)[1:-1]
        claim_hash = self.story.claim_hash
        return self._work("dissect", claim_hash, *self.position_args(), roots)

    def descend(self) -> Receipt:
        whole = Interval(2, self.interval.start, 0, self.run.instructions)
        roots = self.run.roots(whole, self.k)[1:-1]
        args = (*self.position_args(), whole.length, roots)
        receipt = self._work("descend", self.story.claim_hash, *args)
        self.interval, self.start = whole, status(self.start, RUNNING)
        return receipt

    def learn(self) -> None:
        """Tells the verifier the truth about the one step that is left."""
        at = self.interval
        if at.level == 2:
            truth = self.truth.state(at.segment, at.start + 1)
            args = (self.start, truth)
            stranger = self.story.stranger
            self.chain.send("TableVerifier", "learn", *args, sender=stranger)

    def witness(self) -> bytes:
        return b"" if self.start[0] else self.start

    def prove(self, prover: str | None = None) -> Receipt:
        self.learn()
        args = (self.story.claim, *self.position_args(), self.witness())
        return self._do("prove", *args, sender=prover or self.challenger)

    def timeout(self, caller: str | None = None) -> Receipt:
        args = (self.story.claim, self.challenger)
        return self._do("timeout", *args, sender=caller or self.challenger)

    def settle(self, caller: str | None = None) -> Receipt:
        args = (self.story.claim, self.challenger)
        return self._do("settle", *args, sender=caller or self.challenger)

    def step(self) -> Receipt:
        """The next move, whoever's it is, but for the proof."""
        moves = {
            OPEN: self.open,
            SELECT: self.select,
            DISSECT: self.dissect,
            DESCEND: self.descend,
        }
        return moves[self.stage]()

    def play(self, until: int = PROVE) -> "MadeUpGame":
        while self.stage != until:
            self.step()
        return self

    def _work(self, function: str, *args: Any) -> Receipt:
        return self._do(function, *args, sender=self.story.worker)

    def _do(self, function: str, *args: Any, sender: str = "", **options: Any) -> Any:
        receipt = self.chain.send(
            "DisputeGame", function, *args, sender=sender or self.challenger, **options
        )
        self.receipts.append((function, receipt))
        return receipt


def lying_game(
    story: Story,
    challenger: str,
    *,
    segments: int,
    instructions: int,
    lie: tuple[int, int],
) -> MadeUpGame:
    """A game over a claim whose worker lies from `lie` on, against the truth."""
    start, end = ends(story)
    run = Run(start, end, segments, instructions, lie, b"lie")
    truth = replace(run, end=status(keccak(end), HALTED), salt=b"truth")
    return MadeUpGame(story, run, truth, challenger)


def send(game: MadeUpGame, function: str, *args: Any, sender: str) -> Receipt:
    """A move with arguments as they are, right or wrong."""
    return game.chain.send("DisputeGame", function, *args, sender=sender)


def all_moves(game: MadeUpGame) -> dict[str, tuple[Any, ...]]:
    """Well-formed arguments of every move, whatever the stage."""
    claim, position = game.story.claim, game.position_args()
    claim_hash, roots = game.story.claim_hash, [status(bytes(32), 1)] * 31
    return {
        "open": (claim, game.challenger, 1000, roots),
        "select": game.select_args(),
        "dissect": (claim_hash, *position, roots),
        "descend": (claim_hash, *position, 100, roots),
        "prove": (claim, *position, b""),
    }


STAGE_OF = {
    "open": OPEN,
    "select": SELECT,
    "dissect": DISSECT,
    "descend": DESCEND,
    "prove": PROVE,
}
