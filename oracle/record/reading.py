"""Reading logs so that none is missed: near the head block by block, far from it not.

Near the head replicas differ, so each block's logs are proved by its own header
(oracle/record/whole.py). What is older is asked for in long ranges, whose sum is
compared with the contracts' state by whoever keeps it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from oracle.chain.chain import Chain, Log
from oracle.chain.contracts import Contracts
from oracle.chain.head import Head
from oracle.chain.journal import Tip
from oracle.record.whole import Blocks

BLOCKS_A_QUERY = 10_000
FAR_BLOCKS = 32
"""Behind the head: from there on a header a block costs more than it is worth."""
NEAR_BLOCKS = 8
"""So many are read one by one in any case. Full nodes know the state of 128."""
MOST_ONE_BY_ONE = 5000
"""Headers that are asked for where a range turned out to lack something."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was logged since the last reading, up to `tip`. `proved` by headers, as far
    as this chain's prove anything."""

    tip: Tip
    logs: list[Log]
    proved: bool = False


class Reader:
    """Reads one deployment's logs. It remembers what the chain's blooms are worth."""

    def __init__(self, chain: Chain, contracts: Contracts) -> None:
        self._chain, self._contracts = chain, contracts
        self.blocks = Blocks(chain, contracts.telling)

    def first(self, tip: Tip | None) -> int:
        """The block to go on from."""
        return self._contracts.block if tip is None else tip.block + 1

    def is_far(self, tip: Tip | None, head: Head, closely: bool) -> bool:
        """Whether there is too much to look at block by block."""
        most = MOST_ONE_BY_ONE if closely else FAR_BLOCKS
        return head.number - self.first(tip) >= most

    def near(self, tip: Tip | None, head: Head) -> Reading | None:
        """Up to the head, or to the last block before one that is not whole yet."""
        logs: list[Log] = []
        reached, self.blocks.proved = tip, True
        for block in self._linked(tip, head):
            found = self.blocks.logs(block)
            if found is None:
                break
            logs += found
            reached = Tip(block.number, block.hash)
        if reached is None or reached == tip:
            return None
        return Reading(reached, logs, self.blocks.proved)

    def far(self, tip: Tip | None, head: Head) -> list[Reading]:
        """In ranges, to a few blocks before the head; no further than the branch lasts.

        Nothing proves that they are whole.
        """
        last = head.number - NEAR_BLOCKS
        telling, found = self._contracts.telling, []
        for start in range(self.first(tip), last + 1, BLOCKS_A_QUERY):
            end = min(start + BLOCKS_A_QUERY - 1, last)
            expected = self._chain.block_hash(end)
            logs = self._chain.logs(telling, start, end)
            # INVARIANT: logs and hash are of one branch. A reorg, or an endpoint that
            # lags, may have come between.
            if not expected or self._chain.block_hash(end) != expected:
                break
            found.append(Reading(Tip(end, expected), logs))
        return found

    def _linked(self, tip: Tip | None, head: Head) -> Iterator[Head]:
        """The headers after the tip, each the child of the one before."""
        parent = None if tip is None else tip.hash
        for number in range(self.first(tip), head.number + 1):
            at_head = number == head.number
            block = head if at_head else self._chain.header(number)
            if block is None or (parent is not None and block.parent != parent):
                return  # of another branch, or of an endpoint that lags
            yield block
            parent = block.hash
