"""Memory as bytes, as a Merkle tree and as snapshots, each against a naive version."""

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sha3

from mips_vm import tree
from mips_vm.constants import (
    ADDRESS_SPACE,
    ARENA,
    INPUT,
    MODEL,
    PAGE_BYTES,
    PROGRAM,
    REGIONS,
    STACK,
    TREE_DEPTH,
    Region,
)
from mips_vm.errors import OutOfBounds
from mips_vm.flags import CHANGED, STALE, TOUCHED
from mips_vm.keccak import Bytes2D, hash_pairs
from mips_vm.memory import Memory
from mips_vm.tree import BLOCK_BYTES, ZERO, region_root_of


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


@pytest.fixture
def rng() -> Iterator[random.Random]:
    yield random.Random(20260103)


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
    expected = PlainTree(dict(enumerate(b"program")) | _at(MODEL.base, b"model"))
    assert memory.region_root(MODEL) == expected.node(MODEL.node)
    assert memory.root() == expected.node(1)


def _at(base: int, data: bytes) -> dict[int, int]:
    return {base + index: byte for index, byte in enumerate(data)}


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


def test_map_file_counts_as_its_bytes(tmp_path: Path, rng: random.Random) -> None:
    data = rng.randbytes(3 * PAGE_BYTES + 5)
    path = tmp_path / "image"
    path.write_bytes(data)
    memory = Memory()
    memory.map_file(path, MODEL.base)
    assert memory.read(MODEL.base, len(data) + 50) == data + bytes(50)
    assert memory.region_root(MODEL) == region_root_of(data, MODEL.depth)
    memory.write(MODEL.base, b"!")
    assert path.read_bytes() == data
    memory.clear(MODEL)
    assert memory.root() == ZERO[TREE_DEPTH]


def test_map_file_part_of_it_ends_in_zeros(tmp_path: Path) -> None:
    path = tmp_path / "image"
    path.write_bytes(b"x" * 5000)
    memory = Memory()
    memory.map_file(path, MODEL.base, 4097)
    assert memory.read(MODEL.base, 5000) == b"x" * 4097 + bytes(903)


def test_map_file_part_of_it_ends_in_zeros_after_restore(tmp_path: Path) -> None:
    path = tmp_path / "image"
    path.write_bytes(b"x" * 5000)
    memory = Memory()
    memory.map_file(path, MODEL.base, 4097)
    snapshot, root = memory.snapshot(), memory.root()
    memory.write(MODEL.base + 4096, b"!")
    memory.restore(snapshot)
    assert memory.read(MODEL.base, 5000) == b"x" * 4097 + bytes(903)
    assert memory.root() == root


def test_map_file_empty_is_zero(tmp_path: Path) -> None:
    path = tmp_path / "image"
    path.touch()
    memory = Memory()
    memory.map_file(path, MODEL.base)
    assert memory.root() == ZERO[TREE_DEPTH]


def test_map_file_odd_address_refused(tmp_path: Path) -> None:
    path = tmp_path / "image"
    path.write_bytes(b"x")
    with pytest.raises(ValueError, match="expected a page's address, got 0x10000004"):
        Memory().map_file(path, INPUT.base + 4)


def test_snapshots_any_order_restore_exactly(rng: random.Random) -> None:
    memory = Memory()
    moments = []
    for index in range(6):
        scatter(memory, rng, 10)
        if index == 3:
            memory.clear(ARENA)
        moments.append((memory.snapshot(), memory.root()))
        scatter(memory, rng, 2)
    for snapshot, root in rng.sample(moments, 6):
        memory.restore(snapshot)
        assert memory.root() == root
        scatter(memory, rng, 3)
        memory.restore(snapshot)
        assert memory.root() == root
    fresh = Memory()
    fresh.restore(moments[2][0])
    assert fresh.root() == moments[2][1]


def test_snapshot_after_restore_knows_what_differs(rng: random.Random) -> None:
    memory = Memory()
    scatter(memory, rng)
    first = memory.snapshot()
    memory.write(STACK.base, b"second")
    second, root = memory.snapshot(), memory.root()
    memory.restore(first)
    memory.write(STACK.base, b"third")
    memory.restore(second)
    assert memory.root() == root


def test_snapshot_copies_only_changed_pages(rng: random.Random) -> None:
    memory = Memory()
    memory.write(ARENA.base, rng.randbytes(100 * PAGE_BYTES))
    first = memory.snapshot()
    memory.write(ARENA.base + 50 * PAGE_BYTES, b"!")
    second = memory.snapshot()
    differing = [p for p in second.pages if second.pages[p] is not first.pages.get(p)]
    assert differing == [ARENA.base // PAGE_BYTES + 50]
    assert not (memory.flags.blocks & CHANGED).any()


def test_snapshot_mapped_file_is_not_copied(tmp_path: Path, rng: random.Random) -> None:
    path = tmp_path / "image"
    path.write_bytes(rng.randbytes(10 * PAGE_BYTES))
    memory = Memory()
    empty = memory.snapshot()
    memory.map_file(path, MODEL.base)
    mapped, root = memory.snapshot(), memory.root()
    assert not mapped.pages
    memory.write(MODEL.base + PAGE_BYTES, bytes(PAGE_BYTES))
    changed, changed_root = memory.snapshot(), memory.root()
    for snapshot, expected in (
        (mapped, root),
        (changed, changed_root),
        (empty, ZERO[TREE_DEPTH]),
        (changed, changed_root),
    ):
        memory.restore(snapshot)
        assert memory.root() == expected
    fresh = Memory()
    fresh.restore(mapped)
    assert fresh.root() == root


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


class PlainMemory:
    """The same operations on a dictionary of the bytes that are not zero."""

    def __init__(self) -> None:
        self.data: dict[int, int] = {}

    def write(self, address: int, data: bytes) -> None:
        self.data = self.data | _at(address, data)

    def clear(self, region: Region) -> None:
        kept = {a: byte for a, byte in self.data.items() if not region.contains(a)}
        self.data = kept


@pytest.mark.parametrize("seed", range(6))
def test_random_life_equals_definition(seed: int, tmp_path: Path) -> None:
    """Writes, clears, snapshots, restores and mapped files in any order."""
    rng = random.Random(f"life {seed}")
    memory, plain = Memory(), PlainMemory()
    moments = [(memory.snapshot(), plain.data)]
    for step in range(60):
        deed = rng.choice(("scatter", "word", "array", "clear", "keep", "back", "map"))
        if deed == "scatter":
            plain.data = plain.data | scatter(memory, rng, 3)
        elif deed == "word":
            address = STACK.base + 4 * rng.randrange(4096)
            memory.store_word(address, word := rng.randrange(1 << 32))
            plain.write(address, word.to_bytes(4, "little"))
        elif deed == "array":
            address, size = ARENA.base + rng.randrange(9000), rng.randrange(1, 1500)
            memory.array[address : address + size] = step
            memory.mark_dirty(address, size)
            plain.write(address, bytes([step]) * size)
        elif deed == "clear":
            region = rng.choice(REGIONS)
            memory.clear(region)
            plain.clear(region)
        elif deed == "keep":
            moments.append((memory.snapshot(), plain.data))
        elif deed == "back":
            snapshot, plain.data = rng.choice(moments)
            memory.restore(snapshot)
        elif not any(map(MODEL.contains, plain.data)):
            content = rng.randbytes(rng.randrange(1, 3 * PAGE_BYTES))
            (tmp_path / f"{step}").write_bytes(content)
            size = rng.randrange(1, len(content) + 1)
            memory.map_file(tmp_path / f"{step}", MODEL.base, size)
            plain.write(MODEL.base, content[:size])
        if rng.random() < 0.5:
            assert memory.root() == PlainTree(plain.data).node(1), f"after {deed}"
    assert memory.root() == PlainTree(plain.data).node(1)


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
