"""Files that stand in guest memory, and the host mappings that put them there."""

import ctypes
import mmap
import os
from dataclasses import dataclass
from typing import Any, Final

from mips_vm.constants import ADDRESS_SPACE, PAGE_BYTES, REGIONS
from mips_vm.errors import BadMapping, OutOfBounds
from mips_vm.storage.held_file import HeldFile

MAP_NORESERVE: Final = 0x4000  # mmap does not name it
_MAP_FIXED: Final = 0x10


@dataclass(frozen=True, slots=True)
class FileMapping:
    """A file whose first `size` bytes stand at `address` until a write changes them.

    Without a file these are zeros: what is left where one could not be mapped.
    """

    file: HeldFile | None
    address: int
    size: int

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
        return self.end < self.covered and self.size < len(self.file or ())

    def check(self) -> None:
        """BadMapping unless the file is what it was when it was opened."""
        if self.file is not None:
            self.file.check()


def mapping_of(
    source: str | os.PathLike[str] | HeldFile, address: int, size: int | None = None
) -> FileMapping:
    """The mapping of a file's first `size` bytes, or all, at `address`.

    OutOfBounds past the end of memory; BadMapping if `address` is not a page's, the
    range leaves a region or `source` is no file, or one that was changed since.
    """
    file = source if isinstance(source, HeldFile) else HeldFile(source)
    file.check()
    size = len(file) if size is None else min(size, len(file))
    if size < 0:
        raise BadMapping(file.path, "a size of at least 0", str(size))
    check(address, round_up(size))
    if address % PAGE_BYTES:
        raise BadMapping(file.path, "a page's address", f"{address:#x}")
    if not any(region.contains(address, size) for region in REGIONS):
        span = f"{size} bytes at {address:#010x}"
        raise BadMapping(file.path, "a range inside of one region", span)
    return FileMapping(file, address, size)


def put(host_address: int, mapping: FileMapping) -> None:
    """Puts the file over what is in the host's memory there; its pages are private.

    If the host refuses: BadMapping, and zeros are there. What was there is lost then,
    too, and the host would give the hole to whoever asks it for memory next.
    """
    if mapping.file is None:
        map_zeros(host_address, mapping.size)
        return
    try:
        _map(host_address, mapping.size, mapping.file.descriptor)
    except OSError as error:
        map_zeros(host_address, mapping.size)
        expected, actual = "a file that can be mapped", error.strerror or str(error)
        raise BadMapping(mapping.file.path, expected, actual) from error


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
        code = ctypes.get_errno()
        raise OSError(code, f"mmap: {os.strerror(code)}")


def _libc(name: str, *arguments: Any, result: Any = ctypes.c_int) -> Any:
    function = getattr(ctypes.CDLL(None, use_errno=True), name)
    function.argtypes, function.restype = arguments, result
    return function
