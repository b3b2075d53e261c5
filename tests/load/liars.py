"""Workers that answer falsely, and defend it once all of their games are open."""

import time
from collections.abc import Collection
from contextlib import suppress
from threading import Event, Thread

from support.testbeds.embedded import NO_CAPS

from challenge.game import GameView
from challenge.lies import LIES, Liar
from challenge.moves import Move
from oracle.chain.contracts import Contracts
from oracle.node.actions import Player
from oracle.node.honest import Honest
from oracle.node.loop import OUTAGES
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record.record import Answered, Asked
from oracle.sending.sender import Sender

KINDS = ("activation", "weight-read", "last-step", "minimal", "segments-long", "output")
PAUSE_SECONDS = 0.2


class Silent:
    """Lets its clock run."""

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        return ()


class PatientMind(LyingWorker):
    """Lies about the requests in `about`, in all manners; silent until `loud`."""

    def __init__(
        self, honest: Honest, k: int, about: Collection[int], loud: Event
    ) -> None:
        super().__init__(honest, LIES[KINDS[0]], k, seed=1)
        self._about, self._loud = about, loud

    def can(self, asked: Asked) -> bool:
        return asked.request.id in self._about and super().can(asked)

    def told(self, asked: Asked) -> Liar:
        self._lie = LIES[KINDS[asked.request.id % len(KINDS)]]
        return super().told(asked)

    def defender(self, answered: Answered) -> Player:
        return super().defender(answered) if self._loud.is_set() else Silent()


class LyingThread(Thread):
    """A liar at work beside the driver, until `stop`."""

    def __init__(
        self, sender: Sender, contracts: Contracts, strategy: PatientMind, stop: Event
    ) -> None:
        super().__init__(daemon=True)
        self._node = Worker(sender, contracts, strategy, NO_CAPS)
        self._ended = stop

    def run(self) -> None:
        while not self._ended.is_set():
            with suppress(*OUTAGES):
                if self._node.step() is not None:
                    continue
            time.sleep(PAUSE_SECONDS)
