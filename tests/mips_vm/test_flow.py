"""Chunks: where they end when others can be entered."""

import numpy as np
import pytest
from support.machine.assembler import assemble

from mips_vm.translate.flow import MAX_CHUNK, MAX_OVERLAP, discover

LANDING = 4 * 1000


def words(before: int) -> np.ndarray:
    """So many instructions, then a jump to LANDING, where a function returns."""
    lines = [*["addiu $t0, $t0, 1"] * before, f"j {LANDING:#x}", "nop"]
    lines += ["addiu $t1, $t1, 1"] * (LANDING // 4 - len(lines))
    code = assemble(*lines, "addiu $t2, $t2, 1", "jr $ra", "nop", "break")
    return np.frombuffer(code, np.uint32)


@pytest.mark.parametrize(
    ("before", "known", "goes_on"),
    [
        (MAX_OVERLAP - 1, (LANDING,), False),
        (MAX_OVERLAP - 2, (LANDING,), True),
        (MAX_OVERLAP - 1, (LANDING + 4,), True),
        (MAX_OVERLAP - 1, (), True),
        (MAX_OVERLAP - 1, (0, LANDING), False),
    ],
)
def test_discover_long_chunk_ends_where_another_is_entered(
    before: int, known: tuple[int, ...], goes_on: bool
) -> None:
    chunk = discover(words(before), 0, known)
    assert (LANDING in chunk.blocks) == goes_on
    assert chunk.size == before + 2 + 3 * goes_on


def forks(count: int) -> np.ndarray:
    """Code that goes on forwards, with a short way around every eighth instruction."""
    lines = []
    for index in range(count):
        around = 4 * (8 * index + 8)
        lines += [f"beq $t0, $t1, {around:#x}", "nop", *["addiu $t0, $t0, 1"] * 6]
    return np.frombuffer(assemble(*lines, "jr $ra", "nop", "break"), np.uint32)


def test_discover_large_function_is_translated_once() -> None:
    """Each chunk can be entered wherever one before leaves to."""
    count = 1000
    words = forks(count)
    known: set[int] = set()
    wanted: set[int] = {0}
    total = 0
    while missing := wanted - known:
        chunk = discover(words, min(missing), known, wanted)
        assert chunk.entry in chunk.heads
        assert wanted & chunk.blocks.keys() <= chunk.heads
        known |= chunk.heads
        wanted |= chunk.exits
        total += chunk.size
    assert 8 * count < total < 8 * count * (1 + 2 * MAX_OVERLAP / MAX_CHUNK)


def test_discover_way_in_amid_a_block_divides_it() -> None:
    whole = discover(words(4), 0)
    divided = discover(words(4), 0, (), (8, 10_000))
    assert (8 in whole.blocks, 8 in whole.heads) == (False, False)
    assert divided.blocks[0].end == 8 and 8 in divided.heads
    assert divided.size == whole.size
