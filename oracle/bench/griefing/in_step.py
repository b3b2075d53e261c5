"""False challengers in step: more games at once than the worker can move in.

Once a clock of the worker's has run out, its claim is dead and all who challenged it
have their bonds back, but for those whose games the worker has finished by then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import tinynn
from challenge.game import INSTRUCTIONS, GameView, Stage
from challenge.lies.challengers import Player, Pointer, anywhere
from challenge.moves import Move
from challenge.tariff import rounds
from oracle.bench.griefing.outcome import Outcome
from oracle.bench.griefing.testbed import PARAMETERS, GriefingTestbed
from oracle.bench.griefing.tiny import tiny_image
from oracle.node.challenger.challenger import Challenger
from oracle.node.node import Node
from oracle.node.worker.worker import Worker
from oracle.record.record import Answered, Asked
from oracle.requester.requests import Terms

WORKER = "worker"
DESCENT_AND_PROOF = 2
SAFE_SECONDS = 60
"""Before its own clock runs out, one that holds its game goes on."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Plays on at once until one more selection would bring the proof, and then waits:
    it loses only when that is made."""

    inner: Player

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        holds = _is_last_selection(view) and view.clock.remaining(now) > SAFE_SECONDS
        return () if holds else self.inner.attempts(view, now)


def moves_a_game() -> int:
    """The worker's in one game at most, without the opening that all games share."""
    foretold = tinynn.load(tiny_image()).bounded_instructions
    lengths = len(foretold), max(foretold)
    dissections = sum(max(rounds(PARAMETERS.k, length) - 1, 0) for length in lengths)
    return dissections + DESCENT_AND_PROOF


def _is_last_selection(view: GameView) -> bool:
    if view.stage is not Stage.SELECT or view.dispute.dead:
        return False
    interval = view.dissection().interval
    return interval.level == INSTRUCTIONS and interval.length <= view.k


@dataclass
class Slanderer:
    """The strategy of one to whom every claim is false, and who computes nothing."""

    player: Player
    width: int = 1

    def can(self, asked: Asked) -> bool:
        return True

    def ready(self, asked: Asked) -> bool:
        return True

    def check_seconds(self, asked: Asked) -> float:
        return 0.0

    def doubts(self, answered: Answered) -> bool:
        return True

    def attacker(self, answered: Answered) -> Player:
        return self.player


@dataclass(frozen=True, slots=True)
class InStep:
    """`challengers` attack one true claim; the worker gets a move mined in
    `move_seconds`. `holding`: each waits before its last selection."""

    challengers: int = 6
    move_seconds: int = 30
    holding: bool = False
    make_worker: Callable[[GriefingTestbed], Worker] = GriefingTestbed.worker

    def __call__(self) -> Outcome:
        testbed = GriefingTestbed.made()
        worker = self.make_worker(testbed)
        names = [f"challenger {n}" for n in range(self.challengers)]
        attackers = [self._attacker(testbed, name, n) for n, name in enumerate(names)]
        testbed.ask("requester", Terms(fee_wei=testbed.usual_fee(), window=600))
        testbed.live(worker, until=lambda: testbed.count(WORKER, "submit") == 1)
        testbed.open_books(WORKER, "requester", *names)
        for attacker in attackers:
            attacker.step()
        record = testbed.record
        record.refresh()
        while list(record.games()):
            for attacker in attackers:
                _play_all(attacker)
            worker.step()
            testbed.travel(self.move_seconds)
            record.refresh()
        return testbed.outcome(names)

    def _attacker(self, testbed: GriefingTestbed, name: str, luck: int) -> Challenger:
        pointer = Pointer(anywhere, Random(luck))
        strategy = Slanderer(Holder(pointer) if self.holding else pointer)
        return Challenger(testbed.sender(name), testbed.contracts, strategy)


def _play_all(node: Node) -> None:
    while node.step() is not None:
        pass
