"""LLVM IR of sine and cosine: an angle's quarter turns, exactly, in integers.

One float at a time, in words of 64 bits: the twin of `quarter_turns` in
tinynn/operators/functions.py.
"""

from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from . import coefficients as c
from .formulas import (
    FRACTION,
    FRACTION_BITS,
    HALF,
    INFINITY,
    MAGNITUDE,
    NAN,
    ONE,
    SIGN,
    magnitude,
)
from .lanes import Real, Whole, choose, polynomial
from .writing import I64, Writer

HIDDEN: Final = 1 << FRACTION_BITS
DIGITS: Final = 0xFFFF_FFFF
TABLE: Final = "turn.digits"


def add_table(module: ir.Module) -> None:
    """The digits of 2 / pi, a global of the module."""
    kind = ir.ArrayType(I64, len(c.TWO_BY_PI))
    table = ir.GlobalVariable(module, kind, TABLE)
    table.initializer = ir.Constant(kind, list(c.TWO_BY_PI))
    table.global_constant = True
    table.linkage = "internal"


def _digits(write: Writer, place: Whole, shift: Whole) -> Whole:
    """32 digits, `shift` after the beginning of a word of the table."""
    table = write.function.module.globals[TABLE]
    words = []
    for index in (place, place + 1):
        at = write.build.gep(table, [index.value], source_etype=I64)
        words.append(Whole(write, write.build.load(at, typ=I64, align=8)))
    rest = shift.like(32) - shift
    return ((words[0] << shift) | words[1].unsigned_shift(rest)) & DIGITS


def quarter_turns(x: Real) -> tuple[Real, Whole]:
    """(r, q) with |x| = r + q pi / 2 (mod 2 pi) and |r| <= pi / 4, for finite x."""
    words = x.bits & MAGNITUDE
    m = ((words & FRACTION) | HIDDEN).wide
    first = (words >> FRACTION_BITS).wide + (64 - 152)
    place, shift = first >> 5, first & 31
    place = choose(place < 0, place.like(0), place)
    most = len(c.TWO_BY_PI) - 4
    place = choose(place > most, place.like(most), place)
    d0, d1, d2 = (_digits(x.write, place + i, shift) for i in range(3))
    product = ((m * d0) << 32) + (m * d1 + (m * d2).unsigned_shift(32))
    q = (product + (1 << 61)).unsigned_shift(62)
    fraction = (product - (q << 62)) << 1
    size = choose(fraction < 0, fraction.like(0) - fraction, fraction)
    high = size.unsigned_shift(32) * c.HALF_PI
    r = high + ((size & DIGITS) * c.HALF_PI).unsigned_shift(32)
    y = r.rounded * c.TWO_TO_MINUS_62
    y = choose(fraction < 0, (y.bits ^ SIGN).real, y)
    small = words <= c.QUARTER_PI
    return choose(small, words.real, y), choose(small, q.like(0), q).narrow


def _sin_or_cos(r: Real, q: Whole) -> Real:
    """Sine of r + q pi / 2."""
    z = r * r
    sine = r + r * (z * polynomial(c.SIN, z))
    cosine = (z.like(ONE) - z * HALF) + (z * z) * polynomial(c.COS, z)
    y = choose((q & 1).equals(0), sine, cosine)
    return (y.bits ^ ((q & 2) << 30)).real


def sin(x: Real) -> Real:
    """NaN of what is not finite."""
    r, q = quarter_turns(x)
    y = (_sin_or_cos(r, q).bits ^ (x.bits & SIGN)).real
    return choose(magnitude(x) < INFINITY, y, NAN)


def cos(x: Real) -> Real:
    """NaN of what is not finite."""
    r, q = quarter_turns(x)
    return choose(magnitude(x) < INFINITY, _sin_or_cos(r, q + 1), NAN)
