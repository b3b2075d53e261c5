"""Signing what goes into the outbox, for fees that a node will take."""

from collections.abc import Callable
from typing import Any

from eth_account.signers.local import LocalAccount
from web3.types import Nonce, Wei

from oracle.chain.chain import Chain
from oracle.chain.errors import FeeAboveCap
from oracle.chain.sender import Fees
from oracle.store.outbox import Attempt, Draft, Outbox

BUMP = 8
"""One part in so many is added: nodes take a replacement from one in ten on."""


class Signer:
    """One account's. `market` tells today's fees; `fee_cap` is a gas unit's most."""

    def __init__(
        self,
        chain: Chain,
        account: LocalAccount,
        outbox: Outbox,
        market: Callable[[], Fees],
        fee_cap: int | None,
    ) -> None:
        self._chain, self._account, self._outbox = chain, account, outbox
        self._market, self._fee_cap = market, fee_cap

    def sign(self, draft: Draft, nonce: int) -> Attempt:
        """For the market's fees, or enough to replace whatever was signed for this
        nonce. Raises `FeeAboveCap`."""
        fees = self._fees_at(nonce)
        to = {"to": draft.to} if draft.to else {}
        fields: dict[str, Any] = {
            **to,
            **fees,
            "data": draft.data,
            "value": draft.value,
            "gas": draft.gas,
            "nonce": Nonce(nonce),
            "chainId": self._chain.endpoint.chain_id,
        }
        signed = self._account.sign_transaction(fields)
        return Attempt(
            hash=bytes(signed.hash),
            raw=bytes(signed.raw_transaction),
            max_fee=fees["maxFeePerGas"],
            tip=fees["maxPriorityFeePerGas"],
            block=self._chain.latest.number,
        )

    def _fees_at(self, nonce: int) -> Fees:
        fees = self._market()
        highest = self._outbox.highest_fees(nonce)
        if highest is None:
            return fees
        most, tip = (_raised(fee) for fee in highest)
        if self._fee_cap is not None and most > self._fee_cap:
            raise FeeAboveCap(self._fee_cap, most)
        return {
            "maxFeePerGas": Wei(max(fees["maxFeePerGas"], most)),
            "maxPriorityFeePerGas": Wei(max(fees["maxPriorityFeePerGas"], tip)),
        }


def _raised(fee: int) -> int:
    return fee + -(-fee // BUMP)
