"""Keccak-256 as Ethereum has it: of one message, or of many 64-byte ones at once.

The permutation runs as native code that `keccak_kernel` writes; it is compiled on first
use. Pairs of tree nodes are hashed eight at a time, in vector lanes. Where a process
does without LLVM, `plain_keccak` does the same.
"""

import ctypes
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mips_vm.compiled import llvm, native
from mips_vm.hashing import plain_keccak
from mips_vm.hashing.climb_kernel import CLIMB_IR, CLIMB_PAIRS

HASH_BYTES: Final = plain_keccak.HASH_BYTES
PAIR_BYTES: Final = 2 * HASH_BYTES

MAX_ALONE: Final = 1 << 14
"""Up to so many pairs, 1 MiB, are hashed in the calling thread."""

Bytes2D = NDArray[np.uint8]
Indices = NDArray[np.int64]


def keccak256(data: bytes) -> bytes:
    """The 32-byte hash of `data`."""
    if not llvm.usable():
        return plain_keccak.keccak256(data)
    rate = plain_keccak.RATE_BYTES
    blocks = len(data) // rate + 1
    padded = bytearray(blocks * rate)
    padded[: len(data)] = data
    padded[len(data)] = plain_keccak.PADDING_FIRST
    padded[-1] |= plain_keccak.PADDING_LAST
    digest = ctypes.create_string_buffer(HASH_BYTES)
    _kernel().sponge(bytes(padded), blocks, digest)
    return digest.raw


def hash_pairs(pairs: Bytes2D) -> Bytes2D:
    """The hash of each row: (n, 64) bytes in, (n, 32) out; many rows by all cores."""
    pairs = np.ascontiguousarray(pairs, dtype=np.uint8).reshape(-1, PAIR_BYTES)
    if not llvm.usable():
        return plain_keccak.hash_pairs(pairs)
    hashes = np.empty((len(pairs), HASH_BYTES), np.uint8)
    if len(pairs) <= MAX_ALONE:
        _hash_into(pairs, hashes)
    else:
        starts = range(0, len(pairs), MAX_ALONE)
        parts = [slice(start, start + MAX_ALONE) for start in starts]
        done = pool().map(lambda part: _hash_into(pairs[part], hashes[part]), parts)
        list(done)  # raises what they raised
    return hashes


def _hash_into(pairs: Bytes2D, hashes: Bytes2D) -> None:
    _kernel().pairs(pairs.ctypes.data, len(pairs), hashes.ctypes.data)


def climb(differences: Bytes2D, zeros: Bytes2D, nodes: Indices, height: int) -> None:
    """Rehashes, in place, all ancestors of `nodes`; see `climb_kernel`.

    `differences` is (nodes of the tree, 32), `zeros` is (heights, 32), `nodes` are
    ascending, of height `height`, and at least one.
    """
    if not llvm.usable():
        return plain_keccak.climb(differences, zeros, nodes, height)
    nodes = nodes.astype(np.int64)  # a copy, which the kernel overwrites
    pairs = min(len(nodes), CLIMB_PAIRS)
    room = np.empty((pairs, PAIR_BYTES + HASH_BYTES), np.uint8)
    pointers = (array.ctypes.data for array in (differences, zeros, nodes))
    _kernel().climb(*pointers, len(nodes), height, room.ctypes.data)


@cache
def pool() -> ThreadPoolExecutor:
    """A thread for each core. Its work must not wait for it; see `MAX_ALONE`."""
    os.register_at_fork(after_in_child=pool.cache_clear)  # threads don't survive it
    cores = len(os.sched_getaffinity(0))
    return ThreadPoolExecutor(cores, thread_name_prefix="keccak")


_FUNCTIONS: Final = "sponge", "hash_pairs", "climb"


class _Kernel:
    """The native functions."""

    def __init__(self) -> None:
        library = native.load_own("keccak", _FUNCTIONS, _kernel_ir)
        word, pointer = ctypes.c_uint64, ctypes.c_void_p
        self.sponge: Any = library.function(
            "sponge", None, ctypes.c_char_p, word, pointer
        )
        self.pairs: Any = library.function("hash_pairs", None, pointer, word, pointer)
        arguments = (pointer, pointer, pointer, word, word, pointer)
        self.climb: Any = library.function("climb", None, *arguments)


def _kernel_ir() -> str:
    from mips_vm.hashing import keccak_kernel  # it imports LLVM

    return keccak_kernel.module_ir() + CLIMB_IR


@cache
def _kernel() -> _Kernel:
    return _Kernel()
