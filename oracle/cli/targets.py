"""Files that a command is to write."""

from errno import EISDIR, ENOENT
from os import strerror
from pathlib import Path

import typer


def check_target(path: Path, *inputs: Path | None) -> None:
    """Before the work is done: OSError if no file can be written there, BadParameter
    if it is one of the files that the command reads, by whatever name."""
    if path.is_dir():
        raise IsADirectoryError(EISDIR, strerror(EISDIR), str(path))
    if not path.parent.exists():
        raise FileNotFoundError(ENOENT, strerror(ENOENT), str(path))
    for file in inputs:
        if file and file.exists() and path.is_file() and path.samefile(file):
            raise typer.BadParameter(
                f"expected a file other than {file}", param_hint="--output"
            )
