"""Numbers out of a stranger's file, before anything is reckoned with them."""

from math import isfinite
from typing import Final

BEYOND: Final = 1e18
"""No size, base, factor or cap of a model is as large: what is below can be multiplied,
and made a float32, without leaving its type."""


def is_usual(number: int | float) -> bool:
    """Whether it is finite and below BEYOND; JSON has NaN, infinities and integers of
    thousands of digits."""
    if isinstance(number, float) and not isfinite(number):
        return False
    return -BEYOND < number < BEYOND
