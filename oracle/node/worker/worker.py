"""The worker: answers requests of the models that it holds, and defends its answers."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from challenge.claim import Claim, Lease
from challenge.game import GameView
from challenge.precedence import LONGEST_RUN, Due, Pace, in_order, moves_left
from mips_vm.hashing.keccak import keccak256
from oracle.audits.auditee import Auditee, Stage
from oracle.chain.contracts import Contracts
from oracle.logs import logger
from oracle.node.actions import Action
from oracle.node.node import Node
from oracle.node.worker import seeds
from oracle.node.worker.private import NOTHING_PRIVATE, Private
from oracle.node.worker.second_try import refused
from oracle.node.worker.strategy import Strategy
from oracle.pricing.guard import Guard
from oracle.pricing.market import Held, Market, Rules
from oracle.pricing.purse import top_up
from oracle.record.record import Answered, Asked, Status
from oracle.sending.sender import Receipt, Sender

NO_GUARD = Guard()
FAR = 1 << 40
"""A deadline that never comes."""
MOST_MISSES = 2
"""Of one request: what went wrong twice, in spite of all care, would go wrong again."""

log = logger(__name__)


class Worker(Node):
    """Accepts, submits, defends and finalises what its guard has no objection to."""

    def __init__(
        self,
        sender: Sender,
        contracts: Contracts,
        strategy: Strategy,
        guard: Guard = NO_GUARD,
        private: Private = NOTHING_PRIVATE,
    ) -> None:
        super().__init__(sender, contracts)
        self._strategy, self._guard, self._private = strategy, guard, private
        self.auditee = Auditee(sender, contracts)
        self.pace = Pace()
        self.declined: dict[int, str] = {}
        """Why each open request is not accepted."""

    @property
    def models(self) -> int:
        """How many it can answer for."""
        return self._strategy.models

    def deposit(self, amount: int) -> Receipt:
        """Adds to the stake that bonds are locked from."""
        arguments = (self.address,)
        staking = self.contracts.staking
        return self.sender.send(staking, "deposit", *arguments, value=amount)

    def actions(self) -> Iterator[Action]:
        return self.in_parts(
            self._keep_own,
            self._purse,
            self._defences,
            self._answers,
            self._finals,
            self._expiries,
            self._seeds,
            self._leases,
        )

    def _keep_own(self) -> Iterator[Action]:
        """Leases and claims bind, also where the settings name their model no more."""
        yield from ()
        for asked in self.record.requests(Status.ACCEPTED):
            if self._is_mine(asked):
                self._strategy.keep(asked)
        for asked in self.record.requests(Status.CLAIMED):
            if asked.claim is not None and asked.claim.worker == self.address:
                self._strategy.keep(asked)

    def _purse(self) -> Iterator[Action]:
        """Out of its stake, the gas that its account lacks for what waits for it: what
        games bring is paid into the stake, and there may be many of them."""
        leases = self.record.requests(Status.ACCEPTED)
        if not self._own_games() and not any(map(self._is_mine, leases)):
            return
        if amount := top_up(self.market(timed=False)):
            arguments = (self.address, amount)
            staking = self.contracts.staking
            yield Action(staking, "withdraw", arguments, locks_wei=amount)

    def _is_mine(self, asked: Asked) -> bool:
        return asked.lease is not None and asked.lease.worker == self.address

    def _own_games(self) -> list[tuple[Answered, bytes]]:
        """Those about own claims that stand, with who challenges."""
        return [
            (answered, played.challenger)
            for played, answered in self.record.games()
            if answered.alive and answered.claim.worker == self.address
        ]

    def _defences(self) -> Iterator[Action]:
        """Moves in the games about own claims; but for tests, which are confessed."""
        games = [game for game in self._own_games() if not self._may_be_test(game[0])]
        return self.play(games, self._strategy.defender)

    def _may_be_test(self, answered: Answered) -> bool:
        """Whether an own claim is a test, or that can't be told at present."""
        if not answered.may_be_test:
            return False
        job, about = ("test", answered.hash), {"request_id": answered.claim.request_id}
        ask = partial(self.auditee.is_test, answered)
        return self.troubles.tried(job, ask, **about) is not False

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
        foresee = partial(self._strategy.longest_run, answered.asked)
        about = {"request_id": answered.claim.request_id}
        run = self.troubles.tried(("foresee", answered.hash), foresee, **about)
        moves = moves_left(view, run or LONGEST_RUN)
        return Due(answered.hash, view.claim.bond, moves, view.clock.deadline)

    def _answers(self) -> Iterator[Action]:
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

    def _answer(self, asked: Asked, lease: Lease) -> Iterator[Action]:
        if not (self._strategy.can(asked) and self._strategy.ready(asked)):
            return
        output = self._strategy.answer(asked)
        if asked.audit is None:
            yield self._action("submit", asked, asked.request, lease, output)
        elif (papers := self.auditee.answer(asked, lease, output)) is not None:
            yield self._action("submitAudited", asked, *papers)

    def _finals(self) -> Iterator[Action]:
        disputed = {played.claim_hash for played, _ in self.record.games()}
        claimed = self.record.requests(Status.CLAIMED)
        return self.of_each("finalize", claimed, partial(self._final, disputed))

    def _final(self, disputed: set[bytes], asked: Asked) -> Iterator[Action]:
        claim = asked.claim
        if claim is None or claim.worker != self.address:
            return
        if self.seen.now < claim.window_end:
            return
        if asked.may_be_test and self.auditee.stage(claim) is Stage.DRAWN:
            yield from self._secret(asked, claim, claim.hash() in disputed)
        elif claim.hash() not in disputed:
            arguments = (asked.request, claim, asked.output)
            yield self._action("finalize", asked, *arguments)

    def _secret(self, asked: Asked, claim: Claim, disputed: bool) -> Iterator[Action]:
        """Says whether an own claim was a test, in the time that there is for it."""
        if self.seen.now >= claim.window_end + self.rules.min_lease:
            if not disputed:
                yield self._action("reopenWithheld", asked, asked.request, claim)
            return
        secret, path = self.auditee.shown(claim)
        if not self.auditee.is_test(self.record.tables.claims[claim.hash()]):
            audits, identity = self.contracts.audits, asked.request.id
            papers = (identity, secret, path)
            yield Action(audits, "clear", papers, request_id=identity)
        elif self._strategy.can(asked) and self._strategy.ready(asked):
            truth = self._strategy.answer(asked)
            call = (asked.request, claim, secret, path, truth)
            yield self._action("confess", asked, *call)

    def _expiries(self) -> Iterator[Action]:
        """Leases that ran out: own ones, for what is left of the bond; others' only to
        answer oneself, since nobody pays for more than the gas."""
        return self.of_each(
            "expire", self.record.requests(Status.ACCEPTED), self._expiry
        )

    def _expiry(self, asked: Asked) -> Iterator[Action]:
        lease = asked.lease
        if lease is None or self.seen.now < lease.end:
            return
        action = self._action("expireLease", asked, asked.request, lease)
        if lease.worker == self.address:
            yield action
        elif not self.is_on_its_way(action):
            yield from self._thoughts(asked, partial(self._takeover, asked, action))

    def _takeover(self, asked: Asked, action: Action) -> Iterator[Action]:
        if not self._objection(asked, self.market()):
            yield action

    def _seeds(self) -> Iterator[Action]:
        """Shows the block whose randomness a request waits for, if it wants to answer
        that: whoever does so first pays for all."""
        waiting = self.record.requests(Status.UNSEEDED)
        return self.of_each("fixSeed", waiting, self._seed)

    def _seed(self, asked: Asked) -> Iterator[Action]:
        if objection := self.objection(asked, self.market()):
            self._decline(asked, objection)
            return
        self.declined.pop(asked.request.id, None)
        if seeds.is_due(asked, self.record.head.number, self._turn(asked)):
            yield self._action("fixSeed", asked, *seeds.showing(self.chain, asked))

    def _leases(self) -> Iterator[Action]:
        open_requests = self.record.requests(Status.OPEN)
        waiting = (*open_requests, *self.record.requests(Status.UNSEEDED))
        known = {asked.request.id for asked in waiting}
        self.declined = {i: why for i, why in self.declined.items() if i in known}
        if open_requests:
            accept = partial(self._acceptance, self.market())
            in_turn = sorted(open_requests, key=self._turn)
            yield from self.of_each("accept", in_turn, accept)

    def _acceptance(self, market: Market, asked: Asked) -> Iterator[Action]:
        if f"{self._place(asked)}:accept" in self.posted.actions:
            # However late that is mined, the answer will be there.
            yield from self._thoughts(asked, partial(self._begin, asked))
        elif self._place(asked) not in self.posted.places:
            yield from self._thoughts(asked, partial(self._lease, asked, market))

    def _begin(self, asked: Asked) -> Iterator[Action]:
        if self._strategy.can(asked):
            self._strategy.ready(asked)
        yield from ()

    def _lease(self, asked: Asked, market: Market) -> Iterator[Action]:
        if objection := self._objection(asked, market):
            self._decline(asked, objection)
            return
        self.declined.pop(asked.request.id, None)
        size, seconds = (
            self._strategy.output_bytes(asked),
            self._strategy.seconds(asked) or 0.0,
        )
        most = market.most_bond(market.offer(asked, size), self._guard)
        end = market.least_end(seconds, self._elsewhere(asked, market))
        arguments = (asked.request, asked.attempt, end, most)
        yield replace(self._action("accept", asked, *arguments), locks_wei=most)
        market.take(asked, most, size, seconds)

    def _thoughts(
        self, asked: Asked, actions: Callable[[], Iterator[Action]]
    ) -> Iterator[Action]:
        """Whatever goes wrong with one request's answer stops no other."""
        job = ("answer", asked.request.id, asked.input)
        yield from self.troubles.safely(job, actions, request_id=asked.request.id)
        if job in self.troubles.reasons:
            self._decline(asked, self.troubles.reasons[job])

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

    @cached_property
    def rules(self) -> Rules:
        """The deployment's."""
        return Rules.of(self.chain, self.contracts)

    @property
    def leases_at_most(self) -> int:
        """How many it has to answer at a time: half after each lease that ran out, and
        one more after each answer that was paid."""
        most = self._guard.most_leases
        outcomes = self.record.tables.outcomes.get(self.address, ())
        return allowance(most, outcomes)

    def market(self, timed: bool = True) -> Market:
        """What is there to accept requests with, and at what prices, now. Not `timed`,
        it takes answers to be there, and nothing is computed."""
        free, locked = self._known_stake()
        head = self.record.head
        market = Market(
            chain=self.chain,
            contracts=self.contracts,
            rules=self.rules,
            head=head,
            price_wei=head.base_fee + self.chain.tip(),
            worst_price_wei=self.sender.worst_price(),
            balance=partial(self.chain.known_balance, self.address),
            stake_wei=int(free) + int(locked),
            free_wei=int(free) - self.posted.locks_wei,
            width=self._strategy.width,
            program=self.record.tables.programs.get(self.address),
        )
        market.held += self._held(market, self._seconds_left if timed else _at_once)
        return market

    def _held(
        self, market: Market, seconds_of: Callable[[Asked], float | None]
    ) -> Iterator[Held]:
        """What it has to answer, or to defend."""
        for asked in self.record.requests(Status.ACCEPTED):
            lease = asked.lease
            if lease is not None and lease.worker == self.address:
                seconds = seconds_of(asked) if market.now < lease.end else 0.0
                yield self._holding(asked, market, lease.bond, lease.end, seconds)
        games = Counter(answered.hash for answered, _ in self._own_games())
        for asked in self.record.requests(Status.CLAIMED):
            claim = asked.claim
            if claim is not None and claim.worker == self.address:
                count = games[claim.hash()]
                yield self._holding(asked, market, claim.bond, games=count)
        accepts = [w for w in self.posted.actions.values() if w.function == "accept"]
        for action in accepts:
            asked = self.record.tables.requests[action.request_id]
            if asked.status is Status.OPEN:
                end, seconds = market.lease_end(asked), seconds_of(asked)
                yield self._holding(asked, market, action.locks_wei, end, seconds)

    def _holding(
        self,
        asked: Asked,
        market: Market,
        bond: int,
        end: int | None = None,
        seconds: float | None = 0.0,
        games: int = 1,
    ) -> Held:
        # Whatever goes wrong about this one is no reason to take no other.
        measure = partial(self._size, asked)
        size = self.troubles.tried(("size", asked.request.id), measure) or 0
        gas, request = market.gas_of(asked, size, games), asked.request
        return Held(request.id, request.requester, bond, gas, end, seconds)

    def _size(self, asked: Asked) -> int:
        """Of the answer, in bytes at most; none of what can't be answered."""
        return self._strategy.output_bytes(asked) if self._strategy.can(asked) else 0

    def _seconds_left(self, asked: Asked) -> float | None:
        """Of computing; what can't be computed takes none."""
        lost = self.troubles.reasons
        if ("answer", asked.request.id, asked.input) in lost:
            return 0.0
        job = ("seconds", asked.request.id)
        seconds = self.troubles.tried(job, partial(self._seconds, asked))
        return 0.0 if job in lost else seconds

    def _seconds(self, asked: Asked) -> float | None:
        return self._strategy.seconds(asked) if self._strategy.can(asked) else 0.0

    def _objection(self, asked: Asked, market: Market) -> str:
        """Why not to accept the request now, after all that can be found out by
        computing; empty if there is no reason."""
        if objection := self.objection(asked, market):
            return objection
        if self.address in asked.missed and (objection := self._untried(asked)):
            return objection
        seconds = self._strategy.seconds(asked)
        return market.time_objection(asked, seconds, self._elsewhere(asked, market))

    def _elsewhere(self, asked: Asked, market: Market) -> Sequence[float | None]:
        """What processes are at besides this one and what is held: an answer that is
        only timed, or was begun for an accept that somebody else was quicker with."""
        requests = self.record.tables.requests
        held = [requests[held.request_id] for held in market.held]
        return self._strategy.elsewhere([asked, *held])

    def _untried(self, asked: Asked) -> str:
        """Why not to accept again what it failed to answer before."""
        if not self._strategy.ready(asked):
            return "missed before: expected its answer to be computed first"
        output = self._strategy.answer(asked)
        refusal = refused(self.chain, self.contracts, self.address, asked, output)
        return f"missed before: its answer would fail: {refusal}" if refusal else ""

    def objection(self, asked: Asked, market: Market) -> str:
        """Why not to accept the request, as far as that is known without computing;
        empty if there is no reason."""
        if late := market.lateness(asked):
            return late
        if not self._strategy.can(asked):
            return f"no image held of model 0x{asked.request.model_id.hex()}"
        if not self._strategy.serves(asked):
            return f"not named by --model: model 0x{asked.request.model_id.hex()}"
        if objection := self._private.objection(asked):
            return objection
        if objection := self._strategy.objection(asked):
            return objection
        if asked.missed.count(self.address) >= MOST_MISSES:
            return "missed twice: expected an answer before its leases ran out"
        if market.leases >= (most := self.leases_at_most):
            return f"busy: expected at most {most} leases to answer, got one more"
        size = self._strategy.output_bytes(asked)
        if objection := market.money_objection(asked, size):
            return objection
        work, passes = self._strategy.work(asked), self._strategy.passes(asked)
        stated = self.record.tables.works.get(asked.model.model_id, work)
        if stated != work:
            return f"work: expected the publisher to state {work}, got {stated}"
        size = min(size, work.bytes_of(passes))
        return self._guard.objection(market.offer(asked, size, work, passes))

    def _action(self, function: str, asked: Asked, *arguments: Any) -> Action:
        oracle = self.contracts.oracle
        return Action(oracle, function, arguments, request_id=asked.request.id)

    def _place(self, asked: Asked) -> str:
        """Of all that is done about the request itself."""
        return self._action("", asked).place


def _at_once(asked: Asked) -> float:
    return 0.0


def allowance(most: int, outcomes: Iterable[bool]) -> int:
    """How many leases, after these came to something: they were paid for, or not."""
    allowed = most
    for paid in outcomes:
        allowed = min(most, allowed + 1) if paid else max(1, allowed // 2)
    return allowed
