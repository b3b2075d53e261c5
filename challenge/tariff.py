"""Bonds and what each move is worth, in gas units. Twin of `Tariff.sol`, and of the
game's shares.
"""

from __future__ import annotations

from typing import Final

MAX_SEGMENTS: Final = 1 << 32
MAX_INSTRUCTIONS: Final = 1 << 36

WORKER_BOND: Final = 37_000_000  # the least
WINNER_BONUS: Final = WORKER_BOND // 10  # of the least bond, whatever the bond is

CHALLENGE: Final = 150_000  # and the slot that the first select fills
OPEN: Final = 84_000
SELECT: Final = 50_000
DISSECT: Final = 48_500
DESCEND: Final = 48_500
ROOT: Final = 1_250  # each boundary of open, dissect and descend
PROVE: Final = 202_000
TIMEOUT: Final = 122_000
SETTLE: Final = 78_000

TARIFF_SHARE: Final = 2  # of the worker's bond, what tariffs may take
RENT_SHARE: Final = 10  # of the worker's bond a year, what keeping it locked costs
YEAR_SECONDS: Final = 365 * 24 * 3600


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
    """The challenger's bond without the rent, in gas units."""
    return 2 * max_worker_due(k)


def rent_wei(claim_bond_wei: int, clock_seconds: int) -> int:
    """Part of a challenger's bond: what the worker gets for the time that its own was
    locked, if the challenge is lost."""
    return claim_bond_wei * clock_seconds // (RENT_SHARE * YEAR_SECONDS)
