"""How fast memory is hashed, by one thread: a core is what a peer has, too.

Threads are bound to one core for it, so that the pool of `mips_vm.hashing.keccak` has
one. What needs no pool is measured in the thread's own time, which busy cores disturb
little.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np

from mips_vm import Machine
from mips_vm.constants import MODEL, PAGE_BYTES, WORD_BYTES
from mips_vm.hashing.keccak import MAX_ALONE, PAIR_BYTES, hash_pairs, pool
from mips_vm.hashing.tree import region_root_of
from oracle.bench.figure import Figure, least_seconds, seconds_of

PAIRS: Final = MAX_ALONE
IMAGE_BYTES: Final = 1 << 26
SCATTERED: Final = 100
TURNS: Final = 50

PEER: Final = "safe-pysha3"
NUMBA: Final = "a plain numba kernel, one thread, elsewhere"
NUMBA_ROOT_SECONDS: Final = 0.7
"""As we measured it of 64 MiB on two Zen 3 cores."""

Pairs = np.ndarray[tuple[int, int], np.dtype[np.uint8]]


def figures() -> Iterator[Figure]:
    """Hashes, whole roots and roots after a small change."""
    random = np.random.default_rng(1)
    yield from hashes(random.integers(0, 256, (PAIRS, PAIR_BYTES), dtype=np.uint8))
    image = random.bytes(IMAGE_BYTES)
    with one_thread():
        yield from roots(image)
    machine = Machine.from_program(bytes(4))
    machine.load_model(image)
    with one_thread():
        many, one = roots_after_writes(machine, random, SCATTERED, 1)
    yield Figure("tree.touch_100_pages_seconds", many, "s")
    yield Figure("state root after one page changed", one * 1e6, "us")


def roots_after_writes(
    machine: Machine, random: np.random.Generator, *counts: int
) -> list[float]:
    """Seconds for the state root of a machine whose root was known, after a word was
    written in so many random pages of its model; the writes are not counted."""
    least = [float("inf")] * len(counts)
    for _ in range(TURNS):
        for index, count in enumerate(counts):
            machine.state_root()
            pages = random.choice(IMAGE_BYTES // PAGE_BYTES, count, replace=False)
            words = random.integers(PAGE_BYTES // WORD_BYTES, size=count)
            for offset in (pages * PAGE_BYTES + words * WORD_BYTES).tolist():
                machine.memory.write(MODEL.base + offset, random.bytes(WORD_BYTES))
            seconds = seconds_of(machine.state_root, time.thread_time)
            least[index] = min(least[index], seconds)
    return least


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


def hashes(pairs: Pairs) -> Iterator[Figure]:
    """One level of a tree: n pairs of nodes in a buffer, their n hashes in another.

    Both sides do that job, from the same buffer, by one thread. The peer hashes one
    message a call, so it has to cut the buffer up and to join what it gets, as whoever
    builds a tree with it has to; what its calls alone would take, with the messages cut
    beforehand and the hashes thrown away, is told beside.
    """
    ratio, each = "tree.keccak64_vs_pysha3", "keccak-256 of 64 bytes"
    alone = f"{each}, beside the peer's calls alone"
    peers = peer_actions(pairs.tobytes())
    actions = (lambda: hash_pairs(pairs), *peers)
    ours, *theirs = least_seconds(*actions, repeats=15, clock=time.thread_time)
    ns = ours / len(pairs) * 1e9
    if not theirs:
        yield Figure(ratio, None, "times", PEER)
        yield Figure(each, ns, "ns", PEER)
        return
    level_ns, calls_ns = (seconds / len(pairs) * 1e9 for seconds in theirs)
    yield Figure(ratio, level_ns / ns, "times", PEER, 1)
    yield Figure(each, ns, "ns", PEER, level_ns)
    yield Figure(alone, ns, "ns", PEER, calls_ns)


def peer_actions(level: bytes) -> list[Callable[[], object]]:
    """The peer's way up one level, then its calls alone; none where it is absent."""
    try:
        import sha3  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        return []
    keccak_256, starts = sha3.keccak_256, range(0, len(level), PAIR_BYTES)
    messages = [level[start : start + PAIR_BYTES] for start in starts]

    def next_level() -> bytes:
        return b"".join(
            [keccak_256(level[i : i + PAIR_BYTES]).digest() for i in starts]
        )

    def calls() -> None:
        for message in messages:
            keccak_256(message).digest()

    return [next_level, calls]
