"""The C library: musl's, for a machine without a system, as one archive.

The sources are those that ziglang carries, partly C (musl) and partly Zig; what is
beneath them (system calls, malloc, threads) is in runtime/libc. The archive takes some
seconds and is kept in the cache of compiled code.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mips_vm.compiled import object_cache
from mips_vm.toolchain import compiler

SOURCES: Final = compiler.RUNTIME / "libc"

WHOLE: Final = (
    *("complex", "ctype", "errno", "exit", "locale", "math", "multibyte", "prng"),
    *("search", "stdio", "stdlib", "string", "time"),
)
"""Folders of musl's that are taken, but for what is in WITHOUT."""

WITHOUT: Final = {
    "exit": {"abort", "abort_lock"},
    "locale": {"bind_textdomain_codeset", "catopen", "dcngettext", "textdomain"},
    "stdio": {
        *("__lockfile", "flockfile", "ftrylockfile", "funlockfile"),
        *("pclose", "popen", "tempnam", "tmpfile", "tmpnam"),
    },
    "time": {
        *("__map_file", "clock_getcpuclockid", "clock_nanosleep", "clock_settime"),
        *("getdate", "nanosleep", "timer_create", "timer_delete", "timer_getoverrun"),
        *("timer_gettime", "timer_settime", "times", "utime", "ftime"),
    },
}
"""Files that need a system, or that runtime/libc has in its own way."""

SINGLE: Final = (
    *("fenv/__flt_rounds.c", "fenv/fegetexceptflag.c", "fenv/feholdexcept.c"),
    *("fenv/fesetexceptflag.c", "fenv/fesetround.c", "fenv/feupdateenv.c"),
    "fenv/mips/fenv-sf.c",
    *("internal/floatscan.c", "internal/intscan.c", "internal/libc.c"),
    *("internal/shgetc.c", "internal/syscall_ret.c"),
    *("env/__environ.c", "env/getenv.c"),
    *("misc/basename.c", "misc/dirname.c", "misc/getopt.c", "misc/getopt_long.c"),
    *("setjmp/mips/longjmp.S", "setjmp/mips/setjmp.S"),
    *("unistd/isatty.c", "unistd/lseek.c", "unistd/read.c", "unistd/write.c"),
)
"""Files out of musl's other folders."""

FLAGS: Final = (
    *compiler.CODE_FLAGS,
    "-Os",
    "-std=c99",
    "-w",
    "-fno-builtin",
    "-D_XOPEN_SOURCE=700",
)


def archive() -> bytes:
    """libc.a, from the cache or made; CompilerAbsent or BuildError if it can't be."""
    key = object_cache.cache_key("libc", compiler.release(), *FLAGS, _own_sources())
    return object_cache.obtain(key, _build, bytes)


def _own_sources() -> bytes:
    """A digest of runtime/libc and of this file."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(SOURCES.rglob("*")):
        if path.is_file():
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()


def _build() -> bytes:
    library = compiler.package() / "lib"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(library / "c", folder / "c")
        shutil.copy(SOURCES / "libc.zig", folder / "c.zig")
        out = folder / "libc.a"
        compiler.run(
            "build-lib",
            *("-static", "-target", "mipsel-linux-musleabi", "-lc"),
            *("-mcpu=mips32r2+soft_float", "-OReleaseSmall", "-fstrip"),
            *("-fsingle-threaded", "-fno-PIC", "-ffunction-sections"),
            *("-fdata-sections", "--cache-dir", str(folder / "cache")),
            *("-cflags", *FLAGS, *_include_flags(library / "libc/musl"), "--"),
            *map(str, _files(library / "libc/musl/src")),
            f"-Mroot={folder / 'c.zig'}",
            f"-femit-bin={out}",
        )
        return out.read_bytes()


def _include_flags(musl: Path) -> Iterator[str]:
    yield f"-I{SOURCES / 'arch'}"
    for name in ("arch/mips", "arch/generic", "src/include", "src/internal"):
        yield f"-I{musl / name}"
    yield from compiler.header_flags()


def _files(musl: Path) -> Iterator[Path]:
    """The C and assembly sources, ours last."""
    for name in WHOLE:
        for path in sorted((musl / name).glob("*.c")):
            if path.stem not in WITHOUT.get(name, ()):
                yield path
    for name in SINGLE:
        yield musl / name
    yield from sorted(SOURCES.glob("*.c"))
