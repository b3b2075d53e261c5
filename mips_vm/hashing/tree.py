"""The Merkle tree over memory: binary, keccak-256, raw 32-byte leaves, depth 27.

Nodes from blocks (1024 bytes) up are kept, those inside one are computed when asked
for: a changed word costs few hashes, and the tree is small beside what it is over.
docs/state-encoding.md fixes the shape. A node is numbered by its generalised index: the
root is 1, the children of n are 2n and 2n + 1.
"""

import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, overload

import numpy as np
from numpy.typing import NDArray

from mips_vm.constants import ADDRESS_SPACE, LEAF_BYTES, TREE_DEPTH
from mips_vm.hashing.keccak import (
    HASH_BYTES,
    MAX_ALONE,
    PAIR_BYTES,
    Indices,
    climb,
    hash_pairs,
    keccak256,
    pool,
)

BLOCK_BYTES: Final = 1024
BLOCK_COUNT: Final = ADDRESS_SPACE // BLOCK_BYTES
BLOCK_LEVELS: Final = (BLOCK_BYTES // LEAF_BYTES).bit_length() - 1
FIRST_LEAF: Final = 1 << TREE_DEPTH

_BATCH_BLOCKS: Final = MAX_ALONE * PAIR_BYTES // BLOCK_BYTES
"""Blocks that one thread hashes at a time; they and their nodes stay in its cache."""

_PRIVATE: Final = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class LeafProof:
    """A leaf and its siblings, lowest level first: enough for a subtree's root."""

    leaf: bytes
    siblings: tuple[bytes, ...]

    def root(self, index: int) -> bytes:
        """What the siblings lead to from the leaf at `index` (only low bits count)."""
        node = self.leaf
        for level, sibling in enumerate(self.siblings):
            pair = sibling + node if index >> level & 1 else node + sibling
            node = keccak256(pair)
        return node


class _ZeroHashes(Sequence[bytes]):
    """Root of 2^level zero leaves, for each level; hashed at first use."""

    @overload
    def __getitem__(self, level: int) -> bytes: ...
    @overload
    def __getitem__(self, level: slice) -> tuple[bytes, ...]: ...
    def __getitem__(self, level: int | slice) -> bytes | tuple[bytes, ...]:
        return _zero_hashes()[level]

    def __len__(self) -> int:
        return TREE_DEPTH + 1

    def __iter__(self) -> Iterator[bytes]:
        return iter(_zero_hashes())


@cache
def _zero_hashes() -> tuple[bytes, ...]:
    hashes = [bytes(LEAF_BYTES)]
    while len(hashes) <= TREE_DEPTH:
        hashes.append(keccak256(hashes[-1] * 2))
    return tuple(hashes)


ZERO: Final[Sequence[bytes]] = _ZeroHashes()


def region_root_of(data: bytes, depth: int) -> bytes:
    """Root of a region of 2^depth leaves: `data`, then zeros."""
    leaves = -(-len(data) // LEAF_BYTES)
    if leaves > 1 << depth:
        raise ValueError(f"expected at most {1 << depth} leaves, got {leaves}")
    level = np.zeros((leaves, LEAF_BYTES), np.uint8)
    level.reshape(-1)[: len(data)] = np.frombuffer(data, np.uint8)
    for height in range(depth):
        if not len(level):
            return ZERO[depth]
        if len(level) % 2:
            odd = np.frombuffer(ZERO[height], np.uint8)[None]
            level = np.concatenate([level, odd])
        level = hash_pairs(level.reshape(-1, PAIR_BYTES))
    return level[0].tobytes() if len(level) else ZERO[depth]


class BlockTree:
    """Kept nodes over `blocks`, a (2^22, 1024) view of memory.

    A node is stored as its difference (xor) from the zero subtree of its height, so
    that a fresh array of zeros is the tree of empty memory, and costs nothing until
    it is touched.
    """

    def __init__(self, blocks: Bytes) -> None:
        self._blocks = blocks
        # Not numpy's zeros: their pages are huge, and each level would fill one.
        nodes = mmap.mmap(-1, 2 * BLOCK_COUNT * HASH_BYTES, flags=_PRIVATE)
        self._differences = np.frombuffer(nodes, np.uint8).reshape(-1, HASH_BYTES)

    def rehash(self, blocks: Indices) -> None:
        """Brings the tree up to date with these blocks: distinct, ascending."""
        if not len(blocks):
            return
        batches = [
            blocks[start : start + _BATCH_BLOCKS]
            for start in range(0, len(blocks), _BATCH_BLOCKS)
        ]
        run = map if len(batches) == 1 else pool().map
        zero = _zero_rows()[BLOCK_LEVELS]
        for batch, roots in zip(batches, run(self._block_roots, batches), strict=True):
            self._differences[batch + BLOCK_COUNT] = roots ^ zero
        climb(self._differences, _zero_rows(), blocks + BLOCK_COUNT, BLOCK_LEVELS)

    def forget(self, blocks: Indices, region_node: int) -> None:
        """These blocks, all of a region's that are not zero, become zero."""
        nodes = blocks + BLOCK_COUNT
        nodes = nodes[self._differences[nodes].any(axis=1)]
        if not len(nodes):
            return
        height = BLOCK_LEVELS
        while nodes[0] > region_node:
            self._differences[nodes] = 0
            nodes, height = np.unique(nodes >> 1), height + 1
        self._differences[nodes] = 0
        climb(self._differences, _zero_rows(), nodes, height)

    def node(self, index: int) -> bytes:
        """Any node, leaf (2^27 and up) or inner."""
        height = TREE_DEPTH + 1 - index.bit_length()
        if height >= BLOCK_LEVELS:
            return bytes(self._load(index, height))
        block = (index << height) - FIRST_LEAF >> BLOCK_LEVELS
        first = FIRST_LEAF + (block << BLOCK_LEVELS) >> height
        return bytes(self._block_level(block, height)[index - first])

    def prove(self, address: int, levels: int) -> LeafProof:
        """The leaf that holds `address`, and `levels` siblings."""
        block, leaf = divmod(address // LEAF_BYTES, 1 << BLOCK_LEVELS)
        level = self._block_level(block, 0)
        value = level[leaf].tobytes()
        siblings = []
        for height in range(min(levels, BLOCK_LEVELS)):
            siblings.append(level[leaf >> height ^ 1].tobytes())
            level = hash_pairs(level)
        node = BLOCK_COUNT + block
        for height in range(BLOCK_LEVELS, levels):
            siblings.append(self._load(node ^ 1, height).tobytes())
            node >>= 1
        return LeafProof(value, tuple(siblings))

    def _block_level(self, block: int, height: int) -> Bytes:
        """One level inside a block: (2^(5 - height), 32)."""
        level: Bytes = self._blocks[block].reshape(-1, LEAF_BYTES)
        for _ in range(height):
            level = hash_pairs(level)
        return level

    def _block_roots(self, batch: Indices) -> Bytes:
        level: Bytes
        first, last = int(batch[0]), int(batch[-1])
        contiguous = last - first == len(batch) - 1
        level = self._blocks[first : last + 1] if contiguous else self._blocks[batch]
        for _ in range(BLOCK_LEVELS):
            level = hash_pairs(level)
        return level

    def _load(self, node: int, height: int) -> Bytes:
        values: Bytes = self._differences[node] ^ _zero_rows()[height]
        return values


@cache
def _zero_rows() -> Bytes:
    """ZERO as an array."""
    return np.frombuffer(b"".join(ZERO), np.uint8).reshape(-1, HASH_BYTES)
