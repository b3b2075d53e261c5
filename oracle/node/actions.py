"""What a node would do, what it has done, and what it has sent and has no news of."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from challenge.game import GameView
from challenge.moves import Move, Open
from oracle.chain.chain import Contract
from oracle.sending.sender import Post, Receipt

MOST_ON_THEIR_WAY = 16
"""As many of one account as nodes promise to keep in their mempools."""
MOST_PATIENCE_BLOCKS = 62
"""Between two transactions of one action that fail again and again, though an endpoint
has foretold each time that they wouldn't."""
MOST_MOVES_ON_THEIR_WAY = 48
"""Moves in games don't wait behind other things, as far as nodes have room at all."""


class Player(Protocol):
    """One side of one game: the moves to try, in order, until one is not refused."""

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]: ...


@dataclass(frozen=True, slots=True)
class Action:
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
        at a time. A claim is opened once, for all its games: of openings for each, all
        but the first would be mined in vain, for which nobody pays."""
        if self.view is None:
            return f"{self.contract.name}:{self.request_id}"
        view = self.view
        if isinstance(self.move, Open):
            return view.claim_hash.hex()
        place = (view.claim_hash, view.challenger, view.game.commitment)
        return ":".join(part.hex() for part in place)

    @property
    def key(self) -> str:
        """Names what is done: while it is on its way, nobody does it again."""
        return f"{self.place}:{self.function}"

    @property
    def post(self) -> Post:
        """As a sender takes it."""
        call = (self.contract, self.function, self.arguments)
        return Post(*call, self.value, self.key)


@dataclass(frozen=True, slots=True)
class Done:
    """An action that came true."""

    action: Action
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Failure:
    """Of an action's transaction that was mined and failed: how often in a row, and the
    block from which it is sent again."""

    times: int = 0
    block: int = 0

    def again(self, block: int) -> "Failure":
        """At once the first time; then each pause is twice as long and two blocks."""
        pause = min(2 * ((1 << min(self.times, 16)) - 1), MOST_PATIENCE_BLOCKS)
        return Failure(self.times + 1, block + pause)


@dataclass(slots=True)
class Posted:
    """What this process has sent and has no news of, by key."""

    actions: dict[str, Action] = field(default_factory=dict)

    @property
    def places(self) -> set[str]:
        return {action.place for action in self.actions.values()}

    @property
    def locks_wei(self) -> int:
        return sum(action.locks_wei for action in self.actions.values())

    def has_room(self, action: Action, others: int) -> bool:
        """`others` are about to be posted."""
        most = MOST_ON_THEIR_WAY if action.view is None else MOST_MOVES_ON_THEIR_WAY
        return len(self.actions) + others < most


@dataclass(frozen=True, slots=True)
class Look:
    """What the node saw when it last looked. `now` is block time, the stake in wei."""

    now: int = 0
    free_wei: int = 0
    locked_wei: int = 0
