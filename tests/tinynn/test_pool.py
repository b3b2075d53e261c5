"""Pooling against windows taken one by one; guest and native bit for bit."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from support.images.models import Floats, random_floats
from support.images.operations import apply, model_of

from tinynn import GraphError

CANONICAL = 0x7FC0_0000
NAN, INF = np.float32(np.nan), np.float32(np.inf)

CASES = [
    {"kernel_shape": (2, 2)},
    {"kernel_shape": (3, 3), "strides": (2, 2), "pads": (1, 1, 1, 1)},
    {"kernel_shape": (3, 2), "strides": (2, 1), "pads": (1, 0, 1, 1), "ceil_mode": 1},
    {"kernel_shape": (2, 2), "dilations": (2, 3)},
]


def windows(x: Floats, attributes: dict[str, object]) -> Iterator[list[float]]:
    """The taps of each window inside a plane, in order."""
    rows, columns = attributes["kernel_shape"]  # type: ignore[misc]
    down, across = attributes.get("strides", (1, 1))  # type: ignore[misc]
    apart, aside = attributes.get("dilations", (1, 1))  # type: ignore[misc]
    top, left, bottom, right = attributes.get("pads", (0,) * 4)  # type: ignore[misc]
    high = x.shape[0] + top + bottom - apart * (rows - 1) - 1
    wide = x.shape[1] + left + right - aside * (columns - 1) - 1
    rounded = math.ceil if attributes.get("ceil_mode") else math.floor
    for i in range(rounded(high / down) + 1):
        for j in range(rounded(wide / across) + 1):
            places = [
                (i * down - top + a * apart, j * across - left + b * aside)
                for a in range(rows)
                for b in range(columns)
            ]
            yield [
                x[place]
                for place in places
                if 0 <= place[0] < x.shape[0] and 0 <= place[1] < x.shape[1]
            ]


def first_largest(taps: list[float]) -> float:
    """A NaN if there is one, of zeros the first."""
    best = taps[0]
    for tap in taps[1:]:
        if tap > best or tap != tap:
            best = tap
    return best


@pytest.mark.parametrize("width", [16, 17, 21, 32])
@pytest.mark.parametrize(
    "attributes",
    [
        {"kernel_shape": (2, 2), "strides": (2, 2)},
        {"kernel_shape": (3, 3), "strides": (1, 2), "pads": (1, 0, 1, 0)},
        {"kernel_shape": (3, 2), "strides": (2, 1), "dilations": (1, 3)},
        {"kernel_shape": (2, 4), "strides": (1, 3)},
    ],
)
def test_max_pool_of_many_columns_is_that_of_each(
    attributes: dict[str, object], width: int
) -> None:
    """Zeros of both signs, infinities and NaNs among the taps."""
    rng = np.random.default_rng(width)
    x = rng.choice(np.float32([0, -0.0, -1, 1, -INF, INF, NAN, -2, -3]), (3, 7, width))
    (y,) = apply("MaxPool", x[None], **attributes)
    largest = [first_largest(t) for plane in x for t in windows(plane, attributes)]
    expected = np.array(largest, np.float32)
    expected[np.isnan(expected)] = np.uint32(CANONICAL).view(np.float32)
    assert y.reshape(-1).tobytes() == expected.tobytes()


def sequential_mean(taps: list[float]) -> np.float32:
    total = np.float32(0)
    for tap in taps:
        total += tap
    return total / np.float32(len(taps))


@pytest.mark.parametrize("attributes", CASES)
def test_max_pool_is_the_largest_of_each_window(attributes: dict[str, object]) -> None:
    x = random_floats(np.random.default_rng(1), 2, 3, 8, 9)
    (y,) = apply("MaxPool", x, **attributes)
    expected = [
        max(taps) for plane in x.reshape(6, 8, 9) for taps in windows(plane, attributes)
    ]
    assert y.reshape(-1).tolist() == expected


@pytest.mark.parametrize("attributes", CASES)
def test_average_pool_is_the_sequential_mean(attributes: dict[str, object]) -> None:
    x = random_floats(np.random.default_rng(2), 2, 3, 8, 9)
    (y,) = apply("AveragePool", x, **attributes)
    expected = [
        sequential_mean(taps)
        for plane in x.reshape(6, 8, 9)
        for taps in windows(plane, attributes)
    ]
    assert y.reshape(-1).tolist() == expected


def test_average_pool_counts_padding_if_told_to_but_not_what_ceil_adds() -> None:
    x = np.full((1, 1, 5, 5), 18, np.float32)
    attributes = {"kernel_shape": (3, 3), "strides": (2, 2), "pads": (1, 1, 0, 0)}
    (y,) = apply("AveragePool", x, count_include_pad=1, ceil_mode=1, **attributes)
    assert y[0, 0].tolist() == [[8, 12, 12], [12, 18, 18], [12, 18, 18]]


def test_max_pool_special_values_are_as_documented() -> None:
    """A NaN anywhere is NaN; equal zeros give the first."""
    x = np.array([[[[1, NAN, INF], [-0.0, 0, -INF], [-INF, -INF, -INF]]]], np.float32)
    (y,) = apply("MaxPool", x, kernel_shape=(1, 2))
    inf, minus_inf = 0x7F80_0000, 0xFF80_0000
    assert y[0, 0].view(np.uint32).tolist() == [
        [CANONICAL, CANONICAL],
        [0x8000_0000, 0],
        [minus_inf, minus_inf],
    ]
    (whole,) = apply("GlobalMaxPool", x[:, :, 1:])
    assert whole.view(np.uint32).tolist() == [[[[0x8000_0000]]]]
    (wide,) = apply("MaxPool", x, kernel_shape=(1, 1), strides=(1, 2))
    assert wide[0, 0, 0].view(np.uint32).tolist() == [0x3F80_0000, inf]


def test_global_average_pool_is_one_sequential_mean() -> None:
    x = random_floats(np.random.default_rng(3), 1, 2, 5, 7)
    (y,) = apply("GlobalAveragePool", x)
    expected = [sequential_mean(list(plane.reshape(-1))) for plane in x[0]]
    assert y.shape == (1, 2, 1, 1) and y.reshape(-1).tolist() == expected


def test_pool_of_one_axis_keeps_it() -> None:
    x = random_floats(np.random.default_rng(4), 1, 2, 9)
    (y,) = apply("MaxPool", x, kernel_shape=(3,), strides=(2,))
    assert y.shape == (1, 2, 4) and y[0, 0, 1] == x[0, 0, 2:5].max()


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"kernel_shape": (9, 2)}, "room for a window"),
        ({"kernel_shape": (2, 2), "strides": (0, 1)}, "strides"),
        ({"kernel_shape": (2, 2), "pads": (-1, 0, 0, 0)}, "pads"),
        ({"kernel_shape": (2,)}, "kernel_shape"),
    ],
)
def test_pool_misfit_is_refused(attributes: dict[str, object], message: str) -> None:
    with pytest.raises(GraphError, match=message):
        model_of("MaxPool", [np.ones((1, 1, 5, 5), np.float32)], (), **attributes)


@pytest.mark.parametrize("dtype", ["uint8", "int8"])
@pytest.mark.parametrize("attributes", CASES)
def test_max_pool_of_bytes_is_the_largest_of_each_window(
    dtype: str, attributes: dict[str, object]
) -> None:
    limits = np.iinfo(dtype)
    x = np.random.default_rng(3).integers(limits.min, limits.max + 1, (2, 3, 8, 9))
    x = x.astype(dtype)
    (y,) = apply("MaxPool", x, **attributes)
    expected = [
        max(taps) for plane in x.reshape(6, 8, 9) for taps in windows(plane, attributes)
    ]
    assert y.dtype == dtype and y.reshape(-1).tolist() == expected


@pytest.mark.parametrize(("dtype", "least"), [("uint8", 0), ("int8", -128)])
def test_max_pool_of_no_bytes_is_the_least(dtype: str, least: int) -> None:
    """A window that is as wide as its padding."""
    x = np.full((1, 1, 1, 1), 5, dtype)
    (y,) = apply("MaxPool", x, kernel_shape=(1, 1), pads=(0, 1, 0, 0))
    assert y.reshape(-1).tolist() == [least, 5]


def test_average_pool_of_bytes_is_refused() -> None:
    with pytest.raises(GraphError, match="expected float32, got uint8"):
        model_of(
            "AveragePool", [np.ones((1, 1, 2, 2), np.uint8)], (), kernel_shape=(2, 2)
        )


@pytest.mark.parametrize("name", ["MaxPool", "AveragePool"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("width", [8, 11, 19, 40])
def test_padded_pool_of_any_width_equals_native(
    name: str, stride: int, width: int
) -> None:
    """Columns at the edges one by one, those between by eights where there are any."""
    rng = np.random.default_rng(width)
    x = random_floats(rng, 1, 2, 5, width)
    x[0, 0, 2, width // 2] = np.nan
    pads, strides = (1, 2, 1, 1), (1, stride)
    for counted in (0, 1):
        how = {"count_include_pad": counted} if name == "AveragePool" else {}
        apply(name, x, kernel_shape=(3, 4), strides=strides, pads=pads, **how)
