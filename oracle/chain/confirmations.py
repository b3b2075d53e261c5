"""What counts as done: what lies so deep in the chain that nobody expects it undone.

Nodes move at the head, where hashes make that safe; books and people wait for this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from web3.exceptions import Web3RPCError

from oracle.chain.chain import Chain
from oracle.chain.local.known import CHAIN_ID
from oracle.errors import NoFinalizedBlock

Wanted = int | Literal["finalized"]

FINALIZED: Literal["finalized"] = "finalized"
DEFAULT = 12
"""Blocks on top, where nothing is known of the chain."""
BY_CHAIN: Mapping[int, Wanted] = {
    CHAIN_ID: 0,  # a devnet undoes blocks only when it is told to
    1: FINALIZED,
    100: FINALIZED,  # Gnosis
    17_000: FINALIZED,  # Holesky
    560_048: FINALIZED,  # Hoodi
    11_155_111: FINALIZED,  # Sepolia
}
"""Where two thirds of the stake vouch for a block within a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Depth:
    """How much of the chain is done. `height` is the last block that was read;
    `finalized` the last one so called, where that is what counts."""

    wanted: Wanted
    height: int
    finalized: int

    def confirmations(self, block: int) -> int:
        """Blocks on top of that one."""
        return max(0, self.height - block)

    def is_done(self, block: int) -> bool:
        if self.wanted == FINALIZED:
            return block <= self.finalized
        return self.height - block >= self.wanted

    def told(self, block: int) -> str:
        """Such as `3 of 12 confirmations`; empty if none are wanted."""
        if self.wanted == FINALIZED:
            if self.is_done(block):
                return "in a finalized block"
            return f"in block {block}; finalized is {self.finalized}"
        if not self.wanted:
            return ""
        seen = min(self.confirmations(block), self.wanted)
        return f"{seen} of {self.wanted} confirmations"


def wanted_on(chain: Chain, setting: Wanted | None) -> Wanted:
    """The setting, or what is usual on the chain."""
    if setting is not None:
        return setting
    return BY_CHAIN.get(chain.endpoint.chain_id, DEFAULT)


def finalized_on(chain: Chain, wanted: Wanted) -> int:
    """The last finalized block's number; -1 where it doesn't count.

    To be asked for before the log is read: then what was read up to it is of the branch
    that it ends. Raises `NoFinalizedBlock` if the node has no such thing.
    """
    if wanted != FINALIZED:
        return -1
    try:
        header = chain.header(FINALIZED)
    except Web3RPCError:
        header = None
    if header is None:
        raise NoFinalizedBlock(chain.endpoint.chain_id)
    return header.number
