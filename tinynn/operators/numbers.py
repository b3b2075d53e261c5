"""Bits of f32 numbers, and the one NaN."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..kernels import Batch, Call

CANONICAL_NAN: Final = 0x7FC0_0000
INFINITY: Final = 0x7F80_0000
MAGNITUDE: Final = 0x7FFF_FFFF

Floats = NDArray[np.float32]
Bits = NDArray[np.uint32]


def bits_of(number: float) -> int:
    """The f32 nearest to `number`, as a word."""
    return int(np.float32(number).view(np.uint32))


def float_of(bits: int) -> np.float32:
    """The f32 that a word holds."""
    return np.uint32(bits).view(np.float32)


def canonicalise(stored: Floats) -> None:
    """Every NaN of `stored` becomes 0x7fc00000, in place."""
    Batch([Call("element.canonical", (stored, stored, stored.size, 0, 0))])()
