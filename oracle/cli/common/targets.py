"""Files that a command is to write."""

from errno import EISDIR, ENOENT
from os import strerror
from pathlib import Path

import typer


def check_target(path: Path, *inputs: Path | None) -> None:
    """Before the work is done: OSError if no file can be written there.

    BadParameter if it is one of the inputs, under whichever name, or lies in one.
    """
    for given in inputs:
        if given and given.exists() and overwrites(path, given):
            raise typer.BadParameter(
                f"expected a file other than {given}", param_hint="--output"
            )
    if path.is_dir():
        raise IsADirectoryError(EISDIR, strerror(EISDIR), str(path))
    if not path.parent.exists():
        raise FileNotFoundError(ENOENT, strerror(ENOENT), str(path))


def overwrites(path: Path, given: Path) -> bool:
    """Whether `path` is the file or folder `given`, or in that folder."""
    if path.exists() and path.samefile(given):
        return True
    return given.is_dir() and path.resolve().is_relative_to(given.resolve())
