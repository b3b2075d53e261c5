"""Files that stand in guest memory, and the host mappings that put them there."""

import ctypes
import mmap
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mips_vm.constants import ADDRESS_SPACE, PAGE_BYTES, REGIONS
from mips_vm.errors import BadMapping, OutOfBounds

MAP_NORESERVE: Final = 0x4000  # mmap does not name it
_MAP_FIXED: Final = 0x10


@dataclass(frozen=True, slots=True)
class FileVersion:
    """What tells whether the file that is found at a path later is still the same."""

    device: int
    inode: int
    length: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class FileMapping:
    """A file whose first `size` bytes stand at `address` until a write changes them."""

    path: Path
    address: int
    size: int
    version: FileVersion

    @property
    def end(self) -> int:
        """The first address after the bytes."""
        return self.address + self.size

    @property
    def covered(self) -> int:
        """The first address after the pages that hold them."""
        return round_up(self.end)

    @property
    def goes_on(self) -> bool:
        """Whether the last page holds more of the file."""
        return self.end < self.covered and self.size < self.version.length


def mapping_of(
    path: str | os.PathLike[str], address: int, size: int | None = None
) -> FileMapping:
    """The mapping of a file's first `size` bytes, or all, at `address`.

    OutOfBounds past the end of memory; BadMapping if `address` is not a page's, the
    range leaves a region or `path` is no file.
    """
    path = Path(path).absolute()
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise BadMapping(path, "a regular file", stat.filemode(status.st_mode))
    length = status.st_size
    size = length if size is None else min(size, length)
    if size < 0:
        raise BadMapping(path, "a size of at least 0", str(size))
    check(address, round_up(size))
    if address % PAGE_BYTES:
        raise BadMapping(path, "a page's address", f"{address:#x}")
    if not any(region.contains(address, size) for region in REGIONS):
        span = f"{size} bytes at {address:#010x}"
        raise BadMapping(path, "a range inside of one region", span)
    version = FileVersion(status.st_dev, status.st_ino, length, status.st_mtime_ns)
    return FileMapping(path, address, size, version)


def check_unchanged(mapping: FileMapping) -> None:
    """BadMapping, or OSError, unless the file is what it was when it was mapped."""
    if mapping_of(mapping.path, mapping.address, mapping.size) != mapping:
        expected = "the file that was mapped"
        raise BadMapping(mapping.path, expected, "one that was changed since")


def map_file(host_address: int, mapping: FileMapping) -> None:
    """Puts the file over what is in the host's memory there; its pages are private."""
    with mapping.path.open("rb") as file:
        _map(host_address, mapping.size, file.fileno())


def map_zeros(host_address: int, size: int) -> None:
    """Puts fresh zeros over what is in the host's memory there."""
    _map(host_address, round_up(size), -1)


def protect(host_address: int, size: int) -> None:
    """Makes pages that no access may reach."""
    function = _libc("mprotect", ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    if function(host_address, size, 0):
        raise OSError(ctypes.get_errno(), "mprotect failed")


def round_up(size: int) -> int:
    """The size of the pages that hold so many bytes."""
    return -(-size // PAGE_BYTES) * PAGE_BYTES


def check(address: int, size: int) -> None:
    """OutOfBounds unless [address, address + size) lies in memory."""
    if address < 0 or size < 0 or address + size > ADDRESS_SPACE:
        raise OutOfBounds(address, size)


def _map(host_address: int, size: int, file: int) -> None:
    """Puts a private mapping over what is there: of a file, or of zeros (-1)."""
    kind = mmap.MAP_PRIVATE | _MAP_FIXED | MAP_NORESERVE
    if file < 0:
        kind |= mmap.MAP_ANONYMOUS
    access = mmap.PROT_READ | mmap.PROT_WRITE
    pointer, number = ctypes.c_void_p, ctypes.c_int
    function = _libc(
        "mmap",
        *(pointer, ctypes.c_size_t, number, number, number, ctypes.c_long),
        result=pointer,
    )
    if function(host_address, size, access, kind, file, 0) != host_address:
        raise OSError(ctypes.get_errno(), "mmap failed")


def _libc(name: str, *arguments: Any, result: Any = ctypes.c_int) -> Any:
    function = getattr(ctypes.CDLL(None, use_errno=True), name)
    function.argtypes, function.restype = arguments, result
    return function
