"""The same games in the contract: each move that a liar has is sent, and what the
contract makes of it is what the pure rules foretell.

After each move the chain is taken back, so that one claim serves all games about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any, TypeVar

from support.chains.evm import Chain, Receipt, Reverted
from support.games.protocol import Story

from challenge import challenger_moves
from challenge.claim import Claim, Interval
from challenge.dissection import Disputed, Dissection
from challenge.game import SEGMENTS, Stage
from challenge.moves import Challenge, Descend, Dissect, Move, Open, Select
from solidity.deployment import Parameters

from .referee import Refused, Rules
from .search import NOW, LiarSearch, Most, at
from .world import Ends, Shape, World

T = TypeVar("T")
Roots = tuple[bytes, ...]
ALL = 1 << 30


class Court(LiarSearch):
    """A false claim on a chain, challenged; `moves` counts what was sent."""

    def __init__(
        self, shape: Shape, k: int, most: Most, each: int = ALL, seed: int = 0
    ) -> None:
        """Of the ways to cut an interval at most `each` are sent, drawn by `seed`."""
        self.chain = Chain(Parameters(k=k), verifier="TableVerifier")
        self.story = Story(self.chain).claimed()
        self.challenger = self.chain.account("challenger")
        self.story.stake(self.challenger)
        claim = Claim.from_abi(self.story.claim)
        ends = Ends(claim, self.story.program_root, self.story.model_root)
        super().__init__(World(shape, ends, False), Rules(k), most)
        address = bytes.fromhex(self.challenger[2:])
        self._view = replace(self._view, challenger=address)
        self._each, self._rng = each, Random(seed)
        self._seen: set[tuple[Stage, Disputed]] = set()
        self.moves = self.proofs = 0
        for pre, post in self.world.posts.items():
            self._tell_verifier(pre, post)

    def play(self) -> None:
        """Everything, from the challenge on."""
        move = challenger_moves.next_move(self._view, self.world, NOW)
        assert isinstance(move, Challenge)
        self._send(move, self.challenger)
        start, end = self.world.boundary_root(0), self.world.claimed
        view = self._view

        def opening(length: int, inner: Roots) -> Move:
            return Open(view.claim, view.challenger, length, inner)

        lengths = range(1, self.most.segments + 1)
        wholes = [Interval(SEGMENTS, 0, 0, length) for length in lengths]
        self._show_all([(whole, start) for whole in wholes], end, opening)

    def _show_all(
        self,
        cuttings: Sequence[tuple[Interval, bytes]],
        end: bytes,
        move: Callable[[int, Roots], Move],
    ) -> None:
        """Every dissection of each of these, sent by the liar."""
        every = [
            (whole, start, inner)
            for whole, start in cuttings
            for inner in self._some(list(self.inner_roots(whole.length)))
        ]
        for whole, start, inner in every:
            with self.chain.undone():
                said = move(whole.length, inner)
                try:
                    shown = self.referee.shown(whole, start, end, inner)
                except Refused as error:
                    assert self._error(said) == str(error)
                    continue
                self._send(said, self.story.worker)
                self._check(Stage.SELECT, shown)
                self._select_all(shown)

    def _select_all(self, shown: Dissection) -> None:
        """Every part that the challenger may rightly point at."""
        right = self.right_parts(shown)
        mine = self.pointed_at(shown)
        assert mine in right
        for part in right:
            stage, where = self.referee.selected(shown, part)
            if (stage, where) in self._seen:
                continue
            self._seen.add((stage, where))
            with self.chain.undone():
                said = Select(self._view.claim_hash, shown, part)
                self._send(said, self.challenger)
                self._check(stage, where)
                self._go_on(stage, where)

    def _go_on(self, stage: Stage, where: Disputed) -> None:
        view, whole = self._view, where.interval
        names = view.claim_hash, view.challenger, where
        if stage is Stage.PROVE:
            self._prove(where)
        elif stage is Stage.DISSECT:
            cutting = whole, where.start_root

            def again(_: int, inner: Roots) -> Move:
                return Dissect(*names, inner)

            self._show_all([cutting], where.end_root, again)
        else:
            counts = range(1, self.most.instructions + 1)
            cuttings = [self.referee.descended(where, count) for count in counts]
            inside = partial(Descend, *names)
            self._show_all(cuttings, where.end_root, inside)

    def _prove(self, where: Disputed) -> None:
        """By the challenger, and by the liar: it ends the same way."""
        move = challenger_moves.next_move(
            at(self._view, Stage.PROVE, where), self.world, NOW
        )
        assert move is not None
        for prover in (self.challenger, self.story.worker):
            with self.chain.undone():
                assert self._send(move, prover).has("WorkerLost")
                assert self._dispute().dead
                self.proofs += 1

    def _check(self, stage: Stage, position: Disputed | Dissection) -> None:
        """The contract stands where the rules say."""
        game = self.chain.call(
            "DisputeGame", "getGame", self._view.claim_hash, self.challenger
        )
        stored = game.commitment
        if stored == bytes(32):
            stored = self._dispute().opening
        assert (game.stage, stored) == (stage, position.commitment())

    def _dispute(self) -> Any:
        return self.chain.call("DisputeGame", "getDispute", self._view.claim_hash)

    def _some(self, every: Sequence[T]) -> Iterator[T]:
        few = len(every) > self._each
        yield from self._rng.sample(every, self._each) if few else every

    def _error(self, move: Move) -> str:
        try:
            self._send(move, self.story.worker)
        except Reverted as error:
            return error.name
        return "nothing"

    def _send(self, move: Move, sender: str) -> Receipt:
        self.moves += 1
        return self.chain.send("DisputeGame", move.function, *move.args, sender=sender)

    def _tell_verifier(self, pre: bytes, post: bytes) -> None:
        stranger = self.story.stranger
        self.chain.send("TableVerifier", "learn", pre, post, sender=stranger)
