"""A worker that lies: it plays the honest worker's moves from a false trace."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from challenge import worker_moves
from challenge.game import GameView, Stage
from challenge.lies.traces import Declared
from challenge.moves import Move
from challenge.trace import Trace


@dataclass(frozen=True, slots=True)
class Liar:
    """What a dishonest worker answers, and what it shows when it is asked."""

    kind: str
    output: bytes  # what it submits; false
    trace: Declared
    brazen: Declared | None = None  # tried first; the contract must refuse it
    replacement: Declared | None = (
        None  # what it shows after a reorg took its move back
    )
    bends_witness: bool = False  # tries to prove with a forged witness

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        """What it sends now, in order, until one is not refused."""
        if view.stage is Stage.PROVE:
            return self._forgeries(view) if not view.clock.expired(now) else ()
        traces = [self.brazen, self.trace] if self.brazen else [self.trace]
        moves = [worker_moves.next_move(view, trace, now) for trace in traces]
        return tuple(move for move in moves if move is not None)

    def showing(self, **changes: Any) -> Liar:
        """The same liar, with these fields of its trace changed."""
        return replace(self, trace=replace(self.trace, **changes))

    def after_reorg(self) -> Liar:
        """The same liar, now telling another story of the same answer."""
        return replace(self, trace=self.replacement or self.trace, replacement=None)

    def _forgeries(self, view: GameView) -> tuple[Move, ...]:
        """Nothing true helps a liar at the proof, so it waits, or forges."""
        return forged_proofs(view, self.trace) if self.bends_witness else ()


def forged_proofs(view: GameView, trace: Trace) -> tuple[Move, ...]:
    """Proofs with a witness that is not the state's: bent, cut, lengthened, empty."""
    proof = worker_moves.proof(view, trace)
    true = proof.witness
    bent = bytes([*true[:-1], true[-1] ^ 1]) if true else b"\1"
    forgeries = {bent, true[:-1], true + b"\0", b""} - {true}
    return tuple(replace(proof, witness=witness) for witness in sorted(forgeries))
