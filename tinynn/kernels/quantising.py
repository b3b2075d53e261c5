"""LLVM IR of what is between numbers and bytes, as Zip functions of three sources.

`quantize.{to}.{how}`: of floats, scales and zero points; `requantize.{to}.{how}`: of
int32, factors and zero points; `dequantize.{from}.{how}`: of bytes or int32, scales and
zero points. `range.scale`: words are y, x, count; `range.zero`: y, x, count, scale.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from .casting import ELEMENTS, ENDS, clamped, narrowed, widened
from .elements import Zip
from .formulas import BIAS, FRACTION, FRACTION_BITS, ONE, negative, rounded
from .lanes import Real, Whole, choose
from .writing import FLOAT, I8, I32, LANES, VECTOR, Values, Writer, constant, word

LARGE: Final = 1 << 20
"""Where rounded numbers end: far beyond any byte, so clamping makes no difference."""

TOO_LARGE: Final = 0x4980_0000
MINUS_TOO_LARGE: Final = 0xC980_0000
LEVELS: Final = 0x437F_0000
"""255."""

LARGEST_EXPONENT: Final = 255
MOST_SHIFT: Final = 60
BYTES: Final = ("uint8", "int8")


def nearest(x: Real) -> Whole:
    """To whole numbers in [-LARGE, LARGE], ties to even; a NaN is 0."""
    y = rounded(x)
    inside = (x < TOO_LARGE) & (x > MINUS_TOO_LARGE)
    n = choose(inside, y, 0).towards_zero()
    n = choose(x >= TOO_LARGE, n.like(LARGE), n)
    return choose(x <= MINUS_TOO_LARGE, n.like(-LARGE), n)


def nearest_product(x: Whole, factor: Real) -> Whole:
    """near(x * factor): the product is exact, in 64 bits.

    A factor that is too large for any x but 0, or infinite, is one of 2^29; one that
    makes nothing of any x, or a NaN, is 0.
    """
    bits = factor.bits
    exponent = bits.unsigned_shift(FRACTION_BITS) & LARGEST_EXPONENT
    fraction = bits & FRACTION
    normal = exponent > 0
    significand = choose(normal, fraction | (1 << FRACTION_BITS), fraction)
    shift = fraction.like(BIAS + FRACTION_BITS) - exponent
    shift = choose(normal, shift, BIAS + FRACTION_BITS - 1)
    significand = choose(shift < 1, significand.like(1 << 30), significand)
    nan = exponent.equals(LARGEST_EXPONENT) & (fraction > 0)
    nothing = (shift > MOST_SHIFT) | nan
    significand = choose(nothing, significand.like(0), significand)
    signed = choose(bits < 0, significand.like(0) - significand, significand)
    within = clamped(shift, (1, MOST_SHIFT)).wide
    below_half = (within.like(1) << (within - 1)) - 1
    product = x.wide * signed.wide
    odd = (product >> within) & 1
    return clamped((product + below_half + odd) >> within, (-LARGE, LARGE)).narrow


def _shifted(n: Whole, zero: Whole, dtype: str) -> Whole:
    """With the zero point, as a byte."""
    by = widened(zero.write, zero.value, dtype)
    return Whole(n.write, narrowed(clamped(n + by, ENDS[dtype]), dtype))


def _quantize(dtype: str, x: Real, scale: Real, zero: Whole) -> Whole:
    return _shifted(nearest(x / scale), zero, dtype)


def _requantize(dtype: str, x: Whole, factor: Real, zero: Whole) -> Whole:
    return _shifted(nearest_product(x, factor), zero, dtype)


def _dequantize(dtype: str, x: Whole, scale: Real, zero: Whole) -> Real:
    wide, by = (widened(n.write, n.value, dtype) for n in (x, zero))
    return (wide - by).rounded * scale


def quantize_ir() -> str:
    """The module of floats to bytes."""
    return _zipped("quantize", _quantize, FLOAT)


def requantize_ir() -> str:
    """The module of int32 to bytes."""
    return _zipped("requantize", _requantize, I32)


def dequantize_ir() -> str:
    """The module of bytes and int32 to floats."""
    module = ir.Module("dequantize")
    for dtype in (*BYTES, "int32"):
        formula, element = partial(_dequantize, dtype), ELEMENTS[dtype]
        name, sources = f"dequantize.{dtype}", (element, FLOAT, element)
        Zip(name, formula, sources, FLOAT).write_all(module)
    return str(module)


def _zipped(name: str, formula: Callable[..., Whole], source: ir.Type) -> str:
    module = ir.Module(name)
    for dtype in BYTES:
        sources = (source, FLOAT, I8)
        zipped = Zip(f"{name}.{dtype}", partial(formula, dtype), sources, I8)
        zipped.write_all(module)
    return str(module)


def range_ir() -> str:
    """The module of scale and zero point of what is known at run time only."""
    module = ir.Module("range")
    _scale(module)
    _zero(module)
    return str(module)


def _ends(write: Writer) -> tuple[Real, Real]:
    """The least and the greatest of the elements and +0; NaNs are passed over."""
    x, count = write.pointer(1), write.words[2]

    def further(kind: ir.Type, index: ir.Value, held: Values) -> Values:
        value = Real(write, write.load(kind, write.element(x, index)))
        low, high = (Real(write, bound) for bound in held)
        return [
            choose(value < low, value, low).value,
            choose(value > high, value, high).value,
        ]

    whole = write.build.and_(count, word(-LANES))
    starts = [constant(VECTOR, 0)] * 2
    lanes = write.loop(word(0), whole, partial(further, VECTOR), starts, step=LANES)
    ends = []
    for lane, larger in zip(lanes, (False, True), strict=True):
        best = Real(write, constant(FLOAT, 0))
        for index in range(LANES):
            single = write.build.extract_element(lane, ir.Constant(I32, index))
            other = Real(write, single)
            best = choose(other > best if larger else other < best, other, best)
        ends.append(best.value)
    low, high = write.loop(whole, count, partial(further, FLOAT), ends)
    return Real(write, low), Real(write, high)


def _scale(module: ir.Module) -> None:
    write = Writer(module, "range.scale", 3)
    low, high = _ends(write)
    y = choose(low.equals(high), low.like(ONE), (high - low) / LEVELS)
    write.store(write.canonical(y.value), write.pointer(0))
    write.finish()


def _zero(module: ir.Module) -> None:
    write = Writer(module, "range.zero", 4)
    low, _ = _ends(write)
    scale = Real(write, write.load(FLOAT, write.pointer(3)))
    n = clamped(nearest(negative(low) / scale), ENDS["uint8"])
    write.build.store(narrowed(n, "uint8"), write.pointer(0), align=1)
    write.finish()


MODULES: Final[Mapping[str, Callable[[], str]]] = {
    "quantize": quantize_ir,
    "requantize": requantize_ir,
    "dequantize": dequantize_ir,
    "range": range_ir,
}
