"""A node: read the chain, see what it could do, do the first thing that is not refused.

It remembers nothing that it cannot read again. So it may be killed at any instant, and
the next one goes on where the chain says.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from challenge.errors import PositionMismatch, PositionMissing
from challenge.game import GameView
from challenge.moves import Move
from oracle.chain.chain import Contract
from oracle.chain.errors import Refused
from oracle.chain.sender import Receipt, Sender
from oracle.contracts import Contracts
from oracle.record import Answered, Record
from oracle.troubles import Troubles
from oracle.views import view_of

MOVED_ON = (PositionMismatch, PositionMissing)
"""The chain told of a move after the log was read: next time."""


class Player(Protocol):
    """One side of one game: the moves to try, in order, until one is not refused."""

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """A transaction that a node would send now. `view` and `move`: in a game."""

    contract: Contract
    function: str
    arguments: tuple[Any, ...]
    value: int = 0
    request_id: int = 0
    view: GameView | None = None
    move: Move | None = None

    @property
    def key(self) -> str:
        """Names what is done: while it is on its way, nobody does it again."""
        if self.view is None:
            return f"{self.contract.name}.{self.function}:{self.request_id}"
        view = self.view
        place = (view.claim_hash, view.challenger, view.game.commitment)
        return ":".join((self.function, *(part.hex() for part in place)))


@dataclass(frozen=True, slots=True)
class Done:
    """A wish that came true."""

    wish: Wish
    receipt: Receipt


class Node(ABC):
    """One account acting on one deployment. `refused` is why wishes of the last step
    did not come true: mostly that someone else was quicker."""

    def __init__(self, sender: Sender, contracts: Contracts) -> None:
        self.sender, self.contracts = sender, contracts
        self.chain = sender.chain
        journal = sender.journal(contracts.oracle.address)
        self.record = Record(sender.chain, contracts, journal)
        self.refused: list[Refused] = []
        self.troubles = Troubles()

    @property
    def address(self) -> bytes:
        return self.sender.address

    def step(self) -> Done | None:
        """Sends at most one transaction. None if there was nothing to do.

        Nor while one is on its way, perhaps sent by a node that was killed since: what
        it changes cannot be read yet.
        """
        self.refused = []
        if self.sender.waits:
            return None
        self.record.refresh()
        for wish in self.wishes():
            try:
                return Done(wish, self._send(wish))
            except Refused as refused:
                self.refused.append(refused)
        return None

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

    def gas_price(self) -> int:
        """Wei that a gas unit costs at present, tip included."""
        tip = self.chain.endpoint.web3.eth.max_priority_fee
        return self.chain.base_fee() + tip

    def nearest_first(
        self,
        games: Sequence[tuple[Answered, bytes]],
        player_of: Callable[[Answered], Player],
    ) -> Iterator[Wish]:
        """The moves in each game, given by claim and challenger: the one whose clock
        runs out soonest first."""
        found = []
        for place, (answered, challenger) in enumerate(games):
            try:
                view = view_of(self.record, answered, challenger)
            except MOVED_ON:
                continue
            found.append((view.clock.deadline, place, answered, view))
        for _, _, answered, view in sorted(found, key=lambda game: game[:2]):
            job = ("play", answered.hash, view.challenger)
            about = {"request_id": answered.claim.request_id}
            wishes = partial(self._moves, view, answered, player_of)
            yield from self.troubles.safely(job, wishes, **about)

    def moves(
        self, answered: Answered, challenger: bytes, player: Player
    ) -> Iterator[Wish]:
        """The player's next moves in one game."""
        try:
            view = view_of(self.record, answered, challenger)
        except MOVED_ON:
            return
        yield from self._moves(view, answered, lambda _: player)

    def _moves(
        self,
        view: GameView,
        answered: Answered,
        player_of: Callable[[Answered], Player],
    ) -> Iterator[Wish]:
        player = player_of(answered)
        for move in player.attempts(view, self.chain.now()):
            yield Wish(
                contract=self.contracts.game,
                function=move.function,
                arguments=move.args,
                value=move.value,
                request_id=answered.claim.request_id,
                view=view,
                move=move,
            )

    def _send(self, wish: Wish) -> Receipt:
        return self.sender.send(
            wish.contract,
            wish.function,
            *wish.arguments,
            value=wish.value,
            listening=self.contracts.telling,
            key=wish.key,
        )
