"""Bloom filters of logs, as block headers and receipts carry them.

Yellow Paper, section 4.3.1: an address or topic sets three of 2048 bits. As integers
here; header fields are the same 256 bytes, big-endian.
"""

from collections.abc import Iterable
from functools import lru_cache

from mips_vm.hashing.keccak import keccak256

BLOOM_BITS = 2048
ALL_ONES = (1 << BLOOM_BITS) - 1
"""What some chains put there instead of a filter."""


@lru_cache(maxsize=4096)
def bits_of(item: bytes) -> int:
    """The bits that an address or a topic sets."""
    digest = keccak256(item)
    places = (int.from_bytes(digest[i : i + 2]) % BLOOM_BITS for i in (0, 2, 4))
    bits = 0
    for place in places:
        bits |= 1 << place
    return bits


def bloom_of(items: Iterable[bytes]) -> int:
    """The filter of those addresses and topics."""
    bloom = 0
    for item in items:
        bloom |= bits_of(item)
    return bloom


def may_hold(bloom: int, item: bytes) -> bool:
    """Whether the item may be among what the filter is of; False is certain."""
    bits = bits_of(item)
    return bloom & bits == bits
