"""What each move is worth, in gas units. Twin of `Tariff.sol`, and of the shares."""

from __future__ import annotations

from typing import Final

MAX_SEGMENTS: Final = 1 << 32
MAX_INSTRUCTIONS: Final = 1 << 36

CHALLENGE: Final = 150_000  # and the slot that the first select fills
OPEN: Final = 84_000
SELECT: Final = 52_000
DISSECT: Final = 48_500
DESCEND: Final = 48_500
ROOT: Final = 1_250  # each boundary of open, dissect and descend
PROVE: Final = 202_000
TIMEOUT: Final = 122_000
SETTLE: Final = 78_000

BONUS_SHARE: Final = 10  # of the worker's bond, to the winner
TARIFF_SHARE: Final = 2  # of the worker's bond, what tariffs may take


def rounds(k: int, steps: int) -> int:
    """Dissections that bring `steps` down to one."""
    count, reach = 0, 1
    while reach < steps:
        count, reach = count + 1, reach * k
    return count


def max_challenger_due(k: int) -> int:
    """Gas units that no game earns its challenger more than."""
    selects = rounds(k, MAX_SEGMENTS) + rounds(k, MAX_INSTRUCTIONS)
    return CHALLENGE + selects * SELECT + PROVE


def max_worker_due(k: int) -> int:
    """Gas units that no game earns its worker more than."""
    dissections = rounds(k, MAX_SEGMENTS) + rounds(k, MAX_INSTRUCTIONS)
    shown = dissections * (k - 1) * ROOT
    return OPEN + DESCEND + (dissections - 2) * DISSECT + shown + PROVE


def challenger_bond_gas(k: int) -> int:
    """The challenger's bond, in gas units."""
    return 2 * max_worker_due(k)
