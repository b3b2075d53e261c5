"""A block's header as one answer tells it; what else is asked of the latest is asked
once."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Self

from web3.types import BlockData

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
