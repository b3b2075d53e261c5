"""Makes guest.elf from its sources: `python -m tinynn.guest.build [--check]`.

Byte for byte the same from any folder; `--check` only compares. Needs ziglang.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mips_vm.hashing.keccak import keccak256
from mips_vm.toolchain.build import build_elf

from ..errors import GuestBuildError
from ..sampling.build import GUEST as SAMPLING
from ..tokens.build import OPERATORS as TOKEN_OPERATORS
from ..tokens.build import SOURCES as TOKEN_SOURCES
from . import dot_block, elf_path
from .blocks import products, sums

FOLDER: Final = Path(__file__).parent
SCRIPT: Final = FOLDER / "link.ld"
SOURCES: Final = (
    "main.c",
    "elements.c",
    "dense.c",
    "dot.c",
    "softmax.c",
    "argmax.c",
    "unary.c",
    "binary.c",
    "movement.c",
    "scatter.c",
    "reduce.c",
    "cast.c",
    "walk.c",
    "exponential.c",
    "functions.c",
    "matmul.c",
    "conv.c",
    "pool.c",
    "normalize.c",
    "bytes.c",
    "integer.c",
    "quantize.c",
    "rescale.c",
    "trees.c",
    "cache.c",
    "softfloat.c",
    "blocks/kinds.c",
    "blocks/activations.c",
    "blocks/matvec.c",
    "blocks/rows.c",
    "language/attention.c",
    "language/rope.c",
    "language/gated.c",
)


def sources_in(folder: Path = FOLDER) -> list[Path]:
    """All C that the guest is made of; what is only its own lies in `folder`."""
    own = [folder / name for name in SOURCES]
    return [*own, *TOKEN_SOURCES, TOKEN_OPERATORS, *SAMPLING]


def build(out: Path, *, qemu: bool = False) -> Path:
    """Compiles the guest to `out`; with `qemu`, as a program for qemu-mipsel."""
    return build_from(FOLDER, out, qemu=qemu)


def build_from(folder: Path, out: Path, *, qemu: bool = False) -> Path:
    """The same from the C sources in another folder."""
    with tempfile.TemporaryDirectory() as written:
        sources = sources_in(folder)
        sources += write_assembly(Path(written))
        # -O2 takes as many instructions, and more bytes: what is near would not fit.
        return build_elf(
            sources, out, optimise="-Os", qemu=qemu, hosted=False, script=SCRIPT
        )


def write_assembly(folder: Path) -> list[Path]:
    """The generated sources, now in `folder`."""
    paths = []
    for writer in (dot_block, sums, products):
        for name, text in writer.sources().items():
            paths.append(folder / name)
            paths[-1].write_text(text)
    return paths


def check() -> None:
    """GuestBuildError unless the committed guest is what the sources compile to."""
    with tempfile.TemporaryDirectory() as folder:
        built = build(Path(folder) / "guest.elf").read_bytes()
    committed = elf_path().read_bytes()
    if built != committed:
        raise GuestBuildError(keccak256(built).hex(), keccak256(committed).hex())


def main(arguments: Sequence[str]) -> int:
    """Exit status 0, or 1 if `--check` found a difference."""
    if list(arguments) not in ([], ["--check"]):
        print("usage: python -m tinynn.guest.build [--check]", file=sys.stderr)
        return 2
    if arguments:
        try:
            check()
        except GuestBuildError as error:
            print(error, file=sys.stderr)
            return 1
    else:
        build(elf_path())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
