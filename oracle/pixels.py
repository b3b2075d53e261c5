"""Numbers as the levels of a picture's pixels."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Bytes = NDArray[np.uint8]

WHITE: Final = 255
RANGES: Final = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0))
"""That networks commonly give pictures in, the narrowest first."""


def as_pixels(array: Array, limits: tuple[float, float] | None) -> Bytes:
    """Numbers as levels from 0, at the lower limit or below, to 255; a NaN is 0."""
    if array.dtype == np.uint8 and limits is None:
        return array
    low, high = limits or bounds_of(array)
    with np.errstate(all="ignore"):
        levels = (array.astype(np.float64) - low) / (high - low) * WHITE
    pixels: Bytes = np.rint(np.nan_to_num(levels, nan=0).clip(0, WHITE)).astype(
        np.uint8
    )
    return pixels


def bounds_of(array: Array) -> tuple[float, float]:
    """The narrowest usual range that holds all finite numbers, else their own."""
    finite = array[np.isfinite(array)]
    low, high = float(finite.min(initial=0)), float(finite.max(initial=0))
    for least, most in RANGES:
        if least <= low and high <= most:
            return least, most
    return low, high
