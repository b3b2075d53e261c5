"""A node: read the chain, see what it could do, do the first thing that is not refused.

It remembers nothing that it cannot read again. So it may be killed at any instant, and
the next one goes on where the chain says.
"""

import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from challenge.errors import PositionMismatch, PositionMissing
from challenge.game import GameView, Side, Stage
from challenge.moves import Move
from oracle.chain.chain import Contract
from oracle.chain.errors import (
    ChainError,
    GasAboveCap,
    InsufficientFunds,
    Refused,
    Rejected,
)
from oracle.chain.sender import Receipt, Sender
from oracle.contracts import Contracts
from oracle.record import Answered, Record
from oracle.troubles import Troubles
from oracle.views import view_of

MOVED_ON = (PositionMismatch, PositionMissing)
"""The chain told of a move after the log was read: next time."""
REFUSALS = (Refused, Rejected, InsufficientFunds, GasAboveCap)
"""Of one wish; others may come true nevertheless."""
MOST_ON_THEIR_WAY = 16
"""As many of one account as nodes promise to keep in their mempools."""
MOST_MOVES_ON_THEIR_WAY = 48
"""Moves in games don't wait behind other things, as far as nodes have room at all."""


class Player(Protocol):
    """One side of one game: the moves to try, in order, until one is not refused."""

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """A transaction that a node would send now. `view` and `move`: in a game.

    `locks_wei`: how much of the free stake it may lock.
    """

    contract: Contract
    function: str
    arguments: tuple[Any, ...]
    value: int = 0
    request_id: int = 0
    view: GameView | None = None
    move: Move | None = None
    locks_wei: int = 0

    @property
    def place(self) -> str:
        """What it is about: of a request, or of a position in a game, one thing is done
        at a time."""
        if self.view is None:
            return f"{self.contract.name}:{self.request_id}"
        view = self.view
        place = (view.claim_hash, view.challenger, view.game.commitment)
        return ":".join(part.hex() for part in place)

    @property
    def key(self) -> str:
        """Names what is done: while it is on its way, nobody does it again."""
        return f"{self.place}:{self.function}"


@dataclass(frozen=True, slots=True)
class Done:
    """A wish that came true."""

    wish: Wish
    receipt: Receipt


@dataclass(slots=True)
class Posted:
    """What this process has sent and has no news of, by key."""

    wishes: dict[str, Wish] = field(default_factory=dict)

    @property
    def places(self) -> set[str]:
        return {wish.place for wish in self.wishes.values()}

    @property
    def locks_wei(self) -> int:
        return sum(wish.locks_wei for wish in self.wishes.values())

    def has_room(self, wish: Wish) -> bool:
        most = MOST_ON_THEIR_WAY if wish.view is None else MOST_MOVES_ON_THEIR_WAY
        return len(self.wishes) < most


@dataclass(frozen=True, slots=True)
class Look:
    """What the node saw when it last looked. `now` is block time, the stake in wei."""

    now: int = 0
    free_wei: int = 0
    locked_wei: int = 0


class Node(ABC):
    """One account acting on one deployment. `refused` is why wishes of the last time
    did not come true: mostly that someone else was quicker."""

    def __init__(self, sender: Sender, contracts: Contracts) -> None:
        self.sender, self.contracts = sender, contracts
        self.chain = sender.chain
        journal = sender.journal(contracts.oracle.address)
        self.record = Record(sender.chain, contracts, journal)
        self.refused: list[ChainError] = []
        self.troubles = Troubles()
        self.posted = Posted()
        self.seen = Look()
        self.deadlines: list[int] = []
        """Instants at which own clocks would have run out, as of the last look."""
        self.tell: Callable[[Mapping[str, Any]], None] = lambda facts: None
        """Somebody who wants to know what its people should look at."""
        self.seconds: defaultdict[str, float] = defaultdict(float)
        """What it spent its time with."""

    @property
    def address(self) -> bytes:
        return self.sender.address

    def step(self) -> Done | None:
        """The first thing to come true; None if nothing does now."""
        return next(self.act(), None)

    def act(self) -> Iterator[Done]:
        """Sends all that is wished, and tells what comes true meanwhile.

        It sends nothing while something is on its way that it knows nothing of, such as
        what a node sent that was killed since: what that changes cannot be read yet.
        """
        self.refused = []
        with self._timed("settle"):
            news = list(self._news())
        yield from news
        if self.sender.on_its_way != self.posted.wishes.keys():
            return
        with self._timed("read"):
            self.record.refresh()
            if self.record.height < self.sender.mined_height:
                return  # by an endpoint that lags: our own moves are not in it
            self._look()
        yield from self._come_true()

    def look(self) -> None:
        """Reads what there is, and does nothing about it."""
        self.record.refresh()
        self._look()

    def _look(self) -> None:
        stake = self.chain.known(self.contracts.staking, "balanceOf", self.address)
        self.seen = Look(self.record.head.timestamp, *map(int, stake))

    def _news(self) -> Iterator[Done]:
        """What became of what was posted."""
        news = self.sender.news(self.contracts.all)
        wishes, open_keys = self.posted.wishes, self.sender.on_its_way
        self.posted = Posted({k: w for k, w in wishes.items() if k in open_keys})
        for outcome in news:
            intent, result = outcome.intent, outcome.result
            unknown = Wish(intent.contract, intent.function, ())
            if isinstance(result, Refused):
                self.refused.append(result)
            else:
                yield Done(wishes.get(intent.key, unknown), result)

    def _come_true(self) -> Iterator[Done]:
        done: set[str] = set()
        wishes = self.wishes()
        while (wish := self._thought_of(wishes)) is not None:
            if wish.place in done or self.is_on_its_way(wish):
                continue
            if not self.posted.has_room(wish):
                return
            try:
                with self._timed("send"):
                    receipt = self._post(wish)
            except REFUSALS as refused:
                self.refused.append(refused)
                continue
            done.add(wish.place)
            if receipt is not None:
                yield Done(wish, receipt)
            else:
                self.posted.wishes[wish.key] = wish

    def _thought_of(self, wishes: Iterator[Wish]) -> Wish | None:
        with self._timed("think"):
            return next(wishes, None)

    @contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[part] += time.perf_counter() - begin

    def is_on_its_way(self, wish: Wish) -> bool:
        return wish.place in self.posted.places

    @abstractmethod
    def wishes(self) -> Iterator[Wish]:
        """What to send, the most urgent first; computed as it is asked for."""

    def open_games(self) -> int:
        """How many that are not over it plays in, on either side."""
        return sum(
            self.address in (played.challenger, answered.claim.worker)
            for played, answered in list(self.record.games())
        )

    def stake(self) -> tuple[int, int]:
        """Own stake in wei, free and locked."""
        free, locked = self.chain.call(
            self.contracts.staking, "balanceOf", self.address
        )
        return int(free), int(locked)

    def withdraw(self, amount: int) -> Receipt:
        """Free stake back to the account."""
        arguments = (self.address, amount)
        return self.sender.send(self.contracts.staking, "withdraw", *arguments)

    def in_order(
        self, games: Sequence[tuple[Answered, GameView]]
    ) -> Sequence[tuple[Answered, GameView]]:
        """Which game to move in first: the one whose clock runs out soonest."""
        return sorted(games, key=lambda game: game[1].clock.deadline)

    def play(
        self,
        games: Sequence[tuple[Answered, bytes]],
        player_of: Callable[[Answered], Player],
    ) -> Iterator[Wish]:
        """The moves in each game, given by claim and challenger, in their order."""
        found = []
        for answered, challenger in games:
            try:
                found.append((answered, self._view(answered, challenger)))
            except MOVED_ON:
                continue
        self.deadlines = [v.clock.deadline for _, v in found if self._must_move(v)]
        for rank, (answered, seen) in enumerate(self.in_order(found)):
            view = replace(seen, rank=rank)
            job = ("play", answered.hash, view.challenger)
            about = {"request_id": answered.claim.request_id}
            wishes = partial(self._moves, view, answered, player_of)
            yield from self.troubles.safely(job, wishes, **about)

    def moves(
        self, answered: Answered, challenger: bytes, player: Player
    ) -> Iterator[Wish]:
        """The player's next moves in one game."""
        try:
            view = self._view(answered, challenger)
        except MOVED_ON:
            return
        yield from self._moves(view, answered, lambda _: player)

    def _must_move(self, view: GameView) -> bool:
        sides = {
            Side.WORKER: view.claim.worker,
            Side.CHALLENGER: view.challenger,
        }
        return view.mover is not None and sides[view.mover] == self.address

    def _view(self, answered: Answered, challenger: bytes) -> GameView:
        reserved = self.posted.locks_wei
        return view_of(self.record, answered, challenger, reserved)

    def _moves(
        self,
        view: GameView,
        answered: Answered,
        player_of: Callable[[Answered], Player],
    ) -> Iterator[Wish]:
        player = player_of(answered)
        for move in player.attempts(view, self.seen.now):
            challenges = view.stage is Stage.NONE
            yield Wish(
                contract=self.contracts.game,
                function=move.function,
                arguments=move.args,
                value=move.value,
                request_id=answered.claim.request_id,
                view=view,
                move=move,
                locks_wei=self.seen.free_wei if challenges else 0,
            )

    def _post(self, wish: Wish) -> Receipt | None:
        return self.sender.post(
            wish.contract,
            wish.function,
            *wish.arguments,
            value=wish.value,
            listening=self.contracts.telling,
            key=wish.key,
        )
