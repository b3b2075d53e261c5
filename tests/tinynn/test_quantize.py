"""Between numbers and bytes: exact fractions decide; guest and native bit for bit."""

import ctypes
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from llvmlite import ir
from numpy.typing import NDArray
from support.images.models import assert_guest_agrees, random_floats
from support.images.operations import apply

import tinynn
from mips_vm.compiled import native
from tinynn import GraphBuilder
from tinynn.kernels.elements import Zip
from tinynn.kernels.quantising import LARGE, nearest_product
from tinynn.kernels.writing import FLOAT, I32
from tinynn.operators.quantize import REQUANTIZE

Array = NDArray[Any]
NAN, INF = np.float32(np.nan), np.float32(np.inf)


def floats(*values: float) -> NDArray[np.float32]:
    return np.array(values, np.float32)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (0.5, 100),
        (1.5, 102),
        (2.5, 102),
        (-0.5, 100),
        (-1.5, 98),
        (0.50001, 101),
        (154.5, 254),
        (1e30, 255),
        (INF, 255),
        (-1e30, 0),
        (-INF, 0),
        (NAN, 100),
        (-0.0, 100),
        (1e-40, 100),
    ],
)
def test_quantize_rounds_to_even_and_clamps(x: float, y: int) -> None:
    scale, zero = np.array(1, np.float32), np.array(100, np.uint8)
    (result,) = apply("QuantizeLinear", floats(x), scale, zero, constant=(1, 2))
    assert result.tolist() == [y]


@pytest.mark.parametrize("dtype", ["uint8", "int8"])
def test_quantize_along_an_axis_undoes_dequantize(dtype: str) -> None:
    rng = np.random.default_rng(1)
    limits = np.iinfo(dtype)
    x = rng.integers(limits.min, limits.max + 1, (2, 6, 50)).astype(dtype)
    scale = (0.1 + rng.random(6)).astype(np.float32)
    zero = rng.integers(limits.min, limits.max + 1, 6).astype(dtype)
    (y,) = apply("DequantizeLinear", x, scale, zero, constant=(1, 2), axis=1)
    differences = x.astype(np.int32) - zero[:, None].astype(np.int32)
    assert y.tobytes() == (differences.astype(np.float32) * scale[:, None]).tobytes()
    (back,) = apply("QuantizeLinear", y, scale, zero, constant=(1, 2), axis=1)
    assert back.dtype == x.dtype and back.tobytes() == x.tobytes()


def test_dequantize_of_words_rounds_once_to_a_float() -> None:
    x = np.array([2**24 + 1, -(2**31), 2**31 - 1, 3], np.int32)
    scale, zero = np.array(0.3, np.float32), np.array(0, np.int32)
    (y,) = apply("DequantizeLinear", x, scale, zero, constant=(1, 2))
    assert y.tobytes() == (x.astype(np.float32) * scale).tobytes()


def rounded_product(x: int, bits: int) -> int:
    factor = np.uint32(bits).view(np.float32)
    if np.isnan(factor) or x == 0:
        return 0
    if np.isinf(factor):
        return LARGE if (x > 0) == (factor > 0) else -LARGE
    exact = round(Fraction(x) * Fraction(float(factor)))
    return max(-LARGE, min(LARGE, exact))


def test_products_are_rounded_once_from_their_exact_value() -> None:
    rng = np.random.default_rng(2)
    x = rng.integers(-(2**31), 2**31, 3000).astype(np.int32)
    x[:1000] = rng.integers(-300, 300, 1000)
    factors = rng.integers(0, 2**32, 3000, dtype=np.uint32)
    factors[:500] = np.float32(0.5).view(np.uint32)
    factors[500:2000] = np.exp2(rng.uniform(-30, 2, 1500)).astype("f").view(np.uint32)
    y = np.empty(3000, np.int32)
    module = ir.Module("near")
    Zip("near", nearest_product, (I32, FLOAT), I32).write_all(module)
    run = native.load_ir(str(module)).function("near.vv", None, ctypes.c_void_p)
    arrays = [array.ctypes.data for array in (y, x, factors)]
    run(np.array([*arrays, 1, 1, 1, len(x), *(0,) * 6]).ctypes.data)
    pairs = zip(x.tolist(), factors.tolist(), strict=True)
    assert y.tolist() == [rounded_product(*pair) for pair in pairs]


@pytest.mark.parametrize("dtype", ["uint8", "int8"])
def test_requantize_of_any_factor_is_the_same_in_the_guest(dtype: str) -> None:
    """Powers of two make ties; others are of any bits, small ones usual."""
    rng = np.random.default_rng(6)
    x = rng.integers(-(2**31), 2**31, (90, 40)).astype(np.int32)
    x[::3] >>= 20
    x[::4] >>= 8
    x[0], x[1] = -(2**31), 2**31 - 1
    bits = rng.integers(0, 2**32, 90, dtype=np.uint32)
    bits[:30] = np.exp2(-np.arange(30)).astype(np.float32).view(np.uint32)
    bits[30:75] = np.exp2(rng.uniform(-32, 2, 45)).astype(np.float32).view(np.uint32)
    graph = GraphBuilder("requantize")
    limits = np.iinfo(dtype)
    zeros = rng.integers(limits.min, limits.max + 1, 90).astype(dtype)
    sources = [
        graph.input("x", "int32", x.shape),
        graph.constant(bits.view(np.float32)),
        graph.constant(zeros),
    ]
    graph.output(graph.emit(REQUANTIZE, sources, [0]), "y")
    model = tinynn.load(graph.build())
    answer = assert_guest_agrees(model, x.tobytes())
    expected = [
        [rounded_product(int(n), int(b)) + int(zero) for n in row]
        for row, b, zero in zip(x, bits, zeros, strict=True)
    ]
    y = np.frombuffer(answer, dtype).reshape(x.shape)
    assert y.tolist() == np.clip(expected, limits.min, limits.max).tolist()


@pytest.mark.parametrize("per_column", [False, True])
def test_qlinear_matmul_is_the_rounded_exact_product(per_column: bool) -> None:
    rng = np.random.default_rng(3)
    a = rng.integers(0, 256, (4, 50)).astype(np.uint8)
    b = rng.integers(-128, 128, (50, 7)).astype(np.int8)
    b_scale = (0.01 + 0.1 * rng.random(7 if per_column else 1)).astype(np.float32)
    b_zero = rng.integers(-9, 9, len(b_scale)).astype(np.int8)
    one = [np.array(0.05, np.float32), np.array(120, np.uint8)]
    other = [np.array(3, np.float32), np.array(100, np.uint8)]
    (y,) = apply(
        "QLinearMatMul", a, *one, b, b_scale, b_zero, *other, constant=range(1, 8)
    )
    sums = (a.astype(int) - 120) @ (b.astype(int) - b_zero)
    factors = np.broadcast_to(one[0] * b_scale / other[0], 7).view(np.uint32)
    expected = [
        [rounded_product(int(s), int(f)) for s, f in zip(row, factors, strict=True)]
        for row in sums
    ]
    assert y.tolist() == (np.array(expected) + 100).clip(0, 255).tolist()


def test_qlinear_conv_adds_the_bias_before_it_scales() -> None:
    rng = np.random.default_rng(4)
    x = rng.integers(0, 256, (1, 3, 5, 5)).astype(np.uint8)
    w = rng.integers(-128, 128, (2, 3, 1, 1)).astype(np.int8)
    bias = np.array([5000, -70000], np.int32)
    ones = [np.array(0.5, np.float32), np.array(9, np.uint8)]
    scales = floats(0.25, 0.0625)
    others = [np.array(64, np.float32), np.array(3, np.int8)]
    (y,) = apply(
        "QLinearConv",
        x,
        *ones,
        w,
        scales,
        np.zeros(2, np.int8),
        *others,
        bias,
        constant=range(1, 9),
    )
    sums = np.einsum("chw,mc->mhw", x[0].astype(int) - 9, w[:, :, 0, 0].astype(int))
    exact = (sums + bias[:, None, None]) * (scales / 128)[:, None, None].astype(float)
    assert y[0].tolist() == (np.rint(exact) + 3).clip(-128, 127).tolist()


@pytest.mark.parametrize(
    ("x", "scale", "zero"),
    [
        ((-1.0, 0.0, 254.0), 1.0, 1),
        ((2.0, 255.0), 1.0, 0),
        ((-255.0, -1.0), 1.0, 255),
        ((0.0, -0.0), 1.0, 0),
        ((NAN, -1.0, 254.0), 1.0, 1),
        ((INF, 1.0), INF, 0),
    ],
)
def test_dynamic_quantize_finds_scale_and_zero(
    x: tuple[float, ...], scale: float, zero: int
) -> None:
    y, found_scale, found_zero = apply("DynamicQuantizeLinear", floats(*x))
    assert (found_scale, found_zero) == (scale, zero)
    assert y.dtype == np.uint8 and y.shape == (len(x),)


def test_dynamic_quantize_then_dequantize_is_near_the_data() -> None:
    x = random_floats(np.random.default_rng(5), 200)
    y, scale, zero = apply("DynamicQuantizeLinear", x)
    back = (y.astype(np.float32) - zero) * scale
    assert np.abs(back - x).max() <= scale * np.float32(0.501)
