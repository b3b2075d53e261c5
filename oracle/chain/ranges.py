"""`eth_getLogs` in ranges that the node grants: halved at a complaint, then grown.

Providers have a hundred ways to say that a query is too large for them, so what they
say is not read: whatever an error is about, half as many blocks are asked for, down to
one, and of one block one contract at a time.
"""

import logging
from collections.abc import Callable, Iterator, Sequence

from web3.exceptions import Web3RPCError
from web3.types import LogReceipt

from oracle.chain.errors import LogsRefused, Unavailable
from oracle.chain.words import said

log = logging.getLogger(__name__)

MOST_BLOCKS = 10_000
AGAIN = 64
"""So many queries are granted before one as large as was refused is tried again: most
limits are of blocks, and stay; some are of logs, and then it depends on the blocks."""

Ask = Callable[[int, int], Sequence[LogReceipt]]


class Ranges:
    """Remembers how many blocks at once the node was willing to search.

    `refused`: the fewest that it wouldn't. No query grows to that, for a while.
    `reachable` tells whether an endpoint answers anything at all.
    """

    def __init__(
        self, most: int = MOST_BLOCKS, reachable: Callable[[], bool] = lambda: True
    ) -> None:
        self.most = self.size = most
        self.refused = most + 1
        self._granted, self._reachable = 0, reachable

    def read(
        self, ask: Ask, first: int, last: int, apart: Sequence[Ask] = ()
    ) -> Iterator[LogReceipt]:
        """The logs of blocks [first, last], in order. `apart` ask for parts of what
        `ask` does, for when one block has too much for one answer.

        Raises `LogsRefused` with the node's complaint if that is refused, too, and
        `Unavailable` if nothing answers.
        """
        while first <= last:
            end = min(first + self.size - 1, last)
            try:
                found = ask(first, end)
            except (Web3RPCError, Unavailable) as error:
                if isinstance(error, Unavailable) and not self._reachable():
                    raise
                if end > first:
                    self._halve(end - first + 1, error)
                    continue
                found = _in_parts(apart, first, error)
            yield from found
            self._grow()
            first = end + 1

    def _halve(self, blocks: int, error: Exception) -> None:
        self.refused, self.size = min(self.refused, blocks), blocks // 2
        self._granted = 0
        log.info("log queries of %d blocks from now on: %s", self.size, said(error))

    def _grow(self) -> None:
        self._granted += 1
        if self._granted >= AGAIN:
            self.refused, self._granted = self.most + 1, 0
        if (doubled := min(2 * self.size, self.most)) < self.refused:
            self.size = doubled


def _in_parts(apart: Sequence[Ask], block: int, error: Exception) -> list[LogReceipt]:
    """The logs of one block, asked for in several ways. Raises `LogsRefused`."""
    if len(apart) < 2:
        raise LogsRefused(block, said(error)) from None
    try:
        found = [entry for ask in apart for entry in ask(block, block)]
    except (Web3RPCError, Unavailable) as again:
        raise LogsRefused(block, said(again)) from None
    return sorted(found, key=lambda entry: entry["logIndex"])
