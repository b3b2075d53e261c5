"""Sums of products of bytes against int64; guest and native bit for bit."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support.operations import apply, model_of

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


def test_conv_integer_cut_into_segments_is_the_same() -> None:
    rng = np.random.default_rng(3)
    x, w = (
        random_bytes(rng, "uint8", 1, 8, 20, 20),
        random_bytes(rng, "int8", 40, 8, 3, 3),
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
    assert spent(model, a.tobytes()) < 5.5 * 784 * 128


def test_convolution_of_bytes_costs_few_instructions() -> None:
    rng = np.random.default_rng(5)
    x, w = (
        random_bytes(rng, "uint8", 1, 16, 16, 16),
        random_bytes(rng, "int8", 16, 16, 3, 3),
    )
    zeros = np.array([3], np.uint8), np.array([5], np.int8)
    window = {"pads": (1, 1, 1, 1)}
    model = model_of("ConvInteger", [x, w, *zeros], (1, 2, 3), **window)
    assert spent(model, x.tobytes()) < 8 * 16 * 16 * 16 * 144


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
