"""The story in four chapters: an answer, a lie, a slander, and the books.

The nodes are the ones that would run anywhere; only the time that passes between their
steps, and who is awake in which chapter, is arranged here.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from challenge.lies import FALSE_CHALLENGERS, LIES
from oracle.demo.dispute import Reorg
from oracle.demo.drawing import draw
from oracle.demo.ledger import Receipts, spent_on
from oracle.demo.outcome import Outcome, Reading, Verdict
from oracle.demo.stage import Fraud, Side, Stage
from oracle.demo.teller import Teller
from oracle.demo.troupe import ETHER, K, gather
from oracle.errors import UnknownLie
from oracle.node.challenger.challenger import Challenger
from oracle.node.honest import Honest
from oracle.node.worker.liars import (
    DIGIT_LIE,
    WORKER_LIES,
    LyingChallenger,
    LyingWorker,
)
from oracle.node.worker.worker import Worker
from oracle.record.record import Asked

DEFAULT_LIE = DIGIT_LIE.name
DEFAULT_SLANDER = "believer"
BELIEF = "activation"
"""What a believer's trace is false in."""
STAKE = 2 * ETHER


@dataclass(frozen=True, slots=True)
class Script:
    """What may vary. `lie` is a worker's kind, `slander` a challenger's."""

    image: Path
    seed: int = 0
    lie: str = DEFAULT_LIE
    slander: str = DEFAULT_SLANDER
    k: int = K


def script(image: Path, seed: int, kind: str | None) -> Script:
    """The script in which somebody lies in this way; raises `UnknownLie`."""
    if kind is None:
        return Script(image, seed)
    if kind in WORKER_LIES:
        return Script(image, seed, lie=kind)
    if kind in FALSE_CHALLENGERS:
        return Script(image, seed, slander=kind)
    raise UnknownLie((*WORKER_LIES, *FALSE_CHALLENGERS), kind)


class Story:
    """One telling. Equal scripts give equal chains, block for block."""

    def __init__(self, script: Script, teller: Teller) -> None:
        self._script, self._teller = script, teller
        self._random = Random(script.seed)
        self._receipts = Receipts()
        self._seconds: dict[str, float] = {}

    def tell(self) -> Outcome:
        """All four chapters."""
        start = time.perf_counter()
        digits = self._random.sample(range(10), 3)
        self._teller.chapter(1, "A contract asks, a worker answers")
        with self._part("deploy"):
            self._set_up()
            self._open()
        with self._part("answer"):
            answered = self._tell_answer(digits[0])
        self._teller.chapter(2, "A worker lies, and is caught")
        with self._part("lie"):
            caught = self._tell_lie(digits[1])
        self._teller.chapter(3, "A true answer is challenged")
        with self._part("slander"):
            defended = self._tell_slander(digits[2])
        self._teller.chapter(4, "The books")
        requests = (answered, caught.request_id, defended.request_id)
        readings = tuple(map(self._stage.reading, requests))
        outcome = self._closed(readings, (caught, defended), start)
        self._teller.closed(outcome)
        return outcome

    def _closed(
        self,
        readings: tuple[Reading, ...],
        verdicts: tuple[Verdict, ...],
        start: float,
    ) -> Outcome:
        """The books, from the first block to the last."""
        troupe = self._troupe
        with self._part("books"):
            books = troupe.books()
            before, after = books.at(0), books.at(troupe.chain.height)
            stakes = books.stakes(troupe.contracts.staking)
            bare = spent_on(troupe.bare_request())
        self._seconds["total"] = time.perf_counter() - start
        return Outcome(
            seed=self._script.seed,
            requests=readings,
            disputes=verdicts,
            before=before,
            after=after,
            stakes=stakes,
            spent=tuple(self._receipts.by_action()),
            bare_request=bare,
            seconds=self._seconds,
        )

    def _set_up(self) -> None:
        """Contracts, model, consumer, and four nodes of which two are honest."""
        script = self._script
        self._troupe = troupe = gather(script.image, self._receipts.book, script.k)
        senders, contracts = troupe.senders, troupe.contracts
        # Each has a strategy of its own: nothing that one computes is another's.
        self._defending, self._watching = Honest(troupe.library), Honest(troupe.library)
        self._lying = LyingWorker(
            Honest(troupe.library), WORKER_LIES[script.lie], script.k, script.seed
        )
        self._slandering = LyingChallenger(
            Honest(troupe.library),
            FALSE_CHALLENGERS[script.slander],
            LIES[BELIEF],
            script.k,
            script.seed,
        )
        self._worker = Worker(senders["worker"], contracts, self._defending)
        self._liar = Worker(senders["liar"], contracts, self._lying)
        self._challenger = Challenger(senders["challenger"], contracts, self._watching)
        self._slanderer = Challenger(senders["slanderer"], contracts, self._slandering)

    def _open(self) -> None:
        """The curtain; both workers stake, the honest and the other."""
        self._stage = Stage(self._troupe, self._receipts, self._teller)
        self._teller.said(
            "Six contracts are deployed, the model is registered, and a contract that "
            "wants to read digits is there."
        )
        for node in (self._worker, self._liar):
            stake = node.deposit(STAKE)
            self._stage.acted(stake, f"stakes {STAKE // ETHER} ether")

    def _tell_answer(self, digit: int) -> int:
        request = self._stage.ask(draw(digit, self._random), digit)
        self._stage.answer(self._worker, request)
        self._stage.finish(self._worker, request)
        return request

    def _tell_lie(self, digit: int) -> Verdict:
        request = self._stage.ask(draw(digit, self._random), digit)
        self._stage.answer(self._liar, request)
        self._stage.compare(request, self._watching)
        verdict = self._stage.dispute(
            request,
            challenger=Side(self._challenger, self._watching),
            worker=Side(self._liar, self._lying),
            fraud=Fraud(self._liar, self._script.lie),
            reorg=self._reorg(self._stage.claim(request).asked),
        )
        self._stage.drain(self._challenger)
        self._teller.said("The request is open again.")
        self._stage.answer(self._worker, request)
        self._stage.finish(self._worker, request)
        return verdict

    def _reorg(self, asked: Asked) -> Reorg | None:
        """What the lie needs to change its story."""
        if self._lying.told(asked).replacement is None:
            return None

        def notice(block: int) -> None:
            self._receipts.forget(block)
            self._lying.notice_reorg(asked)
            self._teller.said(
                f"A reorg: the chain goes on from block {block} on another branch."
            )

        return Reorg(self._troupe.embedded.rewind, notice)

    def _tell_slander(self, digit: int) -> Verdict:
        request = self._stage.ask(draw(digit, self._random), digit)
        self._stage.answer(self._worker, request)
        self._slandering.trace(self._stage.claim(request).asked)
        verdict = self._stage.dispute(
            request,
            challenger=Side(self._slanderer, self._slandering),
            worker=Side(self._worker, self._defending),
            fraud=Fraud(self._slanderer, self._script.slander),
        )
        self._stage.finish(self._worker, request)
        self._stage.drain(self._slanderer)
        return verdict

    @contextmanager
    def _part(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self._seconds[name] = time.perf_counter() - start
