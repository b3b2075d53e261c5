"""Programs: kernels and their words, run by one native loop.

A call costs a few nanoseconds so, where a call from Python costs microseconds.
"""

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mips_vm import native

from ..floatmode import exact_ir
from . import (
    byte_factors,
    byte_products,
    casting,
    choosing,
    elements,
    folds,
    moving,
    pooling,
    quantising,
    rescaling,
    rows,
    tiles,
    tokenising,
    trees,
    turning,
    waiting,
)

Array = NDArray[Any]

MODULES: Final[dict[str, Callable[[], str]]] = {
    **tiles.MODULES,
    "multiply": tiles.multiply_ir,
    "move": moving.move_ir,
    "deep": moving.deep_ir,
    "turn": turning.module_ir,
    "pool": pooling.module_ir,
    "row": rows.module_ir,
    "fold": folds.module_ir,
    "gather": choosing.gather_ir,
    "gather_each": choosing.gather_each_ir,
    "scatter": choosing.scatter_ir,
    "top": choosing.top_ir,
    "cast": casting.module_ir,
    "tokens": tokenising.module_ir,
    "trees": trees.module_ir,
    "team": waiting.module_ir,
    **elements.MODULES,
    **quantising.MODULES,
    **rescaling.MODULES,
    **byte_products.MODULES,
    "byte": byte_factors.module_ir,
}
"""By the first part of a kernel's name, or the first two: `slide.3` is of `slide`,
`element.add.vv` of `element.add`."""

DRIVER: Final = """
define void @walk(ptr %table, i64 %count) {
entry:
  %end = getelementptr [2 x ptr], ptr %table, i64 %count
  br label %head
head:
  %row = phi ptr [ %table, %entry ], [ %next, %step ]
  %done = icmp eq ptr %row, %end
  br i1 %done, label %leave, label %step
step:
  %kernel = load ptr, ptr %row
  %place = getelementptr ptr, ptr %row, i64 1
  %words = load ptr, ptr %place
  call void %kernel(ptr %words)
  %next = getelementptr [2 x ptr], ptr %row, i64 1
  br label %head
leave:
  ret void
}
"""
"""Goes through a table whose rows are a kernel and its words."""


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A kernel with its arguments: numbers, and arrays by their addresses.

    What it reads and writes is there when it runs; it may run any number of times.
    """

    kernel: str
    words: tuple[int | Array, ...]


class Batch:
    """Calls, one after another, with floats as docs/float.md has them."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self._calls = list(calls)  # keeps the arrays alive
        self._words = [np.array(_plain(call.words), np.int64) for call in calls]
        self._table = np.array(
            [
                (address_of(call.kernel), words.ctypes.data)
                for call, words in zip(calls, self._words, strict=True)
            ],
            np.int64,
        )
        self._arguments = (self._table.ctypes.data, len(self._calls))
        self._driver = _driver()

    def __call__(self) -> None:
        """All of them."""
        self._driver(*self._arguments)


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
        module = first if first in MODULES else f"{first}.{second}"
        return _library(module).address(kernel)


_LOADING: Final = Lock()
"""Two threads would load a library twice, and addresses in the one that is forgotten
would outlive it."""


@cache
def _library(module: str) -> native.Library:
    return native.load_ir(MODULES[module]())


@cache
def _driver() -> Callable[..., None]:
    library = native.load_ir(DRIVER + exact_ir("run", "walk"))
    return library.function("run", None, ctypes.c_void_p, ctypes.c_int64)
