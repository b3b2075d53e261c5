"""What operators share whose work grows with the passes of a loop."""

from typing import Final

from ...memory.tensor import TensorType
from ...memory.words import PASS_WORD
from ..family import Operator
from ..shape import check_dtype, demand

MAX_ROWS: Final = 1 << 17
"""Of what passes put, one each."""


def check_pass(what: str, number: TensorType) -> None:
    """One int32: the pass, which is the number of those that are done."""
    check_dtype(f"{what}: pass", number, "int32")
    demand(f"{what}: pass", "one element", number.count, number.count == 1)


def check_rows(what: str, rows: int) -> None:
    """As many as anything is kept of."""
    demand(f"{what}: rows", f"1 to {MAX_ROWS}", rows, 1 <= rows <= MAX_ROWS)


def follows_loop(operator: Operator, source: int) -> bool:
    """Whether the number that it takes for the pass is the loop's: any other may be
    anything."""
    return operator.sources[source].extent == PASS_WORD


def reached_rows(rows: int, window: int, passes: int) -> int:
    """Rows that count in passes 0 to `passes` - 1, added up: pass + 1 of them, at most
    all, at most the window if there is one."""
    most = min(rows, window) if window else rows
    growing = min(passes, most)
    return growing * (growing + 1) // 2 + (passes - growing) * most
