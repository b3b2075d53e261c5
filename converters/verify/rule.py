"""When two results are the same but for the order in which floats were added.

Floats may differ by `absolute`, plus `relative` of the number expected or of its scale,
whichever is greater. Rounding near zero is as large as the terms of a sum, of which the
scale is a guess that one enormous number does not spoil: what nine tenths of the
tensor's numbers do not exceed, but at most 100 times the middle one, and 10 times the
greatest of each slice that the number is in: its sample, channel, row. Zeros do not
count. Whole numbers differ by `absolute` only; NaN and infinities not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from converters.values import Array

Doubles = NDArray[np.float64]

FROM_MIDDLE: Final = 100
FROM_SLICE: Final = 10
SMALLEST_SLICE: Final = 8
"""Of fewer numbers the greatest says little."""

HALF: Final = 2.0**-7
"""Of a number that went through a few roundings to float16, of 2^-11 each."""

MOST: Final = 0.5
"""Of a tensor's numbers."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a result may be from the reference's; see the module for the rule."""

    absolute: float = 1e-6
    relative: float = 1e-4

    def of_halves(self) -> "Tolerance":
        """For a model that computes in float16, which an image has in float32."""
        return Tolerance(self.absolute, max(self.relative, HALF))

    def allowed(self, expected: Array, room: float = 0.0) -> Doubles:
        """The greatest difference for each element of `expected` (samples, ...).

        `room` is allowed besides.
        """
        if expected.dtype.kind in "biu":
            return np.full(expected.shape, self.absolute)
        return self.absolute + room + self.relative * reach(finite_sizes(expected))


@dataclass(frozen=True, slots=True)
class Difference:
    """How far a tensor is from the reference, over all samples.

    `relative` is what the rule takes its share of; infinite where only one side is
    finite. `excess` above 1 is beyond tolerance; `worst` is the sample that has it.
    """

    name: str
    maximum: float
    mean: float
    relative: float
    excess: float
    worst: int
    flaw: str
    """Why this comparison proves nothing, or ""."""

    @property
    def within(self) -> bool:
        return self.excess <= 1


def difference(
    name: str,
    expected: Sequence[Array],
    actual: Sequence[Array],
    limits: Tolerance,
    room: float = 0.0,
) -> Difference:
    """Of a tensor's values, one for each sample; `actual` may be shaped otherwise."""
    left = np.stack([np.asarray(part) for part in expected])
    right = np.stack([np.reshape(part, left.shape[1:]) for part in actual])
    apart, allowed = gaps(left, right), limits.allowed(left, room)
    excess = ratios(apart, allowed).reshape(len(left), -1).max(axis=1, initial=0)
    return Difference(
        name=name,
        maximum=float(apart.max(initial=0)),
        mean=float(apart.mean()),
        relative=float(ratios(apart, reach(finite_sizes(left))).max(initial=0)),
        excess=float(excess.max()),
        worst=int(excess.argmax()),
        flaw=flaw_of(left, allowed),
    )


def flaw_of(expected: Array, allowed: Doubles) -> str:
    """A comparison that anything passes, or zeros, is none."""
    if not np.isfinite(expected).any():
        return "no finite number"
    if np.isnan(expected).mean() > MOST:
        return "most numbers are NaN"
    sizes = finite_sizes(expected)
    if sizes.any() and np.all(sizes <= allowed):
        return f"zeros would pass: numbers up to {sizes.max():.3g}, --atol too large"
    return ""


def gaps(expected: Array, actual: Array) -> Doubles:
    """Absolute differences; where both are NaN or the same infinity, none."""
    left, right = expected.astype(np.float64), actual.astype(np.float64)
    with np.errstate(all="ignore"):
        apart = np.abs(left - right)
    same = (left == right) | (np.isnan(left) & np.isnan(right))
    return np.where(same, 0.0, np.where(np.isnan(apart), np.inf, apart))


def ratios(apart: Doubles, by: Doubles) -> Doubles:
    """`apart` in units of `by`; no difference is 0 of anything."""
    with np.errstate(divide="ignore"):
        return np.divide(apart, by, out=np.zeros_like(apart), where=apart > 0)


def finite_sizes(numbers: Array) -> Doubles:
    """Magnitudes; 0 for what is none."""
    wide = numbers.astype(np.float64)
    return np.where(np.isfinite(wide), np.abs(wide), 0.0)


def reach(sizes: Doubles) -> Doubles:
    """Each magnitude or its scale, whichever is greater."""
    known = np.sort(sizes[sizes > 0])
    if not known.size:
        return sizes
    last = known.size - 1
    common = min(known[last * 9 // 10], FROM_MIDDLE * known[last // 2])
    scale: Doubles = np.full((1,) * sizes.ndim, common)
    for axis, extent in enumerate(sizes.shape):
        if extent > 1 and sizes.size // extent >= SMALLEST_SLICE:
            others = tuple(a for a in range(sizes.ndim) if a != axis)
            greatest = sizes.max(axis=others, keepdims=True)
            scale = np.minimum(scale, FROM_SLICE * greatest)
    reached: Doubles = np.maximum(sizes, scale)
    return reached
