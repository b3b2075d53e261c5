"""The logs of one block, proved whole, or none.

An endpoint that is a little behind, in its blocks or only in its index of logs, answers
`eth_getLogs` with too little and without an error. A header comes with its hash and
tells by its bloom which addresses and topics its block's logs have: an answer that
leaves a bit of it unexplained lacks something, and another is asked for. Anyone may
fill a block with more logs than an endpoint wants to tell: of such a one ours are asked
for alone, and that they are all is for the contracts to say.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from web3 import Web3
from web3.exceptions import BlockNotFound, TransactionNotFound, Web3RPCError
from web3.types import TxReceipt

from oracle.chain.chain import Chain, Contract, Log, log_of
from oracle.chain.errors import Unavailable
from oracle.chain.head import Head
from oracle.record.bloom import ALL_ONES, bloom_of, may_hold

NOT_THERE = (BlockNotFound, TransactionNotFound, Web3RPCError)
NO_FILTER = (None, 0, ALL_ONES)
"""Blooms that tell nothing where it isn't known that the chain has real ones."""


class Blocks:
    """Reads block by block what the contracts have logged.

    `blooms`: whether a block of this chain has been seen whose bloom was that of its
    logs. Some chains fill in zeros, or ones; there every transaction's receipt counts.
    `proved`: whether all that was told since somebody set it is whole for sure.
    """

    def __init__(self, chain: Chain, contracts: Sequence[Contract]) -> None:
        self._chain, self._contracts = chain, contracts
        self.blooms, self.proved = False, True
        self._topics = {c.address: tuple(c.abi.events) for c in contracts}

    def logs(self, head: Head) -> list[Log] | None:
        """The contracts' logs in that block, in order; None while no answer is whole.

        An answer that names the block by its hash is of that block or of none.
        """
        if self._is_silent(head):
            return []
        found = self._by_kept_receipts(head)
        if found is None:
            found = self._asked_for(head)
        if found is None:
            return None
        ours = [log for log in found if log.address in self._topics]
        if not _covers(head.bloom, ours):
            self.blooms = False
        return ours

    def _asked_for(self, head: Head) -> list[Log] | None:
        """By the first way that gives a whole answer; by the last, which proves least,
        only where no other is answered at all."""
        ways = [self._by_hash, self._by_receipts]
        refused = True
        for ask in ways[head.bloom in NO_FILTER :]:
            try:
                found, refused = ask(head), False
            except NOT_THERE:
                continue
            except Unavailable:
                if not self._chain.reachable():
                    raise
                continue
            if found is not None:
                return found
        return self._by_address(head) if refused else None

    def _is_silent(self, head: Head) -> bool:
        """Whether the header alone says that there is nothing of ours."""
        if not self.blooms or head.bloom is None:
            return not head.transactions
        return not any(
            may_hold(head.bloom, address)
            and any(may_hold(head.bloom, topic) for topic in topics)
            for address, topics in self._topics.items()
        )

    def _by_kept_receipts(self, head: Head) -> list[Log] | None:
        """From what the sender has asked for about this block, if that is whole."""
        receipts = self._chain.kept_receipts(head.hash)
        if not receipts or not _are_all(receipts, head):
            return None
        found = _in_order(log_of(log) for r in receipts for log in r["logs"])
        if head.bloom in NO_FILTER or not _explains(found, head):
            return None
        self.blooms = self.blooms or _bloom(found) == head.bloom
        return found

    def _by_hash(self, head: Head) -> list[Log] | None:
        """All that the node knows of the block, if that explains the whole bloom."""
        found = self._chain.block_logs(head.hash)
        if not _explains(found, head):
            return None
        self.blooms = self.blooms or _bloom(found) == head.bloom
        return found

    def _by_receipts(self, head: Head) -> list[Log] | None:
        """The same from the receipts of all of the block's transactions."""
        receipts = self._receipts(head)
        if not _are_all(receipts, head):
            return None
        found = _in_order(log_of(log) for r in receipts for log in r["logs"])
        return None if self.blooms and not _explains(found, head) else found

    def _by_address(self, head: Head) -> list[Log] | None:
        """Our contracts' alone. Nothing in the header proves that these are all: of the
        bloom's other bits nobody knows whose they are."""
        try:
            found = self._chain.block_logs(head.hash, self._contracts)
        except (*NOT_THERE, Unavailable):
            return None
        self.proved = False
        return found

    def _receipts(self, head: Head) -> Sequence[TxReceipt]:
        eth = self._chain.endpoint.web3.eth
        try:
            return eth.get_block_receipts(Web3.to_hex(head.hash))
        except NOT_THERE:  # not every node has the method
            hashes = map(Web3.to_hex, head.transactions)
            return [eth.get_transaction_receipt(each) for each in hashes]


def _explains(found: Sequence[Log], head: Head) -> bool:
    """Whether no bit of the bloom, and no place among the block's logs, is left over.

    There may be more: some chains don't count their own logs in.
    """
    places = [log.position for log in found]
    unexplained = (head.bloom or 0) & ~_bloom(found)
    return not unexplained and places == list(range(len(found)))


def _are_all(receipts: Sequence[TxReceipt], head: Head) -> bool:
    """Whether each transaction's receipt is there, of this block, and whole itself."""
    here = {bytes(r["transactionHash"]) for r in receipts}
    return here >= set(head.transactions) and all(
        bytes(r["blockHash"]) == head.hash and _is_whole(r) for r in receipts
    )


def _is_whole(receipt: TxReceipt) -> bool:
    given: Any = receipt.get("logsBloom")
    bloom = int.from_bytes(given) if given else None
    logs = [log_of(log) for log in receipt["logs"]]
    return bloom in NO_FILTER or _bloom(logs) == bloom


def _covers(bloom: int | None, logs: Sequence[Log]) -> bool:
    """Whether the header tells of those logs, as real ones do."""
    return bloom is not None and not _bloom(logs) & ~bloom


def _bloom(logs: Iterable[Log]) -> int:
    return bloom_of(item for log in logs for item in (log.address, *log.topics))


def _in_order(logs: Iterable[Log]) -> list[Log]:
    return sorted(logs, key=lambda log: log.position)
