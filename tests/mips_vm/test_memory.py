"""Memory as bytes and as a Merkle tree, each against a naive version."""

import random
import signal
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from support.machine.plain_memory import PlainTree, placed, scatter

from mips_vm.constants import (
    ADDRESS_SPACE,
    ARENA,
    MODEL,
    PAGE_BYTES,
    PROGRAM,
    REGIONS,
    STACK,
    TREE_DEPTH,
    Region,
)
from mips_vm.errors import OutOfBounds
from mips_vm.hashing import tree
from mips_vm.hashing.keccak import Bytes2D, hash_pairs
from mips_vm.hashing.tree import BLOCK_BYTES, ZERO, region_root_of
from mips_vm.storage.flags import CHANGED, STALE, TOUCHED
from mips_vm.storage.memory import GUARD_BYTES, Memory


@pytest.fixture
def rng() -> Iterator[random.Random]:
    yield random.Random(20260103)


def test_zero_hashes_equal_definition() -> None:
    assert list(ZERO) == PlainTree({}).zero


def test_root_empty_memory_is_the_zero_root() -> None:
    assert Memory().root() == ZERO[TREE_DEPTH]


def test_root_random_writes_equal_definition(rng: random.Random) -> None:
    memory, data = Memory(), {}
    for _ in range(4):
        data |= scatter(memory, rng)
        tree = PlainTree(data)
        assert memory.root() == tree.node(1)
        for region in REGIONS:
            assert memory.region_root(region) == tree.node(region.node)


def test_node_every_height_equals_definition(rng: random.Random) -> None:
    memory = Memory()
    data = scatter(memory, rng)
    tree = PlainTree(data)
    for address in rng.sample(sorted(data), 12):
        for height in range(TREE_DEPTH + 1):
            index = (1 << TREE_DEPTH | address // 32) >> height
            assert memory.node(index) == tree.node(index)
            if index > 1:
                assert memory.node(index ^ 1) == tree.node(index ^ 1)


def test_root_of_one_region_leaves_others_pending() -> None:
    memory = Memory()
    memory.write(PROGRAM.base, b"program")
    memory.write(MODEL.base, b"model")
    memory.region_root(PROGRAM)
    expected = PlainTree(dict(enumerate(b"program")) | placed(MODEL.base, b"model"))
    assert memory.region_root(MODEL) == expected.node(MODEL.node)
    assert memory.root() == expected.node(1)


@pytest.mark.parametrize("levels", [0, 1, 7, 8, 23, 26, 27])
def test_prove_leaf_leads_to_its_ancestor(levels: int, rng: random.Random) -> None:
    memory = Memory()
    data = scatter(memory, rng)
    for address in (*rng.sample(sorted(data), 5), 0, ADDRESS_SPACE - 1):
        proof = memory.prove(address, levels)
        leaf = address // 32
        assert len(proof.siblings) == levels
        assert proof.leaf == memory.read(leaf * 32, 32)
        assert proof.root(leaf) == memory.node((1 << TREE_DEPTH | leaf) >> levels)


def test_region_root_of_bytes_equals_memory(rng: random.Random) -> None:
    for size in (0, 1, 32, 33, 4096, 5000):
        data = rng.randbytes(size)
        memory = Memory()
        memory.write(ARENA.base, data)
        assert region_root_of(data, ARENA.depth) == memory.region_root(ARENA)


def test_region_root_of_bytes_too_long_refused() -> None:
    with pytest.raises(ValueError, match="expected at most 2 leaves, got 3"):
        region_root_of(bytes(65), 1)


def test_read_write_ends_of_memory() -> None:
    memory = Memory()
    memory.write(ADDRESS_SPACE - 4, b"last")
    assert memory.read(ADDRESS_SPACE - 4, 4) == b"last"
    memory.write(ADDRESS_SPACE, b"")
    for address, size in ((ADDRESS_SPACE - 3, 4), (-1, 1), (1 << 40, 1)):
        with pytest.raises(OutOfBounds):
            memory.read(address, size)
        with pytest.raises(OutOfBounds):
            memory.write(address, bytes(size))


def test_words_are_little_endian_and_flagged() -> None:
    memory = Memory()
    before = memory.root()
    memory.store_word(STACK.base, 0x04030201)
    assert memory.read(STACK.base, 4) == b"\1\2\3\4"
    assert memory.load_word(STACK.base) == 0x04030201
    assert memory.root() != before


def test_mark_dirty_makes_array_writes_count() -> None:
    memory, other = Memory(), Memory()
    memory.array[ARENA.base + 4090 : ARENA.base + 4100] = 9
    memory.mark_dirty(ARENA.base + 4090, 10)
    other.write(ARENA.base + 4090, bytes([9] * 10))
    assert memory.root() == other.root()


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.name)
@pytest.mark.parametrize("hashed", [True, False])
def test_clear_region_leaves_the_rest(
    region: Region, hashed: bool, rng: random.Random
) -> None:
    memory = Memory()
    data = scatter(memory, rng)
    if hashed:
        memory.root()
    memory.clear(region)
    rest = {a: b for a, b in data.items() if not region.contains(a)}
    assert memory.root() == PlainTree(rest).node(1)
    assert not any(memory.read(region.base, PAGE_BYTES))


def test_large_write_is_hashed_by_several_threads(rng: random.Random) -> None:
    data = rng.randbytes(600 * PAGE_BYTES + 100)
    memory = Memory()
    memory.write(ARENA.base, data)
    assert memory.region_root(ARENA) == region_root_of(data, ARENA.depth)
    every_third = np.arange(0, 600 * PAGE_BYTES, 3 * PAGE_BYTES)
    for offset in every_third.tolist():
        memory.write(ARENA.base + offset, b"changed")
    content = memory.read(ARENA.base, len(data))
    assert memory.region_root(ARENA) == region_root_of(content, ARENA.depth)


def test_flags_are_found_as_a_plain_search_finds_them(rng: random.Random) -> None:
    memory = Memory()
    for _ in range(300):
        address = rng.randrange(ADDRESS_SPACE - 5000)
        memory.flags.mark(address, rng.randrange(1, 5000), rng.randrange(1, 8))
    every = np.arange(len(memory.flags.blocks))
    for region in REGIONS:
        inside = slice(region.base // BLOCK_BYTES, region.end // BLOCK_BYTES)
        for flag in (STALE, CHANGED, TOUCHED):
            blocks = every[inside][(memory.flags.blocks[inside] & flag) != 0]
            pages = np.unique(blocks * BLOCK_BYTES // PAGE_BYTES)
            assert (memory.flags.blocks_with(flag, region) == blocks).all()
            assert (memory.flags.pages_with(flag, region) == pages).all()


def test_one_changed_word_costs_few_hashes(
    rng: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Memory()
    memory.write(ARENA.base, rng.randbytes(20 * PAGE_BYTES))
    memory.root()
    hashed: list[int] = []

    def counting(pairs: Bytes2D) -> Bytes2D:
        hashed.append(pairs.nbytes // 64)
        return hash_pairs(pairs)

    monkeypatch.setattr(tree, "hash_pairs", counting)
    memory.store_word(ARENA.base + 5000, 1)
    memory.root()
    assert sum(hashed) == BLOCK_BYTES // 32 - 1


AT_THE_END = """
import ctypes
from mips_vm.constants import ADDRESS_SPACE, MODEL
from mips_vm.storage.memory import Memory
memory = Memory()
memory.write(ADDRESS_SPACE - 1, bytes([7]))
memory.clear(MODEL)
end = ctypes.c_ubyte.from_address(memory.address + ADDRESS_SPACE - 1)
print(end.value, flush=True)
beyond = ctypes.c_ubyte.from_address(memory.address + ADDRESS_SPACE + {offset})
{access}
print("survived")
"""


@pytest.mark.parametrize(
    ("access", "offset"),
    [("beyond.value", 0), ("beyond.value = 1", 0), ("beyond.value", GUARD_BYTES - 1)],
)
def test_access_beyond_the_last_byte_kills_the_process(
    access: str, offset: int
) -> None:
    """No guest's reaches it; a host's that did would not find anything there."""
    code = AT_THE_END.format(offset=offset, access=access)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (-signal.SIGSEGV, "0\n")
