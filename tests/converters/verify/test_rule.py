"""What counts as rounding and what as a lie, on tensors with planted errors."""

from collections.abc import Callable

import numpy as np
import pytest
from support.sources.onnx_nets import floats

from converters.verify.rule import Difference, Tolerance, difference

Array = np.ndarray


def compared(expected: Array, actual: Array, **limits: float) -> Difference:
    """Of one tensor over its first axis, the samples."""
    return difference("y", [*expected], [*actual], Tolerance(**limits))


def pictures() -> Array:
    """Eight samples of 6 channels; the last channel is a thousandth of the others."""
    x = floats(8, 6, 5, 5)
    x[:, 5] /= 1000
    return x


def one_weight(x: Array) -> None:
    """Seen by one channel, where it is a hundredth of the sum."""
    x[:, 2] += 0.01 * floats(8, 5, 5, seed=2)


def one_bias(x: Array) -> None:
    x[:, 3] += 0.001


def small_channel(x: Array) -> None:
    """An eighth of what is small, a ten thousandth of the others."""
    x[:, 5] *= 1.125


def one_element(x: Array) -> None:
    x[4, 1, 2, 3] += 0.01


def nothing(x: Array) -> None:
    x[:] = 0


def not_a_number(x: Array) -> None:
    x[0, 0, 0, 0] = np.nan


def endless(x: Array) -> None:
    x[0, 0, 0, 0] = -np.inf


PLANTED = [
    one_weight,
    one_bias,
    small_channel,
    one_element,
    nothing,
    not_a_number,
    endless,
]


@pytest.mark.parametrize("plant", PLANTED)
@pytest.mark.parametrize("huge", [0, 1, 4])
def test_planted_error_is_beyond_tolerance(
    plant: Callable[[Array], None], huge: int
) -> None:
    """Also where other elements are enormous on both sides."""
    expected = pictures()
    expected[:, 0, 0, :huge] = 1e38
    expected[0, 0, 0, 0] = 1
    actual = expected.copy()
    plant(actual)
    found = compared(expected, actual)
    assert not found.within
    assert found.excess > 1 and found.relative > 1e-4


def test_few_numbers_half_of_them_enormous_hide_nothing() -> None:
    expected = np.float32([[1e38, 1e38, 3, 4]])
    assert not compared(expected, np.float32([[1e38, 1e38, 3, 40]])).within
    assert not compared(expected, np.float32([[1e38, 1.01e38, 3, 4]])).within


def test_enormous_number_itself_may_be_rounded() -> None:
    expected, actual = np.float32([[1e38, 2, 3]]), np.float32([[1.00001e38, 2, 3]])
    assert compared(expected, actual).within


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("terms", [100, 10_000])
def test_sums_in_another_order_are_within(size: float, terms: int) -> None:
    """Also those that cancel almost to zero."""
    x, w = floats(16, terms) * np.float32(size), floats(terms, 40, seed=2)
    w[:, 0] = np.tile(np.float32([1, -1]), terms // 2)
    x[3] = np.repeat(x[3, ::2], 2)
    forth, back = x @ w, np.cumsum(x[:, ::-1, None] * w[::-1], axis=1)[:, -1]
    found = compared(forth, back)
    assert abs(back[3, 0]) < size / 10 < abs(back[3]).max()
    assert found.maximum > 0 and found.within


def test_sums_over_a_mostly_flat_picture_are_within() -> None:
    """What nine tenths do not exceed is small; where something is, terms cancel."""
    from numpy.lib.stride_tricks import sliding_window_view

    picture = np.zeros((1, 64, 64), np.float32)
    picture[0, 20:44, 30:34] = 5 * floats(24, 4)
    patches = sliding_window_view(picture[0], (5, 5)).reshape(1, 60, 60, 25)
    kernel = floats(25, seed=5)
    forth = np.cumsum(patches * kernel, axis=-1)[..., -1]
    back = np.cumsum((patches * kernel)[..., ::-1], axis=-1)[..., -1]
    found = compared(forth + np.float32(0.01), back + np.float32(0.01))
    assert found.maximum > 0 and found.within


@pytest.mark.parametrize(
    ("expected", "flaw"),
    [
        (np.full((3, 4), np.nan), "no finite number"),
        (np.full((3, 4), -np.inf), "no finite number"),
        (np.array([[np.nan, np.nan, 1.0]]), "most numbers are NaN"),
        (np.full((3, 4), 1e-7), "zeros would pass: numbers up to 1e-07"),
        (np.array([[np.nan, np.inf, 1.0, 2.0]]), ""),
        (np.zeros((3, 4)), ""),
        (np.zeros((3, 1), np.int64), ""),
    ],
)
def test_comparison_that_proves_nothing_says_so(expected: Array, flaw: str) -> None:
    found = compared(expected, expected)
    assert (
        found.within and found.flaw.startswith(flaw) and bool(found.flaw) == bool(flaw)
    )


def test_whole_numbers_are_exact() -> None:
    expected = np.int32([[1_000_000, 5]])
    assert not compared(expected, expected + np.int32([[1, 0]])).within
    assert compared(expected, expected + np.int32([[1, 0]]), absolute=1).within


def test_worst_sample_is_told() -> None:
    expected = floats(4, 10)
    actual = expected.copy()
    actual[1, 0] += 0.1
    actual[2, 0] += 0.2
    assert compared(expected, actual).worst == 2
