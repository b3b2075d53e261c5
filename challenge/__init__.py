"""The dispute game's players as pure functions: on-chain state and own computation in,
the next move out.

`worker_moves.next_move` and `challenger_moves.next_move` take a `GameView` (one game as
the chain has it), a `Trace` (the run as the player computes it) and block time. Rules,
invariant and a worked dispute: `docs/dispute-game.md`.
"""

from challenge.claim import Claim, Interval, Lease, Request
from challenge.errors import ChallengeError
from challenge.game import Dispute, Game, GameView, Side, Stage
from challenge.moves import Move
from challenge.trace import ExecutionTrace, MachineExecution, Trace

__all__ = [
    "ChallengeError",
    "Claim",
    "Dispute",
    "ExecutionTrace",
    "Game",
    "GameView",
    "Interval",
    "Lease",
    "MachineExecution",
    "Move",
    "Request",
    "Side",
    "Stage",
    "Trace",
]
