"""The cache of compiled code: whatever happens to it, programs run."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.assembler import assemble

from mips_vm import Machine, object_cache
from mips_vm.translate import engine, unit

PROGRAM = assemble(
    "addiu $t0, $t0, 1", "slti $t1, $t0, 50", "bne $t1, $zero, 0x0", "nop", "break"
)  # noqa: E501
STEPS = 4 * 50 + 1


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no translation in memory."""
    monkeypatch.setenv("PLUMB_CACHE", str(tmp_path))
    forget(monkeypatch)
    return tmp_path


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_translations", type(engine._translations)())


def run() -> None:
    machine = Machine.from_program(PROGRAM)
    assert machine.run() == STEPS
    assert machine.registers[8] == 50


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One item for each unit that is compiled."""
    units: list[str] = []
    plain = unit.compile_ir

    def counted(ir: str, passes: tuple[str, ...]) -> bytes:
        units.append(ir)
        return plain(ir, passes)

    monkeypatch.setattr(unit, "compile_ir", counted)
    return units


def test_cache_second_run_compiles_nothing(
    folder: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    assert len(compiled) == 1
    forget(monkeypatch)
    run()
    assert len(compiled) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: bytes([data[0] ^ 1]) + data[1:],
        lambda data: data + b"x",
    ],
)
def test_cache_damaged_entries_are_compiled_again(
    folder: Path, compiled: list[str], damage, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    for entry in folder.iterdir():
        entry.write_bytes(damage(entry.read_bytes()))
    forget(monkeypatch)
    run()
    assert len(compiled) == 2
    forget(monkeypatch)
    run()
    assert len(compiled) == 2


def test_cache_entry_under_another_name_is_refused(folder: Path) -> None:
    assert object_cache.store("one", b"payload")
    os.rename(folder / "one", folder / "two")
    assert object_cache.load("two") is None


@pytest.mark.parametrize("place", ["file", "below a file", "/proc/nowhere"])
def test_cache_folder_that_cannot_be_written_is_done_without(
    place: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "file").touch()
    name = {"file": folder / "file", "below a file": folder / "file" / "x"}
    monkeypatch.setenv("PLUMB_CACHE", str(name.get(place, place)))
    run()
    assert not object_cache.store("key", b"payload")
    assert object_cache.load("key") is None


def test_cache_killed_writer_leaves_no_entry(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(source: str, target: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(object_cache.os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        object_cache.store("key", b"payload")
    assert not list(folder.iterdir())


RUN = f"""
from mips_vm import Machine
machine = Machine.from_program({PROGRAM!r})
print(machine.run(), machine.registers[8])
"""
DIES_WRITING = "import os; os.replace = lambda *_: os.kill(os.getpid(), 9)\n"


def process(code: str, cache: Path) -> subprocess.Popen[str]:
    """Python of its own, with this cache."""
    environment = os.environ | {"PLUMB_CACHE": str(cache)}
    command = [sys.executable, "-c", code]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_cache_writer_killed_by_the_system_harms_nobody(
    folder: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = process(DIES_WRITING + RUN, folder)
    assert killed.communicate()[0] == "" and killed.returncode == -signal.SIGKILL
    assert len(list(folder.iterdir())) == 1, "half an entry, under no entry's name"
    run()
    forget(monkeypatch)
    run()
    assert len(compiled) == 1


def test_cache_processes_at_once_all_run_and_keep_it_whole(folder: Path) -> None:
    several = [process(RUN, folder) for _ in range(3)]
    assert [each.communicate()[0].split() for each in several] == [
        [str(STEPS), "50"]
    ] * 3
    entries = [entry.name for entry in folder.iterdir()]
    assert entries and all(object_cache.load(name) for name in entries)


def test_cache_grown_too_large_drops_the_older_half(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_cache, "MAX_ENTRIES", 9)
    for index in range(10):
        object_cache.store(f"key{index}", b"payload")
        os.utime(folder / f"key{index}", (index, index))
    object_cache.store("last", b"payload")
    assert len(list(folder.iterdir())) <= 9
    assert object_cache.load("last") == b"payload"
    assert object_cache.load("key0") is None


def test_cache_folder_follows_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PLUMB_CACHE", "/one")
    assert object_cache.cache_folder() == Path("/one")
    monkeypatch.delenv("PLUMB_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/two")
    assert object_cache.cache_folder() == Path("/two/plumbline")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert object_cache.cache_folder() == tmp_path / ".cache" / "plumbline"


def test_import_compiles_nothing(tmp_path: Path) -> None:
    code = "import mips_vm, mips_vm.keccak, mips_vm.tree, mips_vm.translate"
    environment = {**os.environ, "PLUMB_CACHE": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert not (tmp_path / "cache").exists()


def test_cache_code_of_a_process_that_was_upgraded_is_not_the_upgrades(
    tmp_path: Path,
) -> None:
    """A translator whose files change while it runs keeps its own name."""
    package = tmp_path / "code" / "mips_vm"
    shutil.copytree(Path(object_cache.__file__).parent, package)
    program = f"""
import pathlib, sys
from mips_vm import Machine
if sys.argv[1:]:
    with open({str(package / "translate" / "lift.py")!r}, "a") as source:
        source.write("# upgraded\\n")
Machine.from_program({PROGRAM!r}).run()
"""
    environment = os.environ | {"PLUMB_CACHE": str(tmp_path / "cache")}

    def entries(*arguments: str) -> int:
        command = [sys.executable, "-c", program, *arguments]
        subprocess.run(command, cwd=package.parent, env=environment, check=True)
        return sum(path.is_file() for path in (tmp_path / "cache").rglob("*"))

    upgraded_under = entries("upgrade")
    assert entries() > upgraded_under
