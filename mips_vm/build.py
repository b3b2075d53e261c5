"""C and assembly in, an ELF for this machine out; the same bytes from any folder.

Compiles with `python -m ziglang cc`, so it needs the package ziglang and no system
toolchain. Running programs needs none of this.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from mips_vm.errors import BuildError, CompilerAbsent

COMPILER: Final = "ziglang"

RUNTIME: Final = Path(__file__).parent / "runtime"
"""The linker script, the entry point and plumb.h, which every program may include."""

TARGET_FLAGS: Final = (
    # `-freestanding-none` would silently emit hardware floating point.
    "-target",
    "mipsel-freestanding-eabi",
    "-mcpu=mips32r2+soft_float",
    "-ffreestanding",
    "-nostartfiles",
    "-static",
    "-fno-pic",
    "-mno-abicalls",
)

CODE_FLAGS: Final = (
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Werror",
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

LINK_FLAGS: Final = (
    f"-Wl,-T,{RUNTIME / 'link.ld'}",
    "-Wl,--gc-sections",
    "-Wl,--build-id=none",
    "-Wl,-s",
    # The default, 64 KiB, would only pad the file.
    "-Wl,-z,max-page-size=4096",
)

Source = str | os.PathLike[str]


def build_elf(
    sources: Iterable[Source],
    out: Source,
    *,
    optimise: str = "-O2",
    defines: Sequence[str] = (),
    qemu: bool = False,
) -> Path:
    """The path `out`, where the linked program now is; BuildError with the reason,
    CompilerAbsent if it is that.

    `defines` are NAME or NAME=VALUE. With `qemu` the same program is linked for
    qemu-mipsel instead: it reads its input on stdin, writes its output on stdout, and
    takes a model image as an argument (runtime/qemu.c).
    """
    if find_spec(COMPILER) is None:
        raise CompilerAbsent(COMPILER)
    files = [Path(source).resolve() for source in sources]
    files.insert(0, RUNTIME / "start.S")
    for file in files:
        if Path(out).exists() and file.exists() and file.samefile(out):
            # The compiler would empty it first and complain then.
            raise BuildError(f"{out}: expected a file other than {file}")
    if qemu:
        files.append(RUNTIME / "qemu.c")
        defines = [*defines, "PLUMB_QEMU"]
    folders = sorted({file.parent for file in files})
    command = [sys.executable, "-m", COMPILER, "cc"]
    command += [*TARGET_FLAGS, *CODE_FLAGS, *LINK_FLAGS, optimise, f"-I{RUNTIME}"]
    command += [f"-D{define}" for define in defines]
    # __FILE__ must not tell where the sources lie.
    command += [f"-ffile-prefix-map={folder}{os.sep}=" for folder in folders]
    command += [*map(str, files), "-o", str(Path(out).resolve())]
    _run(command)
    return Path(out)


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(done.stderr.strip() or f"exit status {done.returncode}")
