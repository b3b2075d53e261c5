"""Files under a memory that maps them: replaced, removed, changed, or not mappable."""

import ctypes
import gc
import mmap
import os
from collections.abc import Callable
from errno import ENODEV
from pathlib import Path

import pytest

from mips_vm import Machine
from mips_vm.constants import ARENA, MODEL, PAGE_BYTES
from mips_vm.errors import BadMapping
from mips_vm.hashing.tree import region_root_of
from mips_vm.storage import mapping
from mips_vm.storage.held_file import HeldFile
from mips_vm.storage.memory import Memory

SIZE = 3 * PAGE_BYTES
BEFORE, AFTER = b"B" * SIZE, b"A" * SIZE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "image"
    path.write_bytes(BEFORE)
    return path


def replaced(path: Path) -> None:
    """By another file that nothing but the inode tells from it."""
    status, other = path.stat(), path.with_name("other")
    other.write_bytes(AFTER)
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    os.replace(other, path)


def overwritten(path: Path) -> None:
    """In place, by as many bytes, a moment later."""
    changed_ns = path.stat().st_mtime_ns + 1
    with path.open("r+b") as file:
        file.write(AFTER)
    os.utime(path, ns=(changed_ns, changed_ns))


def shortened(path: Path) -> None:
    """In place, and nothing but the length tells."""
    status = path.stat()
    os.truncate(path, PAGE_BYTES)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def unreadable(path: Path) -> None:
    path.chmod(0)


@pytest.mark.parametrize("happens", [replaced, os.unlink, unreadable])
def test_restore_of_a_file_whose_name_tells_another_brings_its_bytes(
    happens: Callable[[Path], None], path: Path
) -> None:
    memory = Memory()
    memory.map_file(path, MODEL.base)
    mapped, root = memory.snapshot(), memory.root()
    memory.clear(MODEL)
    happens(path)
    memory.restore(mapped)
    assert memory.root() == root
    assert memory.read(MODEL.base, SIZE) == BEFORE


def test_restore_after_another_file_of_that_name_was_mapped_tells_them_apart(
    path: Path,
) -> None:
    memory = Memory()
    memory.map_file(path, MODEL.base)
    first = memory.snapshot(), memory.root()
    replaced(path)
    memory.clear(MODEL)
    memory.map_file(path, MODEL.base)
    second = memory.snapshot(), memory.root()
    for (snapshot, root), content in ((first, BEFORE), (second, AFTER)) * 2:
        memory.restore(snapshot)
        assert memory.read(MODEL.base, SIZE) == content
        assert memory.root() == root


@pytest.mark.parametrize("happens", [overwritten, shortened])
@pytest.mark.parametrize("stands", [True, False])
def test_restore_of_a_file_changed_in_place_refused_and_memory_stays(
    stands: bool, happens: Callable[[Path], None], path: Path, tmp_path: Path
) -> None:
    """Whether the snapshot's files are those that are mapped now, or others are."""
    sound = tmp_path / "sound"
    sound.write_bytes(b"sound")
    memory = Memory()
    memory.map_file(sound, MODEL.base + SIZE)
    memory.map_file(path, MODEL.base)
    mapped = memory.snapshot()
    if not stands:
        memory.clear(MODEL)
        memory.map_file(sound, MODEL.base)
    memory.write(ARENA.base, b"now")
    root = memory.root()
    happens(path)
    with pytest.raises(BadMapping, match="image: .*changed in place"):
        memory.restore(mapped)
    assert memory.root() == root
    assert memory.read(ARENA.base, 3) == b"now"


@pytest.mark.parametrize("happens", [overwritten, shortened])
def test_map_held_file_changed_in_place_since_refused(
    happens: Callable[[Path], None], path: Path
) -> None:
    held = HeldFile(path)
    Machine().load_model(held)
    happens(path)
    with pytest.raises(BadMapping, match="image: .*changed in place"):
        Machine().load_model(held)


def test_held_file_that_nobody_holds_is_closed(path: Path) -> None:
    memory = Memory()
    memory.map_file(path, MODEL.base)
    assert opened(path) == 1
    snapshot = memory.snapshot()
    del memory
    gc.collect()
    assert opened(path) == 1
    del snapshot
    gc.collect()
    assert opened(path) == 0


def opened(path: Path) -> int:
    """How often this process has it open."""
    links = Path("/proc/self/fd").iterdir()
    return sum(os.path.realpath(link) == str(path) for link in links)


def refuse(host_address: int, size: int, file: int) -> None:
    """As the kernel does it: what was there is gone."""
    if file < 0:
        put_zeros(host_address, size, file)
        return
    libc = ctypes.CDLL(None)
    libc.munmap(ctypes.c_void_p(host_address), ctypes.c_size_t(size))
    raise OSError(ENODEV, "no such device")


put_zeros = mapping._map


def test_map_file_that_the_host_refuses_leaves_zeros_and_no_hole(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Memory()
    memory.map_file(path, MODEL.base)
    memory.write(MODEL.base, b"written")
    before, root = memory.snapshot(), memory.root()
    other = tmp_path / "refused"
    other.write_bytes(b"R" * (PAGE_BYTES + 1))
    monkeypatch.setattr(mapping, "_map", refuse)
    with pytest.raises(BadMapping, match="refused: .*can be mapped, got no such"):
        memory.map_file(other, MODEL.base)
    monkeypatch.undo()

    assert has_no_hole(memory)
    rest = bytes(2 * PAGE_BYTES) + b"B" * PAGE_BYTES
    assert memory.read(MODEL.base, SIZE) == rest
    assert memory.region_root(MODEL) == region_root_of(rest, MODEL.depth)
    after, after_root = memory.snapshot(), memory.root()
    for snapshot, expected in ((before, root), (after, after_root)) * 2:
        memory.write(MODEL.base, b"!" * SIZE)
        memory.restore(snapshot)
        assert memory.root() == expected


def test_load_model_that_no_host_maps_refused_and_memory_is_whole() -> None:
    path = Path("/sys/kernel/notes")
    if not path.is_file():
        pytest.skip(f"no {path} here")
    machine = Machine.from_program(bytes(8))
    root = machine.memory.root()
    with pytest.raises(BadMapping, match=f"{path}: .*can be mapped"):
        machine.load_model(path)
    assert has_no_hole(machine.memory)
    strangers = [mmap.mmap(-1, PAGE_BYTES) for _ in range(100)]
    for stranger in strangers:
        stranger[:] = b"S" * PAGE_BYTES
    assert machine.memory.read(MODEL.base, PAGE_BYTES) == bytes(PAGE_BYTES)
    assert machine.memory.root() == root


def has_no_hole(memory: Memory) -> bool:
    """Whether the host has something at each page of the model's beginning."""
    address = memory.address + MODEL.base
    for line in Path("/proc/self/maps").read_text().splitlines():
        first, end = (int(part, 16) for part in line.split()[0].split("-"))
        if first <= address < end:
            address = end
    return address >= memory.address + MODEL.base + SIZE
