"""A liar's own true claims, which keep a challenger busy while its lie grows final."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Self

import tinynn
from challenge.lies import LIES
from oracle.bench.griefing.outcome import Outcome
from oracle.bench.griefing.testbed import MOST_TURNS, PARAMETERS, GriefingTestbed
from oracle.bench.griefing.tiny import tiny_image
from oracle.compute.task import Task
from oracle.models.library import Library
from oracle.node.actions import Player
from oracle.node.challenger.challenger import Challenger
from oracle.node.challenger.choice import Choice
from oracle.node.honest import Honest
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.pricing.guard import Guard
from oracle.record.record import Answered, Asked, Status
from oracle.requester.requests import Terms, take_back

REQUESTER, LIAR, CHALLENGER = "requester", "liar", "challenger"
WINDOW_SECONDS = 600
LOOK_SECONDS = 12


@dataclass(frozen=True, slots=True)
class EachTakes:
    """A figure that was measured already."""

    each: float

    def seconds(self, task: Task) -> float:
        return self.each

    def rate(self) -> float | None:
        return None


@dataclass
class Sandglass:
    """One process whose every answer takes so long, in block time."""

    now: Callable[[], int]
    each: float
    width: int = 1
    _ends: float = 0.0
    _running: list[tuple[float, Future[bytes], bytes]] = field(default_factory=list)

    @property
    def pace(self) -> EachTakes:
        return EachTakes(self.each)

    def submit(self, task: Task, due: float = 0.0) -> Future[bytes]:
        promise: Future[bytes] = Future()
        self._ends = max(self._ends, self.now()) + self.each
        self._running.append((self._ends, promise, task.compute()))
        return promise

    def hasten(self, promise: Future[bytes], due: float) -> None:
        """There is no other order than that of asking."""

    def turn(self) -> None:
        """Delivers what is ready by now."""
        now, running, self._running = self.now(), self._running, []
        for end, promise, output in running:
            if end <= now:
                promise.set_result(output)
            else:
                self._running.append((end, promise, output))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left running."""


class LiesOnce(LyingWorker):
    """True answers, but for one request."""

    def __init__(self, honest: Honest, request: Callable[[], int]) -> None:
        super().__init__(honest, LIES["activation"], PARAMETERS.k, 1)
        self._truth, self._request = honest, request

    def answer(self, asked: Asked) -> bytes:
        lies = asked.request.id == self._request()
        return super().answer(asked) if lies else self._truth.answer(asked)

    def defender(self, answered: Answered) -> Player:
        lies = answered.claim.request_id == self._request()
        return super().defender(answered) if lies else self._truth.defender(answered)


NO_CAPS = Guard(claim_share=1, requester_share=1)
"""All of its stake may be bound at once, for itself."""


@dataclass(frozen=True, slots=True)
class Flood:
    """`claims` true ones, on which the least is bound, before a lie about a request on
    which its requester wants `times` as much bound. The challenger's one process takes
    `seconds` an answer; `luck` is its secret."""

    claims: int = 12
    times: int = 10
    seconds: float = 60.0
    luck: int = 0

    def __call__(self) -> Outcome:
        testbed = GriefingTestbed.made()
        least, _ = testbed.chain.call(testbed.contracts.oracle, "bondFor", 0)
        lies_about = [0]
        strategy = LiesOnce(testbed.honest(), lambda: lies_about[-1])
        testbed.stake(LIAR, (self.claims + self.times + 1) * int(least))
        liar = Worker(testbed.sender(LIAR), testbed.contracts, strategy, NO_CAPS)
        glass = Sandglass(lambda: testbed.now, self.seconds)
        challenger = self._challenger(testbed, glass)
        testbed.open_books(REQUESTER, LIAR, CHALLENGER)
        fee = testbed.usual_fee()
        for n in range(self.claims):
            terms = Terms(fee_wei=fee, window=WINDOW_SECONDS)
            testbed.ask(LIAR, terms, bytes([n, 1, 2, 3]))
        dear = Terms(
            fee_wei=fee, window=WINDOW_SECONDS, min_bond_wei=self.times * int(least)
        )
        lies_about.append(testbed.ask(REQUESTER, dear))
        lie = lies_about[-1]
        testbed.live(liar, until=lambda: testbed.asked(lie).claim is not None)
        for _ in range(MOST_TURNS):
            if testbed.asked(lie).status is not Status.CLAIMED:
                break
            glass.turn()
            if not any([challenger.step(), liar.step()]):
                testbed.travel(LOOK_SECONDS)
        while challenger.step() is not None:
            pass
        if testbed.asked(lies_about[-1]).status is Status.OPEN:
            asked = testbed.asked(lies_about[-1])
            take_back(testbed.sender(REQUESTER), testbed.contracts, asked)
        return testbed.outcome([LIAR])

    def _challenger(self, testbed: GriefingTestbed, glass: Sandglass) -> Challenger:
        library, model = Library(), tinynn.load(tiny_image())
        library.add(model)
        library.offer(model.model_root)
        strategy = Honest(library, executors=glass)
        choice = Choice(secret=self.luck.to_bytes(32, "big"))
        return Challenger(
            testbed.sender(CHALLENGER), testbed.contracts, strategy, choice
        )
