"""The cache of compiled code: whatever happens to it, programs run."""

import ctypes
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from support.machine.compiling import PROGRAM, RUN, STEPS, forget, process, run

from mips_vm import constants
from mips_vm.compiled import native, object_cache
from mips_vm.hashing import keccak


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


def other_code(payload: bytes) -> bytes:
    """The unit with an object that lacks what its contents name."""
    header = payload[: 4 + int.from_bytes(payload[:4], "big")]
    return header + native.compile_ir("define void @other() { ret void }")


PAST_END = constants.PROGRAM.end
CONTENTS: list[dict[str, Any]] = [
    *({"size": size} for size in ("5", None, 5.0, True, [5], -1, 1 << 18, 1 << 64)),
    *({"chunks": chunks} for chunks in (None, 0, "chunks", {}, [], [0], [[0]])),
    *({"chunks": [[0, heads]]} for heads in (None, 0, "0", [], [4], [None], ["0"])),
    *(
        {"chunks": [[0, [0, head]]]}
        for head in (-4, 2.0, False, constants.PROGRAM.end, 1 << 64)
    ),
    *({"chunks": [[entry, [0]]]} for entry in (None, "0", 4, -4, [], 1 << 64)),
]


def other_contents(changed: dict[str, Any]) -> Callable[[bytes], bytes]:
    """The unit with contents of which some are not what they should be."""

    def bend(payload: bytes) -> bytes:
        end = 4 + int.from_bytes(payload[:4], "big")
        header = json.dumps(json.loads(payload[4:end]) | changed).encode()
        return len(header).to_bytes(4, "big") + header + payload[end:]

    return bend


@pytest.mark.parametrize(
    "bend",
    [
        other_code,
        lambda payload: (2).to_bytes(4, "big") + b"[]" + payload,
        lambda payload: (2).to_bytes(4, "big") + b"{}" + payload,
        lambda payload: (2).to_bytes(4, "big") + b"no" + payload,
        lambda payload: b"",
        *map(other_contents, CONTENTS),
    ],
    ids=["code", "list", "nothing", "no JSON", "empty", *map(str, CONTENTS)],
)
def test_cache_whole_entry_of_something_else_is_compiled_again(
    folder: Path, compiled: list[str], bend, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    for entry in folder.iterdir():
        payload = object_cache.load(entry.name)
        if payload and b"chunks" in payload[:40]:
            object_cache.store(entry.name, bend(payload))
    for _ in range(2):
        forget(monkeypatch)
        run()
        assert len(compiled) == 2


DOUBLE = "define i64 @double(i64 %x) {\n  %y = shl i64 %x, 1\n  ret i64 %y\n}\n"


def test_cache_object_without_its_functions_is_compiled_again(folder: Path) -> None:
    number = ctypes.c_uint64
    native.load_ir(DOUBLE)
    (entry,) = folder.iterdir()
    other = native.compile_ir(DOUBLE.replace("@double", "@other"))
    object_cache.store(entry.name, other)
    assert native.load_ir(DOUBLE).function("double", number, number)(21) == 42
    assert object_cache.load(entry.name) == native.compile_ir(DOUBLE)


@pytest.mark.parametrize("write", [lambda: DOUBLE, lambda: keccak._kernel_ir()])
def test_cache_second_load_of_a_module_compiles_nothing(
    folder: Path, write, monkeypatch: pytest.MonkeyPatch
) -> None:
    native.load_ir(write())
    monkeypatch.setattr(native, "compile_ir", None)
    native.load_ir(write())


def test_cache_knows_what_the_hashing_module_defines() -> None:
    assert set(native._DEFINITION.findall(keccak._kernel_ir())) == set(
        keccak._FUNCTIONS
    )


@pytest.mark.parametrize("others", ["group", "everyone", "owner"])
def test_cache_folder_that_others_could_write_to_is_not_trusted(
    others: str,
    folder: Path,
    compiled: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    run()
    kept = sorted(entry.name for entry in folder.iterdir())
    if others == "owner":
        monkeypatch.setattr(object_cache, "_ROOT", -1)
        monkeypatch.setattr(object_cache.os, "geteuid", lambda: os.getuid() + 1)
        reason = f"expected user {os.getuid() + 1}'s own, got one of user {os.getuid()}"
    else:
        mode = {"group": 0o770, "everyone": 0o707}[others]
        folder.chmod(mode)
        reason = f"expected one that its owner alone may write to, got mode {mode:#o}"
    for count in (2, 3):
        forget(monkeypatch)
        run()
        assert len(compiled) == count
    assert not object_cache.store("key", b"payload")
    assert kept == sorted(entry.name for entry in folder.iterdir())
    said = [f"cache of compiled code not used: {folder}: {reason}"]
    assert [record.getMessage() for record in caplog.records] == said


def test_cache_folder_is_made_for_its_owner_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLUMB_CACHE", str(folder / "fresh"))
    mask = os.umask(0)
    try:
        assert object_cache.store("key", b"payload")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((folder / "fresh").stat().st_mode) == 0o700
    assert object_cache.load("key") == b"payload"


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


@pytest.fixture
def hasty() -> Iterator[None]:
    """The test fails, whatever it waits for, after some seconds."""
    before = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("still waiting"))
    signal.alarm(10)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("kind", ["fifo", "open fifo", "device", "folder", "loop"])
def test_cache_entry_that_is_no_regular_file_is_compiled_again(
    kind: str,
    folder: Path,
    compiled: list[str],
    monkeypatch: pytest.MonkeyPatch,
    hasty: None,
) -> None:
    opened = ExitStack()
    run()
    entries = sorted(folder.iterdir())
    for entry in entries:
        entry.unlink()
        if "fifo" in kind:
            os.mkfifo(entry)
            if "open" in kind:
                opened.enter_context(entry.open("r+b", buffering=0))
        elif kind == "folder":
            entry.mkdir()
        else:
            entry.symlink_to("/dev/null" if kind == "device" else entry)
    with opened:
        for count in (2, 3 if kind == "folder" else 2):  # whose place nothing takes
            forget(monkeypatch)
            run()
            assert len(compiled) == count
    assert sorted(folder.iterdir()) == entries


def test_cache_killed_writer_leaves_no_entry(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(source: str, target: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(object_cache.os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        object_cache.store("key", b"payload")
    assert not list(folder.iterdir())


DIES_WRITING = "import os; os.replace = lambda *_: os.kill(os.getpid(), 9)\n"


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
    code = "import mips_vm.hashing.keccak, mips_vm.hashing.tree, mips_vm.translate"
    environment = {**os.environ, "PLUMB_CACHE": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert not (tmp_path / "cache").exists()


def test_cache_code_of_a_process_that_was_upgraded_is_not_the_upgrades(
    tmp_path: Path,
) -> None:
    """A translator whose files change while it runs keeps its own name."""
    package = tmp_path / "code" / "mips_vm"
    shutil.copytree(Path(object_cache.__file__).parents[1], package)
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
