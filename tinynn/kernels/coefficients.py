"""Constants of functions as bits of floats: docs/float.md defines them.

Polynomials are from the highest power down. The guest has its own copies, in
tinynn/guest/exponential.c and functions.c.
"""

from typing import Final

ONE: Final = 0x3F80_0000
LOG2_E: Final = 0x3FB8AA3B
ROUNDER: Final = 0x4B400000
"""1.5 * 2^23: adding it leaves the nearest integer in the low bits of the sum."""

LN2_HIGH: Final = 0x3F318000
"""ln 2 to nine bits, so that its product with an exponent is exact."""

LN2_LOW: Final = 0xB95E8083
"""The rest of ln 2, which is negative."""

EXP: Final = (0x3950C611, 0x3AB6CE1B, 0x3C08884F, 0x3D2AAA3D, 0x3E2AAAAB, 0x3F000000)
"""(e^r - 1 - r) / r^2 on |r| <= 0.348: a Chebyshev fit, coefficients rounded to f32."""

OVERFLOW: Final = 0x42B20000
UNDERFLOW: Final = 0xC2D00000
"""89 and -104: beyond them e^x is infinite, or rounds to zero."""

EXPM1_SMALL: Final = 0x41800000

LOG: Final = (0x3E6F083B, 0x3E922D84, 0x3ECCCCF7, 0x3F2AAAAB)
"""(2 atanh(s) / s - 2) / s^2 by s^2, for |s| <= 0.1716."""

SQRT_HALF: Final = 0x3F3504F3
TINY: Final = 0x00800000
TWO_TO_23: Final = 0x4B000000
TWO_TO_24: Final = 0x4B800000
TWO_TO_25: Final = 0x4C000000

TANH: Final = (0x3B164149, 0xBC08B630, 0x3CB25526, 0xBD5D046E, 0x3E088875, 0xBEAAAAAB)
"""(tanh(x) / x - 1) / x^2 by x^2, for |x| <= 0.625."""

TANH_SMALL: Final = 0x3F200000

ERF: Final = (
    0x38AEE6DD,
    0xBA554844,
    0x3BAA68F8,
    0xBCDC07D9,
    0x3DE7170C,
    0xBEC093A2,
    0x3E0375D4,
)
"""erf(x) / x - 1 by x^2, for |x| <= 0.93."""

ERFC: Final = (
    0x35DA875E,
    0xB84053B9,
    0x3A1BF0B1,
    0xBB9BA12E,
    0x3CD82E32,
    0xBDE1515B,
    0xBF21C407,
    0xBF90AA02,
    0x39A18EEF,
)
"""log(1 - erf(x)) by x, for x in [0.92, 3.95]."""

ERF_SMALL: Final = 0x3F6CCCCD
ERF_LARGE: Final = 0x407CCCCD

SIN: Final = (0x3636DEE6, 0xB95009D3, 0x3C088887, 0xBE2AAAAB)
"""(sin(r) / r - 1) / r^2 by r^2, for |r| <= pi / 4."""

COS: Final = (0x37CDE37F, 0xBAB6094E, 0x3D2AAAAA)
"""(cos(r) - 1 + r^2 / 2) / r^4 by r^2, for |r| <= pi / 4."""

TWO_BY_PI: Final = (
    0x00000000,
    0x00000000,
    0xA2F9836E,
    0x4E441529,
    0xFC2757D1,
    0xF534DDC0,
    0xDB629599,
    0x3C439041,
    0xFE5163AB,
    0xDEBBC561,
)
"""2 / pi in binary, 32 digits a word, after two words of zeros."""

HALF_PI: Final = 0xC90FDAA2
"""pi / 2 times 2^31."""

QUARTER_PI: Final = 0x3F490FDB
TWO_TO_MINUS_62: Final = 0x20800000

SPLITTER: Final = 0x45800800
"""2^12 + 1."""

MOST_FACTORS: Final = 0x41000000
MOST_EXPONENT: Final = 0x43000000

SQRT_2_BY_PI: Final = 0x3F4C422A
CUBIC: Final = 0x3D372713
ROOT_HALF: Final = 0x3F3504F3
SIXTH: Final = 0x3E2AAAAB
