"""A node: read the chain, see what it could do, do the first thing that is not refused.

It remembers nothing that it cannot read again. So it may be killed at any instant, and
the next one goes on where the chain says.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from challenge.errors import PositionMismatch
from challenge.game import GameView
from challenge.moves import Move
from oracle.chain.chain import Contract
from oracle.chain.errors import Refused
from oracle.chain.sender import Receipt, Sender
from oracle.contracts import Contracts
from oracle.record import Answered, Record
from oracle.views import view_of


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
        self.record = Record(sender.chain, contracts)
        self.refused: list[Refused] = []

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

    def moves(
        self, answered: Answered, challenger: bytes, player: Player
    ) -> Iterator[Wish]:
        """The player's next moves in one game."""
        try:
            view = view_of(self.record, answered, challenger)
        except PositionMismatch:
            return  # the chain has moved on since the log was read: next time
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
        )
