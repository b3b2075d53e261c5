"""Makes host.ll from the C sources: `python -m tinynn.tokens.build [--check]`.

Byte for byte the same from any folder; `--check` only compares. Needs ziglang, whose
LLVM is llvmlite's. Whoever loads the file compiles it for the processor at hand.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from ..errors import TokensBuildError

FOLDER: Final = Path(__file__).parent
IR: Final = FOLDER / "host.ll"

SOURCES: Final = (
    FOLDER / "operators.c",
    *(
        FOLDER / "source" / f"{name}.c"
        for name in ("encode", "decode", "merge", "words", "normal", "table")
    ),
)
"""What a program in the machine is compiled with to have tokenizers."""

OPERATORS: Final = FOLDER / "guest.c"
"""What the guest is, besides."""

FLAGS: Final = (
    # Any processor of 64 bits, little-endian: the code has integers of fixed widths.
    "-target",
    "x86_64-freestanding-none",
    "-mcpu=x86_64",
    "-ffreestanding",
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wno-unused-command-line-argument",
    "-Os",
    "-fno-vectorize",
    "-fno-slp-vectorize",
    "-fno-unroll-loops",
    "-fno-strict-aliasing",
    # A product and a sum are two operations.
    "-ffp-contract=off",
    "-fno-sanitize=undefined",
    "-fno-stack-protector",
    "-fno-unwind-tables",
    "-g0",
)

DROPPED: Final = re.compile(
    r"^(; .*|source_filename .*|target .*|attributes .*|!.*|.*noalias\.scope.*)\n"
    r"|, !\S+ !\d+| #\d+|(?<=^define )internal ",
    re.MULTILINE,
)
"""What speaks of the compiler and its host; and that a function is nobody else's, since
the loader asks for all of them."""

KERNEL: Final = re.compile(r"@kernel_(\w+)")


def compiled() -> str:
    """The module, with its kernels named as tinynn/kernels/ names them."""
    return compiled_in(FOLDER, "tokens")


def compiled_in(sources: Path, name: str) -> str:
    """The module `name` of a folder's host.c; TokensBuildError if it won't compile."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / IR.name
        compiler = [sys.executable, "-m", "ziglang", "cc", *FLAGS, "-S", "-emit-llvm"]
        done = subprocess.run(
            [*compiler, "host.c", "-o", str(made)],
            cwd=sources,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise TokensBuildError("sources that compile", done.stderr)
        ir = made.read_text()
    return KERNEL.sub(rf"@{name}.\1", DROPPED.sub("", ir)).strip() + "\n"


def main(arguments: Sequence[str]) -> int:
    """Exit status 0, or 1 if `--check` found a difference."""
    return made("tinynn.tokens.build", IR, compiled, arguments)


def made(
    command: str, path: Path, make: Callable[[], str], arguments: Sequence[str]
) -> int:
    """Writes the file, or with `--check` compares it; the exit status."""
    if list(arguments) not in ([], ["--check"]):
        print(f"usage: python -m {command} [--check]", file=sys.stderr)
        return 2
    try:
        text = make()
        if arguments and path.read_text() != text:
            raise TokensBuildError("what the sources compile to", "another file")
    except TokensBuildError as error:
        print(error, file=sys.stderr)
        return 1
    if not arguments:
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
