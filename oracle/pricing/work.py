"""What computing a run counts for, in units of gas."""

from typing import Final

from challenge.claim import Work

NO_WORK: Final = Work(0, 0, 0, 0, 0)
INSTRUCTIONS_A_GAS: Final = 1 << 20
"""Twin of the oracle's: a second of a core is worth about a thousand units."""


def work_gas(work: Work, passes: int) -> int:
    """What computing counts for, in units of gas; no chain is paid for it."""
    return work.instructions(passes) // INSTRUCTIONS_A_GAS
