"""What a request must offer, as its requester can reckon it beforehand.

The oracle's `estimateFee` counts gas. A worker with default settings also wants its
bond's rent, which depends on the window and on what a false answer must cost: that is
added here, since the contract isn't told of either.
"""

from dataclasses import dataclass

from oracle.chain.chain import Chain
from oracle.chain.contracts import Contracts
from oracle.pricing.guard import BOND_RATE, BPS, rent_wei
from oracle.pricing.leases import MAX_LEASE

MARGIN_PERCENT = 150
"""Of what is reckoned: gas, and with it the bond, may cost more when a worker looks."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a fee depends on. Bytes of input and of output, gas of the callback, seconds
    of the window, wei of the least bond."""

    input_bytes: int
    output_bytes: int
    callback_gas: int = 0
    window: int = 600
    min_bond_wei: int = 0


def reckoned_fee(
    chain: Chain, contracts: Contracts, model_id: bytes, sizes: Sizes
) -> int:
    """Wei that a worker wants at present prices: gas, and the bond's rent for lease,
    window and a silent challenger's clock."""
    lengths = sizes.input_bytes, sizes.output_bytes, sizes.callback_gas
    gas = int(chain.call(contracts.oracle, "estimateFee", model_id, *lengths))
    bond, _ = chain.call(contracts.oracle, "bondFor", sizes.min_bond_wei)
    clock = int(chain.call(contracts.game, "clockSeconds"))
    rent = rent_wei(int(bond), MAX_LEASE + sizes.window + clock, BOND_RATE)
    _, royalty_bps, *_ = chain.call(contracts.registry, "model", model_id)
    return gas + rent * BPS // (BPS - int(royalty_bps))


def offered_fee(reckoned: int) -> int:
    """What to offer, so that a worker takes it."""
    return reckoned * MARGIN_PERCENT // 100
