"""Chunks: where they end when others can be entered."""

import numpy as np
import pytest
from support.assembler import assemble

from mips_vm.translate.flow import MAX_OVERLAP, discover

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
