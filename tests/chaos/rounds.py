"""One round: a lie is told and must fall, then the truth is slandered and must stand.

Meanwhile the honest challenger, the honest worker and the chain are killed again and
again, their endpoints fail now and then, and the last blocks are undone.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from chaos.town import (
    CHALLENGER,
    ETHER,
    LIAR,
    SLANDERER,
    WINDOW_SECONDS,
    Town,
)
from chaos.victim import Victim

from challenge.lies import FALSE_CHALLENGERS, LIES
from oracle.challenger import Challenger
from oracle.demo.liars import LyingChallenger, LyingWorker
from oracle.loop import OUTAGES
from oracle.node import Node
from oracle.record import Asked, Status
from oracle.worker import Worker

KINDS = ("activation", "weight-read", "last-step", "minimal", "segments-long", "output")
MANNERS = ("first", "last", "random", "believer", "forger")
DEADLY_SECONDS, PATIENCE_SECONDS = 90.0, 400.0
PAUSE_SECONDS = 0.05
REORG_ONE_IN, MOST_REORGS = 20, 3
STAKE_WEI = 10 * ETHER


class RoundFailed(Exception):
    """The round did not come to its end; says at which stage."""


@dataclass
class Round:
    """`reorgs` counts how often blocks were undone."""

    town: Town
    challenger: Victim
    worker: Victim
    rng: Random
    number: int
    reorgs: int = 0
    _snapshot: str = ""
    _begun: float = field(default_factory=time.monotonic)

    def play(self) -> None:
        data = self.number.to_bytes(4, "big")
        self._restart_clock()
        self.town.stake(LIAR, self.town.bond())
        request = self.town.request(data)
        liar = Worker(self.town.sender(LIAR), self.town.contracts, self._liar())
        self._until(
            "the lie falls",
            lambda: self._fallen(request),
            [self.challenger],
            liar,
        )
        self._restart_clock()
        slanderer = Challenger(
            self.town.sender(SLANDERER), self.town.contracts, self._slanderer()
        )
        both = [self.challenger, self.worker]
        self._until("the truth stands", lambda: self._stood(request), both, slanderer)
        self.town.chain.endpoint.travel(WINDOW_SECONDS)
        self._snapshot = ""
        self._restart_clock()
        self._until(
            "the answer is paid",
            lambda: self._asked(request).status is Status.FINAL,
            both,
        )
        self.worker.end()  # it must not be quicker than the next round's liar

    def _until(
        self,
        stage: str,
        done: Callable[[], bool],
        victims: list[Victim],
        *adversaries: Node,
    ) -> None:
        while not done():
            elapsed = time.monotonic() - self._begun
            if elapsed > PATIENCE_SECONDS:
                raise RoundFailed(
                    f"round {self.number}: {stage}: not in {elapsed:.0f} s"
                )
            for victim in victims:
                victim.deadly = elapsed < DEADLY_SECONDS
                victim.tend()
            self.town.house.deadly = elapsed < DEADLY_SECONDS
            for adversary in adversaries:
                with suppress(*OUTAGES):  # no matter of ours
                    adversary.step()
            self.town.ask_rpc("evm_mine")
            if adversaries:
                self._stir()
            time.sleep(PAUSE_SECONDS)
        self.town.house.deadly = False

    def _restart_clock(self) -> None:
        self._begun, self._snapshot, self.reorgs_now = time.monotonic(), "", 0

    def _stir(self) -> None:
        """Remembers a block now and then, and goes back to it a little later."""
        if self.reorgs_now >= MOST_REORGS or self.rng.randrange(REORG_ONE_IN):
            return
        if self._snapshot:
            if self.town.ask_rpc("evm_revert", self._snapshot):
                self.reorgs += 1
                self.reorgs_now += 1
            self._snapshot = ""
        else:
            self._snapshot = self.town.ask_rpc("evm_snapshot")

    def _asked(self, request: int) -> Asked:
        self.town.record.refresh()
        return self.town.record.tables.requests[request]

    def _fallen(self, request: int) -> bool:
        """The liar's claim is dead, and its challenger has its money home."""
        asked = self._asked(request)
        told = self.town.record.tables.claims.values()
        dead = any(c.claim.request_id == request and not c.alive for c in told)
        address = self.town.sender(CHALLENGER).address
        staking = self.town.contracts.staking
        stake = self.town.chain.call(staking, "balanceOf", address)
        return dead and asked.status is Status.OPEN and sum(stake) == 0

    def _stood(self, request: int) -> bool:
        """The worker's claim was challenged, and no game about it is open."""
        asked = self._asked(request)
        tables = self.town.record.tables
        if asked.claim is None:
            return False
        identity = asked.claim.hash()
        games = [g for g in tables.games.values() if g.claim_hash == identity]
        return bool(games) and all(game.over for game in games)

    def _liar(self) -> LyingWorker:
        kind = LIES[self.rng.choice(KINDS)]
        return LyingWorker(self.town.honest(), kind, 8, self.number)

    def _slanderer(self) -> LyingChallenger:
        manner = FALSE_CHALLENGERS[self.rng.choice(MANNERS)]
        belief = LIES["activation"]
        return LyingChallenger(self.town.honest(), manner, belief, 8, self.number)
