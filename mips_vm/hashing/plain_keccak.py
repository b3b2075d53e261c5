"""Keccak-256 and what trees ask of it without native code of ours: by pycryptodome.

A hash takes five microseconds, fifty times a native one of many, and a tenth of a
megabyte of code: for a device that answers with one small model that is enough.
"""

from typing import Final

import numpy as np
from Crypto.Hash import keccak
from numpy.typing import NDArray

HASH_BITS: Final = 256
HASH_BYTES: Final = HASH_BITS // 8

RATE_BYTES: Final = 136
PADDING_FIRST: Final = 0x01
PADDING_LAST: Final = 0x80
"""Of the sponge, for whoever writes it out."""

Bytes2D = NDArray[np.uint8]


def keccak256(data: bytes) -> bytes:
    """The 32-byte hash of `data`."""
    return keccak.new(digest_bits=HASH_BITS, data=data).digest()


def hash_pairs(pairs: Bytes2D) -> Bytes2D:
    """The hash of each row: (n, 64) bytes in, (n, 32) out."""
    hashes = b"".join(keccak256(pair.tobytes()) for pair in pairs)
    return np.frombuffer(bytearray(hashes), np.uint8).reshape(-1, HASH_BYTES)


def climb(
    differences: Bytes2D, zeros: Bytes2D, nodes: NDArray[np.int64], height: int
) -> None:
    """Rehashes, in place, all ancestors of `nodes`; see `climb_kernel`."""
    while nodes[0] > 1:
        nodes = np.unique(nodes >> 1)
        children = differences[(nodes[:, None] << 1) + (0, 1)] ^ zeros[height]
        height += 1
        pairs = children.reshape(len(nodes), -1)
        differences[nodes] = hash_pairs(pairs) ^ zeros[height]
