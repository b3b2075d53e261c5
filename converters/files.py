"""Files written whole or not at all."""

import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """`data` under `path`: a reader sees what was there before, or all of it.

    What is no file, as /dev/null, is written to and not replaced. OSError, which names
    `path` and no temporary file, if that can't be done.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    try:
        _write_atomically(path, data)
    except OSError as error:
        error.filename, error.filename2 = os.fspath(path), None
        raise


def _write_atomically(path: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.chmod(name, 0o666 & ~umask())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def umask() -> int:
    """The process's file mode mask; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
