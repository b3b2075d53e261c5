"""How fast memory is hashed."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from mips_vm import Machine
from mips_vm.constants import ARENA, MODEL
from mips_vm.keccak import hash_pairs
from mips_vm.tree import region_root_of
from oracle.bench.figure import Figure, least_seconds

PAIRS: Final = 1 << 18
PEER_PAIRS: Final = 1 << 14
IMAGE_BYTES: Final = 1 << 26
PAGE_BYTES: Final = 4096


def figures() -> Iterator[Figure]:
    """Hashes, whole roots and roots after a small change."""
    random = np.random.default_rng(1)
    yield hashes(random.integers(0, 256, (PAIRS, 64), dtype=np.uint8))
    image = random.bytes(IMAGE_BYTES)
    (whole,) = least_seconds(lambda: region_root_of(image, MODEL.depth), repeats=3)
    yield Figure("root of a 64 MiB image", whole, "s")
    machine = Machine.from_program(bytes(4))
    machine.load_model(image)
    machine.state_root()

    def touch() -> None:
        machine.memory.write(ARENA.base, random.bytes(PAGE_BYTES))
        machine.state_root()

    (page,) = least_seconds(touch, repeats=20)
    yield Figure("state root after one page changed", page * 1e6, "us")


def hashes(pairs: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> Figure:
    """Time of one keccak-256 of 64 bytes, many at once."""
    name, unit = "keccak-256 of 64 bytes", "ns"
    try:
        import sha3  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        (ours,) = least_seconds(lambda: hash_pairs(pairs))
        return Figure(name, ours / PAIRS * 1e9, unit, "safe-pysha3")
    messages = [pair.tobytes() for pair in pairs[:PEER_PAIRS]]

    def one_by_one() -> None:
        for message in messages:
            sha3.keccak_256(message).digest()

    ours, theirs = least_seconds(lambda: hash_pairs(pairs), one_by_one)
    peer_value = theirs / PEER_PAIRS * 1e9
    return Figure(name, ours / PAIRS * 1e9, unit, "safe-pysha3", peer_value)
