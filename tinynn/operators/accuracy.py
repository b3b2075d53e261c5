"""How far the functions are from the truth: `python -m tinynn.operators.accuracy`.

Takes every STEP-th of all 2^32 floats and compares with float64, in units in the last
place of the true value's float32 (subnormal results in units of 2^-149). Values that
overflow float32 are left out. docs/float.md quotes the result.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..floatmode import exact_floats
from . import functions
from .numbers import Floats

STEP: Final = 251
"""A prime, so that all patterns of low bits occur: 17 million floats."""

BLOCK: Final = 1 << 20

Doubles = NDArray[np.float64]
TRUTHS: Final[Mapping[Callable[[Floats], Floats], Any]] = {
    functions.exp: np.exp,
    functions.expm1: np.expm1,
    functions.log: np.log,
    functions.tanh: np.tanh,
    functions.erf: np.vectorize(math.erf, otypes=[np.float64]),
    functions.sin: np.sin,
    functions.cos: np.cos,
}


def errors(function: Callable[[Floats], Floats], x: Floats) -> Doubles:
    """Units in the last place, for each x at which the true value is a float32."""
    with exact_floats(), np.errstate(all="ignore"):
        return units_off(function(x), TRUTHS[function](x.astype(np.float64)))


def units_off(y: Floats, truth: Doubles) -> Doubles:
    """|y - truth| in units, where the truth is a float32."""
    with np.errstate(all="ignore"):
        unit = np.spacing(np.abs(truth).astype(np.float32)).astype(np.float64)
        error = np.abs(y.astype(np.float64) - truth) / unit
    found: Doubles = error[np.isfinite(truth) & np.isfinite(unit)]
    return found


def worst(function: Callable[[Floats], Floats], step: int = STEP) -> float:
    """The largest error over every `step`-th float."""
    most = 0.0
    for start in range(0, 1 << 32, BLOCK * step):
        sample = np.arange(start, min(start + BLOCK * step, 1 << 32), step)
        found = errors(function, sample.astype(np.uint32).view(np.float32))
        most = max(most, float(found.max(initial=0.0)))
    return most


def main() -> None:
    """One line a function."""
    for function in TRUTHS:
        print(f"{function.__name__:8} {worst(function):.3f}")


if __name__ == "__main__":
    main()
