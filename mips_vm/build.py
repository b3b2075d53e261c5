"""C and assembly in, an ELF for this machine out; the same bytes from any folder.

Compiles with `python -m ziglang cc`, so it needs the package ziglang and no system
toolchain. Running programs needs none of this.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from mips_vm.elf import MAGIC
from mips_vm.errors import BuildError, CompilerAbsent

COMPILER: Final = "ziglang"

RUNTIME: Final = Path(__file__).parent / "runtime"
"""The linker script, the entry point and plumb.h, which every program may include."""

SCRIPT: Final = RUNTIME / "link.ld"

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
    "-Wl,--gc-sections",
    "-Wl,--build-id=none",
    "-Wl,-s",
    # The default, 64 KiB, would only pad the file.
    "-Wl,-z,max-page-size=4096",
)

MACRO: Final = re.compile(r"[A-Za-z_]\w*(\([\w, .]*\))?(=.*)?", re.ASCII)
"""NAME or NAME=VALUE; without a name the compiler would take the next argument."""

Source = str | os.PathLike[str]


def build_elf(
    sources: Iterable[Source],
    out: Source,
    *,
    optimise: str = "-O2",
    defines: Sequence[str] = (),
    qemu: bool = False,
    script: Path = SCRIPT,
) -> Path:
    """The path `out`, where the linked program now is; BuildError with the reason,
    CompilerAbsent if it is that.

    `defines` are NAME or NAME=VALUE. With `qemu` the same program is linked for
    qemu-mipsel instead: it reads its input on stdin, writes its output on stdout, and
    takes a model image as an argument (runtime/qemu.c). `script` says where code and
    constants lie in the program region. Nothing is written over but a
    program or an empty file, and nothing into the runtime's own folder.
    """
    files = [Path(source).resolve() for source in sources]
    _check_target(Path(out), files)
    for define in defines:
        if not MACRO.fullmatch(define):
            raise BuildError(f"macro: expected NAME or NAME=VALUE, got {define!r}")
    if find_spec(COMPILER) is None:
        raise CompilerAbsent(COMPILER)
    files.insert(0, RUNTIME / "start.S")
    if qemu:
        files.append(RUNTIME / "qemu.c")
        defines = [*defines, "PLUMB_QEMU"]
    folders = sorted({file.parent for file in files})
    command = [sys.executable, "-m", COMPILER, "cc"]
    command += [*TARGET_FLAGS, *CODE_FLAGS, *LINK_FLAGS, f"-Wl,-T,{script}"]
    command += [optimise, f"-I{RUNTIME}"]
    command += [f"-D{define}" for define in defines]
    # __FILE__ must not tell where the sources lie.
    command += [f"-ffile-prefix-map={folder}{os.sep}=" for folder in folders]
    command += [*map(str, files), "-o", str(Path(out).resolve())]
    _run(command)
    return Path(out)


def _check_target(out: Path, sources: Iterable[Path]) -> None:
    """BuildError if a program there would take the place of something else.

    The compiler would empty a file that it is about to read, a header too, and complain
    then; no header is a program.
    """
    if out.resolve().is_relative_to(RUNTIME.resolve()):
        raise BuildError(f"{out}: expected a folder other than {RUNTIME}")
    for source in sources:
        if out.exists() and source.exists() and source.samefile(out):
            raise BuildError(f"{out}: expected a file other than {source}")
    if out.is_file():
        with out.open("rb") as file:
            start = file.read(len(MAGIC))
        if start not in (b"", MAGIC):
            raise BuildError(f"{out}: expected a program or no file there, got another")


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(done.stderr.strip() or f"exit status {done.returncode}")
