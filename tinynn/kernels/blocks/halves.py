"""LLVM IR that widens floats of 16 bits, exactly; a NaN stays one."""

from collections.abc import Callable
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from mips_vm.compiled import native

from ..lanes import Real, Whole, choose, kind_like
from ..writing import FLOAT, I32, Writer

HALF: Final = ir.IntType(16)
FRACTION_BITS: Final = 10
WIDER: Final = 23 - FRACTION_BITS
"""Bits of a fraction that a float has more."""

MAGNITUDE: Final = 0x7FFF
INFINITY: Final = 0x7C00
LEAST_NORMAL: Final = 0x0400
SIGN: Final = 0x8000
REBIAS: Final = (127 - 15) << 23
TWO_TO_MINUS_24: Final = 0x3380_0000
"""What subnormal numbers are counted in."""

Widen = Callable[[Writer, ir.Value], ir.Value]
"""`widen(write, halves)`: floats of the bits of halves, one or eight."""


def widen_converted(write: Writer, halves: ir.Value) -> ir.Value:
    """In one instruction."""
    half = ir.HalfType()
    kind = kind_like(half, halves)
    return write.build.fpext(
        write.build.bitcast(halves, kind), kind_like(FLOAT, halves)
    )


def widen_plain(write: Writer, halves: ir.Value) -> ir.Value:
    """In integers, for any processor."""
    bits = Whole(write, write.build.zext(halves, kind_like(I32, halves)))
    size, sign = bits & MAGNITUDE, (bits & SIGN) << 16
    normal = (size << WIDER) + REBIAS
    beyond = normal + REBIAS  # infinite, or a NaN
    subnormal: Real = size.rounded * TWO_TO_MINUS_24
    found = choose(size < INFINITY, normal, beyond)
    found = choose(size < LEAST_NORMAL, subnormal.bits, found)
    return (found | sign).real.value


def best_widen() -> Widen:
    """The quickest that this processor has."""
    return widen_converted if native.has_feature("f16c") else widen_plain
