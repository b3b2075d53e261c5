"""Transactions that wait for a block, while none is mined by itself.

What can be mined is *pending*; what comes after a nonce that is missing is *queued*.
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from eth_typing import Address
from eth_utils.address import to_checksum_address
from eth_utils.exceptions import ValidationError

from mips_vm.json_text import JsonObject
from oracle.chain.local.embedded import EmbeddedChain
from oracle.chain.local.rpc import Handler
from oracle.chain.local.shapes import unhexed, waiting_entry

RAISE_PERCENT = 10
"""What a replacement must offer more, of the fee and of the tip."""
Shape = Callable[[Any], Any]


class Pool:
    """By sender and nonce, in the order of their coming. Lost with the process."""

    def __init__(self, chain: EmbeddedChain) -> None:
        self._chain = chain
        self._waiting: dict[tuple[bytes, int], Any] = {}

    def methods(self) -> dict[str, Handler]:
        return {
            "txpool_status": lambda: {
                name: hex(len(found)) for name, found in self._halves().items()
            },
            "txpool_content": lambda: self._told(waiting_entry),
            "txpool_inspect": lambda: self._told(_summary),
            "eth_pendingTransactions": lambda: [*map(waiting_entry, self.pending())],
            "anvil_dropTransaction": self._drop,
            "hardhat_dropTransaction": self._drop,
            "anvil_dropAllTransactions": self._waiting.clear,
        }

    def add(self, transaction: Any) -> bytes:
        """Its hash. Raises `ValidationError`, in the words that tools look for."""
        sender, nonce = bytes(transaction.sender), transaction.nonce
        self._chain.check(transaction)
        if nonce < (expected := self._nonce(sender)):
            raise ValidationError(
                f"nonce too low: expected {expected} or more, got {nonce}"
            )
        before = self._waiting.get((sender, nonce))
        if before is not None and before.hash == transaction.hash:
            raise ValidationError("already known")
        if before is not None and not _pays_more(transaction, before):
            raise ValidationError(
                "replacement transaction underpriced: expected "
                f"{RAISE_PERCENT} % more than {before.max_fee_per_gas} wei"
            )
        self._waiting[sender, nonce] = transaction
        return bytes(transaction.hash)

    def find(self, identity: bytes) -> Any:
        """The transaction with that hash, or None."""
        return next((t for t in self._live() if t.hash == identity), None)

    def nonce(self, sender: bytes) -> int:
        """The first that is free after those that can be mined."""
        used = count(self._nonce(sender))
        return next(nonce for nonce in used if (sender, nonce) not in self._waiting)

    def next(self) -> Any:
        """The first that can be mined and pays the base fee, taken out; or None."""
        fee, blocked = self._chain.next_base_fee, set()
        for found in self.pending():
            if found.max_fee_per_gas < fee:
                blocked.add(found.sender)
            elif found.sender not in blocked:
                return self._waiting.pop((bytes(found.sender), found.nonce))
        return None

    def pending(self) -> list[Any]:
        """Those that can be mined, each after what it needs."""
        return self._halves()["pending"]

    def _halves(self) -> dict[str, list[Any]]:
        halves: dict[str, list[Any]] = {"pending": [], "queued": []}
        for found in sorted(self._live(), key=lambda t: int(t.nonce)):
            ready = found.nonce < self.nonce(bytes(found.sender))
            halves["pending" if ready else "queued"].append(found)
        return halves

    def _live(self) -> Iterator[Any]:
        """Without what was mined meanwhile, here or on another branch."""
        for sender, nonce in list(self._waiting):
            if nonce < self._nonce(sender):
                del self._waiting[sender, nonce]
        return iter(list(self._waiting.values()))

    def _told(self, shape: Shape) -> dict[str, dict[str, JsonObject]]:
        told: dict[str, dict[str, JsonObject]] = {}
        for name, found in self._halves().items():
            by_sender = told.setdefault(name, {})
            for transaction in found:
                sender = to_checksum_address(transaction.sender)
                entry = {str(transaction.nonce): shape(transaction)}
                by_sender.setdefault(sender, {}).update(entry)
        return told

    def _drop(self, identity: str) -> str | None:
        found = self.find(unhexed(identity))
        if found is None:
            return None
        del self._waiting[bytes(found.sender), found.nonce]
        return identity

    def _nonce(self, sender: bytes) -> int:
        return int(self._chain.state().get_nonce(Address(sender)))


def _pays_more(transaction: Any, before: Any) -> bool:
    offers = (
        (transaction.max_fee_per_gas, before.max_fee_per_gas),
        (transaction.max_priority_fee_per_gas, before.max_priority_fee_per_gas),
    )
    return all(
        new > old and 100 * new >= (100 + RAISE_PERCENT) * old for new, old in offers
    )


def _summary(transaction: Any) -> str:
    to = to_checksum_address(transaction.to) if transaction.to else "contract creation"
    price = transaction.max_fee_per_gas
    return f"{to}: {transaction.value} wei + {transaction.gas} gas × {price} wei"
