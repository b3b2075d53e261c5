"""Fixed-point factors: whole numbers decide; guest and native bit for bit."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support.images.operations import apply, model_of

from tinynn.errors import GraphError

Array = NDArray[Any]
ENDS = {"int8": (-128, 127), "uint8": (0, 255)}


def wrapped(n: int) -> int:
    return (n + 2**31) % 2**32 - 2**31


def away(numerator: int, bits: int) -> int:
    """Over 2^bits, ties away from zero."""
    size = (abs(numerator) + (1 << bits >> 1)) >> bits
    return size if numerator >= 0 else -size


def product(x: int, multiplier: int, shift: int, once: bool) -> int:
    """Rounded to a whole number, and again, or once."""
    left, right = min(max(shift, 0), 31), min(max(-shift, 0), 31)
    if once:
        return wrapped(away(wrapped(x << left) * multiplier, 31 + right))
    high = wrapped((wrapped(x << left) * multiplier + 2**30) // 2**31)
    return away(high, right)


def expected(
    x: Array, multipliers: Array, shifts: Array, zero: Array, once: bool
) -> list[int]:
    found = []
    for row in x.reshape(-1, *x.shape[-2:]):
        for numbers, multiplier, shift in zip(row, multipliers, shifts, strict=True):
            for n in numbers.tolist():
                y = wrapped(product(n, int(multiplier), int(shift), once) + int(zero))
                low, high = ENDS.get(str(zero.dtype), (-(2**31), 2**31 - 1))
                found.append(max(low, min(high, y)))
    return found


@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32"])
def test_rescale_along_an_axis_is_the_same_in_the_guest(dtype: str, once: bool) -> None:
    rng = np.random.default_rng(1)
    x = rng.integers(-(2**31), 2**31, (2, 40, 9)).astype(np.int32)
    x[0] >>= rng.integers(0, 31, (40, 9))
    x[1, :, :4] = -(2**31), 2**31 - 1, 0, -1
    multipliers = rng.integers(2**30, 2**31, 40).astype(np.int32)
    multipliers[:6] = 2**30, 2**31 - 1, 0, -(2**31), -1, 2**30
    shifts = rng.integers(-31, 5, 40).astype(np.int32)
    shifts[5:10] = -(2**31), 2**31 - 1, -32, 32, 0
    zero = np.array(-5 if dtype != "uint8" else 200, dtype)
    sources = (x, multipliers, shifts, zero)
    (y,) = apply("Rescale", *sources, constant=(1, 2, 3), axis=1, once=int(once))
    assert y.dtype == dtype and y.ravel().tolist() == expected(*sources, once)


def test_rescale_rounds_ties_of_a_power_away_from_zero() -> None:
    """A half of a multiplier is 2^-1, so x is 4 times what is divided by 2."""
    x = np.array([2, 6, -2, -6, 10, -10], np.int32)
    parts = (np.array([2**30], np.int32), np.array([-1], np.int32), np.int32(0))
    (y,) = apply("Rescale", x, *map(np.asarray, parts), constant=(1, 2, 3))
    assert y.tolist() == [1, 2, -1, -2, 3, -3]


def test_rescale_once_rounds_what_rescale_twice_rounds_up() -> None:
    """7/16 is a half to the nearest quarter, and so would be 1."""
    x = np.array([7, -7, 8, -8], np.int32)
    parts = (np.array([2**30], np.int32), np.array([-3], np.int32), np.int32(0))
    arrays = [*map(np.asarray, parts)]
    (twice,) = apply("Rescale", x, *arrays, constant=(1, 2, 3))
    (once,) = apply("Rescale", x, *arrays, constant=(1, 2, 3), once=1)
    assert twice.tolist() == [1, 0, 1, -1] and once.tolist() == [0, 0, 1, -1]


@pytest.mark.parametrize("shape", [(), (1,), (3, 1, 4)])
def test_rescale_of_any_rank_takes_one_factor(shape: tuple[int, ...]) -> None:
    x = np.arange(np.prod(shape, dtype=int), dtype=np.int32).reshape(shape) - 3
    parts = [np.array([2**30], np.int32), np.array([2], np.int32), np.int8(7)]
    (y,) = apply("Rescale", x, *map(np.asarray, parts), constant=(1, 2, 3))
    assert y.tolist() == (2 * x + 7).tolist()


@pytest.mark.parametrize(
    ("multipliers", "shifts", "zeros", "told"),
    [
        (3, 3, 1, "multipliers"),
        (4, 1, 1, "shifts"),
        (4, 4, 4, "zero points"),
    ],
)
def test_rescale_of_other_counts_is_refused(
    multipliers: int, shifts: int, zeros: int, told: str
) -> None:
    arrays: list[Array | None] = [
        np.zeros((2, 4), np.int32),
        np.ones(multipliers, np.int32),
        np.zeros(shifts, np.int32),
        np.zeros(zeros, np.int8),
    ]
    with pytest.raises(GraphError, match=told):
        model_of("Rescale", arrays, (1, 2, 3), axis=1)
