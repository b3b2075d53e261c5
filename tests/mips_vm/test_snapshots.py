"""Files mapped into memory, and going back, against a naive version."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.machine.plain_memory import PlainMemory, PlainTree, scatter

from mips_vm.constants import (
    ADDRESS_SPACE,
    ARENA,
    INPUT,
    MODEL,
    PAGE_BYTES,
    REGIONS,
    STACK,
    TREE_DEPTH,
)
from mips_vm.errors import BadMapping, OutOfBounds
from mips_vm.hashing.tree import ZERO, region_root_of
from mips_vm.storage.flags import CHANGED
from mips_vm.storage.memory import Memory


@pytest.fixture
def rng() -> Iterator[random.Random]:
    yield random.Random(20260103)


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


def test_map_file_where_it_cannot_stand_refused(tmp_path: Path) -> None:
    path = tmp_path / "image"
    path.write_bytes(bytes(2 * PAGE_BYTES))
    memory = Memory()
    for address, size, reason in (
        (INPUT.base + 4, None, "expected a page's address, got 0x10000004"),
        (INPUT.base - PAGE_BYTES, None, "inside of one region, got 8192 bytes at 0x0f"),
        (INPUT.base, -1, "expected a size of at least 0, got -1"),
    ):
        with pytest.raises(BadMapping, match=f"{path}: .*{reason}"):
            memory.map_file(path, address, size)
    for address in (-PAGE_BYTES, ADDRESS_SPACE - PAGE_BYTES, 1 << 40):
        with pytest.raises(OutOfBounds):
            memory.map_file(path, address)
    memory.map_file(path, INPUT.base - PAGE_BYTES, PAGE_BYTES)
    assert memory.root() == ZERO[TREE_DEPTH]


def test_map_file_that_is_none_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, kind in ((pipe, "p"), (tmp_path, "d"), (Path("/dev/zero"), "c")):
        with pytest.raises(BadMapping, match=f"expected a regular file, got {kind}"):
            Memory().map_file(path, MODEL.base)
    with pytest.raises(FileNotFoundError):
        Memory().map_file(tmp_path / "absent", MODEL.base)


def test_map_file_over_what_snapshots_hold_is_what_the_next_one_holds(
    tmp_path: Path,
) -> None:
    """Pages that an earlier snapshot copied are not carried over the file."""
    path = tmp_path / "image"
    path.write_bytes(b"F" * 20_000)
    memory = Memory()
    memory.write(MODEL.base, b"B" * 100)
    written, written_root = memory.snapshot(), memory.root()
    memory.map_file(path, MODEL.base)
    mapped, mapped_root = memory.snapshot(), memory.root()
    assert not mapped.pages
    memory.store_word(MODEL.base, 1)
    memory.restore(mapped)
    assert memory.root() == mapped_root
    memory.restore(written)
    assert memory.root() == written_root
    memory.restore(mapped)
    assert memory.root() == mapped_root


def test_map_file_again_after_changes_restores_both(tmp_path: Path) -> None:
    """The same file at the same place: mappings are equal, contents are not."""
    path = tmp_path / "image"
    path.write_bytes(b"F" * 20_000)
    memory = Memory()
    memory.map_file(path, MODEL.base)
    memory.store_word(MODEL.base + PAGE_BYTES, 1)
    changed, changed_root = memory.snapshot(), memory.root()
    memory.clear(MODEL)
    memory.map_file(path, MODEL.base)
    fresh, fresh_root = memory.snapshot(), memory.root()
    for snapshot, root in ((changed, changed_root), (fresh, fresh_root)) * 2:
        memory.restore(snapshot)
        assert memory.root() == root


def test_map_file_over_a_part_of_another_restores_both(tmp_path: Path) -> None:
    long, short = tmp_path / "long", tmp_path / "short"
    long.write_bytes(b"L" * 20_000)
    short.write_bytes(b"S" * 9000)
    memory = Memory()
    moments = []
    for path, size in ((long, 17_000), (short, 5000), (short, 100), (long, 9000)):
        memory.map_file(path, MODEL.base, size)
        moments.append((memory.snapshot(), memory.root()))
    for snapshot, root in [*moments, *reversed(moments)]:
        memory.restore(snapshot)
        assert memory.root() == root
        memory.write(MODEL.base, b"!" * 20_000)


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


@pytest.mark.parametrize("seed", range(6))
def test_random_life_equals_definition(seed: int, tmp_path: Path) -> None:
    """Writes, clears, snapshots, restores and files mapped over it, in any order."""
    rng = random.Random(f"life {seed}")
    memory, plain = Memory(), PlainMemory()
    moments = [(memory.snapshot(), plain.data)]
    files = [tmp_path / name for name in ("short", "page", "long", "other")]
    for path, size in zip(files, (100, PAGE_BYTES, 9000, 9000), strict=True):
        path.write_bytes(rng.randbytes(size))
    deeds = "scatter", "word", "array", "clear", "keep", "back", "map", "load"
    for step in range(60):
        deed = rng.choice(deeds)
        if deed == "scatter":
            plain.data = plain.data | scatter(memory, rng, 3)
        elif deed == "word":
            address = rng.choice((STACK, MODEL)).base + 4 * rng.randrange(4096)
            memory.store_word(address, word := rng.choice((0, 1, 1 << 31)))
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
        else:
            path = rng.choice(files)
            size = rng.choice((None, rng.randrange(1, 3 * PAGE_BYTES)))
            address = rng.choice(REGIONS).base + PAGE_BYTES * rng.randrange(3)
            if deed == "load":
                memory.clear(MODEL)
                plain.clear(MODEL)
                address = MODEL.base
            memory.map_file(path, address, size)
            plain.map(address, path.read_bytes()[:size])
        if rng.random() < 0.5:
            assert memory.root() == PlainTree(plain.data).node(1), f"after {deed}"
    assert memory.root() == PlainTree(plain.data).node(1)
    for snapshot, data in rng.sample(moments, min(3, len(moments))):
        memory.restore(snapshot)
        assert memory.root() == PlainTree(data).node(1)
