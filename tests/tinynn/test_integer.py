"""Sums of products of bytes against int64; guest and native bit for bit."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support.images.operations import apply, model_of

from mips_vm import Status
from tinynn import GraphError, Model

Array = NDArray[Any]


def random_bytes(rng: np.random.Generator, dtype: str, *shape: int) -> Array:
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max + 1, shape).astype(dtype)


def less(x: Array, zero: Array) -> NDArray[np.int64]:
    return x.astype(np.int64) - zero.astype(np.int64)


@pytest.mark.parametrize("left", ["uint8", "int8"])
@pytest.mark.parametrize("right", ["uint8", "int8"])
def test_matmul_integer_is_exact(left: str, right: str) -> None:
    """Longer sums than a float holds; zero points for each column."""
    rng = np.random.default_rng(1)
    a, b = random_bytes(rng, left, 2, 5, 700), random_bytes(rng, right, 700, 9)
    a_zero, b_zero = random_bytes(rng, left, 1), random_bytes(rng, right, 9)
    a[0, 0], b[:, 0] = np.iinfo(left).max, np.iinfo(right).max
    (y,) = apply("MatMulInteger", a, b, a_zero, b_zero, constant=(1, 3))
    expected = less(a, a_zero) @ less(b, b_zero)
    assert y.dtype == np.int32 and y.tolist() == expected.tolist()


@pytest.mark.parametrize("constant", [(), (1,)])
def test_matmul_integer_of_batches_is_exact(constant: tuple[int, ...]) -> None:
    """Tiles end inside a row."""
    rng = np.random.default_rng(6)
    a, b = random_bytes(rng, "uint8", 3, 7, 800), random_bytes(rng, "int8", 3, 800, 30)
    zeros = np.array([9], np.uint8), np.array([-3], np.int8)
    assert model_of("MatMulInteger", [a, b, *zeros], constant).segments > 3
    (y,) = apply("MatMulInteger", a, b, *zeros, constant=constant)
    assert y.tolist() == (less(a, zeros[0]) @ less(b, zeros[1])).tolist()


@pytest.mark.parametrize("left", ["uint8", "int8"])
@pytest.mark.parametrize("right", ["uint8", "int8"])
def test_conv_integer_is_exact_and_pads_with_its_zero(left: str, right: str) -> None:
    rng = np.random.default_rng(2)
    x, w = random_bytes(rng, left, 2, 4, 9, 8), random_bytes(rng, right, 6, 2, 3, 2)
    x_zero, w_zero = random_bytes(rng, left, 1), random_bytes(rng, right, 6)
    window = {"group": 2, "pads": (1, 0, 1, 2), "strides": (2, 1)}
    (y,) = apply("ConvInteger", x, w, x_zero, w_zero, constant=(1, 3), **window)
    wide = np.pad(less(x, x_zero), ((0, 0), (0, 0), (1, 1), (0, 2)))
    kernels = less(w, w_zero[:, None, None, None])
    expected = np.zeros((2, 6, 5, 9), np.int64)
    for m, i, j in np.ndindex(6, 5, 9):
        patch = wide[:, m // 3 * 2 : m // 3 * 2 + 2, 2 * i : 2 * i + 3, j : j + 2]
        expected[:, m, i, j] = (patch * kernels[m]).sum((1, 2, 3))
    assert y.tolist() == expected.tolist()


@pytest.mark.parametrize("terms", [1, 2, 3, 4, 5, 17, 255, 256, 257, 1031])
def test_matmul_integer_of_extremes_is_exact(terms: int) -> None:
    """As large as sums of products get; rows that begin anywhere in a word."""
    a, b = np.full((2, terms), 255, np.uint8), np.full((terms, 3), -128, np.int8)
    b[:, 1] = 127
    b[::2, 2] = 127
    zeros = np.array([0], np.uint8), np.array([127], np.int8)
    (y,) = apply("MatMulInteger", a, b, *zeros, constant=(1, 2, 3))
    assert y.tolist() == (less(a, zeros[0]) @ less(b, zeros[1])).tolist()


def test_matmul_integer_of_computed_zeros_is_exact() -> None:
    """What the zero point of a adds is not known before."""
    rng = np.random.default_rng(8)
    a, b = random_bytes(rng, "int8", 3, 70), random_bytes(rng, "uint8", 70, 5)
    zeros = np.array([-7], np.int8), random_bytes(rng, "uint8", 5)
    (y,) = apply("MatMulInteger", a, b, *zeros)
    assert y.tolist() == (less(a, zeros[0]) @ less(b, zeros[1])).tolist()


WINDOWS = {
    "dilated": ((1, 5, 11, 12), (4, 5, 3, 3), {"dilations": (2, 3)}),
    "by_channel": ((2, 6, 7, 7), (6, 1, 3, 3), {"group": 6, "pads": (1, 1, 1, 1)}),
    "a_tap_here_and_there": ((1, 3, 16, 17), (5, 3, 1, 1), {"strides": (5, 4)}),
    "wide": ((1, 2, 4, 30), (3, 2, 2, 9), {"pads": (3, 8, 0, 5), "strides": (1, 2)}),
    "many_channels": ((1, 1, 3, 3), (300, 1, 2, 2), {}),
}


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("dtype", ["uint8", "int8"])
def test_conv_integer_of_any_window_is_that_of_floats(name: str, dtype: str) -> None:
    """Sums as small as these are exact in binary32."""
    x_shape, w_shape, window = WINDOWS[name]
    rng = np.random.default_rng(9)
    x, w = random_bytes(rng, dtype, *x_shape), random_bytes(rng, "int8", *w_shape)
    x_zero, w_zero = random_bytes(rng, dtype, 1), random_bytes(rng, "int8", w_shape[0])
    (y,) = apply("ConvInteger", x, w, x_zero, w_zero, constant=(1, 3), **window)
    differences = less(x, x_zero), less(w, w_zero[:, None, None, None])
    floats = (each.astype(np.float32) for each in differences)
    (expected,) = apply("Conv", *floats, constant=(1,), **window)
    assert y.tolist() == expected.tolist()


def test_conv_integer_cut_into_segments_is_the_same() -> None:
    rng = np.random.default_rng(3)
    x, w = (
        random_bytes(rng, "uint8", 1, 8, 18, 18),
        random_bytes(rng, "int8", 80, 8, 3, 3),
    )
    zeros = np.array([7], np.uint8), np.array([0], np.int8)
    assert model_of("ConvInteger", [x, w, *zeros], (1, 2, 3)).segments > 1
    (y,) = apply("ConvInteger", x, w, *zeros, constant=(1, 2, 3))
    patch = less(x, zeros[0])[0, :, 3:6, 4:7]
    assert y[0, :, 3, 4].tolist() == (patch * w).sum((1, 2, 3)).tolist()


def spent(model: Model, data: bytes) -> int:
    """Guest instructions of an inference."""
    machine, steps = model.machine(data), 0
    while machine.status is Status.YIELDED:
        machine.resume()
        steps += machine.run()
    return steps


def test_dense_multiply_add_of_bytes_costs_few_instructions() -> None:
    rng = np.random.default_rng(4)
    a, b = random_bytes(rng, "uint8", 1, 784), random_bytes(rng, "int8", 784, 128)
    zeros = np.array([3], np.uint8), np.array([5], np.int8)
    model = model_of("MatMulInteger", [a, b, *zeros], (1, 2, 3))
    assert spent(model, a.tobytes()) < 2.8 * 784 * 128


def test_convolution_of_bytes_costs_few_instructions() -> None:
    rng = np.random.default_rng(5)
    x, w = (
        random_bytes(rng, "uint8", 1, 16, 16, 16),
        random_bytes(rng, "int8", 16, 16, 3, 3),
    )
    zeros = np.array([3], np.uint8), np.array([5], np.int8)
    window = {"pads": (1, 1, 1, 1)}
    model = model_of("ConvInteger", [x, w, *zeros], (1, 2, 3), **window)
    assert spent(model, x.tobytes()) < 4 * 16 * 16 * 16 * 144


@pytest.mark.parametrize(
    ("zero", "message"),
    [
        (np.array([1], np.int8), "element type"),
        (np.array([1, 2], np.uint8), "zero point: elements"),
    ],
)
def test_integer_misfit_is_refused(zero: Array, message: str) -> None:
    a, b = np.ones((2, 3), np.uint8), np.ones((3, 4), np.int8)
    with pytest.raises(GraphError, match=message):
        model_of("MatMulInteger", [a, b, zero, np.array([0], np.int8)], (1,))
