"""The guard: whether a request is worth a worker's gas and stake, and why not."""

from dataclasses import dataclass

from challenge.claim import Work
from challenge.tariff import YEAR_SECONDS
from oracle.amounts import brief_wei, show_wei
from oracle.pricing.work import NO_WORK, work_gas
from oracle.record.record import Asked, Status

FIXED_GAS = 350_000
"""Of accept, submit and finalize together, without what depends on sizes."""
OUTPUT_BYTE_GAS = 120
"""Supplied twice, Merkleised and hashed; twin of the oracle's own estimate."""
SEED_GAS = 110_000
"""Of `fixSeed`, where the seed is a block's and nobody has shown it yet."""
AUDIT_GAS = 200_000
"""What a claim that is audited adds, whether it is a test or not."""
MOST_LEASES = 64
BPS = 10_000
BOND_RATE, CLAIM_SHARE, REQUESTER_SHARE = 0.1, 0.1, 0.25


@dataclass(frozen=True, slots=True)
class Offer:
    """A request as it looks to a worker at one moment.

    `bond_wei` would be locked for up to `locked_seconds`: lease, window, and the clock
    of a challenger who is silent. `floor_wei` is the least bond there can be;
    `stake_wei` the worker's, free or locked, of which `requester_wei` is locked for
    this requester already. `bond_price_wei`: of a gas unit, by which the bond is sized.
    `passes`: that a run on this input takes at most, each as `work` says.
    """

    asked: Asked
    bond_wei: int
    locked_seconds: int
    gas_price_wei: int
    output_bytes: int
    floor_wei: int
    stake_wei: int
    requester_wei: int = 0
    bond_price_wei: int = 0
    work: Work = NO_WORK
    passes: int = 0
    feed_bps: int | None = None
    """Of what is paid, for the prizes of audits; None if it isn't audited."""

    @property
    def gas(self) -> int:
        """From accept to payout, if nobody challenges."""
        seed = SEED_GAS if self.asked.status is Status.UNSEEDED else 0
        audit = 0 if self.feed_bps is None else AUDIT_GAS
        return answer_gas(self.asked, self.output_bytes) + seed + audit

    @property
    def gas_wei(self) -> int:
        """What that costs: today's price, but for the callback, which is made at any
        up to the bond's."""
        more = max(0, self.bond_price_wei - self.gas_price_wei)
        callback = self.asked.request.callback_gas
        return self.gas * self.gas_price_wei + callback * more

    def left_wei(self, passes: int) -> int:
        """Of the fee after so many passes, less royalty, gas and computing."""
        fee = self.asked.request.fee - self.asked.meter.refund(passes)
        royalty = fee * self.asked.model.royalty_bps // BPS
        computing = work_gas(self.work, passes) * self.gas_price_wei
        fed = (fee - royalty) * (self.feed_bps or 0) // BPS
        return fee - royalty - fed - self.gas_wei - computing


@dataclass(frozen=True, slots=True)
class Guard:
    """What a worker asks for. A locked bond must bring `bond_rate` a year: what the
    stake could earn elsewhere, and what may go wrong is part of that.

    One claim may lock `claim_share` of the stake, all of one requester's together
    `requester_share`, but one bond of the least size in any case.
    """

    least_fee_wei: int = 0
    least_profit_wei: int | None = None
    bond_rate: float = BOND_RATE
    most_bond_wei: int | None = None
    most_leases: int = MOST_LEASES
    claim_share: float = CLAIM_SHARE
    requester_share: float = REQUESTER_SHARE

    def objection(self, offer: Offer) -> str:
        """Why the request is declined; empty if it is not."""
        fee = offer.asked.request.fee
        if fee < self.least_fee_wei:
            return _short("fee", self.least_fee_wei, fee)
        if offer.bond_wei > (most := self._most_of_a_claim(offer)):
            return f"bond: {_at_most(most, offer.bond_wei)}"
        if offer.bond_wei > (most := self._most_of_a_requester(offer)):
            held = brief_wei(offer.requester_wei)
            more = _at_most(most, offer.bond_wei)
            return f"requester: with {held} locked for this one, {more}"
        if self.least_profit_wei is None:
            return ""
        if (profit := self.profit(offer)) < self.least_profit_wei:
            return _short("profit", self.least_profit_wei, profit)
        return ""

    def most_bond(self, offer: Offer) -> int:
        """Wei that the claim may lock at most."""
        return min(self._most_of_a_claim(offer), self._most_of_a_requester(offer))

    def profit(self, offer: Offer) -> int:
        """Fee less royalty, less gas and computing at that price, less the bond's rent.

        Where what is paid depends on the passes, the worse of none and of all: who asks
        knows how many there will be, and what lies between is between those.
        """
        rent = rent_wei(offer.bond_wei, offer.locked_seconds, self.bond_rate)
        return min(map(offer.left_wei, {0, offer.passes})) - rent

    def _most_of_a_claim(self, offer: Offer) -> int:
        most = max(offer.floor_wei, int(self.claim_share * offer.stake_wei))
        return most if self.most_bond_wei is None else min(most, self.most_bond_wei)

    def _most_of_a_requester(self, offer: Offer) -> int:
        most = max(offer.floor_wei, int(self.requester_share * offer.stake_wei))
        return max(0, most - offer.requester_wei)


def rent_wei(bond_wei: int, seconds: int, rate: float) -> int:
    """What a bond costs that is locked so long, at a yearly rate."""
    return int(bond_wei * rate * seconds / YEAR_SECONDS)


def answer_gas(asked: Asked, output_bytes: int) -> int:
    """Gas of accept, submit and finalize, the callback's included."""
    return FIXED_GAS + OUTPUT_BYTE_GAS * output_bytes + asked.request.callback_gas


def _at_most(expected: int, actual: int) -> str:
    return f"expected at most {brief_wei(expected)}, got {brief_wei(actual)}"


def _short(what: str, expected: int, actual: int) -> str:
    alike = brief_wei(expected) == brief_wei(actual)
    show = show_wei if alike else brief_wei
    return f"{what}: expected at least {show(expected)}, got {show(actual)}"
