"""One look at prices, at what a worker has promised, and at what it has left."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from challenge import tariff
from challenge.claim import Work
from oracle.amounts import brief_wei, written_wei
from oracle.chain.chain import Chain
from oracle.chain.contracts import Contracts
from oracle.chain.events import Joined
from oracle.chain.head import Head
from oracle.pricing.bonds import HEADROOM, gas_price, highest_least_bond, least_bond
from oracle.pricing.guard import AUDIT_GAS, Guard, Offer, answer_gas
from oracle.pricing.leases import last_instant, lease_end
from oracle.pricing.work import NO_WORK
from oracle.record.record import Asked

SUBMIT_BLOCKS = 20
"""From a lease's beginning until its answer is mined, however blocks fill up."""
HASTE = 2
"""A run may take so many times what it took before."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the deployment has fixed. Times are in seconds."""

    min_lease: int
    clock: int
    k: int

    @classmethod
    def of(cls, chain: Chain, contracts: Contracts) -> "Rules":
        return cls(
            min_lease=int(chain.call(contracts.oracle, "minLease")),
            clock=int(chain.call(contracts.game, "clockSeconds")),
            k=int(chain.call(contracts.game, "k")),
        )


@dataclass(frozen=True, slots=True)
class Held:
    """A request that is, or is about to be, this worker's to answer or to defend.

    `end` of the lease while there is no answer; `seconds` until it is computed, None if
    nobody knows.
    """

    request_id: int
    requester: bytes
    bond_wei: int
    gas: int
    end: int | None = None
    seconds: float | None = 0.0


@dataclass(slots=True)
class Market:
    """As of one block. `price_wei`: of a gas unit, tip included; `worst_price_wei`: the
    most that will be paid for one. `width`: answers that are computed at a time."""

    chain: Chain
    contracts: Contracts
    rules: Rules
    head: Head
    price_wei: int
    worst_price_wei: int
    balance: Callable[[], int]
    """Wei; asked for only where everything else speaks for a request."""
    stake_wei: int
    free_wei: int
    width: int
    held: list[Held] = field(default_factory=list)
    program: Joined | None = None
    """What the worker has agreed to, if it has joined audits."""

    @property
    def now(self) -> int:
        return self.head.timestamp

    @property
    def leases(self) -> int:
        """That are not answered, or will be once what was sent is mined."""
        return sum(held.end is not None for held in self.held)

    @property
    def floor_wei(self) -> int:
        """The least bond of any claim now: the oracle's `bondFor(0)`, reckoned here. A
        node that is asked for it may take the base fee for nothing, as where a call
        names no price."""
        return least_bond(self.head.base_fee)

    def bond(self, asked: Asked) -> int:
        """What a claim on the request would lock."""
        return max(self.floor_wei, asked.request.min_bond)

    def offer(
        self, asked: Asked, output_bytes: int, work: Work = NO_WORK, passes: int = 0
    ) -> Offer:
        request = asked.request
        locked = self.lease_end(asked) - self.now + request.window + self.rules.clock
        mine = [h.bond_wei for h in self.held if h.requester == request.requester]
        return Offer(
            asked=asked,
            bond_wei=self.bond(asked),
            locked_seconds=locked,
            gas_price_wei=self.price_wei,
            output_bytes=output_bytes,
            floor_wei=self.floor_wei,
            stake_wei=self.stake_wei,
            requester_wei=sum(mine),
            bond_price_wei=gas_price(self.head.base_fee),
            work=work,
            passes=passes,
            feed_bps=self._feed_bps(asked),
        )

    def most_bond(self, offer: Offer, guard: Guard) -> int:
        """What an accept may lock: bonds follow the base fee, which may rise until it
        is mined; but never more than there is, nor than the guard wants."""
        least = highest_least_bond(self.head.base_fee)
        risen = replace(offer, floor_wei=max(least, offer.floor_wei))
        bond = max(risen.floor_wei, offer.bond_wei)
        return min(bond, self.free_wei, guard.most_bond(risen))

    def lease_end(self, asked: Asked) -> int:
        """If it were accepted now."""
        return lease_end(self.now, asked.request.deadline, self.rules.min_lease)

    def least_end(self, seconds: float, others: Sequence[float | None] = ()) -> int:
        """Until when the answer will be mined that takes so long to compute, while
        processes are at `others`, too: answers that aren't held, in seconds."""
        blocks = SUBMIT_BLOCKS * self.chain.block_seconds()
        waits = self._work(others)
        return self.now + int(blocks + waits + HASTE * seconds) + 1

    def _work(self, others: Sequence[float | None]) -> float:
        """Seconds until all is computed that is held, and the others. INVARIANT: one
        process at least is at nothing of unknown length."""
        known = [held.seconds or 0.0 for held in self.held]
        known += [each for each in others if each is not None]
        return sum(known) / (self.width - others.count(None))

    @property
    def gas_held(self) -> int:
        """What all that is held may come to cost."""
        return sum(held.gas for held in self.held)

    def gas_of(self, asked: Asked, output_bytes: int, games: int = 1) -> int:
        """What a request may come to cost: all its transactions, and the longest
        defence in so many games."""
        defence = max(1, games) * tariff.max_worker_due(self.rules.k)
        audit = 0 if self._feed_bps(asked) is None else AUDIT_GAS
        return answer_gas(asked, output_bytes) + audit + defence

    def _feed_bps(self, asked: Asked) -> int | None:
        """What of its fee would go to the pool of prizes; None if it isn't audited."""
        joined = self.program
        return joined.feed_bps if joined is not None and asked.permits else None

    def money_objection(self, asked: Asked, output_bytes: int) -> str:
        """Why the account or its stake can't bear another; empty if they can."""
        if (bond := self.bond(asked)) > self.free_wei:
            return (
                f"free stake: expected the bond of {brief_wei(bond)}, "
                f"got {brief_wei(max(0, self.free_wei))}: "
                f"`plumb worker stake {written_wei(bond)}`"
            )
        if self.worst_price_wei < (least := HEADROOM * self.head.base_fee):
            return (
                f"max fee: expected at least {brief_wei(least)} a gas unit, to answer "
                f"even if the base fee doubles, got {brief_wei(self.worst_price_wei)}: "
                "give a higher --max-fee"
            )
        gas = self.gas_held + self.gas_of(asked, output_bytes)
        if (needed := gas * self.worst_price_wei) > (has := self.balance()):
            return (
                f"balance: expected {brief_wei(needed)}, the gas of all that it holds "
                f"and of this one if they are challenged, got "
                f"{brief_wei(has)}: send it ether"
            )
        return ""

    def lateness(self, asked: Asked) -> str:
        """Why nobody can accept it any more; empty if it can be."""
        last = last_instant(asked.request.deadline, self.rules.min_lease)
        if self.now < last:
            return ""
        return f"too late: the last instant to accept was {last}, it is {self.now}"

    def time_objection(
        self,
        asked: Asked,
        seconds: float | None,
        others: Sequence[float | None] = (),
    ) -> str:
        """Why the answer would come too late; empty if it wouldn't. `seconds`: how long
        it takes to compute; `others`: what else processes are at."""
        unknown = [held for held in self.held if held.seconds is None]
        if seconds is None or unknown:
            return "not timed yet: expected to know how long an answer takes here"
        if others.count(None) >= self.width:
            return "busy: expected a process that is at nothing of unknown length"
        end, least = self.lease_end(asked), self.least_end(seconds, others)
        if end < least:
            last = last_instant(asked.request.deadline, self.rules.min_lease)
            return (
                f"lease too short: expected {least - self.now} seconds, for an answer "
                f"that takes {seconds:.3g}, got {end - self.now}: the last instant to "
                f"accept is {last}, it is {self.now}"
            )
        ends = [held.end for held in self.held if held.end is not None]
        room = (min([end, *ends]) - self.now) / 2
        work = self._work((*others, seconds))
        if work > room:
            return (
                f"busy: expected answers of at most {room:.3g} seconds in all, half of "
                f"the shortest lease, got {work:.3g}"
            )
        return ""

    def take(
        self, asked: Asked, bond_wei: int, output_bytes: int, seconds: float
    ) -> None:
        """It is about to be accepted."""
        gas, end = self.gas_of(asked, output_bytes), self.lease_end(asked)
        request = asked.request
        self.free_wei -= bond_wei
        self.held.append(
            Held(request.id, request.requester, bond_wei, gas, end, seconds)
        )
