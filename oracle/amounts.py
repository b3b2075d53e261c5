"""Amounts of money at the edge: wei inside, a number with its unit outside."""

import re
from decimal import Decimal, localcontext

from oracle.errors import BadAmount

UNITS = {"wei": 0, "gwei": 9, "ether": 18}
"""Decimal places of each unit."""
WRITTEN = re.compile(r"([0-9][0-9_]*(?:\.[0-9]+)?) ?([a-z]+)?", re.IGNORECASE)
EXACT_DIGITS = 80
GWEI = 10**9
WORTH_GWEI, WORTH_ETHER = 10**6, 10**12
"""From so many wei on, an amount is shown in the larger unit."""


def parse_wei(written: str | int) -> int:
    """Wei of `0.1ether`, `30gwei`, `5 wei`, or of a whole number without a unit.

    Raises `BadAmount`, also for less than one wei.
    """
    match = WRITTEN.fullmatch(str(written).strip())
    if match is None:
        raise BadAmount("a number and wei, gwei or ether", str(written))
    number, unit = match[1], (match[2] or "wei").lower()
    if unit not in UNITS:
        raise BadAmount("the unit wei, gwei or ether", unit)
    with localcontext(prec=EXACT_DIGITS):
        wei = Decimal(number).scaleb(UNITS[unit])
        if wei != wei.to_integral_value():
            raise BadAmount("whole wei", str(written))
        return int(wei)


def with_unit(written: str) -> int:
    """Wei of an amount that a person types; raises `BadAmount` if it has no unit: who
    types 1 seldom means a wei."""
    wei = parse_wei(written)
    if wei and written.strip()[-1].isdigit():
        raise BadAmount(f"a unit, such as {written}ether or {written}wei", written)
    return wei


def show_wei(wei: int) -> str:
    """The amount in the unit in which it is shortest to read, exactly."""
    size = abs(wei)
    unit = "ether" if size >= WORTH_ETHER else "gwei" if size >= WORTH_GWEI else "wei"
    with localcontext(prec=EXACT_DIGITS):
        number = Decimal(wei).scaleb(-UNITS[unit])
        return f"{number.normalize():f} {unit}"


def brief_wei(wei: int) -> str:
    """The amount for a person, not for a program: what is below a gwei is left out
    where it doesn't count. Never more than there is."""
    return show_wei(wei if wei < WORTH_ETHER else wei - wei % GWEI)


def written_wei(wei: int) -> str:
    """The exact amount as one word, to be typed in a command."""
    return show_wei(wei).replace(" ", "")
