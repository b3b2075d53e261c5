"""Programs: kernels and their words, run by one native loop.

A call costs a few nanoseconds so, where a call from Python costs microseconds.
"""

import ctypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mips_vm.compiled import native

from ..memory.floatmode import exact_ir

Array = NDArray[Any]

DRIVER: Final = """
define void @walk(ptr %table, i64 %count) {
entry:
  %end = getelementptr [2 x ptr], ptr %table, i64 %count
  br label %head
head:
  %row = phi ptr [ %table, %entry ], [ %next, %call ], [ %place, %jump ]
  %done = icmp eq ptr %row, %end
  br i1 %done, label %leave, label %step
step:
  %kernel = load ptr, ptr %row
  %second = getelementptr ptr, ptr %row, i64 1
  %words = load ptr, ptr %second
  %is.jump = icmp eq ptr %kernel, null
  br i1 %is.jump, label %jump, label %call
call:
  call void %kernel(ptr %words)
  %next = getelementptr [2 x ptr], ptr %row, i64 1
  br label %head
jump:
  %at = load ptr, ptr %words
  %word = load i32, ptr %at
  %zero = icmp eq i32 %word, 0
  %third = getelementptr i64, ptr %words, i64 1
  %rows = load i64, ptr %third
  %far = select i1 %zero, i64 %rows, i64 1
  %place = getelementptr [2 x ptr], ptr %row, i64 %far
  br label %head
leave:
  ret void
}
"""
"""Goes through a table whose rows are a kernel and its words. A row without a kernel is
a jump: its words are the address of an int32, and how many rows further the walk goes
on if that is 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A kernel with its arguments: numbers, and arrays by their addresses.

    What it reads and writes is there when it runs; it may run any number of times.
    """

    kernel: str
    words: tuple[int | Array, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Jump:
    """Goes on so many rows further, or back, if an int32 is 0; else with the next."""

    word: Array
    rows: int

    @property
    def words(self) -> tuple[int | Array, ...]:
        """What the driver finds in its row."""
        return self.word, self.rows


Row = Call | Jump


class Batch:
    """Calls, one after another, with floats as docs/float.md has them."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = list(rows)  # keeps the arrays alive
        self._words = [np.array(_plain(row.words), np.int64) for row in rows]
        self._table = np.array(
            [
                (address_of(row.kernel) if isinstance(row, Call) else 0, place)
                for row, place in zip(rows, self._places(), strict=True)
            ],
            np.int64,
        ).reshape(-1, 2)
        self._arguments = (self._table.ctypes.data, len(self._rows))
        self._driver = _driver()

    def _places(self) -> list[int]:
        return [words.ctypes.data for words in self._words]

    def __call__(self) -> None:
        """All of them."""
        self._driver(*self._arguments)

    def part(self, first: int, end: int) -> None:
        """Rows [first, end): no jump may lead out of them."""
        self._driver(self._table[first:].ctypes.data, end - first)


def _plain(words: Sequence[int | Array]) -> list[int]:
    return [
        word if isinstance(word, int) else word.__array_interface__["data"][0]
        for word in words
    ]


@cache
def address_of(kernel: str) -> int:
    """Where its code begins."""
    with _LOADING:
        first, second, *_ = kernel.split(".")
        module = first if first in _modules() else f"{first}.{second}"
        return _library(module).address(kernel)


_LOADING: Final = Lock()
"""Two threads would load a library twice, and addresses in the one that is forgotten
would outlive it."""


@cache
def _library(module: str) -> native.Library:
    return native.load_ir(_modules()[module]())


def _modules() -> Mapping[str, Callable[[], str]]:
    # Here, not at the top: operators are known, and images read, without LLVM.
    from .modules import MODULES

    return MODULES


@cache
def _driver() -> Callable[..., None]:
    library = native.load_ir(DRIVER + exact_ir("run", "walk"))
    return library.function("run", None, ctypes.c_void_p, ctypes.c_int64)
