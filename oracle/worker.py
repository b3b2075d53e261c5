"""The worker: answers requests of the models that it holds, and defends its answers."""

from collections.abc import Iterator
from typing import Any, Protocol

from oracle.chain.sender import Receipt, Sender
from oracle.contracts import Contracts
from oracle.node import Node, Player, Wish
from oracle.record import Answered, Asked, Status


class Mind(Protocol):
    """What a worker thinks; `oracle.honest.Honest`, or a liar."""

    def can(self, asked: Asked) -> bool:
        """Whether it could answer this request."""
        ...

    def answer(self, asked: Asked) -> bytes: ...

    def defender(self, answered: Answered) -> Player: ...


class Worker(Node):
    """Accepts, submits, defends and finalises. Works for `least_fee` wei or more."""

    def __init__(
        self, sender: Sender, contracts: Contracts, mind: Mind, least_fee: int = 0
    ) -> None:
        super().__init__(sender, contracts)
        self._mind, self._least_fee = mind, least_fee

    def deposit(self, amount: int) -> Receipt:
        """Adds to the stake that bonds are locked from."""
        arguments = (self.address,)
        staking = self.contracts.staking
        return self.sender.send(staking, "deposit", *arguments, value=amount)

    def wishes(self) -> Iterator[Wish]:
        yield from self._defences()
        yield from self._answers()
        yield from self._finals()
        yield from self._expiries()
        yield from self._leases()

    def _defences(self) -> Iterator[Wish]:
        """Moves in the games about own claims: a clock may be running."""
        for played, answered in self.record.games():
            if answered.alive and answered.claim.worker == self.address:
                player = self._mind.defender(answered)
                yield from self.moves(answered, played.challenger, player)

    def _answers(self) -> Iterator[Wish]:
        for asked in self.record.requests(Status.ACCEPTED):
            lease = asked.lease
            if lease is None or lease.worker != self.address:
                continue
            if self.chain.now() < lease.end and self._mind.can(asked):
                output = self._mind.answer(asked)
                yield self._wish("submit", asked, asked.request, lease, output)

    def _finals(self) -> Iterator[Wish]:
        disputed = {played.claim_hash for played, _ in self.record.games()}
        for asked in self.record.requests(Status.CLAIMED):
            claim = asked.claim
            if claim is None or claim.worker != self.address:
                continue
            if self.chain.now() >= claim.window_end and claim.hash() not in disputed:
                arguments = (asked.request, claim, asked.output)
                yield self._wish("finalize", asked, *arguments)

    def _expiries(self) -> Iterator[Wish]:
        """Leases that ran out: ended, so that someone can answer."""
        for asked in self.record.requests(Status.ACCEPTED):
            lease = asked.lease
            if lease is not None and self.chain.now() >= lease.end:
                yield self._wish("expireLease", asked, asked.request, lease)

    def _leases(self) -> Iterator[Wish]:
        for asked in self.record.requests(Status.OPEN):
            if self._wants(asked):
                yield self._wish("accept", asked, asked.request)

    def _wants(self, asked: Asked) -> bool:
        request = asked.request
        if request.fee < self._least_fee or self.chain.now() >= request.deadline:
            return False
        if not self._mind.can(asked):
            return False
        bond, _ = self.chain.call(self.contracts.oracle, "bondFor", request.min_bond)
        free, _ = self.stake()
        return int(bond) <= free

    def _wish(self, function: str, asked: Asked, *arguments: Any) -> Wish:
        oracle = self.contracts.oracle
        return Wish(oracle, function, arguments, request_id=asked.request.id)
