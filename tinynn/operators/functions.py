"""Functions of one number, from exact operations; docs/float.md defines their bits.

Arrays of float32 in, arrays of float32 out, one rounded operation after another. The
guest does the same in tinynn/guest/functions.c. The caller has numpy's warnings off.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..kernels import coefficients as c
from .numbers import Bits, Floats, float_of

SIGN: Final = np.uint32(0x8000_0000)
MAGNITUDE: Final = np.uint32(0x7FFF_FFFF)
ZERO: Final = float_of(0)
HALF: Final = float_of(0x3F00_0000)
ONE: Final = float_of(0x3F80_0000)
TWO: Final = float_of(0x4000_0000)
INF: Final = float_of(0x7F80_0000)

LOG2_E: Final = float_of(c.LOG2_E)
ROUNDER: Final = float_of(c.ROUNDER)
LN2_HIGH: Final = float_of(c.LN2_HIGH)
LN2_LOW: Final = float_of(c.LN2_LOW)
OVERFLOW: Final = float_of(c.OVERFLOW)
UNDERFLOW: Final = float_of(c.UNDERFLOW)
EXPM1_SMALL: Final = float_of(c.EXPM1_SMALL)
SQRT_HALF: Final = np.uint32(c.SQRT_HALF)
TINY: Final = float_of(c.TINY)
TWO_TO_24: Final = float_of(c.TWO_TO_24)
TWO_TO_25: Final = float_of(c.TWO_TO_25)
TANH_SMALL: Final = float_of(c.TANH_SMALL)
ERF_SMALL: Final = float_of(c.ERF_SMALL)
ERF_LARGE: Final = float_of(c.ERF_LARGE)
SPLITTER: Final = float_of(c.SPLITTER)
MOST_FACTORS: Final = float_of(c.MOST_FACTORS)
MOST_EXPONENT: Final = float_of(c.MOST_EXPONENT)
QUARTER_PI: Final = np.uint32(c.QUARTER_PI)
TWO_BY_PI: Final = np.array(c.TWO_BY_PI, np.uint64)
HALF_PI: Final = np.uint64(c.HALF_PI)
TWO_TO_MINUS_62: Final = float_of(c.TWO_TO_MINUS_62)

EXP, LOG, TANH, ERF, ERFC, SIN, COS = (
    tuple(map(float_of, bits))
    for bits in (c.EXP, c.LOG, c.TANH, c.ERF, c.ERFC, c.SIN, c.COS)
)
"""Polynomials, from the highest power down."""


def polynomial(coefficients: Sequence[np.float32], x: Floats) -> Floats:
    """By Horner's rule, the highest power first."""
    total = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        total = total * x + coefficient
    return total


def bits(x: Floats) -> Bits:
    """The words of an array."""
    return x.view(np.uint32)


def magnitude(x: Floats) -> Floats:
    """Without the sign."""
    return (bits(x) & MAGNITUDE).view(np.float32)


def signed_as(magnitudes: Floats, x: Floats) -> Floats:
    """Magnitudes with the signs of x."""
    return (bits(magnitudes) & MAGNITUDE | bits(x) & SIGN).view(np.float32)


def exp(x: Floats) -> Floats:
    """e^x."""
    shifted = x * LOG2_E + ROUNDER
    n = shifted - ROUNDER
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    e = (r * r * polynomial(EXP, r) + r) + ONE
    exponent = bits(shifted).view(np.int32) - np.int32(0x4B400000)
    half = exponent >> 1
    y = e * power_of_two(half) * power_of_two(exponent - half)
    y = np.where(x > OVERFLOW, INF, np.where(x < UNDERFLOW, ZERO, y))
    return np.where(x != x, x, y)


def power_of_two(n: NDArray[np.int32]) -> Floats:
    """2^n for n in [-126, 127]; of others, some number."""
    return ((n + np.int32(127)) << 23).view(np.float32)


def expm1(x: Floats) -> Floats:
    """e^x - 1, without a loss where e^x is near 1."""
    shifted = x * LOG2_E + ROUNDER
    n = shifted - ROUNDER
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    scale = power_of_two(bits(shifted).view(np.int32) - np.int32(0x4B400000))
    near = scale * (r * r * polynomial(EXP, r) + r) + (scale - ONE)
    return np.where(magnitude(x) < EXPM1_SMALL, near, exp(x) - ONE)


def log_parts(x: Floats) -> tuple[Floats, Floats]:
    """log(x) as a sum of two numbers, for positive finite x."""
    subnormal = x < TINY
    scaled = np.where(subnormal, x * TWO_TO_25, x)
    above = bits(scaled) - SQRT_HALF
    k = (above.view(np.int32) >> 23) - np.where(subnormal, 25, 0).astype(np.int32)
    m = ((above & np.uint32(0x7F_FFFF)) + SQRT_HALF).view(np.float32)
    f = m - ONE
    s = f / (TWO + f)
    z = s * s
    n = k.astype(np.float32)
    low = s * (f - z * polynomial(LOG, z)) - n * LN2_LOW
    near = f - low
    far = n * LN2_HIGH
    total = far + near
    return total, (near - (total - far)) + ((f - near) - low)


def log(x: Floats) -> Floats:
    """Natural logarithm."""
    y, _ = log_parts(x)
    y = np.where(x == INF, INF, np.where(x == ZERO, -INF, y))
    return np.where(x < ZERO, np.float32(np.nan), np.where(x != x, x, y))


def log1p_of_fraction(x: Floats) -> Floats:
    """log(1 + x) for x in [0, 1]: the rounding of 1 + x is made good."""
    u = ONE + x
    y: Floats = log(u) + (x - (u - ONE)) / u
    return y


def tanh(x: Floats) -> Floats:
    """Hyperbolic tangent."""
    a = magnitude(x)
    z = a * a
    near = a + a * (z * polynomial(TANH, z))
    far = ONE - TWO / (exp(a + a) + ONE)
    return signed_as(np.where(a < TANH_SMALL, near, far), x)


def erf(x: Floats) -> Floats:
    """Error function."""
    a = magnitude(x)
    near = a + a * polynomial(ERF, a * a)
    far = ONE - exp(polynomial(ERFC, a))
    y = np.where(a < ERF_SMALL, near, np.where(a > ERF_LARGE, ONE, far))
    return signed_as(y, x)


def quarter_turns(x: Floats) -> tuple[Floats, Bits]:
    """(r, q) with x = r + q pi / 2 (mod 2 pi) and |r| <= pi / 4, for finite x.

    Exactly, in integers: 24 bits of x times 96 digits of 2 / pi, from the first one on
    that does not stand for a multiple of four quarters.
    """
    words = bits(x) & MAGNITUDE
    exponent = (words >> 23).astype(np.int64)
    m = ((words & np.uint32(0x7F_FFFF)) | np.uint32(0x80_0000)).astype(np.uint64)
    # x is m 2^(e - 150), so the digits before number e - 151 make multiples of four.
    # Digit 1 is bit 64 of the table.
    first = exponent - 152 + 64
    at, shift = first >> 5, (first & 31).astype(np.uint64)
    at = np.clip(at, 0, len(TWO_BY_PI) - 4)
    digits = [
        (TWO_BY_PI[at + i] << shift | TWO_BY_PI[at + i + 1] >> (np.uint64(32) - shift))
        & np.uint64(0xFFFF_FFFF)
        for i in range(3)
    ]
    # The product modulo 2^96; its lowest 32 bits are not needed but for their carry.
    low = m * digits[1] + (m * digits[2] >> np.uint64(32))
    product = (m * digits[0] << np.uint64(32)) + low
    quarter = np.uint64(1) << np.uint64(61)
    q = (product + quarter) >> np.uint64(62)
    fraction = ((product - (q << np.uint64(62))) << np.uint64(1)).view(np.int64)
    size = np.abs(fraction).view(np.uint64)
    high = (size >> np.uint64(32)) * HALF_PI
    r = high + ((size & np.uint64(0xFFFF_FFFF)) * HALF_PI >> np.uint64(32))
    y = r.view(np.int64).astype(np.float32) * TWO_TO_MINUS_62
    y = np.where(fraction < 0, -y, y)
    small = words <= QUARTER_PI
    r_small = words.view(np.float32)
    turns = np.where(small, 0, q).astype(np.uint32)
    return np.where(small, r_small, y), turns


def sin_or_cos(r: Floats, q: Bits) -> Floats:
    """Sine of r + q pi / 2."""
    z = r * r
    sine = r + r * (z * polynomial(SIN, z))
    cosine = (ONE - HALF * z) + (z * z) * polynomial(COS, z)
    y = np.where(q & np.uint32(1), cosine, sine)
    return (bits(y) ^ ((q & np.uint32(2)) << np.uint32(30))).view(np.float32)


def sin(x: Floats) -> Floats:
    """Sine; NaN of what is not finite."""
    r, q = quarter_turns(x)
    y = sin_or_cos(r, q)
    y = (bits(y) ^ bits(x) & SIGN).view(np.float32)
    return np.where(magnitude(x) < INF, y, np.float32(np.nan))


def cos(x: Floats) -> Floats:
    """Cosine; NaN of what is not finite."""
    r, q = quarter_turns(x)
    y = sin_or_cos(r, q + np.uint32(1))
    return np.where(magnitude(x) < INF, y, np.float32(np.nan))


def split(x: Floats) -> tuple[Floats, Floats]:
    """x as a sum of two numbers of twelve bits each, whose products are exact."""
    c = x * SPLITTER
    high = c - (c - x)
    return high, x - high


def whole_power(a: Floats, n: NDArray[np.int32]) -> Floats:
    """a^n for n in [0, 8], by squaring."""
    y = np.ones_like(a)
    for bit in range(4):
        y = np.where(n >> bit & 1, y * a, y)
        a = a * a
    return y


def power(a: Floats, b: Floats) -> Floats:
    """a^b: products for whole b up to 8, else e^(b log a) with a correction."""
    a, b = np.broadcast_arrays(a, b)
    a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
    size, count = magnitude(a), magnitude(b)
    whole = (count >= TWO_TO_24) | (np.trunc(count) == count)
    times = np.where(whole & (count <= MOST_FACTORS), count, ZERO).astype(np.int32)
    product = whole_power(a, times)
    product = np.where(b < ZERO, ONE / product, product)

    high, low = log_parts(np.where((size > ZERO) & (size < INF), size, ONE))
    high = np.where(size == ZERO, -INF, np.where(size == INF, INF, high))
    exponent = b * high
    (b1, b2), (h1, h2) = split(b), split(high)
    lost = ((b1 * h1 - exponent) + (b1 * h2 + b2 * h1)) + b2 * h2
    lost = np.where(magnitude(exponent) < MOST_EXPONENT, lost + b * low, ZERO)
    near = exp(exponent)
    general = np.where(lost == ZERO, near, near + near * lost)
    general = np.where(size == ONE, ONE, general)
    odd = (count < TWO_TO_24) & ((times_mod_two(count) & 1) == 1) & whole
    negative = (a < ZERO) | (bits(a) == SIGN)
    general = np.where(negative & odd, -general, general)
    general = np.where((a < ZERO) & (size < INF) & ~whole, np.float32(np.nan), general)
    general = np.where((a != a) | (b != b), np.float32(np.nan), general)
    y = np.where(whole & (count <= MOST_FACTORS), product, general)
    return np.where((b == ZERO) | (a == ONE), ONE, y)


def times_mod_two(count: Floats) -> NDArray[np.int32]:
    """Whole numbers below 2^24 as integers, others as some integer."""
    return np.where(count < TWO_TO_24, count, ZERO).astype(np.int32)
