"""Convolutions against patches summed one term at a time; guest and native agree."""

import numpy as np
import pytest
from support.images.models import Floats, assert_guest_agrees, random_floats
from support.images.operations import apply, model_of, sparse_floats

from tinynn import GraphError

CANONICAL = 0x7FC0_0000


def sequential(
    x: Floats,
    w: Floats,
    strides: tuple[int, int] = (1, 1),
    dilations: tuple[int, int] = (1, 1),
    pads: tuple[int, int, int, int] = (0, 0, 0, 0),
    group: int = 1,
) -> Floats:
    """One tap at a time over all pixels: channels, then rows, then columns."""
    top, left, bottom, right = pads
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    outputs, depth, rows, columns = w.shape
    high = (x.shape[2] - dilations[0] * (rows - 1) - 1) // strides[0] + 1
    wide = (x.shape[3] - dilations[1] * (columns - 1) - 1) // strides[1] + 1
    y = np.zeros((x.shape[0], outputs, high, wide), np.float32)
    for m in range(outputs):
        start = m // (outputs // group) * depth
        for c, i, j in np.ndindex(depth, rows, columns):
            down, across = i * dilations[0], j * dilations[1]
            taps = x[:, start + c, down :: strides[0], across :: strides[1]]
            y[:, m] += w[m, c, i, j] * taps[:, :high, :wide]
    return y


CASES = [
    ((1, 3, 6, 7), (5, 3, 3, 3), {"pads": (1, 1, 1, 1)}),
    ((2, 4, 6, 7), (6, 2, 3, 2), {"group": 2, "strides": (2, 1), "pads": (0, 1, 2, 1)}),
    ((1, 4, 9, 9), (4, 1, 3, 3), {"group": 4, "dilations": (2, 1)}),
    ((1, 4, 9, 9), (8, 1, 3, 3), {"group": 4, "pads": (1,) * 4, "strides": (2, 2)}),
    ((1, 8, 16, 16), (9, 8, 1, 1), {}),
    ((1, 40, 16, 16), (13, 40, 3, 3), {"pads": (1, 1, 1, 1), "strides": (2, 1)}),
    ((1, 2, 40, 40), (5, 2, 5, 5), {"pads": (2, 2, 2, 2)}),
    ((2, 3, 8, 8), (7, 3, 3, 3), {"pads": (1, 1, 1, 1)}),
    ((1, 5, 16, 16), (20, 5, 1, 1), {}),  # planes of a kilobyte: patches are copied
]


@pytest.mark.parametrize("constant", [(2,), (1, 2)])
@pytest.mark.parametrize(("x_shape", "w_shape", "attributes"), CASES)
def test_conv_is_the_sequential_sum_and_bias(
    x_shape: tuple[int, ...],
    w_shape: tuple[int, ...],
    attributes: dict[str, tuple[int, ...]],
    constant: tuple[int, ...],
) -> None:
    rng = np.random.default_rng(1)
    x, w = sparse_floats(rng, *x_shape), random_floats(rng, *w_shape)
    bias = random_floats(rng, w_shape[0])
    (y,) = apply("Conv", x, w, bias, constant=constant, **attributes)
    expected = sequential(x, w, **attributes) + bias[:, None, None]  # type: ignore[arg-type]
    assert y.shape == expected.shape and y.tobytes() == expected.tobytes()


def test_conv_of_one_axis_is_that_of_a_flat_picture() -> None:
    rng = np.random.default_rng(2)
    x, w = sparse_floats(rng, 1, 3, 9), random_floats(rng, 4, 3, 3)
    (y,) = apply("Conv", x, w, constant=(1,), pads=(1, 1), strides=(2,))
    expected = sequential(x[:, :, None], w[:, :, None], (1, 2), pads=(0, 1, 0, 1))
    assert y.shape == (1, 4, 5) and y.tobytes() == expected.tobytes()


def test_conv_auto_pad_puts_the_odd_pad_where_it_says() -> None:
    rng = np.random.default_rng(3)
    x, w = random_floats(rng, 1, 1, 6, 6), random_floats(rng, 1, 1, 3, 3)
    (upper,) = apply("Conv", x, w, auto_pad="SAME_UPPER", strides=(2, 2))
    (lower,) = apply("Conv", x, w, auto_pad="SAME_LOWER", strides=(2, 2))
    assert upper.tobytes() == sequential(x, w, (2, 2), pads=(0, 0, 1, 1)).tobytes()
    assert lower.tobytes() == sequential(x, w, (2, 2), pads=(1, 1, 0, 0)).tobytes()


def test_conv_padding_times_infinity_is_nan() -> None:
    """A tap in the padding is a term with x = 0."""
    x, w = np.ones((1, 1, 2, 2), np.float32), np.ones((4, 1, 3, 3), np.float32)
    w[1, 0, 0, 0] = np.inf
    (y,) = apply("Conv", x, w, constant=(1,), pads=(1, 1, 1, 1))
    assert y[0, 0].tolist() == [[4, 4], [4, 4]]
    nan, infinity = CANONICAL, 0x7F80_0000
    assert y[0, 1].view(np.uint32).tolist() == [[nan, nan], [nan, infinity]]


@pytest.mark.parametrize("outputs", [1, 4])
def test_conv_cut_inside_channels_is_the_same(outputs: int) -> None:
    """Planes with more than 2^20 products are cut between rows."""
    rng = np.random.default_rng(4)
    x, w = sparse_floats(rng, 1, 2, 70, 70), random_floats(rng, outputs, 2, 11, 11)
    model = model_of("Conv", [x, w], (1,), pads=(5, 5, 5, 5))
    segments = [row.count for row in model.tables.segments]
    assert len(segments) > outputs and set(segments[:-1]) <= {70 * n for n in range(70)}
    data = x.tobytes()
    native = model.execution(data)
    native.seek(model.segments)
    expected = sequential(x, w, pads=(5, 5, 5, 5)).tobytes()
    assert native.machine.output() == model.answer(data) == expected
    if outputs == 1:
        assert_guest_agrees(model, data)


TRANSPOSED = [
    {},
    {"strides": (2, 2)},
    {"strides": (3, 2), "output_padding": (1, 1)},
    {"strides": (2, 2), "pads": (1, 1, 1, 1)},
    {"dilations": (2, 2)},
    {"strides": (2, 2), "auto_pad": "SAME_UPPER"},
    {"strides": (2, 2), "output_shape": (11, 12)},
]


def scattered(x: Floats, w: Floats, strides: tuple[int, int]) -> Floats:
    """Every input element times the kernel, added where it falls; doubles."""
    _, inputs, high, wide = x.shape
    _, outputs, rows, columns = w.shape
    shape = ((high - 1) * strides[0] + rows, (wide - 1) * strides[1] + columns)
    y = np.zeros((1, outputs, *shape))
    for c, i, j in np.ndindex(inputs, high, wide):
        down, across = i * strides[0], j * strides[1]
        y[0, :, down : down + rows, across : across + columns] += (
            x[0, c, i, j].astype(float) * w[c]
        )
    return y.astype(np.float32)


@pytest.mark.parametrize("attributes", TRANSPOSED)
def test_conv_transpose_scatters_the_kernel(
    attributes: dict[str, tuple[int, ...]],
) -> None:
    rng = np.random.default_rng(5)
    x, w = sparse_floats(rng, 1, 4, 5, 6), random_floats(rng, 4, 3, 3, 3)
    (y,) = apply("ConvTranspose", x, w, constant=(1,), **attributes)
    spread = np.zeros((4, 3, 5, 5), np.float32) if "dilations" in attributes else w
    if "dilations" in attributes:
        spread[:, :, ::2, ::2] = w
    full = scattered(x, spread, attributes.get("strides", (1, 1)))  # type: ignore[arg-type]
    high, wide = y.shape[2:]
    top = 1 if "pads" in attributes else 0
    expected = np.pad(full, ((0, 0), (0, 0), (0, 1), (0, 1)))[
        :, :, top : top + high, top : top + wide
    ]
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)


def test_conv_transpose_of_groups_stays_within_them() -> None:
    rng = np.random.default_rng(6)
    x, w = random_floats(rng, 1, 4, 5, 6), random_floats(rng, 4, 3, 4, 4)
    (y,) = apply("ConvTranspose", x, w, constant=(1,), group=2, strides=(2, 2))
    expected = [scattered(x[:, :2], w[:2], (2, 2)), scattered(x[:, 2:], w[2:], (2, 2))]
    np.testing.assert_allclose(y, np.concatenate(expected, 1), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"group": 3}, "channels: expected 6, got 4"),
        ({"pads": (0, 0, -1, 0)}, "pads"),
        ({"dilations": (9, 1)}, "room for a window"),
        ({"kernel_shape": (2, 3)}, "kernel_shape"),
        ({"auto_pad": "SOME"}, "auto_pad"),
    ],
)
def test_conv_misfit_is_refused(attributes: dict[str, object], message: str) -> None:
    x, w = np.ones((1, 4, 5, 5), np.float32), np.ones((4, 2, 3, 3), np.float32)
    with pytest.raises(GraphError, match=message):
        model_of("Conv", [x, w], (), **{"group": 2, **attributes})
