"""`eth_getLogs` in ranges that the node grants: halved at a complaint, then grown."""

import logging
from collections.abc import Callable, Iterator, Sequence

from web3.exceptions import Web3RPCError
from web3.types import LogReceipt

log = logging.getLogger(__name__)

MOST_BLOCKS = 10_000
LIMITS = (
    "limit",
    "range",
    "too many",
    "too large",
    "more than",
    "response size",
    "query timeout",
)
"""What providers say, in part, when a query is too large for them."""

Ask = Callable[[int, int], Sequence[LogReceipt]]


class Ranges:
    """Remembers how many blocks at once the node was willing to search."""

    def __init__(self, most: int = MOST_BLOCKS) -> None:
        self.most = self.size = most

    def read(self, ask: Ask, first: int, last: int) -> Iterator[LogReceipt]:
        """The logs of blocks [first, last], in order.

        Raises the node's own complaint when one block is too much for it, too.
        """
        while first <= last:
            end = min(first + self.size - 1, last)
            try:
                found = ask(first, end)
            except Web3RPCError as error:
                if end == first or not is_limit(error):
                    raise
                self.size = (end - first + 1) // 2
                log.info("log queries of %d blocks from now on: %s", self.size, error)
                continue
            yield from found
            self.size = min(2 * self.size, self.most)
            first = end + 1


def is_limit(error: Web3RPCError) -> bool:
    message = str(error).lower()
    return any(sign in message for sign in LIMITS)
