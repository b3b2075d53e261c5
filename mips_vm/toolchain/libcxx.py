"""The C++ standard library: what of libc++ needs no system and throws nothing.

Most of it is headers; what is not is compiled from ziglang's copy of the sources into
one archive, which is kept in the cache like the C library's. Only programs that name
something of it are linked with it.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mips_vm.compiled import object_cache
from mips_vm.toolchain import compiler

SETTINGS: Final = {
    "ABI_VERSION": "1",
    "ABI_NAMESPACE": "__1",
    "ASSERTION_SEMANTIC_DEFAULT": "_LIBCPP_ASSERTION_SEMANTIC_IGNORE",
    "DISABLE_VISIBILITY_ANNOTATIONS": "",
    "EXTRA_SITE_DEFINES": "",
    "HARDENING_MODE": "_LIBCPP_HARDENING_MODE_NONE",
    "HAS_FILESYSTEM": "0",
    "HAS_LOCALIZATION": "0",
    "HAS_MONOTONIC_CLOCK": "0",
    "HAS_MUSL_LIBC": "1",
    "HAS_RANDOM_DEVICE": "0",
    "HAS_TERMINAL": "0",
    "HAS_THREADS": "0",
    "HAS_TIME_ZONE_DATABASE": "0",
    "HAS_UNICODE": "1",
    "HAS_VENDOR_AVAILABILITY_ANNOTATIONS": "0",
    "HAS_WIDE_CHARACTERS": "1",
    "LIBC_LLVM_LIBC": "0",
    "LIBC_NEWLIB": "0",
    "PSTL_BACKEND_SERIAL": "1",
}
"""What libc++'s build would write into __config_site, each after _LIBCPP_."""

SOURCES: Final = (
    *("algorithm", "any", "bind", "charconv", "error_category", "functional", "hash"),
    *("memory", "new_helpers", "optional", "stdexcept", "string", "system_error"),
    *("variant", "vector", "verbose_abort"),
)

FLAGS: Final = (
    *compiler.CODE_FLAGS,
    "-Os",
    "-std=c++23",
    "-w",
    "-fno-exceptions",
    "-fno-rtti",
    "-D_LIBCPP_BUILDING_LIBRARY",
)

USED: Final = "St3__1"
"""What the names of all that is in it have, compiled."""


def header_flags() -> Iterator[str]:
    """Options that find its headers, before the C library's."""
    library = compiler.package() / "lib"
    yield "-nostdinc++"
    for name in ("libcxx", "libcxxabi"):
        yield f"-I{library / name / 'include'}"
    for name, value in SETTINGS.items():
        yield f"-D_LIBCPP_{name}={value}"


def archive() -> bytes:
    """libcxx.a, from the cache or made; CompilerAbsent or BuildError if it can't be."""
    source = Path(__file__).read_bytes()
    key = object_cache.cache_key("libcxx", compiler.release(), *FLAGS, source)
    return object_cache.obtain(key, _build, bytes)


def _build() -> bytes:
    sources = compiler.package() / "lib/libcxx"
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "libcxx.a"
        compiler.run(
            "build-lib",
            *("-static", "--name", "cxx", "-target", "mipsel-linux-musleabi", "-lc"),
            *("-mcpu=mips32r2+soft_float", "-OReleaseSmall", "-fstrip"),
            *("-fsingle-threaded", "-fno-PIC", "-ffunction-sections"),
            *("-fdata-sections", "--cache-dir", str(Path(name) / "cache")),
            *("-cflags", *FLAGS, *header_flags(), f"-I{sources / 'src'}"),
            *(f"-I{sources / 'libc'}", *compiler.header_flags(), "--"),
            *(str(sources / f"src/{source}.cpp") for source in SOURCES),
            f"-femit-bin={out}",
        )
        return out.read_bytes()
