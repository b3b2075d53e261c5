"""One round: a lie is told and must fall, then the truth is slandered and must stand.

The opponents differ from round to round, so that each kind of move comes about: some
are silent, and lose by the clock; some liars have two challengers, of whom the second
settles; some requests are leased first by somebody who never answers. Meanwhile the
honest challenger, the honest worker and the chain are killed again and again, their
endpoints fail now and then, and the last blocks are undone.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from chaos.testbed import (
    CHALLENGER,
    CLOCK_SECONDS,
    ETHER,
    LEASE_SECONDS,
    LEASER,
    LIAR,
    RIVAL,
    SLANDERER,
    WINDOW_SECONDS,
    ChaosTestbed,
)
from chaos.victim import Victim
from support.testbeds.acts import Speechless

from challenge.lies import FALSE_CHALLENGERS, LIES
from oracle.node.actions import Done
from oracle.node.challenger.challenger import Challenger
from oracle.node.loop import OUTAGES
from oracle.node.node import Node
from oracle.node.worker.liars import LyingChallenger, LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record.record import Asked, Status

KINDS = ("activation", "weight-read", "last-step", "minimal", "segments-long", "output")
MANNERS = ("first", "last", "random", "believer", "forger", "silent")
OPPOSITIONS = ("liar", "mute", "rival")
"""Who stands by a lie, or, of a rival, who else attacks it."""
DEADLY_SECONDS, PATIENCE_SECONDS = 90.0, 400.0
PAUSE_SECONDS = 0.05
REORG_ONE_IN, MOST_REORGS = 20, 3
STAKE_WEI = 10 * ETHER


class RoundFailed(Exception):
    """The round did not come to its end; says at which stage."""


@dataclass
class Round:
    """`reorgs` counts how often blocks were undone."""

    testbed: ChaosTestbed
    challenger: Victim
    worker: Victim
    rng: Random
    number: int
    reorgs: int = 0
    _snapshot: str = ""
    _begun: float = field(default_factory=time.monotonic)

    def play(self) -> None:
        data = self.testbed.subject.asked(self.number)
        self._restart_clock()
        self.testbed.stake(LIAR, self.testbed.bond())
        request = self.testbed.request(data)
        # In turn, so that three rounds have had them all, whatever the seed.
        opposition = OPPOSITIONS[self.number % len(OPPOSITIONS)]
        liar = self._worker(self._liar(opposition))
        adversaries: list[Node | _Late] = [liar]
        if opposition == "rival":
            adversaries = [
                _Late(self._rival(), lambda: self._challenged(request)),
                liar,
            ]
        self._until(
            "the lie falls",
            lambda: self._fallen(request),
            [self.challenger],
            *adversaries,
            silent=lambda: opposition == "mute" and self._challenged(request),
        )
        if opposition == "rival":
            self._lease_in_vain(request)
        self._restart_clock()
        manner = self.rng.choice(MANNERS)
        manner = "silent" if opposition == "liar" else manner
        slanderer = Challenger(
            self.testbed.sender(SLANDERER),
            self.testbed.contracts,
            self._slanderer(manner),
        )
        both = [self.challenger, self.worker]
        self._until(
            "the truth stands",
            lambda: self._stood(request),
            both,
            slanderer,
            silent=lambda: manner == "silent" and self._opened(request),
        )
        self.testbed.chain.endpoint.travel(WINDOW_SECONDS)
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
        *adversaries: "Node | _Late",
        silent: Callable[[], bool] = lambda: False,
    ) -> None:
        """`silent`: whether an adversary has the move, and will never make it; then its
        clock runs out, once."""
        waited = False
        while not done():
            elapsed = time.monotonic() - self._begun
            if elapsed > PATIENCE_SECONDS:
                raise RoundFailed(
                    f"round {self.number}: {stage}: not in {elapsed:.0f} s"
                )
            for victim in victims:
                victim.deadly = elapsed < DEADLY_SECONDS
                victim.tend()
            self.testbed.devnet.deadly = elapsed < DEADLY_SECONDS
            for adversary in adversaries:
                with suppress(*OUTAGES):  # no matter of ours
                    adversary.step()
            self.testbed.ask_rpc("evm_mine")
            if not waited and silent():
                self.testbed.chain.endpoint.travel(CLOCK_SECONDS)
                self._snapshot, waited = "", True
            if adversaries:
                self._stir()
            time.sleep(PAUSE_SECONDS)
        self.testbed.devnet.deadly = False

    def _restart_clock(self) -> None:
        self._begun, self._snapshot, self.reorgs_now = time.monotonic(), "", 0

    def _stir(self) -> None:
        """Remembers a block now and then, and goes back to it a little later."""
        if self.reorgs_now >= MOST_REORGS or self.rng.randrange(REORG_ONE_IN):
            return
        if self._snapshot:
            if self.testbed.ask_rpc("evm_revert", self._snapshot):
                self.reorgs += 1
                self.reorgs_now += 1
            self._snapshot = ""
        else:
            self._snapshot = self.testbed.ask_rpc("evm_snapshot")

    def _asked(self, request: int) -> Asked:
        self.testbed.record.refresh()
        return self.testbed.record.tables.requests[request]

    def _fallen(self, request: int) -> bool:
        """The liar's claim is dead, and its challenger has its money home."""
        asked = self._asked(request)
        told = self.testbed.record.tables.claims.values()
        dead = any(c.claim.request_id == request and not c.alive for c in told)
        address = self.testbed.sender(CHALLENGER).address
        staking = self.testbed.contracts.staking
        stake = self.testbed.chain.call(staking, "balanceOf", address)
        return dead and asked.status is Status.OPEN and sum(stake) == 0

    def _stood(self, request: int) -> bool:
        """The worker's claim was challenged, and no game about it is open."""
        asked = self._asked(request)
        tables = self.testbed.record.tables
        if asked.claim is None:
            return False
        identity = asked.claim.hash()
        games = [g for g in tables.games.values() if g.claim_hash == identity]
        return bool(games) and all(game.over for game in games)

    def _challenged(self, request: int) -> bool:
        """Our challenger has a game about the living claim."""
        claim = self._asked(request).claim
        address = self.testbed.sender(CHALLENGER).address
        return claim is not None and any(
            game.claim_hash == claim.hash() and game.challenger == address
            for game in self.testbed.record.tables.games.values()
        )

    def _opened(self, request: int) -> bool:
        """The claim's run was shown: it is the challenger's turn to point at a part."""
        claim = self._asked(request).claim
        return claim is not None and claim.hash() in self.testbed.record.tables.openings

    def _lease_in_vain(self, request: int) -> None:
        """Somebody accepts, and lets the lease run out."""
        self.testbed.stake(LEASER, self.testbed.bond())
        oracle = self.testbed.contracts.oracle
        asked = self._asked(request)
        terms = (asked.request, asked.attempt, 0, 2**96 - 1)
        self.testbed.sender(LEASER).send(oracle, "accept", *terms)
        self.testbed.chain.endpoint.travel(LEASE_SECONDS)

    def _worker(self, strategy: LyingWorker) -> Worker:
        return Worker(self.testbed.sender(LIAR), self.testbed.contracts, strategy)

    def _rival(self) -> Challenger:
        sender = self.testbed.sender(RIVAL)
        return Challenger(sender, self.testbed.contracts, self.testbed.honest())

    def _liar(self, opposition: str) -> LyingWorker:
        kind = LIES[self.rng.choice(KINDS)]
        lying = Speechless if opposition == "mute" else LyingWorker
        return lying(self.testbed.honest(), kind, 8, self.number)

    def _slanderer(self, manner: str) -> LyingChallenger:
        belief = LIES["activation"]
        made = FALSE_CHALLENGERS[manner]
        return LyingChallenger(self.testbed.honest(), made, belief, 8, self.number)


@dataclass(frozen=True)
class _Late:
    """A node that does nothing before something has happened."""

    node: Node
    begun: Callable[[], bool]

    def step(self) -> Done | None:
        return self.node.step() if self.begun() else None
