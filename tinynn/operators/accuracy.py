"""How far the functions are from the truth: `python -m tinynn.operators.accuracy`.

Takes every STEP-th of all 2^32 floats and compares with float64, in units in the last
place of the true value's float32 (subnormal results in units of 2^-149); of gates, in
those of x. Values that overflow float32 are left out. Powers are of random numbers.
docs/float.md quotes the result.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..memory.floatmode import exact_floats
from . import functions, unary
from .numbers import Floats

STEP: Final = 251
"""A prime, so that all patterns of low bits occur: 17 million floats."""

BLOCK: Final = 1 << 20

POWERS: Final = 1 << 20
"""Pairs of random numbers."""

Doubles = NDArray[np.float64]
Function = Callable[[Floats], Floats]

erf, erfc = (np.vectorize(f, otypes=[np.float64]) for f in (math.erf, math.erfc))


def rsqrt(x: Floats) -> Floats:
    """1 / sqrt(x), as normalisations take it."""
    return unary.reciprocal(np.sqrt(x))


def sigmoid(x: Doubles) -> Doubles:
    return 1 / (1 + np.exp(-x))


def softplus(x: Doubles) -> Doubles:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def tanh_inside(x: Doubles) -> Doubles:
    return math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)


TRUTHS: Final[Mapping[Function, Any]] = {
    functions.exp: np.exp,
    functions.expm1: np.expm1,
    functions.log: np.log,
    functions.tanh: np.tanh,
    functions.erf: erf,
    functions.sin: np.sin,
    functions.cos: np.cos,
    rsqrt: lambda x: 1 / np.sqrt(x),
    unary.sigmoid: sigmoid,
    unary.softplus: softplus,
    unary.softsign: lambda x: x / (1 + np.abs(x)),
}

GATES: Final[Mapping[Function, Any]] = {
    unary.silu: lambda x: x * sigmoid(x),
    unary.mish: lambda x: x * np.tanh(softplus(x)),
    unary.gelu_erf: lambda x: x / 2 * erfc(-x * math.sqrt(0.5)),
    unary.gelu_tanh: lambda x: x * sigmoid(2 * tanh_inside(x)),
}
"""x times a share of it: where that is small, its own units say nothing."""


def errors(function: Function, x: Floats) -> Doubles:
    """Units in the last place, for each x at which the true value is a float32."""
    with exact_floats(), np.errstate(all="ignore"):
        wide = x.astype(np.float64)
        if function in GATES:
            return units_off(function(x), GATES[function](wide), wide)
        return units_off(function(x), TRUTHS[function](wide))


def units_off(y: Floats, truth: Doubles, size: Doubles | None = None) -> Doubles:
    """|y - truth| in units of `size`, or of the truth, where that is a float32."""
    measured = truth if size is None else size
    with np.errstate(all="ignore"):
        unit = np.spacing(np.abs(measured).astype(np.float32)).astype(np.float64)
        error = np.abs(y.astype(np.float64) - truth) / unit
    found: Doubles = error[np.isfinite(truth) & np.isfinite(unit)]
    return found


def worst(function: Function, step: int = STEP) -> float:
    """The largest error over every `step`-th float."""
    most = 0.0
    for start in range(0, 1 << 32, BLOCK * step):
        sample = np.arange(start, min(start + BLOCK * step, 1 << 32), step)
        found = errors(function, sample.astype(np.uint32).view(np.float32))
        most = max(most, float(found.max(initial=0.0)))
    return most


def worst_power(largest: float, count: int = POWERS) -> float:
    """The largest error of a^b for a in [0.001, 1000] and |b| up to `largest`."""
    rng = np.random.default_rng(1)
    a = (10.0 ** rng.uniform(-3, 3, count)).astype(np.float32)
    b = rng.uniform(-largest, largest, count).astype(np.float32)
    with exact_floats(), np.errstate(all="ignore"):
        truth = a.astype(np.float64) ** b.astype(np.float64)
        return float(units_off(functions.power(a, b), truth).max())


def main() -> None:
    """One line a function."""
    for function in (*TRUTHS, *GATES):
        print(f"{function.__name__:9} {worst(function):.3f}", flush=True)
    for largest in (8, 300):
        print(f"power {largest:3} {worst_power(largest):.3f}")


if __name__ == "__main__":
    main()
