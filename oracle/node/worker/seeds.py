"""What shows the contracts a request's seed: a block's header, and where the seed goes.

The seed is `keccak256(prevrandao of the block, request id)`; the contracts check it, so
whoever sends it has no choice.
"""

from typing import Any, Final

from mips_vm.constants import IO_HEADER_BYTES, LEAF_BYTES
from mips_vm.hashing.keccak import keccak256
from mips_vm.hashing.tree import region_root_of
from oracle.chain.chain import Chain
from oracle.chain.rawheader import raw_header
from oracle.record.record import Asked
from tinynn.asking import SEED_BYTES

HISTORY_BLOCKS: Final = 8191
"""For so long a block's hash can be shown (EIP-2935)."""
LAST_BLOCKS: Final = 32
"""Before that is over nobody begins: what isn't mined in time would be for nothing."""
TURNS: Final = 4
"""Blocks, over which workers spread who goes first."""


def is_due(asked: Asked, head: int, turn: bytes) -> bool:
    """Whether this worker's turn to show the block has come, with `head` mined."""
    seed_block = asked.meter.seed_block
    first = seed_block + turn[0] % TURNS
    return first <= head <= seed_block + HISTORY_BLOCKS - LAST_BLOCKS


def showing(chain: Chain, asked: Asked) -> tuple[Any, ...]:
    """Arguments of `fixSeed`."""
    header = raw_header(chain, asked.meter.seed_block)
    return asked.request, header, len(asked.input), siblings(asked.input)


def siblings(data: bytes) -> list[bytes]:
    """Of an input region's first leaf, from below, but for those that are of zeros."""
    region = len(data).to_bytes(IO_HEADER_BYTES, "little") + data
    found, level = [], 0
    while (start := LEAF_BYTES << level) < len(region):
        found.append(region_root_of(region[start : 2 * start], level))
        level += 1
    return found


def seed_of(mix_hash: bytes, request_id: int) -> bytes:
    """28 bytes."""
    return keccak256(mix_hash + request_id.to_bytes(32))[:SEED_BYTES]
