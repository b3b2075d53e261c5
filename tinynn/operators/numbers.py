"""Bits of f32 numbers, and the one NaN."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..jit import kernel

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


@kernel
def canonicalise_words(words: Bits) -> None:
    for i in range(len(words)):
        if words[i] & np.uint32(0x7FFFFFFF) > np.uint32(0x7F800000):
            words[i] = np.uint32(0x7FC00000)


def canonicalise(stored: Floats) -> None:
    """Every NaN of `stored` becomes 0x7fc00000, in place.

    On words: what a compiler may do to a NaN as a float, it can't do to an integer.
    """
    canonicalise_words(stored.view(np.uint32))
