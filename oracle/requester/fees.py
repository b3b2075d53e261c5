"""What a request must offer, as its requester can reckon it beforehand.

The oracle's `estimateFee` counts gas. A worker with default settings also wants its
bond's rent, which depends on the window and on what a false answer must cost: that is
added here, since the contract isn't told of either. Its gas is reckoned here as well,
of one base fee that is told: a node that is asked for `estimateFee` may take the base
fee for nothing, since such a call names no price.
"""

from dataclasses import dataclass

from oracle.chain.chain import Chain
from oracle.chain.contracts import Contracts
from oracle.pricing.bonds import gas_price, least_bond
from oracle.pricing.guard import BOND_RATE, BPS, FIXED_GAS, OUTPUT_BYTE_GAS, rent_wei
from oracle.pricing.leases import MAX_LEASE

MARGIN_PERCENT = 150
"""Of what is reckoned: gas, and with it the bond, may cost more when a worker looks."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a fee depends on. Bytes of output, gas of the callback, seconds of the
    window, wei of the least bond."""

    output_bytes: int
    callback_gas: int = 0
    window: int = 600
    min_bond_wei: int = 0


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Wei that a worker wants at that base fee, in wei a gas unit; its bond, in wei."""

    least_wei: int
    bond_wei: int
    base_fee_wei: int

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
    return Reckoned(least + with_royalty(rent, royalty_bps), bond, base_fee)


def gas_wei(sizes: Sizes, base_fee: int) -> int:
    """Twin of the oracle's `estimateFee`, but for the royalty."""
    gas = FIXED_GAS + OUTPUT_BYTE_GAS * sizes.output_bytes + sizes.callback_gas
    return gas * gas_price(base_fee)


def with_royalty(wei: int, royalty_bps: int) -> int:
    """Of which so much is left when the publisher has its part."""
    return wei * BPS // (BPS - int(royalty_bps))
