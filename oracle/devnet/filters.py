"""Filters that a client polls: what is new since it last asked."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from eth_utils.exceptions import ValidationError

from oracle.chain.local.asked import LogQuery
from oracle.chain.local.rpc import EmbeddedProvider
from oracle.chain.local.shapes import hexed


@dataclass(slots=True)
class _Filter:
    """`wanted` is a log query; None asks for blocks, or transactions."""

    kind: str
    seen: int
    wanted: LogQuery


class Filters:
    """The filters of all clients of one chain."""

    def __init__(self, provider: EmbeddedProvider) -> None:
        self._provider, self._chain = provider, provider.chain
        self._ids = count(1)
        self._filters: dict[str, _Filter] = {}

    def add(self, kind: str, wanted: LogQuery | None = None) -> str:
        identity = hex(next(self._ids))
        head = self._chain.head.block_number
        self._filters[identity] = _Filter(kind, head, wanted or {})
        return identity

    def remove(self, identity: str) -> bool:
        return self._filters.pop(identity, None) is not None

    def changes(self, identity: str) -> list[Any]:
        """Logs, block hashes or transaction hashes since the last time."""
        told, head = self._find(identity), self._chain.head.block_number
        # After a reorg to a lower block everything above it is new again.
        first, told.seen = min(told.seen, head) + 1, head
        if told.kind == "logs":
            return self._logs(told.wanted, first, head)
        blocks = range(first, head + 1)
        if told.kind == "blocks":
            return [hexed(self._chain.header(number).hash) for number in blocks]
        mined = (self._chain.mined.get(number) for number in blocks)
        return [hexed(transaction.hash) for transaction in mined if transaction]

    def logs(self, identity: str) -> list[Any]:
        """All logs that the filter matches, told or not."""
        return self._provider.logs(self._find(identity).wanted)

    def _logs(self, wanted: LogQuery, first: int, last: int) -> list[Any]:
        begin = self._provider.number(wanted.get("fromBlock") or "earliest")
        end = self._provider.number(wanted.get("toBlock") or "latest")
        return self._provider.logs(
            {
                **wanted,
                "fromBlock": hex(max(first, begin)),
                "toBlock": hex(min(last, end)),
            }
        )

    def _find(self, identity: str) -> _Filter:
        if identity not in self._filters:
            raise ValidationError(f"filter not found: {identity}")
        return self._filters[identity]
