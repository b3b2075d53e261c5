"""Decides whether an image's loop, and what depends on it, is canonical.

Native execution runs operators whole and the guest runs tiles. So nothing that an
operator depends on may change while it runs: not the words that it reads of the loop,
not the word by which it is skipped. And what `put_row` and `put_key` store in part is
stored by nothing else.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from mips_vm.constants import WORD_BYTES

from ..errors import (
    AddressOutOfBounds,
    Aliasing,
    Misaligned,
    Unbounded,
    WrongField,
    listed,
    located,
)
from ..image.header import check_equal, check_range
from ..image.image import NEVER, PLAIN_VERSION, Segment, Tables
from ..image.loop import MAX_PASSES, MAX_RUN_SEGMENTS, NO_LOOP
from ..memory.extent import Extent
from ..memory.tensor import item_bytes
from ..memory.words import LENGTH_WORD, PASS_WORD
from ..operators import FAMILIES, PUTS, Operand, Operator

RUN_WORDS = (PASS_WORD, LENGTH_WORD)
"""Words of the run, outside all tensors, that operators may read."""


def reads_run_word(tables: Tables, operand: Operand) -> bool:
    """Whether it is exactly one int32, which is such a word, and the image has them."""
    single = operand.dtype == "int32" and operand.extent in RUN_WORDS
    return single and tables.version != PLAIN_VERSION


def check_loop(tables: Tables, arena: Extent) -> None:
    """Where the loop lies, how often it runs, and the words that it looks at.

    `tables` has segments that cover its operators, in order.
    """
    loop, rows = tables.loop, len(tables.segments)
    for what, address in (("stop", loop.stop), ("length", tables.length)):
        if address:
            _check_word(what, address, arena)
    if tables.varies:
        _check_varying(tables)
    if loop == NO_LOOP:
        return
    check_range("loop_first", 0, rows - 1, loop.first)
    check_range("loop_end", loop.first + 1, rows, loop.end)
    check_range("passes", 1, MAX_PASSES, loop.passes)
    _check_edge("loop_first", tables.segments, loop.first)
    if loop.end < rows:
        _check_edge("loop_end", tables.segments, loop.end)
    segments = rows + (loop.passes - 1) * loop.body
    if segments > MAX_RUN_SEGMENTS:
        most = 1 + (MAX_RUN_SEGMENTS - rows) // loop.body
        passes = f"at most {MAX_RUN_SEGMENTS}, which {most} passes have"
        raise Unbounded("segments in all", passes, segments)


def _check_edge(what: str, rows: tuple[Segment, ...], index: int) -> None:
    """Passes begin and end between operators."""
    if rows[index].first:
        expected = "the first segment of an operator"
        raise WrongField(what, expected, f"segment {index}, from {rows[index].first}")


def _check_word(what: str, address: int, arena: Extent) -> None:
    """An int32 among the arena's tensors."""
    if address % WORD_BYTES:
        raise Misaligned(what, WORD_BYTES, address)
    word = Extent(address, WORD_BYTES)
    if not word.within(arena):
        raise AddressOutOfBounds(what, f"0, or within {arena}", word)


def _check_varying(tables: Tables) -> None:
    """Any number of bytes must be whole elements."""
    last = tables.inputs[-1].spec
    if item_bytes(last.dtype) != 1:
        expected = "elements of one byte, since it varies"
        raise WrongField("last input", expected, last.dtype)


def check_skip(
    tables: Tables,
    operator: Operator,
    rows: Sequence[Segment],
    given: Extent,
    arena: Extent,
) -> None:
    """Of an operator's segments: all the same, and by a word that stays as it is."""
    fields = sorted({row.skip for row in rows})
    if tables.version == PLAIN_VERSION:
        if fields != [NEVER]:
            raise WrongField("skip", NEVER, listed(fields))
        return
    if len(fields) > 1:
        raise WrongField("skip", "the same in all segments", listed(fields))
    (address,) = fields
    if address <= NEVER:
        return
    if address % WORD_BYTES:
        raise Misaligned("skip", WORD_BYTES, address)
    word = Extent(address, WORD_BYTES)
    if not any(word.within(held) for held in (*RUN_WORDS, given, arena)):
        expected = f"0, 1, or within {given} or {arena}"
        raise AddressOutOfBounds("skip", expected, word)
    if operator.target.extent.overlaps(word):
        clear = f"a range clear of the skip word, {word}"
        raise Aliasing("target", clear, operator.target.extent)


def check_caches(tables: Tables) -> None:
    """What puts rows is of the body, puts the row of the pass, and shares its cache
    with nothing but others like it and one operator of the prologue that stores all of
    it."""
    caches: dict[int, Operand] = {}
    for i, operator in enumerate(tables.operators):
        if operator.opcode not in PUTS:
            continue
        with located(f"operator {i}"):
            if i not in tables.body:
                name = FAMILIES[operator.opcode].name
                raise WrongField(name, "an operator of the loop's body", i)
            check_equal("source 1", PASS_WORD, operator.sources[1].extent)
            target = operator.target
            check_equal("target", caches.setdefault(target.address, target), target)
    extents = [caches[start].extent for start in sorted(caches)]
    for left, right in pairwise(extents):
        if left.overlaps(right):
            raise Aliasing(
                "target that rows are put into", f"a range clear of {left}", right
            )
    _check_others(tables, extents)


def _check_others(tables: Tables, caches: Sequence[Extent]) -> None:
    """`caches` ascend. An operator that stores all of one is its first filler."""
    filled: dict[int, int] = {}
    for i, operator in enumerate(tables.operators):
        target = operator.target.extent
        index = bisect_left(caches, target.end, key=lambda cache: cache.start) - 1
        if operator.opcode in PUTS or index < 0:
            continue
        cache = caches[index]
        if not target.overlaps(cache):
            continue
        fills = i < tables.body.start and target == cache
        if not fills or filled.setdefault(cache.start, i) != i:
            with located(f"operator {i}"):
                clear = f"a range clear of {cache}, which rows are put into"
                raise Aliasing("target", clear, target)
