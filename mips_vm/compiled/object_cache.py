"""Compiled code on disk, so that only the first run on a machine compiles.

Nothing depends on the cache: an entry that is missing, truncated, damaged, no regular
file or not what it says is compiled again, and a folder that can't be written is the
same as an empty one. `PLUMB_CACHE` names the folder, else the XDG cache folder holds
it; both are read at each use.

SAFETY: what is in the folder will be executed, and a digest tells damage, not who wrote
it. So a folder that anyone else could write to is neither read nor written.
"""

import hashlib
import logging
import os
import stat
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

MAX_ENTRIES: Final = 2000
"""When there are more, the older half goes."""

_DIGEST_BYTES: Final = 32
_UNUSABLE: Final = (LookupError, RuntimeError, TypeError, ValueError)
_ROOT: Final = 0

_T = TypeVar("_T")

_log = logging.getLogger(__name__)


def cache_folder() -> Path:
    """Where compiled code is kept; the folder need not exist."""
    named = os.environ.get("PLUMB_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "plumbline"


def cache_key(*parts: str | bytes) -> str:
    """A file name that stands for all of `parts`, each delimited."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def obtain(key: str, make: Callable[[], bytes], use: Callable[[bytes], _T]) -> _T:
    """What `use` makes of the entry, or of what `make` makes, which is then kept.

    An entry that `use` fails on counts as damaged.
    """
    kept = load(key)
    if kept is not None:
        try:
            return use(kept)
        except _UNUSABLE:
            _log.debug("compiled again: %s is whole, and yet not usable", key)
    payload = make()
    store(key, payload)
    return use(payload)


def load(key: str) -> bytes | None:
    """The entry, or None if there is none that is whole."""
    try:
        folder = cache_folder()
        if not _is_ours(folder):
            return None
        entry = _contents(folder / key)
    except (OSError, RuntimeError):  # RuntimeError: no home folder
        return None
    digest, payload = entry[:_DIGEST_BYTES], entry[_DIGEST_BYTES:]
    return payload if _digest(key, payload) == digest else None


def _contents(path: Path) -> bytes:
    """A regular file's; OSError for anything else, which could keep us waiting."""
    with open(path, "rb", opener=_without_waiting) as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise OSError(f"expected a regular file, got {stat.filemode(mode)}")
        return file.read()


def _without_waiting(path: str, flags: int) -> int:
    """Opens a FIFO, too, without a writer."""
    return os.open(path, flags | os.O_NONBLOCK)


def store(key: str, payload: bytes) -> bool:
    """Keeps the entry if the folder lets us, and says whether it did.

    The entry appears under its name only when it is complete: a writer that is killed
    leaves a temporary file, never half an entry.
    """
    try:
        folder = cache_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours(folder):
            return False
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            try:
                file.write(_digest(key, payload) + payload)
                file.close()
                os.replace(file.name, folder / key)
            except BaseException:
                os.unlink(file.name)
                raise
        _prune(folder)
    except (OSError, RuntimeError):
        return False
    return True


def _is_ours(folder: Path) -> bool:
    """Whether nobody else can write to a folder, but the one who may do anything."""
    status = folder.stat()
    if status.st_uid not in (os.geteuid(), _ROOT):
        _distrust(folder, f"user {os.geteuid()}'s own", f"one of user {status.st_uid}")
        return False
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        mode = f"{stat.S_IMODE(status.st_mode):#o}"
        _distrust(folder, "one that its owner alone may write to", f"mode {mode}")
        return False
    return True


@cache
def _distrust(folder: Path, expected: str, actual: str) -> None:
    """Says so once."""
    _log.warning(
        "cache of compiled code not used: %s: expected %s, got %s",
        *(folder, expected, actual),
    )


def _prune(folder: Path) -> None:
    """Keeps the cache from growing without end."""
    entries = [entry for entry in os.scandir(folder) if entry.is_file()]
    if len(entries) > MAX_ENTRIES:
        entries.sort(key=lambda entry: entry.stat().st_mtime)
        for entry in entries[: len(entries) // 2]:
            os.unlink(entry.path)


def _digest(key: str, payload: bytes) -> bytes:
    """Covers the key too, so that an entry under another's name is refused."""
    return hashlib.sha256(key.encode() + payload).digest()
