"""Weights and factors in the form in which the EVM multiplies them.

Thirty weights are a word: v = weight + offset, a byte each, the least byte first, the
two top bytes 0. The masks take every third byte. A factor is a whole number in units of
2^-SHIFT; requantize is then a product, a shift and a tie to even, exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LANES: Final = 30
WORD_BYTES: Final = 32
MASKS: Final = tuple(sum(0xFF << 8 * (3 * k + g) for k in range(10)) for g in range(3))
"""Bytes g, g + 3, g + 6 .. of the thirty."""

WORDS_A_FLUSH: Final = 8
"""240 terms of at most 255 x 255 stay below 2^24, which is a lane."""

INPUTS_A_FLUSH: Final = 258
LANE: Final = (1 << 24) - 1
TOP_LANE: Final = 232
MOST_TERMS: Final = LANE // 255
"""More bytes, and their sum might leave a lane."""

SHIFT: Final = 60
BELOW_HALF: Final = (1 << (SHIFT - 1)) - 1
MOST_SHIFT: Final = 60
"""A factor below 2^-36 makes 0 of every int32."""

BIAS_SHIFT: Final = 128
HALF_WORD: Final = (1 << BIAS_SHIFT) - 1
FRACTION_BITS: Final = 23

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scale:
    """What requantize does: a factor a row, or one for all; the zero point."""

    factors: tuple[int, ...]
    zero: int

    @property
    def uniform(self) -> bool:
        return len(set(self.factors)) == 1

    @property
    def signed(self) -> bool:
        return min(self.factors) < 0


def whole_factor(factor: np.float32) -> int:
    """The factor in units of 2^-SHIFT, or one that makes the same bytes of any int32.

    One of 2^23 or more, or infinite, saturates whatever is not 0, and 512 does as well;
    a NaN, and one that is too small, make 0 of everything.
    """
    bits = int(np.float32(factor).view(np.uint32))
    sign = -1 if bits >> 31 else 1
    exponent, fraction = bits >> FRACTION_BITS & 0xFF, bits & ((1 << FRACTION_BITS) - 1)
    if exponent == 0xFF and fraction:
        return 0
    shift = 150 - max(exponent, 1)
    if shift < 1:
        return sign << (SHIFT + 9)
    if shift > MOST_SHIFT:
        return 0
    significand = fraction | (1 << FRACTION_BITS if exponent else 0)
    return sign * significand << (SHIFT - shift)


def packed(values: Sequence[int] | Ints) -> list[int]:
    """Bytes, thirty a word, the first one least."""
    row = bytes(int(v) for v in values)
    parts = range(0, len(row), LANES)
    return [int.from_bytes(row[start : start + LANES], "little") for start in parts]


def words_of(terms: int) -> int:
    return -(-terms // LANES)


def joined(words: Sequence[int]) -> bytes:
    """Words as they lie in code."""
    return b"".join((w % (1 << 256)).to_bytes(WORD_BYTES, "big") for w in words)
