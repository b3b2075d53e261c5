"""C and assembly in, an ELF for this machine out; the same bytes from any folder.

Compiles with `python -m ziglang cc`, so it needs the package ziglang and no system
toolchain. Running programs needs none of this.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mips_vm import elf
from mips_vm.elf import MAGIC
from mips_vm.errors import BuildError, ElfError
from mips_vm.toolchain import assembly, compiler, libc, libcxx
from mips_vm.toolchain.compiler import CODE_FLAGS, RUNTIME, TARGET_FLAGS
from mips_vm.toolchain.link import check_instructions, place_data

SCRIPT: Final = RUNTIME / "link.ld"

FREESTANDING_FLAGS: Final = (
    "-ffreestanding",
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Werror",
)
"""Of code that brings all it needs, and asks for every warning."""

HOSTED_FLAGS: Final = (
    "-fhosted",
    # Which this compiler defines wherever it optimises.
    "-UNDEBUG",
    "-ffunction-sections",
    "-fdata-sections",
    # One hart: each thread's own variable is everybody's.
    "-D_Thread_local=",
    "-D__thread=",
    # What most compilers take with a warning.
    "-Wno-error=implicit-function-declaration",
    "-Wno-error=implicit-int",
    "-Wno-error=int-conversion",
    "-Wno-error=incompatible-pointer-types",
    "-Wno-error=incompatible-function-pointer-types",
    "-Wno-error=return-type",
    "-Wno-error=parentheses",
    # Larger than the stack can ever be, and than the check of frames can see.
    "-Wframe-larger-than=266338304",
    "-Werror=frame-larger-than",
)
"""Of ordinary programs, which have a C library."""

CXX_FLAGS: Final = (
    "-fno-exceptions",
    "-fno-rtti",
    "-fno-threadsafe-statics",
    "-Dthread_local=",
)

LINK_FLAGS: Final = (
    "-nostartfiles",
    "-static",
    "-Wl,--gc-sections",
    "-Wl,--build-id=none",
    "-Wl,-s",
    # The default, 64 KiB, would only pad the file.
    "-Wl,-z,max-page-size=4096",
)

C_SUFFIXES: Final = (".c",)
CXX_SUFFIXES: Final = (".cc", ".cpp", ".cxx")
LINKED_SUFFIXES: Final = (".s", ".S", ".o", ".a")
KINDS: Final = "C (.c), C++ (.cc .cpp .cxx), assembly (.s .S), or objects (.o .a)"

ABICALLS: Final = re.compile(r"linking (non-)?abicalls code with (non-)?abicalls")
"""A warning of the linker's about objects that are not position-independent, either."""

LINKER_OPTIONS: Final = ("-l", "-L", "-Wl,")

MACRO: Final = re.compile(r"[A-Za-z_]\w*(\([\w, .]*\))?(=.*)?", re.ASCII)
"""NAME or NAME=VALUE; without a name the compiler would take the next argument."""

Source = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Built:
    """A program, and what the compiler had to say on the way."""

    elf: Path
    warnings: str


def build_elf(
    sources: Iterable[Source],
    out: Source,
    *,
    optimise: str = "-O2",
    defines: Sequence[str] = (),
    qemu: bool = False,
    hosted: bool = True,
    script: Path = SCRIPT,
) -> Path:
    """The path `out`, where the program now is, as `build_program` makes it."""
    return build_program(
        sources,
        out,
        optimise=optimise,
        defines=defines,
        qemu=qemu,
        hosted=hosted,
        script=script,
    ).elf


def build_program(
    sources: Iterable[Source],
    out: Source,
    *,
    optimise: str = "-O2",
    standard: str | None = None,
    defines: Sequence[str] = (),
    flags: Sequence[str] = (),
    qemu: bool = False,
    hosted: bool = True,
    script: Path = SCRIPT,
) -> Built:
    """The program, now at `out`, and warnings; BuildError with the reason,
    CompilerAbsent if it is that.

    `defines` are NAME or NAME=VALUE, `flags` further options of compiler and linker.
    Not `hosted` is code that needs neither a C library nor initialised variables, and
    gets neither; `script` says where its code and constants lie in the program region.
    With `qemu` the same program is linked for qemu-mipsel instead: it
    reads its input on stdin, writes its output on stdout, and takes a model image as an
    argument (runtime/qemu.c). Nothing is written over but a program or an empty file,
    and nothing into the runtime's own folder; a refused build writes nothing.
    """
    files = [Path(source).resolve() for source in sources]
    target = Path(out)
    _check_target(target, files)
    for define in defines:
        if not MACRO.fullmatch(define):
            raise BuildError(f"macro: expected NAME or NAME=VALUE, got {define!r}")
    compiler.package()
    options = [optimise, *(f"-D{define}" for define in defines)]
    if standard is not None:
        options.append(f"-std={standard}")
    # __FILE__ must not tell where the sources lie.
    folders = sorted({file.parent for file in (*files, RUNTIME / "start.S")})
    options += [f"-ffile-prefix-map={folder}{os.sep}=" for folder in folders]
    with tempfile.TemporaryDirectory() as name:
        made = Path(name) / "program.elf"
        if hosted:
            warnings = _build_hosted(files, made, [*options, *flags], qemu)
        else:
            options += [f"-Wl,-T,{script}", *flags]
            warnings = _build_freestanding(files, made, options, qemu)
        if not qemu:
            _check_program(made)
        shutil.copy(made, target.resolve())
    return Built(target, warnings)


def _build_freestanding(
    files: Sequence[Path], out: Path, options: Sequence[str], qemu: bool
) -> str:
    """Compiles and links at once, all files alike."""
    return compiler.run(
        "cc",
        *(*TARGET_FLAGS, *FREESTANDING_FLAGS, *CODE_FLAGS, *LINK_FLAGS),
        *(*options, f"-I{RUNTIME}"),
        *(["-DPLUMB_QEMU"] if qemu else []),
        str(RUNTIME / "start.S"),
        *map(str, files),
        *([str(RUNTIME / "qemu.c")] if qemu else []),
        *("-o", str(out)),
    )


def _build_hosted(
    files: Sequence[Path], out: Path, options: Sequence[str], qemu: bool
) -> str:
    """Compiles each file by itself, adapts its assembly, and links with the library."""
    common = [*TARGET_FLAGS, *CODE_FLAGS, *(["-DPLUMB_QEMU"] if qemu else [])]
    compiling = [flag for flag in options if not flag.startswith(LINKER_OPTIONS)]
    linking = [flag for flag in options if flag.startswith(LINKER_OPTIONS)]
    said, objects = [], []
    for index, file in enumerate(files):
        if file.suffix in LINKED_SUFFIXES:
            objects.append(file)
            continue
        objects.append(out.parent / f"{index}.s")
        said.append(_compile(file, objects[-1], [*common, *compiling]))
    said.append(_link(objects, out, common, linking, qemu))
    place_data(out)
    check_instructions(out)
    lines = "\n".join(filter(None, said)).splitlines()
    return "\n".join(line for line in lines if not ABICALLS.search(line))


def _compile(source: Path, out: Path, options: Sequence[str]) -> str:
    """Warnings; the source's assembly, adapted to the machine, is in `out`."""
    if source.suffix in CXX_SUFFIXES:
        language = ["c++", *CXX_FLAGS, *libcxx.header_flags()]
    elif source.suffix in C_SUFFIXES:
        language = ["cc"]
    else:
        raise BuildError(f"{source.name}: expected {KINDS}, got {source.suffix!r}")
    warnings = compiler.run(
        *(*language, *HOSTED_FLAGS, *compiler.header_flags(), f"-I{RUNTIME}"),
        *(*options, "-S", str(source), "-o", str(out)),
    )
    out.write_text(assembly.adapt(out.read_text()))
    return warnings


def _link(
    objects: Sequence[Path],
    out: Path,
    common: Sequence[str],
    options: Sequence[str],
    qemu: bool,
) -> str:
    """Warnings; the program, with the start and the libraries that it needs, is in
    `out`."""
    plus_plus = any(libcxx.USED in file.read_text() for file in objects if _made(file))
    libraries = {"libcxx.a": libcxx.archive} if plus_plus else {}
    libraries["libc.a"] = libc.archive
    for name, archive in libraries.items():
        (out.parent / name).write_bytes(archive())
    runtime = ["start.S", "hosted.c", *(["qemu.c"] if qemu else [])]
    return compiler.run(
        *("cc", *common, "-O2", "-ffreestanding", "-DPLUMB_HOSTED", *LINK_FLAGS),
        *("-Wl,--entry=_start", f"-Wl,-T,{RUNTIME / 'hosted.ld'}", f"-I{RUNTIME}"),
        *(str(RUNTIME / name) for name in runtime),
        *(*map(str, objects), *options),
        *(str(out.parent / name) for name in libraries),
        *("-o", str(out)),
    )


def _made(file: Path) -> bool:
    """Whether it is the compiler's assembly, not an object."""
    return file.suffix == ".s"


def _check_program(made: Path) -> None:
    """BuildError if the machine would not load what was linked."""
    try:
        elf.read(made)
    except ElfError as error:
        reason = f"expected {error.expected}, got {error.actual}"
        raise BuildError(f"the linked program: {reason}") from error


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
