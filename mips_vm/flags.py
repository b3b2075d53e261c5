"""What was written: a byte of flags for each block of memory, eight blocks a page.

A store sets the flags of its block, so the tree hashes blocks anew, not pages. Pages
are what is copied and given back to the host. The flags of a page are one word, and
nearly all words are zero: native code looks through them 256 bytes at a time.
"""

import ctypes
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mips_vm import native
from mips_vm.constants import ADDRESS_SPACE, PAGE_BYTES, Region
from mips_vm.keccak import Indices
from mips_vm.tree import BLOCK_BYTES, BLOCK_COUNT

STALE: Final = 1  # the tree has yet to hash the block
CHANGED: Final = 2  # the page differs from the last snapshot
TOUCHED: Final = 4  # the page may be other than zero
DIRTY: Final = STALE | CHANGED | TOUCHED

PAGE_COUNT: Final = ADDRESS_SPACE // PAGE_BYTES
PAGE_BLOCKS: Final = BLOCK_COUNT // PAGE_COUNT


class Flags:
    """The flags of all blocks."""

    def __init__(self, blocks: NDArray[np.uint8]) -> None:
        """`blocks`, a byte for each, is host memory that translated code writes too."""
        self.blocks = blocks
        self._bytes = blocks.data
        self._pages = blocks.view(np.uint64)
        self._found = np.empty(PAGE_COUNT, np.int64)

    def mark(self, address: int, size: int, flags: int = DIRTY) -> None:
        """Says `flags` of all blocks in [address, address + size), and no others."""
        if size:
            last = (address + size - 1) // BLOCK_BYTES
            self.blocks[address // BLOCK_BYTES : last + 1] = flags

    def mark_word(self, address: int) -> None:
        """Says DIRTY of the block around `address`, fast."""
        self._bytes[address // BLOCK_BYTES] = DIRTY

    def mark_pages(self, pages: Indices | list[int], flags: int) -> None:
        """Says `flags` of these pages, and no others."""
        self._pages[pages] = _in_all(flags)

    def forget(self, pages: Indices, flag: int) -> None:
        """Takes one flag from these pages."""
        self._pages[pages] &= ~_in_all(flag)

    def pages_with(self, flag: int, region: Region) -> Indices:
        """Pages of a region that have `flag`, ascending."""
        first, last = region.base // PAGE_BYTES, region.end // PAGE_BYTES
        mask = int(_in_all(flag))
        words, found = self._pages.ctypes.data, self._found.ctypes.data
        count = _finder()(words, first, last, mask, found)
        return self._found[:count].copy()

    def blocks_with(self, flag: int, region: Region) -> Indices:
        """Blocks of a region that have `flag`, ascending."""
        pages = self.pages_with(flag, region)
        flags = self.blocks.reshape(-1, PAGE_BLOCKS)[pages]
        row, block = (flags & flag).nonzero()
        blocks: Indices = pages[row] * PAGE_BLOCKS + block
        return blocks


def blocks_of(pages: Indices) -> Indices:
    """All blocks of these pages."""
    blocks: Indices = pages[:, None] * PAGE_BLOCKS + np.arange(PAGE_BLOCKS)
    return blocks.reshape(-1)


def _in_all(flags: int) -> np.uint64:
    """`flags` in each byte of a page's word."""
    return np.uint64(int.from_bytes(bytes([flags] * PAGE_BLOCKS)))


@cache
def _finder() -> Any:
    word, pointer = ctypes.c_uint64, ctypes.c_void_p
    library = native.load_ir(_FIND_IR)
    return library.function("find", word, pointer, word, word, word, pointer)


_GROUP: Final = 32  # words; it divides the pages of every region

_FIND_IR: Final = f"""
; The indices, in [first, last), of words with a bit of `mask`, and how many they are.
define i64 @find(ptr %words, i64 %first, i64 %last, i64 %mask, ptr %found) nounwind {{
entry:
  %single = insertelement <{_GROUP} x i64> poison, i64 %mask, i64 0
  %masks = shufflevector <{_GROUP} x i64> %single, <{_GROUP} x i64> poison,
                         <{_GROUP} x i32> zeroinitializer
  br label %group

group:
  %start = phi i64 [ %first, %entry ], [ %end, %passed ]
  %count = phi i64 [ 0, %entry ], [ %count.passed, %passed ]
  %end = add i64 %start, {_GROUP}
  %group.at = getelementptr i64, ptr %words, i64 %start
  %group.words = load <{_GROUP} x i64>, ptr %group.at, align 8
  %flagged = and <{_GROUP} x i64> %group.words, %masks
  %all = call i64 @llvm.vector.reduce.or.v{_GROUP}i64(<{_GROUP} x i64> %flagged)
  %none = icmp eq i64 %all, 0
  br i1 %none, label %passed, label %word

word:
  %index = phi i64 [ %start, %group ], [ %following, %word ]
  %kept = phi i64 [ %count, %group ], [ %more, %word ]
  %word.at = getelementptr i64, ptr %words, i64 %index
  %value = load i64, ptr %word.at
  %bits = and i64 %value, %mask
  %is = icmp ne i64 %bits, 0
  %one = zext i1 %is to i64
  %found.at = getelementptr i64, ptr %found, i64 %kept
  store i64 %index, ptr %found.at
  %more = add i64 %kept, %one
  %following = add i64 %index, 1
  %inside = icmp ult i64 %following, %end
  br i1 %inside, label %word, label %passed

passed:
  %count.passed = phi i64 [ %count, %group ], [ %more, %word ]
  %again = icmp ult i64 %end, %last
  br i1 %again, label %group, label %done

done:
  ret i64 %count.passed
}}
declare i64 @llvm.vector.reduce.or.v{_GROUP}i64(<{_GROUP} x i64>)
"""
