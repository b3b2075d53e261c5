"""Receipts of one account's transactions, each under every hash that it was given."""

from collections import Counter
from typing import Any, cast

from web3.exceptions import TransactionNotFound
from web3.types import TxReceipt

from oracle.chain.chain import Chain
from oracle.chain.errors import Displaced
from oracle.store.outbox import Entry

MISSES = 5
"""So often a used nonce without our receipt is not believed: endpoints may differ."""


class Receipts:
    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._missed: Counter[int] = Counter()

    def find(self, entry: Entry) -> TxReceipt | None:
        """Of whichever of its signings was mined."""
        eth = self._chain.endpoint.web3.eth
        for attempt in reversed(entry.attempts):
            try:
                return eth.get_transaction_receipt(cast(Any, attempt.hash))
            except TransactionNotFound:
                continue
        return None

    def due(self, entry: Entry) -> TxReceipt | None:
        """Of an entry whose nonce is used: by it, it is to be hoped.

        Raises `Displaced` if so many looks have found none, or have all gone wrong: it
        is over in any case.
        """
        self._missed[entry.id] += 1
        looks = self._missed[entry.id]
        receipt = self.find(entry) if looks <= MISSES else None
        if receipt is None:
            if looks >= MISSES:
                raise Displaced(entry.draft.action, entry.nonce)
            return None
        del self._missed[entry.id]
        return receipt
