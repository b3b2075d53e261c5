"""Requests that pay by passes, and whose seed may be a block's."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from challenge.claim import Options
from oracle.chain.contracts import Contracts
from oracle.chain.errors import Refused
from oracle.errors import NoBlockSeed, PatienceTooShort
from oracle.pricing.leases import least_patience
from oracle.requester.requests import Terms, check_patience, min_lease_of, requested

if TYPE_CHECKING:
    from oracle.sending.sender import Receipt, Sender

SEED_TIME: Final = 600
"""Seconds, twin of the oracle's: 32 blocks, and to show one of them."""


@dataclass(frozen=True, slots=True)
class Passes:
    """`price_wei` comes back for each of `most` that isn't run."""

    price_wei: int
    most: int
    from_block: bool = False


def ask_metered(
    sender: "Sender",
    contracts: Contracts,
    model_id: bytes,
    data: bytes,
    terms: Terms,
    passes: Passes,
) -> "tuple[int, Receipt]":
    """Sends the request; its id. Raises `PatienceTooShort`, `NoBlockSeed`."""
    check_patience(sender.chain, contracts, terms.patience)
    min_lease = min_lease_of(sender.chain, contracts)
    least = least_patience(min_lease) + SEED_TIME * passes.from_block
    if terms.patience < least:
        raise PatienceTooShort(least, terms.patience, min_lease)
    arguments = (
        model_id,
        data,
        terms.callback_gas,
        sender.chain.now() + terms.patience,
        terms.window,
        terms.min_bond_wei,
        sender.address,
    )
    metered = (passes.price_wei, passes.most, passes.from_block)
    call: tuple[Any, ...] = ("requestMetered", *arguments, *metered)
    if terms.audits:
        call = ("requestWith", *arguments, Options(*metered, audits=True))
    try:
        receipt = sender.send(contracts.oracle, *call, value=terms.fee_wei)
    except Refused as refused:
        raise _translated(refused) from None
    (request,) = requested(receipt)
    return request.id, receipt


def _translated(refused: Refused) -> Exception:
    """What a chain without randomness, or without a history of it, has to say."""
    if refused.name == "NoRandomness":
        drawn = refused.arguments["prevrandao"]
        return NoBlockSeed(f"expected a beacon's randomness in a block, got {drawn}")
    if refused.name == "NoBlockHash":
        number = refused.arguments["number"]
        return NoBlockSeed(
            f"expected the hash of block {number} in its history (EIP-2935), got none"
        )
    return refused
