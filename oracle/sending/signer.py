"""Signing what goes into the outbox, for fees that a node will take."""

from collections.abc import Callable
from typing import Any

from eth_account.signers.local import LocalAccount
from web3.types import Nonce, Wei

from oracle.chain.chain import Chain
from oracle.chain.errors import FeeAboveCap
from oracle.sending.sender import Fees
from oracle.store.outbox import Attempt, Draft, Outbox

BUMP = 8
"""One part in so many is added: nodes take a replacement from one in ten on."""
MOST_ATTEMPTS = 12
"""So often a nonce's fee is raised, to four times the first: whatever is wrong then, it
is not the fee, and what a node says must not make an account pay without end."""


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
        nonce, as far as the cap allows. Raises `FeeAboveCap` if the market is above."""
        fees = self._fees_at(nonce)
        if self._fee_cap is not None:
            fees = _at_most(fees, self._fee_cap)
        return self._signed(draft, nonce, fees)

    def raised(self, draft: Draft, nonce: int) -> Attempt:
        """To replace what nodes have. Raises `FeeAboveCap` if that would have to pay
        more than the cap: less would be no replacement."""
        fees = self._fees_at(nonce)
        if self._fee_cap is not None and fees["maxFeePerGas"] > self._fee_cap:
            raise FeeAboveCap(self._fee_cap, fees["maxFeePerGas"])
        return self._signed(draft, nonce, fees)

    def _signed(self, draft: Draft, nonce: int, fees: Fees) -> Attempt:
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
        before = self._outbox.attempts_at(nonce)
        most = max((attempt.max_fee for attempt in before), default=0)
        tip = max((attempt.tip for attempt in before), default=0)
        if 0 < len(before) < MOST_ATTEMPTS:
            most, tip = _raised(most), _raised(tip)
        return {
            "maxFeePerGas": Wei(max(fees["maxFeePerGas"], most)),
            "maxPriorityFeePerGas": Wei(max(fees["maxPriorityFeePerGas"], tip)),
        }


def _at_most(fees: Fees, cap: int) -> Fees:
    return {
        "maxFeePerGas": Wei(min(fees["maxFeePerGas"], cap)),
        "maxPriorityFeePerGas": Wei(min(fees["maxPriorityFeePerGas"], cap)),
    }


def _raised(fee: int) -> int:
    """By a wei at least: where there are no fees, an eighth of nothing would give the
    same bytes again."""
    return fee + max(1, -(-fee // BUMP))
