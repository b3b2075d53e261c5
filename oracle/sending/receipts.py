"""Receipts of one account's transactions, each under every hash that it was given."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, cast

from web3.exceptions import TransactionNotFound
from web3.types import TxReceipt

from oracle.chain.chain import Chain
from oracle.chain.errors import Displaced
from oracle.chain.head import Head
from oracle.store.outbox import Entry

MISSES = 5
"""So often a used nonce without our receipt is not believed: endpoints may differ."""


class Receipts:
    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._missed: Counter[int] = Counter()
        self._gathered: dict[bytes, TxReceipt] = {}

    def gather(self, entries: Sequence[Entry], head: Head) -> None:
        """Asks for those of the head at once, if it has any of these."""
        self._gathered = {}
        ours = {attempt.hash for entry in entries for attempt in entry.attempts}
        if not ours.isdisjoint(head.transactions):
            found = self._chain.receipts(head.hash)
            told = {bytes(receipt["transactionHash"]): receipt for receipt in found}
            self._gathered = {h: r for h, r in told.items() if h in ours}

    def missing(self, entries: Iterable[Entry]) -> list[Entry]:
        """Those whose receipts were not among what was gathered."""
        return [
            entry
            for entry in entries
            if not any(attempt.hash in self._gathered for attempt in entry.attempts)
        ]

    def find(self, entry: Entry) -> TxReceipt | None:
        """Of whichever of its signings was mined."""
        eth = self._chain.endpoint.web3.eth
        for attempt in entry.attempts:
            if attempt.hash in self._gathered:
                return self._gathered[attempt.hash]
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
