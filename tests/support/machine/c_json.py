"""The contracts' JSON and base64 in C, as a library for this processor.

What is read ends where the process may read no further, so that a byte too many is a
crash and no accident.
"""

import ctypes
import mmap
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mips_vm.cosmwasm import FOLDER
from mips_vm.toolchain import compiler

SOURCES = (
    FOLDER / "json.c",
    FOLDER / "text.c",
    Path(__file__).parent / "json_twin.c",
)
ROOM = 1 << 20


@cache
def library() -> ctypes.CDLL:
    """Compiled with traps where C leaves behaviour undefined."""
    compiler.package()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "json.so"
        flags = ["-O1", "-std=c11", "-fsanitize=undefined", "-fsanitize-trap=undefined"]
        files = map(str, SOURCES)
        compiler.run(
            "cc", *flags, "-shared", "-fPIC", f"-I{FOLDER}", *files, "-o", str(out)
        )
        return ctypes.CDLL(str(out))


@dataclass
class Edge:
    """Memory that ends at a page that can't be touched."""

    pages: mmap.mmap
    start: int

    @classmethod
    def made(cls, size: int = ROOM) -> "Edge":
        pages = mmap.mmap(-1, size + mmap.PAGESIZE)
        start = ctypes.addressof(ctypes.c_ubyte.from_buffer(pages))
        libc = ctypes.CDLL(None)
        libc.mprotect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        assert libc.mprotect(start + size, mmap.PAGESIZE, 0) == 0
        return cls(pages, start)

    def put(self, data: bytes) -> ctypes.c_void_p:
        """Where these bytes are now, the last of them at the edge."""
        at = ROOM - len(data)
        self.pages[at:ROOM] = data
        return ctypes.c_void_p(self.start + at)


_out = ctypes.create_string_buffer(2 * ROOM)


@cache
def edge() -> Edge:
    return Edge.made()


def told(text: bytes) -> bytes | None:
    """The document in plain words, or None if it is none."""
    count = library().twin_tell(edge().put(text), len(text), _out, len(_out))
    return _out.raw[:count] if count else None


def says(text: bytes, name: str) -> bool:
    return bool(library().twin_says(edge().put(text), len(text), name.encode()))


def whole(text: bytes) -> int | None:
    number = ctypes.c_uint64()
    found = library().twin_whole(edge().put(text), len(text), ctypes.byref(number))
    return number.value if found else None


def from_base64(text: bytes) -> bytes | None:
    count = ctypes.c_uint32()
    put = edge().put(text)
    if not library().twin_base64(put, len(text), _out, ctypes.byref(count)):
        return None
    return _out.raw[: count.value]


def to_base64(data: bytes) -> bytes:
    count = library().twin_to_base64(edge().put(data), len(data), _out)
    return _out.raw[:count]
