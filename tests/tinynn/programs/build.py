"""Makes the folder's *_ops.elf: `python tests/tinynn/programs/build.py`."""

import tempfile
from pathlib import Path

from mips_vm.toolchain.build import build_elf
from tinynn import guest
from tinynn.guest.build import write_assembly
from tinynn.tokens.build import SOURCES

FOLDER = Path(__file__).parent
ELF = FOLDER / "softfloat_ops.elf"
DOT_ELF = FOLDER / "dot_ops.elf"
TOKENS_ELF = FOLDER / "tokens_ops.elf"

SOFTFLOAT = guest.elf_path().with_name("softfloat.c")
DOT = guest.elf_path().with_name("dot.c")


def build(out: Path) -> Path:
    """Compiles the exerciser with the guest's own soft-float to `out`."""
    return build_elf([FOLDER / "softfloat_ops.c", SOFTFLOAT], out, hosted=False)


def build_dot(out: Path) -> Path:
    """Compiles the other one with the guest's own dot products to `out`."""
    with tempfile.TemporaryDirectory() as folder:
        sources = [FOLDER / "dot_ops.c", DOT, SOFTFLOAT]
        return build_elf([*sources, *write_assembly(Path(folder))], out, hosted=False)


def build_tokens(out: Path) -> Path:
    """Compiles tokenizers, as the guest has them, to `out`."""
    return build_elf(
        [FOLDER / "tokens_ops.c", *SOURCES], out, optimise="-Os", hosted=False
    )


if __name__ == "__main__":
    build(ELF)
    build_dot(DOT_ELF)
    build_tokens(TOKENS_ELF)
