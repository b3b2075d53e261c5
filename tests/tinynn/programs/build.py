"""Makes softfloat_ops.elf again: `python tests/tinynn/programs/build.py`."""

from pathlib import Path

from mips_vm.build import build_elf
from tinynn import guest

FOLDER = Path(__file__).parent
ELF = FOLDER / "softfloat_ops.elf"


def build(out: Path) -> Path:
    """Compiles the exerciser with the guest's own soft-float to `out`."""
    softfloat = guest.elf_path().with_name("softfloat.c")
    return build_elf([FOLDER / "softfloat_ops.c", softfloat], out)


if __name__ == "__main__":
    build(ELF)
