"""What a program of the machine is given to read."""

from pathlib import Path

import typer

from mips_vm.constants import INPUT, IO_HEADER_BYTES
from oracle.cli.common.errors import BadInputFile


def read_input(file: Path | None, text: str | None) -> bytes:
    if file is not None and text is not None:
        raise typer.BadParameter("expected --input or --input-hex, got both")
    if file is not None:
        return bounded(file, INPUT.size - IO_HEADER_BYTES)
    try:
        return bytes.fromhex((text or "").removeprefix("0x"))
    except ValueError:
        raise typer.BadParameter(
            f"expected pairs of hex digits, got {text!r}", param_hint="--input-hex"
        ) from None


def bounded(file: Path, limit: int) -> bytes:
    """The whole file; BadInputFile if it has more than `limit` bytes, or no end."""
    with file.open("rb") as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        whole = file.stat().st_size if file.is_file() else 0
        actual = f"{whole:,}" if whole else "more"
        raise BadInputFile(file, f"at most {limit:,} bytes", actual)
    return data
