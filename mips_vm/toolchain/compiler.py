"""The cross-compiler: where it is, how it is asked, and what it answers."""

import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from mips_vm.errors import BuildError, CompilerAbsent

COMPILER: Final = "ziglang"

RUNTIME: Final = Path(__file__).parent.parent / "runtime"
"""Linker scripts, the entry point and plumb.h, which every program may include."""

TARGET_FLAGS: Final = (
    # `-freestanding-none` would silently emit hardware floating point.
    "-target",
    "mipsel-freestanding-eabi",
    "-mcpu=mips32r2+soft_float",
)

CODE_FLAGS: Final = (
    "-fno-pic",
    "-mno-abicalls",
    # -mno-abicalls reaches the compiler but not every pass that warns about it.
    "-Wno-unused-command-line-argument",
    "-mno-gpopt",
    "-ffp-contract=off",
    "-fomit-frame-pointer",
    "-fno-sanitize=undefined",
    "-fno-stack-protector",
    "-fno-unwind-tables",
    "-fno-asynchronous-unwind-tables",
    "-g0",
)


def package() -> Path:
    """The folder of the compiler's package; CompilerAbsent if there is none."""
    found = find_spec(COMPILER)
    if found is None or not found.submodule_search_locations:
        raise CompilerAbsent(COMPILER)
    return Path(found.submodule_search_locations[0])


def release() -> str:
    """The version of the compiler's package."""
    return version(COMPILER)


def header_flags() -> list[str]:
    """Options that find the C library's headers, and no others."""
    library = package() / "lib"
    folders = [library / "libc/include" / name for name in HEADER_FOLDERS]
    options = ["-nostdinc"]
    for folder in (*folders, library / "include"):
        options += ["-isystem", str(folder)]
    return options


HEADER_FOLDERS: Final = ("mips-linux-musl", "generic-musl")
"""What differs by machine, then the rest; below lib/libc/include of the package."""


def run(verb: str, *arguments: str) -> str:
    """What the compiler says to a command that it carries out; else BuildError."""
    command = [sys.executable, "-m", COMPILER, verb, *arguments]
    return execute(command)


def execute(command: Sequence[str]) -> str:
    """Warnings of a command that succeeds; BuildError with what it printed if not."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(done.stderr.strip() or f"exit status {done.returncode}")
    return done.stderr.strip()
