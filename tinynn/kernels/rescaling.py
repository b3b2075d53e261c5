"""LLVM IR of whole numbers times fixed-point factors: `rescale.{to}.{how}`, and
`rescale.{to}_once.{how}`, rounded once.

Zip functions of x, multipliers, shifts and a zero point, to bytes or int32. The last
two letters of `how` say nothing new: shifts go as multipliers do, the zero point is
one; of a single element it does not matter.
"""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import product as product_of
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from .casting import ELEMENTS, ENDS, clamped, narrowed, widened
from .elements import Zip
from .lanes import Whole, choose
from .writing import I32

MOST_SHIFT: Final = 31
ONE: Final = 1 << 31
"""What a multiplier is a part of."""

TARGETS: Final = ("int8", "uint8", "int32")
HOW: Final = ("vvvs", "vsss", "vvvv")


def divided(x: Whole, shift: Whole) -> Whole:
    """By 2^shift, to nearest, ties away from zero; x in 64 bits, shift 0 to 62."""
    half = (x.like(1) << shift) >> 1
    away = choose(x < 0, half - 1, half)
    rounded = (x + away) >> shift
    return choose(shift.equals(0), x, rounded).narrow


def product(once: bool, x: Whole, multiplier: Whole, shift: Whole) -> Whole:
    """x times multiplier 2^(shift - 31), rounded once or twice."""
    left = clamped(shift, (0, MOST_SHIFT))
    least = choose(shift < -MOST_SHIFT, shift.like(-MOST_SHIFT), shift)
    right = clamped(least.like(0) - least, (0, MOST_SHIFT))
    wide = (x << left).wide * multiplier.wide
    if once:
        return divided(wide, right.wide + 31)
    high = (wide + (ONE >> 1)) >> 31
    return divided(high.narrow.wide, right.wide)


def _rescale(
    dtype: str, once: bool, x: Whole, multiplier: Whole, shift: Whole, zero: Whole
) -> Whole:
    scaled = product(once, x, multiplier, shift)
    sum_ = scaled + widened(zero.write, zero.value, dtype)
    held = sum_ if dtype == "int32" else clamped(sum_, ENDS[dtype])
    return Whole(x.write, narrowed(held, dtype))


def rescale_ir() -> str:
    """The module for all targets."""
    module = ir.Module("rescale")
    for dtype, once in product_of(TARGETS, (False, True)):
        formula, element = partial(_rescale, dtype, once), ELEMENTS[dtype]
        sources = (I32, I32, I32, element)
        zipped = Zip(f"rescale.{dtype}" + "_once" * once, formula, sources, element)
        zipped.write_all(module, HOW)
    return str(module)


MODULES: Final[Mapping[str, Callable[[], str]]] = {"rescale": rescale_ir}
