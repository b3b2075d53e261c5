"""A block's header as one answer tells it; what else is asked of the latest is asked
once, and what only an event changes no sooner than there may have been one."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Self

from web3.types import BlockData

from oracle.record.bloom import may_hold

LONGEST_QUIET_SECONDS = 60.0
MOST_AGE_SECONDS = 15.0
"""What an endpoint that lags has told must not be believed for long, even where blocks
come only with transactions."""


@dataclass(frozen=True, slots=True)
class Head:
    """`timestamp` in seconds, `base_fee` in wei a gas unit; `bloom` is None where the
    node gives none, `transactions` are hashes."""

    number: int
    hash: bytes
    parent: bytes
    timestamp: int
    base_fee: int
    bloom: int | None = None
    transactions: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, block: BlockData) -> Self:
        bloom = block.get("logsBloom")
        return cls(
            number=int(block["number"]),
            hash=bytes(block["hash"]),
            parent=bytes(block["parentHash"]),
            timestamp=int(block["timestamp"]),
            base_fee=base_fee_of(block),
            bloom=int.from_bytes(bloom) if bloom else None,
            transactions=tuple(map(_hash_of, block.get("transactions", ()))),
        )


def _hash_of(transaction: Any) -> bytes:
    """Of a transaction that is listed by its hash, or in full."""
    whole = isinstance(transaction, Mapping)
    return bytes(transaction["hash"] if whole else transaction)


def base_fee_of(block: BlockData) -> int:
    """Wei a gas unit; nothing where nodes leave it out, as some without fees do."""
    return int(block.get("baseFeePerGas") or 0)


NOTHING = Head(-1, b"", b"", 0, 0)
"""Before anything was looked at."""


class Known:
    """Answers about one head, gone with it."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._answers: dict[Hashable, Any] = {}
        self._head, self._since = b"", 0.0

    def notice(self, head: bytes) -> None:
        """Forgets everything if that is another head, or after a while."""
        age = self._clock() - self._since
        if head != self._head or age > MOST_AGE_SECONDS:
            self.forget()
            self._head, self._since = head, self._clock()

    def forget(self) -> None:
        self._answers.clear()

    def get(self, question: Hashable, ask: Callable[[], Any]) -> Any:
        """The answer, asked for if it is not known."""
        if question not in self._answers:
            self._answers[question] = ask()
        return self._answers[question]


@dataclass(slots=True)
class Quiet:
    """An answer that nothing changes but an event of one contract about one account.

    `items`: the contract's address and the account as a topic, which the bloom of a
    block with such an event has. One whose bloom has not, whose parent is the block
    before, changes nothing.
    """

    items: tuple[bytes, ...]
    clock: Callable[[], float] = monotonic
    _answer: Any = None
    _head: Head = NOTHING
    _asked_at: float = 0.0

    def get(self, head: Head, blooms: bool, ask: Callable[[], Any]) -> Any:
        """As of that head. `blooms`: whether this chain's are to be believed."""
        if not (self._fresh() and (head.hash == self._head.hash or blooms)):
            self._answer, self._asked_at = ask(), self.clock()
        elif head.hash != self._head.hash and self._may_have_changed(head):
            self._answer, self._asked_at = ask(), self.clock()
        self._head = head
        return self._answer

    def forget(self) -> None:
        """Something is known to have changed it."""
        self._head = NOTHING

    def _fresh(self) -> bool:
        age = self.clock() - self._asked_at
        return self._head is not NOTHING and age < LONGEST_QUIET_SECONDS

    def _may_have_changed(self, head: Head) -> bool:
        follows = head.parent == self._head.hash and head.bloom is not None
        return not follows or all(may_hold(head.bloom or 0, i) for i in self.items)
