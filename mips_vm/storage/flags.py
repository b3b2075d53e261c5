"""What was written: a byte of flags for each block of memory, four blocks a page.

A store sets the flags of its block, so the tree hashes blocks anew, not pages. Pages
are what is copied and given back to the host. The flags of a page are one word, and
nearly all words are zero: native code looks through them many at a time, and only where
there can be any, which is where a guest may store, and as far as the host has written.
"""

import ctypes
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mips_vm.compiled import llvm, native
from mips_vm.constants import (
    ADDRESS_SPACE,
    PAGE_BYTES,
    REGIONS,
    WRITABLE_BASE,
    WRITABLE_END,
    Region,
)
from mips_vm.hashing.keccak import Indices
from mips_vm.hashing.tree import BLOCK_BYTES, BLOCK_COUNT

STALE: Final = 1  # the tree has yet to hash the block
CHANGED: Final = 2  # the page differs from the last snapshot
TOUCHED: Final = 4  # the page may be other than zero
DIRTY: Final = STALE | CHANGED | TOUCHED

PAGE_COUNT: Final = ADDRESS_SPACE // PAGE_BYTES
PAGE_BLOCKS: Final = BLOCK_COUNT // PAGE_COUNT
PAGE_FLAGS: Final = np.uint32  # a byte for each of them

_FIRST_WRITABLE: Final = WRITABLE_BASE // PAGE_BYTES
_PAST_WRITABLE: Final = WRITABLE_END // PAGE_BYTES


class Flags:
    """The flags of all blocks."""

    def __init__(self, blocks: NDArray[np.uint8]) -> None:
        """`blocks`, a byte for each, is host memory that translated code writes too."""
        self.blocks = blocks
        self._bytes = blocks.data
        self._pages = blocks.view(PAGE_FLAGS)
        self._found = np.empty(PAGE_COUNT, np.int64)
        self._addresses = self._pages.ctypes.data, self._found.ctypes.data
        self._reach = {
            region: region.end if region.writable else region.base for region in REGIONS
        }
        """Of each region, the address from which on no flag is set."""

    def mark(self, address: int, size: int, flags: int = DIRTY) -> None:
        """Says `flags` of all blocks in [address, address + size), and no others."""
        if size:
            end = address + size
            self.blocks[address // BLOCK_BYTES : (end - 1) // BLOCK_BYTES + 1] = flags
            if address < WRITABLE_BASE or end > WRITABLE_END:
                self._extend(address, end)

    def mark_word(self, address: int) -> None:
        """Says DIRTY of the block around `address`, fast."""
        self._bytes[address // BLOCK_BYTES] = DIRTY
        if not WRITABLE_BASE <= address < WRITABLE_END:
            self._extend(address, address + 1)

    def mark_pages(self, pages: Indices, flags: int) -> None:
        """Says `flags` of these pages, which are ascending, and no others."""
        self._pages[pages] = _IN_ALL[flags]
        if len(pages) and (pages[0] < _FIRST_WRITABLE or pages[-1] >= _PAST_WRITABLE):
            for region in REGIONS:
                below = pages[: pages.searchsorted(region.end // PAGE_BYTES)]
                if len(below):
                    self._extend(region.base, (int(below[-1]) + 1) * PAGE_BYTES)

    def forget(self, pages: Indices, flag: int) -> None:
        """Takes one flag from these pages."""
        self._pages[pages] &= _IN_ALL[DIRTY ^ flag]

    def pages_with(self, flag: int, region: Region) -> Indices:
        """Pages of a region that have `flag`, ascending."""
        count = 0
        for part, reach in self._reach.items():
            first, last = max(part.base, region.base), min(reach, region.end)
            if first < last:
                pages = first // PAGE_BYTES, -(-last // PAGE_BYTES)
                count += self._find(*pages, _IN_ALL[flag], count)
        return self._found[:count].copy()

    def _find(self, first: int, end: int, mask: int, at: int) -> int:
        """How many pages in [first, end) have a flag; they are noted from `at` on."""
        if llvm.usable():
            words, found = self._addresses
            return int(_finder()(words, first, end, mask, found + 8 * at))
        pages = (self._pages[first:end] & np.uint32(mask)).nonzero()[0] + first
        self._found[at : at + len(pages)] = pages
        return len(pages)

    def blocks_with(self, flag: int, region: Region) -> Indices:
        """Blocks of a region that have `flag`, ascending."""
        pages = self.pages_with(flag, region)
        flags = self.blocks.reshape(-1, PAGE_BLOCKS)[pages]
        row, block = (flags & flag).nonzero()
        blocks: Indices = pages[row] * PAGE_BLOCKS + block
        return blocks

    def _extend(self, address: int, end: int) -> None:
        """Flags in [address, end) are set; it may lie in several regions."""
        for region, reach in self._reach.items():
            if address < region.end and reach < end:
                self._reach[region] = min(end, region.end)


def blocks_of(pages: Indices) -> Indices:
    """All blocks of these pages."""
    blocks: Indices = pages[:, None] * PAGE_BLOCKS + np.arange(PAGE_BLOCKS)
    return blocks.reshape(-1)


_IN_ALL: Final = [
    int.from_bytes(bytes([flags] * PAGE_BLOCKS)) for flags in range(DIRTY + 1)
]
"""Flags in each byte of a page's word."""


@cache
def _finder() -> Any:
    number, pointer = ctypes.c_uint64, ctypes.c_void_p
    arguments = (pointer, number, number, ctypes.c_uint32, pointer)
    return native.load_ir(_FIND_IR).function("find", number, *arguments)


_GROUP: Final = 64  # words that are looked at together

_FIND_IR: Final = f"""
; The indices, in [first, last), of words with a bit of `mask`, and how many they are.
define i64 @find(ptr %words, i64 %first, i64 %last, i32 %mask, ptr %found) nounwind {{
entry:
  %single = insertelement <{_GROUP} x i32> poison, i32 %mask, i64 0
  %masks = shufflevector <{_GROUP} x i32> %single, <{_GROUP} x i32> poison,
                         <{_GROUP} x i32> zeroinitializer
  br label %group

group:
  %start = phi i64 [ %first, %entry ], [ %end, %next ]
  %count = phi i64 [ 0, %entry ], [ %count.next, %next ]
  %full = add i64 %start, {_GROUP}
  %whole = icmp ule i64 %full, %last
  br i1 %whole, label %look, label %rest
look:
  %group.at = getelementptr i32, ptr %words, i64 %start
  %group.words = load <{_GROUP} x i32>, ptr %group.at, align 4
  %flagged = and <{_GROUP} x i32> %group.words, %masks
  %all = call i32 @llvm.vector.reduce.or.v{_GROUP}i32(<{_GROUP} x i32> %flagged)
  %none = icmp eq i32 %all, 0
  br i1 %none, label %next, label %search
rest:
  %some = icmp ult i64 %start, %last
  br i1 %some, label %search, label %done

search:
  %until = phi i64 [ %full, %look ], [ %last, %rest ]
  br label %word
word:
  %index = phi i64 [ %start, %search ], [ %following, %word ]
  %kept = phi i64 [ %count, %search ], [ %more, %word ]
  %word.at = getelementptr i32, ptr %words, i64 %index
  %value = load i32, ptr %word.at
  %bits = and i32 %value, %mask
  %is = icmp ne i32 %bits, 0
  %one = zext i1 %is to i64
  %found.at = getelementptr i64, ptr %found, i64 %kept
  store i64 %index, ptr %found.at
  %more = add i64 %kept, %one
  %following = add i64 %index, 1
  %inside = icmp ult i64 %following, %until
  br i1 %inside, label %word, label %next

next:
  %end = phi i64 [ %full, %look ], [ %until, %word ]
  %count.next = phi i64 [ %count, %look ], [ %more, %word ]
  br label %group

done:
  ret i64 %count
}}
declare i32 @llvm.vector.reduce.or.v{_GROUP}i32(<{_GROUP} x i32>)
"""
