"""How fast memory is hashed, by one thread: a core is what a peer has, too.

Threads are bound to one core for it, so that the pool of `mips_vm.keccak` has one.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np

from mips_vm import Machine
from mips_vm.constants import ARENA, MODEL
from mips_vm.keccak import MAX_ALONE, hash_pairs, pool
from mips_vm.tree import region_root_of
from oracle.bench.figure import Figure, least_seconds

PAIRS: Final = MAX_ALONE
PEER_PAIRS: Final = 1 << 12
IMAGE_BYTES: Final = 1 << 26
PAGE_BYTES: Final = 4096
SCATTERED: Final = 100

PEER: Final = "safe-pysha3"
NUMBA: Final = "a plain numba kernel, one thread, elsewhere"
NUMBA_ROOT_SECONDS: Final = 0.7
"""As we measured it of 64 MiB on two Zen 3 cores."""


def figures() -> Iterator[Figure]:
    """Hashes, whole roots and roots after a small change."""
    random = np.random.default_rng(1)
    yield from hashes(random.integers(0, 256, (PAIRS, 64), dtype=np.uint8))
    image = random.bytes(IMAGE_BYTES)
    with one_thread():
        yield from roots(image)
    machine = Machine.from_program(bytes(4))
    machine.load_model(image)
    machine.state_root()
    pages = ARENA.size // PAGE_BYTES

    def touch(count: int) -> None:
        for page in random.integers(0, pages, count).tolist():
            machine.memory.write(ARENA.base + page * PAGE_BYTES, b"touched")
        machine.state_root()

    with one_thread():
        many, one = least_seconds(lambda: touch(SCATTERED), lambda: touch(1))
    yield Figure("tree.touch_100_pages_seconds", many, "s")
    yield Figure("state root after one page changed", one * 1e6, "us")


def roots(image: bytes) -> Iterator[Figure]:
    """The root of fresh memory, inside a machine and of bytes alone."""
    machine = Machine.from_program(bytes(4))

    def fresh() -> None:
        machine.load_model(image)
        machine.state_root()

    def load() -> None:
        machine.load_model(image)

    loaded, both, alone = least_seconds(
        load, fresh, lambda: region_root_of(image, MODEL.depth), repeats=3
    )
    least = both - loaded
    yield Figure("tree.root_64mib_seconds", least, "s", NUMBA, NUMBA_ROOT_SECONDS)
    yield Figure("root of 64 MiB that are in no machine", alone, "s")


@contextmanager
def one_thread() -> Iterator[None]:
    """One core for this process, and a pool of as many threads."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    pool.cache_clear()
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
        pool.cache_clear()


def hashes(pairs: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> Iterator[Figure]:
    """keccak-256 of 64 bytes, as many at once as one thread takes."""
    name, unit = "keccak-256 of 64 bytes", "ns"
    try:
        import sha3  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        (ours,) = least_seconds(lambda: hash_pairs(pairs))
        yield Figure("tree.keccak64_vs_pysha3", None, "times", PEER)
        yield Figure(name, ours / len(pairs) * 1e9, unit, PEER)
        return
    messages = [pair.tobytes() for pair in pairs[:PEER_PAIRS]]

    def one_by_one() -> None:
        for message in messages:
            sha3.keccak_256(message).digest()

    ours, theirs = least_seconds(lambda: hash_pairs(pairs), one_by_one)
    each, peer_each = ours / len(pairs), theirs / len(messages)
    yield Figure("tree.keccak64_vs_pysha3", peer_each / each, "times", PEER, 1)
    yield Figure(name, each * 1e9, unit, PEER, peer_each * 1e9)
