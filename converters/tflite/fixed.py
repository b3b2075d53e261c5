"""Numbers as TFLite's integer kernels have them: 31 bits of a factor, and a shift."""

from dataclasses import dataclass
from math import frexp
from typing import Final

import numpy as np

from converters.values import Array

ONE: Final = 1 << 31
LEAST_SHIFT: Final = -31
LEVELS: Final = 255
STEPS: Final = 4
"""What a division of doubles may be off by, and one more."""


@dataclass(frozen=True, slots=True)
class Multiplier:
    """`factor * 2^(shift - 31)`; factor is 0, or 2^30 to 2^31 - 1."""

    factor: int
    shift: int

    @classmethod
    def of(cls, number: float) -> "Multiplier":
        """The nearest to a number; 0 of what is below 2^-31, as TFLite has it."""
        if number == 0:
            return cls(0, 0)
        part, shift = frexp(number)
        factor = int(half_away(np.float64(part * ONE)))
        if factor == ONE:
            factor, shift = factor // 2, shift + 1
        return cls(0, 0) if shift < LEAST_SHIFT else cls(factor, shift)

    @classmethod
    def once(cls, number: float) -> "Multiplier":
        """Of which the product, rounded once, is that with a double, rounded: for all
        whole numbers of which that is a level."""
        nearest = cls.of(number)
        total = 31 - nearest.shift
        low, high = 0, ONE - 1
        for level, first in enumerate(firsts(number).tolist(), 1):
            least = (2 * level - 1) << (total - 1)
            low = max(low, -(-least // first))
            if first > 1:
                high = min(high, (least - 1) // (first - 1))
        if low > high:
            return nearest
        return cls(min(max(nearest.factor, low), high), nearest.shift)

    def times(self, x: Array) -> Array:
        """Whole numbers times this, rounded to such: MultiplyByQuantizedMultiplier."""
        left, right = max(self.shift, 0), max(-self.shift, 0)
        whole = np.asarray(x, np.int64) * (1 << left) * self.factor
        return divided(np.asarray((whole + (1 << 30)) >> 31), right)


def firsts(number: float) -> Array:
    """The least whole number that becomes each level from 1 on, times a double."""
    levels = np.arange(1, LEVELS + 1)
    start = np.maximum(np.floor((levels - 0.5) / number) - 1, 1)
    found: Array = start.astype(np.int64)
    for _ in range(STEPS):
        found += half_away(found * number) < levels
    return found


def divided(x: Array, bits: int) -> Array:
    """By a power of two, ties away from zero: RoundingDivideByPOT."""
    if not bits:
        return x
    half = 1 << (bits - 1)
    return np.asarray(np.where(x < 0, -((-x + half) >> bits), (x + half) >> bits))


def half_away(x: Array | np.floating) -> Array:
    """To whole numbers, ties away from zero: C's round."""
    size = np.floor(np.abs(x))
    up = (np.abs(x) - size) >= 0.5
    return np.asarray(np.copysign(size + up, x))


def high_half(a: int, b: int) -> int:
    """Of twice a product of two words, ties up."""
    return (a * b + (1 << 30)) >> 31


def limited(a: int) -> int:
    """To a word's ends."""
    return max(-ONE, min(ONE - 1, a))


TURNS: Final = 5
UNIT: Final = 1 << 28
"""1, of numbers with three bits before the point."""

HALF_ROOT: Final = 1518500250
"""The root of a half, of 2^31."""


def inverse_root(number: int) -> Multiplier:
    """1 over the root of a whole number, by TFLite's five turns of Newton's method."""
    if number <= 1:
        return Multiplier(ONE - 1, 0)
    shift = 11
    while number >= 1 << 29:
        number, shift = number // 4, shift + 1
    pairs = (31 - number.bit_length()) // 2 - 1
    number, shift = number << (2 * pairs), shift - pairs
    half, root = int(divided(np.array(number >> 1), 1)), UNIT
    for _ in range(TURNS):
        cube = limited(high_half(high_half(root, root), root) << 6)
        root = high_half(UNIT + UNIT // 2, root) - high_half(half, cube)
        root = limited(root << 3)
    factor = high_half(root, HALF_ROOT)
    return Multiplier(factor << max(-shift, 0), -max(shift, 0))
