"""Compiled code on disk, so that only the first run on a machine compiles.

Nothing depends on the cache: an entry that is missing, truncated or damaged is compiled
again, and a folder that can't be written is the same as an empty one. `PLUMB_CACHE`
names the folder, else the XDG cache folder holds it; both are read at each use.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Final

MAX_ENTRIES: Final = 2000
"""When there are more, the older half goes."""

_DIGEST_BYTES: Final = 32


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


def load(key: str) -> bytes | None:
    """The entry, or None if there is none that is whole."""
    try:
        entry = (cache_folder() / key).read_bytes()
    except (OSError, RuntimeError):  # RuntimeError: no home folder
        return None
    digest, payload = entry[:_DIGEST_BYTES], entry[_DIGEST_BYTES:]
    return payload if _digest(key, payload) == digest else None


def store(key: str, payload: bytes) -> bool:
    """Keeps the entry if the folder lets us, and says whether it did.

    The entry appears under its name only when it is complete: a writer that is killed
    leaves a temporary file, never half an entry.
    """
    try:
        folder = cache_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
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
