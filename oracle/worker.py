"""The worker: answers requests of the models that it holds, and defends its answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from challenge.claim import Lease
from challenge.game import GameView
from challenge.precedence import LONGEST_RUN, Due, Pace, Run, in_order, moves_left
from mips_vm.keccak import keccak256
from oracle.amounts import brief_wei, written_wei
from oracle.chain.sender import Receipt, Sender
from oracle.contracts import Contracts
from oracle.guard import Guard
from oracle.logs import logger
from oracle.node import Node, Player, Wish
from oracle.record import Answered, Asked, Status

NO_GUARD = Guard()
FAR = 1 << 40
"""A deadline that never comes."""

log = logger(__name__)


class Mind(Protocol):
    """What a worker thinks; `oracle.honest.Honest`, or a liar."""

    @property
    def models(self) -> int:
        """How many it serves."""
        ...

    def can(self, asked: Asked) -> bool:
        """Whether it could answer this request."""
        ...

    def serves(self, asked: Asked) -> bool:
        """Whether it should."""
        ...

    def keep(self, asked: Asked) -> None:
        """Sees to it that it can, for it owes the answer or its defence."""
        ...

    def ready(self, asked: Asked) -> bool:
        """Whether the answer is there; if not, someone is working on it now."""
        ...

    def answer(self, asked: Asked) -> bytes: ...

    def output_bytes(self, asked: Asked) -> int:
        """How long the answer will be at most."""
        ...

    def defender(self, answered: Answered) -> Player: ...

    def longest_run(self, asked: Asked) -> Run:
        """How long the run is at most."""
        ...


@dataclass(slots=True)
class Market:
    """One look at prices and at what is left of the free stake."""

    node: Node
    now: int
    free_wei: int
    gas_price_wei: int
    leases: int
    """That are held and not answered, or will be once what was sent is mined."""
    _bonds: dict[int, int] = field(default_factory=dict)

    def bond(self, asked: Asked) -> int:
        """What a claim on the request would lock."""
        least = asked.request.min_bond
        if least not in self._bonds:
            oracle = self.node.contracts.oracle
            bond, _ = self.node.chain.known(oracle, "bondFor", least)
            self._bonds[least] = int(bond)
        return self._bonds[least]


class Worker(Node):
    """Accepts, submits, defends and finalises what its guard has no objection to."""

    def __init__(
        self, sender: Sender, contracts: Contracts, mind: Mind, guard: Guard = NO_GUARD
    ) -> None:
        super().__init__(sender, contracts)
        self._mind, self._guard = mind, guard
        self.pace = Pace()
        self.declined: dict[int, str] = {}
        """Why each open request is not accepted."""

    @property
    def models(self) -> int:
        """How many it can answer for."""
        return self._mind.models

    def deposit(self, amount: int) -> Receipt:
        """Adds to the stake that bonds are locked from."""
        arguments = (self.address,)
        staking = self.contracts.staking
        return self.sender.send(staking, "deposit", *arguments, value=amount)

    def wishes(self) -> Iterator[Wish]:
        return self.in_parts(
            self._keep_own,
            self._defences,
            self._answers,
            self._finals,
            self._expiries,
            self._leases,
        )

    def _keep_own(self) -> Iterator[Wish]:
        """Leases and claims bind, also where the settings name their model no more."""
        yield from ()
        for asked in self.record.requests(Status.ACCEPTED):
            if asked.lease is not None and asked.lease.worker == self.address:
                self._mind.keep(asked)
        for asked in self.record.requests(Status.CLAIMED):
            if asked.claim is not None and asked.claim.worker == self.address:
                self._mind.keep(asked)

    def _defences(self) -> Iterator[Wish]:
        """Moves in the games about own claims."""
        return self.play(
            [
                (answered, played.challenger)
                for played, answered in self.record.games()
                if answered.alive and answered.claim.worker == self.address
            ],
            self._mind.defender,
        )

    def in_order(
        self, games: Sequence[tuple[Answered, GameView]]
    ) -> Sequence[tuple[Answered, GameView]]:
        """Those with something to do, as `challenge.precedence` has it; the rest."""
        now = self.seen.now
        ours = [game for game in games if self._must_move(game[1])]
        places = ((v.claim_hash, v.challenger, v.game.commitment) for _, v in ours)
        self.pace.look(now, places)
        ended = [g for g in games if g not in ours and g[1].clock.expired(now)]
        facts = [self._due(*game) for game in ours] + [
            Due(answered.hash, view.claim.bond, 1, FAR) for answered, view in ended
        ]
        todo = [*ours, *ended]
        order = in_order(facts, now, self.pace.seconds)
        return [*(todo[i] for i in order), *(g for g in games if g not in todo)]

    def _due(self, answered: Answered, view: GameView) -> Due:
        """One whose run can't be foreseen is taken for the longest there can be."""
        foresee = partial(self._mind.longest_run, answered.asked)
        about = {"request_id": answered.claim.request_id}
        run = self.troubles.tried(("foresee", answered.hash), foresee, **about)
        moves = moves_left(view, run or LONGEST_RUN)
        return Due(answered.hash, view.claim.bond, moves, view.clock.deadline)

    def _answers(self) -> Iterator[Wish]:
        """Own leases, those that end soonest first."""
        held = [
            (asked.lease.end, asked.request.id, asked, asked.lease)
            for asked in self.record.requests(Status.ACCEPTED)
            if asked.lease is not None and asked.lease.worker == self.address
        ]
        for end, request_id, asked, lease in sorted(held, key=lambda held: held[:2]):
            if self.seen.now < end:
                answer = partial(self._answer, asked, lease)
                job = ("answer", request_id, asked.input)
                yield from self.troubles.safely(job, answer, request_id=request_id)

    def _answer(self, asked: Asked, lease: Lease) -> Iterator[Wish]:
        if self._mind.can(asked) and self._mind.ready(asked):
            output = self._mind.answer(asked)
            yield self._wish("submit", asked, asked.request, lease, output)

    def _finals(self) -> Iterator[Wish]:
        disputed = {played.claim_hash for played, _ in self.record.games()}
        claimed = self.record.requests(Status.CLAIMED)
        return self.of_each("finalize", claimed, partial(self._final, disputed))

    def _final(self, disputed: set[bytes], asked: Asked) -> Iterator[Wish]:
        claim = asked.claim
        if claim is None or claim.worker != self.address:
            return
        if self.seen.now >= claim.window_end and claim.hash() not in disputed:
            arguments = (asked.request, claim, asked.output)
            yield self._wish("finalize", asked, *arguments)

    def _expiries(self) -> Iterator[Wish]:
        """Leases that ran out: ended, to answer oneself; for others nobody pays."""
        return self.of_each(
            "expire", self.record.requests(Status.ACCEPTED), self._expiry
        )

    def _expiry(self, asked: Asked) -> Iterator[Wish]:
        lease, request = asked.lease, asked.request
        if lease is None or self.seen.now >= request.deadline:
            return
        if self.seen.now >= lease.end and self._mind.serves(asked):
            yield self._wish("expireLease", asked, asked.request, lease)

    def _leases(self) -> Iterator[Wish]:
        open_requests = self.record.requests(Status.OPEN)
        known = {asked.request.id for asked in open_requests}
        self.declined = {i: why for i, why in self.declined.items() if i in known}
        if open_requests:
            accept = partial(self._lease, self.market())
            in_turn = sorted(open_requests, key=self._turn)
            yield from self.of_each("accept", in_turn, accept)

    def _lease(self, market: Market, asked: Asked) -> Iterator[Wish]:
        terms = (asked.request, asked.attempt, 0, market.free_wei)
        wish = self._wish("accept", asked, *terms)
        if self.is_on_its_way(wish):
            return
        if objection := self.objection(asked, market):
            self._decline(asked, objection)
            return
        self.declined.pop(asked.request.id, None)
        bond = market.bond(asked)
        yield replace(wish, locks_wei=bond)
        market.free_wei -= bond
        market.leases += 1

    def _turn(self, asked: Asked) -> bytes:
        """Places requests in an order of this account's own: of workers that all began
        with the same one, all but the quickest would pay in vain."""
        return keccak256(self.address + asked.request.id.to_bytes(32, "big"))

    def _decline(self, asked: Asked, objection: str) -> None:
        request_id = asked.request.id
        # The amounts in it change with every block.
        kind = objection.partition(":")[0]
        if not self.declined.get(request_id, "?").startswith(kind):
            log.info("declined", request_id=request_id, reason=objection)
        self.declined[request_id] = objection

    def market(self) -> Market:
        """What is there to accept requests with, and at what prices, now."""
        free, _ = self.chain.known(self.contracts.staking, "balanceOf", self.address)
        spendable = int(free) - self.posted.locks_wei
        held = self.record.requests(Status.ACCEPTED)
        leases = sum(a.lease.worker == self.address for a in held if a.lease)
        leases += sum(w.function == "accept" for w in self.posted.wishes.values())
        head = self.record.head
        price = head.base_fee + self.chain.tip()
        return Market(self, head.timestamp, spendable, price, leases)

    def objection(self, asked: Asked, market: Market) -> str:
        """Why not to accept the request; empty if there is no reason."""
        request = asked.request
        if market.now >= request.deadline:
            return f"too late: expected before {request.deadline}, got {market.now}"
        if not self._mind.can(asked):
            return f"no image held of model 0x{request.model_id.hex()}"
        if not self._mind.serves(asked):
            return f"not named by --model: model 0x{request.model_id.hex()}"
        if (job := ("answer", request.id, asked.input)) in self.troubles.reasons:
            return self.troubles.reasons[job]
        if market.leases >= (most := self._guard.most_leases):
            return f"busy: expected at most {most} leases to answer, got one more"
        if (bond := market.bond(asked)) > market.free_wei:
            return (
                f"free stake: expected the bond of {brief_wei(bond)}, "
                f"got {brief_wei(max(0, market.free_wei))}: "
                f"`plumb worker stake {written_wei(bond)}`"
            )
        size = self._mind.output_bytes(asked)
        return self._guard.objection(asked, bond, market.gas_price_wei, size)

    def _wish(self, function: str, asked: Asked, *arguments: Any) -> Wish:
        oracle = self.contracts.oracle
        return Wish(oracle, function, arguments, request_id=asked.request.id)
