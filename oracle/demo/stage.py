"""What the chapters are made of: asking, answering, disputing, and looking at it."""

import math
from dataclasses import dataclass
from typing import Protocol

from challenge.trace import Trace
from mips_vm.json_text import JsonObject
from oracle.chain import events
from oracle.demo.dispute import Course, Reorg, interval_of, play
from oracle.demo.drawing import Image
from oracle.demo.evidence import Evidence, evidence
from oracle.demo.ledger import Receipts
from oracle.demo.outcome import Reading, Verdict
from oracle.demo.teller import Teller
from oracle.demo.troupe import Troupe
from oracle.node.actions import Done
from oracle.node.honest import Honest
from oracle.node.node import Node
from oracle.node.worker.worker import Worker
from oracle.record.record import Answered, Asked, Record, Status
from oracle.sending.sender import Receipt
from tinynn import InputError


class Strategy(Protocol):
    """What a side of a dispute makes of a request: the run as it tells it."""

    def trace(self, asked: Asked) -> Trace: ...


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a dispute: who acts, and what it thinks."""

    node: Node
    strategy: Strategy


@dataclass(frozen=True, slots=True)
class Fraud:
    """Who lies, and how."""

    liar: Node
    kind: str


class Stage:
    """Knows the troupe, writes down every receipt, and tells what happens."""

    def __init__(self, troupe: Troupe, receipts: Receipts, teller: Teller) -> None:
        self._troupe, self._receipts, self._teller = troupe, receipts, teller
        self._chain = troupe.chain
        self._record = Record(troupe.chain, troupe.contracts)
        self._drawn: dict[int, int] = {}

    def ask(self, image: Image, digit: int) -> int:
        """The asker has its contract request a reading; the request's id."""
        troupe = self._troupe
        self._teller.drew(digit, image)
        oracle = troupe.contracts.oracle
        callback_gas = self._chain.call(troupe.reader, "CALLBACK_GAS")
        size = (image.size, 0, callback_gas)
        fee = self._chain.call(oracle, "estimateFee", troupe.model_id, *size)
        receipt = troupe.senders["asker"].send(
            troupe.reader, "read", image.tobytes(), value=fee, listening=(oracle,)
        )
        (told,) = (e for e in receipt.events if isinstance(e, events.Requested))
        self._drawn[told.request_id] = digit
        self.acted(receipt, f"asks for a reading, request {told.request_id}")
        return told.request_id

    def answer(self, worker: Worker, request: int) -> None:
        """The worker goes on until its claim stands on the chain."""
        while self._status(request) in (Status.OPEN, Status.ACCEPTED):
            done = worker.step()
            assert done is not None, f"it could answer: {worker.refused}"
            self.acted(done.receipt, f"request {request}")

    def finish(self, worker: Worker, request: int) -> None:
        """The window passes, and the worker has its answer delivered."""
        wait = self.claim(request).claim.window_end - self._chain.now()
        if wait > 0:
            self._teller.said(f"Nothing happens for {wait} seconds: the window passes.")
            self._chain.endpoint.travel(wait)
        done = worker.step()
        assert done is not None, f"nothing is in the way: {worker.refused}"
        self.acted(done.receipt, f"request {request}")
        self._teller.arrived(self.reading(request))

    def drain(self, node: Node) -> None:
        """The node does what is left to do for it."""
        while (done := node.step()) is not None:
            self.acted(done.receipt, "takes its money home")

    def dispute(
        self,
        request: int,
        challenger: Side,
        worker: Side,
        fraud: Fraud,
        reorg: Reorg | None = None,
    ) -> Verdict:
        """From challenge to resolution."""
        answered = self.claim(request)
        found: list[Evidence] = []

        def seen(node: Node, done: Done) -> None:
            self._receipts.book(done.receipt)
            if done.action.function == "prove":
                found.extend(self._look(answered.asked, done, worker, challenger))
            self._teller.moved(self._troupe.named(node.address), done)

        nodes = challenger.node, worker.node
        course = play(self._chain, answered, *nodes, seen, reorg)
        verdict = self._verdict(course, answered, fraud, found)
        self._teller.judged(verdict)
        return verdict

    def reading(self, request: int) -> Reading:
        """The request as it stands, and what the consumer was told."""
        self._record.refresh()
        asked = self._record.tables.requests[request]
        oracle, reader = self._troupe.contracts.oracle, self._troupe.reader
        _, _, digit, ppm = self._chain.call(reader, "readings", request)
        _, _, attempt, *_ = self._chain.call(oracle, "getRequest", request)
        return Reading(
            id=request,
            status=asked.status.name.lower(),
            drawn=self._drawn[request],
            digit=digit,
            ppm=ppm,
            output=asked.output,
            attempts=attempt + 1,
        )

    def claim(self, request: int) -> Answered:
        """The claim that answers the request now."""
        self._record.refresh()
        claim = self._record.tables.requests[request].claim
        assert claim is not None, "it was answered"
        return self._record.tables.claims[claim.hash()]

    def compare(self, request: int, honest: Honest) -> None:
        """What the claim says, and what somebody else computes."""
        answered = self.claim(request)
        claimed = self._words(answered.asked, answered.output)
        true = self._words(answered.asked, honest.answer(answered.asked))
        self._teller.said(f"The answer says {claimed}. The challenger gets {true}.")

    def acted(self, receipt: Receipt, remark: str) -> None:
        self._receipts.book(receipt)
        self._teller.acted(self._troupe.named(receipt.sender), receipt, remark)

    def _words(self, asked: Asked, output: bytes) -> str:
        """An answer as a person would read it, whatever a liar made of it."""
        model = self._troupe.library.find(asked.model)
        try:
            probabilities, (digit,) = model.decode_output(output)
        except InputError:
            return f"something, in {len(output)} bytes"
        sure = probabilities[digit] if 0 <= digit < probabilities.size else math.nan
        return f"{digit}, {100 * sure:.4f} % sure (0x{output.hex()[:12]}…)"

    def _look(
        self, asked: Asked, proof: Done, worker: Side, challenger: Side
    ) -> list[Evidence]:
        """The instruction that is left, unless it is none."""
        assert proof.action.view is not None
        position = proof.action.view.disputed()
        traces = worker.strategy.trace(asked), challenger.strategy.trace(asked)
        seen = evidence(position, *traces)
        if seen is None:
            return []
        self._teller.shown(seen)
        return [seen]

    def _verdict(
        self, course: Course, answered: Answered, fraud: Fraud, found: list[Evidence]
    ) -> Verdict:
        end = course.end
        assert isinstance(end, events.WorkerLost | events.ChallengerLost)
        return Verdict(
            request_id=answered.claim.request_id,
            winner="challenger" if course.worker_lost else "worker",
            liar=self._troupe.named(fraud.liar.address),
            lie=fraud.kind,
            output=answered.output,
            transactions=len(course.done),
            gas=course.gas,
            seconds=course.seconds,
            paid=end.paid,
            burned=end.burned,
            moves=tuple(map(self._move_json, course.done)),
            evidence=found[0] if found else None,
        )

    def _move_json(self, done: Done) -> JsonObject:
        interval = interval_of(done)
        return {
            "move": done.action.function,
            "by": self._troupe.named(done.receipt.sender),
            "level": interval.level if interval else None,
            "start": interval.start if interval else None,
            "length": interval.length if interval else None,
            "gas": done.receipt.gas_used,
        }

    def _status(self, request: int) -> Status:
        self._record.refresh()
        return self._record.tables.requests[request].status
