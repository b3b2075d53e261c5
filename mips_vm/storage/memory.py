"""Guest memory: 4 GiB flat, with its Merkle tree and cheap snapshots.

One mapping holds all that translated code touches, at fixed offsets from the address
where guest memory begins, so that one host register reaches everything:

    -HEADER_BYTES   the registers, while translated code runs
    -FLAGS_BYTES    one byte of flags for each block of 1024 bytes
    0               4 GiB of guest memory
    2^32            a guard page, for a mistake to die in

SAFETY: translated code adds a zero-extended 32-bit guest address to that start, so no
guest can name anything outside of its own 4 GiB.
"""

import mmap
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mips_vm.constants import (
    ADDRESS_SPACE,
    PAGE_BYTES,
    PROGRAM,
    WORD_BYTES,
    Region,
)
from mips_vm.errors import BadMapping
from mips_vm.hashing.keccak import Indices
from mips_vm.hashing.tree import BLOCK_BYTES, BLOCK_COUNT, BlockTree, LeafProof
from mips_vm.storage.flags import CHANGED, STALE, TOUCHED, Flags, blocks_of
from mips_vm.storage.held_file import HeldFile
from mips_vm.storage.mapping import (
    MAP_NORESERVE,
    FileMapping,
    check,
    map_zeros,
    mapping_of,
    protect,
    put,
)

FLAGS_BYTES: Final = BLOCK_COUNT
HEADER_BYTES: Final = FLAGS_BYTES + PAGE_BYTES
GUARD_BYTES: Final = PAGE_BYTES

NODE_BYTES: Final = 64
"""Of the tree, for a block: its node, and as much in all levels above."""

_FEW_PAGES: Final = 64

_WHOLE: Final = Region("memory", 0, ADDRESS_SPACE, writable=True)


@dataclass(frozen=True, slots=True)
class MemorySnapshot:
    """Memory at one moment: pages that differ from what backs them, zeros or a file.

    Snapshots share the bytes of pages that did not change between them.
    """

    pages: Mapping[int, bytes] = field(default_factory=dict)
    mappings: tuple[FileMapping, ...] = ()


class Memory:
    """All 2^32 bytes, zero at first, as plain host memory."""

    def __init__(self) -> None:
        total = HEADER_BYTES + ADDRESS_SPACE + GUARD_BYTES
        kind = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_NORESERVE
        self._mapping = mmap.mmap(-1, total, flags=kind)
        whole = np.frombuffer(self._mapping, np.uint8)
        end = HEADER_BYTES + ADDRESS_SPACE
        self.array: NDArray[np.uint8] = whole[HEADER_BYTES:end]
        """Guest memory, not copied; call `mark_dirty` after writing through it."""
        self.header: NDArray[np.uint32] = whole[:PAGE_BYTES].view(np.uint32)
        """Words at `address - HEADER_BYTES`, for the translated engine's use."""
        self.flags = Flags(whole[PAGE_BYTES:HEADER_BYTES])
        self.address = self.array.ctypes.data
        """Where guest memory begins in the host's."""
        protect(self.address + ADDRESS_SPACE, GUARD_BYTES)
        self._words = memoryview(self._mapping)[HEADER_BYTES:end].cast("I")
        self._tree = BlockTree(self.array.reshape(-1, BLOCK_BYTES))
        self._mappings: tuple[FileMapping, ...] = ()
        """What stands in memory, in the order in which it was mapped."""
        # INVARIANT: a page that is not CHANGED holds what `_base.pages` has for it, or
        # else what backs it: the last of `_mappings` that covers it, or zeros.
        self._base = MemorySnapshot()

    def read(self, address: int, size: int) -> bytes:
        """`size` bytes from `address`; OutOfBounds past the end of memory."""
        check(address, size)
        return self.array[address : address + size].tobytes()

    def write(self, address: int, data: bytes) -> None:
        """Puts `data` at `address`, in any region; OutOfBounds past the end."""
        check(address, len(data))
        self.array[address : address + len(data)] = np.frombuffer(data, np.uint8)
        self.mark_dirty(address, len(data))

    def load_word(self, address: int) -> int:
        """The little-endian word at `address`, which is aligned and below 2^32."""
        return self._words[address // WORD_BYTES]

    def store_word(self, address: int, word: int) -> None:
        """Puts a word, in [0, 2^32), at an aligned address."""
        self._words[address // WORD_BYTES] = word
        self.flags.mark_word(address)

    def extent(self, region: Region) -> int:
        """An address from which on the region is zero, as far as pages can tell."""
        pages = self.flags.pages_with(TOUCHED, region)
        return int(pages[-1] + 1) * PAGE_BYTES if len(pages) else region.base

    @property
    def changed_bytes(self) -> int:
        """What the next snapshot will copy."""
        return PAGE_BYTES * len(self.flags.pages_with(CHANGED, _WHOLE))

    @property
    def held_bytes(self) -> int:
        """Of the host's memory, about: what is in use, and nodes of the tree over it,
        but not what stands in mapped files."""
        used = PAGE_BYTES * len(self.flags.pages_with(TOUCHED, _WHOLE))
        mapped = sum(one.covered - one.address for one in self._mappings)
        return used - mapped + used // (BLOCK_BYTES // NODE_BYTES)

    def mark_dirty(self, address: int, size: int) -> None:
        """Says that [address, address + size) was written through `array`."""
        self.flags.mark(address, size)

    def root(self) -> bytes:
        """The memory root; only blocks written since the last call are hashed."""
        return self.node(1)

    def node(self, index: int) -> bytes:
        """A node of the tree by generalised index, up to date."""
        self._refresh(_WHOLE)
        return self._tree.node(index)

    def region_root(self, region: Region) -> bytes:
        """The root of a region's own subtree."""
        self._refresh(region)
        return self._tree.node(region.node)

    def program_root(self) -> bytes:
        """The root of the program region, which is the program's identity."""
        return self.region_root(PROGRAM)

    def prove(self, address: int, levels: int) -> LeafProof:
        """The leaf that holds `address`, with siblings for `levels` levels above it."""
        check(address, 1)
        self._refresh(_WHOLE)
        return self._tree.prove(address, levels)

    def clear(self, region: Region) -> None:
        """Makes one of REGIONS zero; only pages that were written cost anything."""
        kept = []
        for mapping in self._mappings:
            if region.contains(mapping.address):
                map_zeros(self.address + mapping.address, mapping.size)
            else:
                kept.append(mapping)
        self._mappings = tuple(kept)
        pages = self.flags.pages_with(TOUCHED, region)
        if len(pages) <= _FEW_PAGES:
            # Cheaper than the faults that giving them back would bring.
            self.array.reshape(-1, PAGE_BYTES)[pages] = 0
        else:
            self._drop(pages)
        self.flags.mark_pages(pages, CHANGED)
        self._tree.forget(blocks_of(pages), region.node)

    def map_file(
        self,
        source: str | os.PathLike[str] | HeldFile,
        address: int,
        size: int | None = None,
    ) -> None:
        """Lets a file's first `size` bytes (all by default) stand at `address`.

        The pages that hold them lose what they held, whether written or mapped. Nothing
        is read until it is used, and a write changes memory only. The file may be
        replaced or removed, but must not be changed in place while memory lives.
        OutOfBounds or BadMapping if it can't stand there; if it is the host that
        refuses to map it, the pages are zero then.
        """
        mapping = mapping_of(source, address, size)
        if mapping.size:
            self._place(mapping)

    def _place(self, mapping: FileMapping) -> None:
        try:
            put(self.address + mapping.address, mapping)
        except BadMapping:
            self._stands(replace(mapping, file=None))
            raise
        self._stands(mapping)

    def _stands(self, mapping: FileMapping) -> None:
        """Takes note of what is in the host's memory now."""
        start, end, covered = mapping.address, mapping.end, mapping.covered
        self._mappings += (mapping,)
        self._base = _without(self._base, start, covered)
        self.flags.mark(start, covered - start, STALE | TOUCHED)
        if mapping.goes_on:
            self.array[end:covered] = 0
            self.mark_dirty(end, covered - end)

    def snapshot(self) -> MemorySnapshot:
        """Memory as it is now; copies only pages that changed since the last snapshot
        that was taken or restored."""
        pages = dict(self._base.pages)
        changed = self.flags.pages_with(CHANGED, _WHOLE)
        mapped = bool(self._mappings)
        for page in changed.tolist():
            start = page * PAGE_BYTES
            content = self.array[start : start + PAGE_BYTES].tobytes()
            if mapped or content != _ZERO_PAGE:
                pages[page] = content
            else:
                pages.pop(page, None)
        self.flags.forget(changed, CHANGED)
        self._base = MemorySnapshot(pages, self._mappings)
        return self._base

    def restore(self, snapshot: MemorySnapshot) -> None:
        """Makes memory what it was; only pages that differ are written and rehashed.

        Files that were mapped since are taken away, and those of then mapped again:
        BadMapping if one was changed in place, and memory stays as it is.
        """
        for mapping in snapshot.mappings:
            mapping.check()
        if snapshot.mappings != self._mappings:
            self._start_over(snapshot.mappings)
        pages = self.flags.pages_with(CHANGED, _WHOLE).tolist()
        if snapshot is not self._base:
            pages = sorted({*pages, *_differing(self._base.pages, snapshot.pages)})
        dropped = []
        for page in pages:
            content = snapshot.pages.get(page)
            if content is None:
                dropped.append(page)
            else:
                start = page * PAGE_BYTES
                self.array[start : start + PAGE_BYTES] = np.frombuffer(
                    content, np.uint8
                )
        self._drop(np.array(dropped, np.int64))
        self.flags.mark_pages(np.array(pages, np.int64), STALE | TOUCHED)
        self._base = snapshot

    def _start_over(self, mappings: tuple[FileMapping, ...]) -> None:
        """Empty memory but for the mapped files."""
        self.clear(_WHOLE)
        for mapping in mappings:
            self._place(mapping)
        self._base = MemorySnapshot({}, mappings)

    def _refresh(self, region: Region) -> None:
        stale = self.flags.blocks_with(STALE, region)
        if len(stale):
            self._tree.rehash(stale)
            self.flags.blocks[stale] &= CHANGED | TOUCHED

    def _drop(self, pages: Indices) -> None:
        """Gives pages back to what backs them: zeros, or a file."""
        for first, last in _runs(pages):
            start = HEADER_BYTES + first * PAGE_BYTES
            size = (last - first) * PAGE_BYTES
            self._mapping.madvise(mmap.MADV_DONTNEED, start, size)


_ZERO_PAGE: Final = bytes(PAGE_BYTES)


def _differing(left: Mapping[int, bytes], right: Mapping[int, bytes]) -> set[int]:
    """Pages that two snapshots do not share."""
    return {
        page
        for page in left.keys() | right.keys()
        if left.get(page) is not right.get(page)
    }


def _without(snapshot: MemorySnapshot, address: int, end: int) -> MemorySnapshot:
    """The snapshot with no content for the pages in [address, end)."""
    gone = range(address // PAGE_BYTES, end // PAGE_BYTES)
    pages = {page: data for page, data in snapshot.pages.items() if page not in gone}
    return MemorySnapshot(pages, snapshot.mappings)


def _runs(pages: Indices) -> Iterator[tuple[int, int]]:
    """Ascending pages as half-open ranges of neighbours."""
    first = last = -1
    for page in pages.tolist():
        if page != last:
            if last > first:
                yield first, last
            first = page
        last = page + 1
    if last > first:
        yield first, last
