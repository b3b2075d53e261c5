"""Memory and its tree by their definitions: a dictionary of bytes, leaf by leaf."""

import random

import sha3

from mips_vm.constants import PAGE_BYTES, REGIONS, TREE_DEPTH, Region
from mips_vm.storage.memory import Memory


def keccak(data: bytes) -> bytes:
    return sha3.keccak_256(data).digest()


class PlainTree:
    """The tree by its definition: a leaf is 32 bytes, a node hashes its children."""

    def __init__(self, data: dict[int, int]) -> None:
        leaves: dict[int, bytearray] = {}
        for address, byte in data.items():
            leaf = leaves.setdefault(address // 32, bytearray(32))
            leaf[address % 32] = byte
        self.zero = [bytes(32)]
        level = {index: bytes(leaf) for index, leaf in leaves.items()}
        self.levels = [level]
        for height in range(TREE_DEPTH):
            zero = self.zero[height]
            level = {
                parent: keccak(
                    level.get(2 * parent, zero) + level.get(2 * parent + 1, zero)
                )
                for parent in {index // 2 for index in level}
            }
            self.levels.append(level)
            self.zero.append(keccak(zero + zero))

    def node(self, index: int) -> bytes:
        height = TREE_DEPTH + 1 - index.bit_length()
        place = index - (1 << index.bit_length() - 1)
        return self.levels[height].get(place, self.zero[height])


def scatter(memory: Memory, rng: random.Random, count: int = 40) -> dict[int, int]:
    """Random bytes in all regions, in runs and alone; what was written."""
    data = {}
    for _ in range(count):
        region = rng.choice(REGIONS)
        start = region.base + rng.choice((0, 1, 4095, rng.randrange(region.size - 99)))
        chunk = rng.randbytes(rng.choice((1, 4, 33, 99)))
        memory.write(start, chunk)
        data.update({start + i: byte for i, byte in enumerate(chunk)})
    return data


def placed(base: int, data: bytes) -> dict[int, int]:
    return {base + index: byte for index, byte in enumerate(data)}


class PlainMemory:
    """The same operations on a dictionary of the bytes that are not zero."""

    def __init__(self) -> None:
        self.data: dict[int, int] = {}

    def write(self, address: int, data: bytes) -> None:
        self.data = self.data | placed(address, data)

    def clear(self, region: Region) -> None:
        kept = {a: byte for a, byte in self.data.items() if not region.contains(a)}
        self.data = kept

    def map(self, address: int, content: bytes) -> None:
        self.write(address, content + bytes(-len(content) % PAGE_BYTES))
