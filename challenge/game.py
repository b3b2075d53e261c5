"""A game as a player sees it: what the contract stores, and its position's preimage.

The contract keeps only the position's hash; the events carry the position. A view is
made from both, of one block, and refuses to exist when they don't fit together: after a
reorg a player must read again, never move on a position that is gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum

from challenge.claim import Claim, Interval, Struct
from challenge.clock import Clock
from challenge.dissection import Disputed, Dissection, Position
from challenge.errors import PositionMismatch, PositionMissing
from challenge.roots import end_root, start_root

NO_COMMITMENT = bytes(32)
SEGMENTS = 1
INSTRUCTIONS = 2


class Stage(IntEnum):
    """Whose move a game waits for, and which."""

    NONE = 0
    OPEN = 1
    SELECT = 2
    DISSECT = 3
    DESCEND = 4
    PROVE = 5
    OVER = 6


class Side(Enum):
    WORKER = "worker"
    CHALLENGER = "challenger"


MOVER = {
    Stage.OPEN: Side.WORKER,
    Stage.SELECT: Side.CHALLENGER,
    Stage.DISSECT: Side.WORKER,
    Stage.DESCEND: Side.WORKER,
    Stage.PROVE: Side.WORKER,  # anyone may, but it is the worker who runs out of time
}


@dataclass(frozen=True, slots=True)
class Game(Struct):
    """What is stored of a game."""

    stage: int
    since: int  # instant from which the mover's clock runs
    worker_left: int  # seconds
    challenger_left: int  # seconds
    worker_due: int  # gas units of moves made
    challenger_due: int  # gas units of moves made
    gas_price: int  # wei
    commitment: bytes  # zero while the position is the claim's opening


@dataclass(frozen=True, slots=True)
class Dispute(Struct):
    """What is stored of a disputed claim, shared by its games."""

    worker: bytes
    opened_at: int  # instant; zero until the worker has opened
    open_games: int
    dead: bool
    opening: bytes  # commitment of the first dissection
    reserve: int  # wei


NO_GAME = Game(Stage.NONE, 0, 0, 0, 0, 0, 0, NO_COMMITMENT)
NO_DISPUTE = Dispute(bytes(20), 0, 0, False, NO_COMMITMENT, 0)


@dataclass(frozen=True, slots=True)
class Opened:
    """The worker's first dissection; also every later game's first position."""

    start_root: bytes
    end_root: bytes
    segments: int
    roots: tuple[bytes, ...]

    def position(self, k: int) -> Position:
        whole = Interval(SEGMENTS, 0, 0, self.segments)
        return Dissection(whole, k, (self.start_root, *self.roots, self.end_root))


@dataclass(frozen=True, slots=True)
class Selected:
    """The challenger pointed at a part."""

    interval: Interval
    start_root: bytes
    end_root: bytes
    stage: int

    def position(self, k: int) -> Position:
        return Disputed(self.interval, self.start_root, self.end_root)


@dataclass(frozen=True, slots=True)
class Dissected:
    """The worker cut an interval again, at either level."""

    interval: Interval
    start_root: bytes
    end_root: bytes
    roots: tuple[bytes, ...]

    def position(self, k: int) -> Position:
        boundaries = (self.start_root, *self.roots, self.end_root)
        return Dissection(self.interval, k, boundaries)


Event = Opened | Selected | Dissected


@dataclass(frozen=True, slots=True)
class Crowd:
    """Where the other open games of a claim have got to, as far as their challengers
    have pointed at anything; `enough` that point rightly need no further one."""

    positions: tuple[Position, ...]
    enough: int


@dataclass(frozen=True, slots=True)
class GameView:
    """One game at one block: all that a next move depends on, but the trace."""

    claim: Claim
    claim_hash: bytes
    challenger: bytes
    program_root: bytes
    model_root: bytes
    k: int
    game: Game = NO_GAME
    dispute: Dispute = NO_DISPUTE
    position: Position | None = None
    challenge_wei: int = 0  # to send with `challenge`, beyond free stake
    rent_wei: int = 0  # of the challenger's bond, for the time of the worker's
    crowd: Crowd | None = None  # of whom one that hasn't challenged would be one more
    rank: int = 0  # among its player's games; what moves first is worked out first

    @property
    def stage(self) -> Stage:
        return Stage(self.game.stage)

    @property
    def mover(self) -> Side | None:
        """Whose clock runs; nobody's when there is no game or it is over."""
        return MOVER.get(self.stage)

    @property
    def clock(self) -> Clock:
        """The mover's clock."""
        worker = self.mover is Side.WORKER
        left = self.game.worker_left if worker else self.game.challenger_left
        return Clock(self.game.since, left)

    @property
    def start_root(self) -> bytes:
        """The derived start of the run."""
        return start_root(self.program_root, self.claim.input_root, self.model_root)

    @property
    def end_root(self) -> bytes:
        """The derived end that the claim stands for."""
        inputs = (self.claim.input_root, self.claim.output_root)
        return end_root(self.program_root, *inputs, self.model_root)

    def dissection(self) -> Dissection:
        """The position of stage Select."""
        if not isinstance(self.position, Dissection):
            raise PositionMissing("a dissection", type(self.position).__name__)
        return self.position

    def disputed(self) -> Disputed:
        """The position of stages Dissect, Descend and Prove."""
        if not isinstance(self.position, Disputed):
            raise PositionMissing("a disputed interval", type(self.position).__name__)
        return self.position


def position_of(
    game: Game, dispute: Dispute, events: Iterable[Event], k: int
) -> Position | None:
    """The game's position: the last event's, if it is what the contract stores.

    `events` are the claim's Opened and this game's Selected and Dissected, in order.
    None before the opening and after the end.
    """
    if game.stage in (Stage.NONE, Stage.OPEN, Stage.OVER):
        return None
    opening = game.commitment == NO_COMMITMENT
    expected = dispute.opening if opening else game.commitment
    last: Event | None = None
    for event in events:
        last = event
    if last is None:
        raise PositionMissing(f"an event of position {expected.hex()}", "none")
    position = last.position(k)
    if position.commitment() != expected:
        raise PositionMismatch(expected, position.commitment())
    return position
