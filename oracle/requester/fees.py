"""What a request must offer, as its requester can reckon it beforehand.

The oracle's `estimateFee` counts gas. A worker with default settings also wants its
bond's rent, which depends on the window and on what a false answer must cost: that is
added here, since the contract isn't told of either. Its gas is reckoned here as well,
of one base fee that is told: a node that is asked for `estimateFee` may take the base
fee for nothing, since such a call names no price.
"""

from dataclasses import dataclass

from challenge.claim import Work
from oracle.chain.chain import Chain
from oracle.chain.contracts import Contracts
from oracle.pricing.bonds import gas_price, least_bond
from oracle.pricing.guard import (
    AUDIT_GAS,
    BOND_RATE,
    BPS,
    FIXED_GAS,
    OUTPUT_BYTE_GAS,
    SEED_GAS,
    rent_wei,
)
from oracle.pricing.leases import MAX_LEASE
from oracle.pricing.work import INSTRUCTIONS_A_GAS, NO_WORK, work_gas

MARGIN_PERCENT = 150
"""Of what is reckoned: gas, and with it the bond, may cost more when a worker looks."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a fee depends on. Bytes of output, gas of the callback, seconds of the
    window, wei of the least bond; what the model's runs take, and passes at most."""

    output_bytes: int
    callback_gas: int = 0
    window: int = 600
    min_bond_wei: int = 0
    work: Work = NO_WORK
    passes: int = 0
    from_block: bool = False
    """Whether somebody has to show a block for its seed."""
    audits: bool = False
    """Whether its worker may be audited."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Wei that a worker wants at that base fee, in wei a gas unit; its bond, in wei."""

    least_wei: int
    bond_wei: int
    base_fee_wei: int
    pass_wei: int = 0
    """Of what a worker wants, for each pass."""

    @property
    def pass_price_wei(self) -> int:
        """What to have back for a pass that isn't run."""
        return self.pass_wei * MARGIN_PERCENT // 100

    def refund_wei(self, most: int, ran: int) -> int:
        """Of the fee, where so many passes were paid for and so many run."""
        return self.pass_price_wei * max(0, most - ran)

    @property
    def offer_wei(self) -> int:
        """What to offer, so that a worker takes it."""
        return self.least_wei * MARGIN_PERCENT // 100


def reckoned(
    chain: Chain, contracts: Contracts, model_id: bytes, sizes: Sizes
) -> Reckoned:
    """At the latest block's base fee: gas, and the bond's rent for lease, window and a
    silent challenger's clock."""
    base_fee = chain.recent().base_fee
    clock = int(chain.call(contracts.game, "clockSeconds"))
    _, royalty_bps, *_ = chain.call(contracts.registry, "model", model_id)
    bond = max(sizes.min_bond_wei, least_bond(base_fee))
    rent = rent_wei(bond, MAX_LEASE + sizes.window + clock, BOND_RATE)
    least = with_royalty(gas_wei(sizes, base_fee), royalty_bps)
    more = SEED_GAS * sizes.from_block + AUDIT_GAS * sizes.audits
    least += with_royalty(rent + more * gas_price(base_fee), royalty_bps)
    each = with_royalty(pass_wei(sizes.work, base_fee), royalty_bps)
    return Reckoned(least, bond, base_fee, each)


def gas_wei(sizes: Sizes, base_fee: int) -> int:
    """Twin of the oracle's `estimateFee`, but for the royalty."""
    gas = FIXED_GAS + OUTPUT_BYTE_GAS * sizes.output_bytes + sizes.callback_gas
    return (gas + work_gas(sizes.work, sizes.passes)) * gas_price(base_fee)


def pass_wei(work: Work, base_fee: int) -> int:
    """What one pass of the loop adds to that."""
    units = OUTPUT_BYTE_GAS * work.pass_bytes * INSTRUCTIONS_A_GAS + work.body
    return units * gas_price(base_fee) // INSTRUCTIONS_A_GAS


def with_royalty(wei: int, royalty_bps: int) -> int:
    """Of which so much is left when the publisher has its part."""
    return wei * BPS // (BPS - int(royalty_bps))
