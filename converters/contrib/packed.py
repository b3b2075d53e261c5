"""Products of bytes with what comes after them, and products by packed weights."""

import numpy as np

from converters.contrib.fused import constant_array, scaled, transposed
from converters.contrib.transformers import total
from converters.lowering.quantised import zero_of
from converters.registry import Graph, Refused, lowers
from converters.values import Array, Constant, Value, number

BITS = (2, 4, 8)


def product(
    graph: Graph, a: Value, b: Value, a_zero: Value | None, b_zero: Value | None
) -> Value:
    """Exact sums of the bytes less their zero points, in int32."""
    zeros = zero_of(a, a_zero), zero_of(b, b_zero)
    return graph.apply("MatMulInteger", a, b, *zeros)


def rescaled(graph: Graph, sums: Value, *factors: Value) -> Value:
    """As float32, times the product of the factors."""
    first, *others = factors
    for factor in others:
        first = graph.apply("Mul", first, factor)
    return graph.apply("Mul", graph.op("Cast", sums, to="float32"), first)


@lowers("com.microsoft.QGemm")
def gemm(
    graph: Graph,
    a: Value,
    a_scale: Value,
    a_zero: Value,
    b: Value,
    b_scale: Value,
    b_zero: Value,
    c: Value | None = None,
    y_scale: Value | None = None,
    y_zero: Value | None = None,
    *,
    alpha: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> Value:
    """alpha * a' * b' + c in int32, rescaled: to bytes, or to floats without a scale.

    Scales and zero points of b are one, or one a column.
    """
    a = transposed(graph, a) if transA else a
    b = transposed(graph, b) if transB else b
    sums = product(graph, a, b, a_zero, b_zero)
    sums = sums if c is None else graph.apply("Add", sums, c)
    factor = graph.apply("Mul", scaled(graph, a_scale, alpha), b_scale)
    if y_scale is None:
        return rescaled(graph, sums, factor)
    y = rescaled(graph, sums, graph.apply("Div", factor, y_scale))
    zero = zero_of(a, y_zero)
    return graph.apply("QuantizeLinear", y, number(1), zero)


@lowers("com.microsoft.MatMulIntegerToFloat")
def matmul_to_floats(
    graph: Graph,
    a: Value,
    b: Value,
    a_scale: Value,
    b_scale: Value,
    a_zero: Value | None = None,
    b_zero: Value | None = None,
    bias: Value | None = None,
) -> Value:
    sums = product(graph, a, b, a_zero, b_zero)
    return total(graph, rescaled(graph, sums, a_scale, b_scale), bias)


@lowers("com.microsoft.DynamicQuantizeMatMul")
def dynamic_matmul(
    graph: Graph,
    a: Value,
    b: Value,
    b_scale: Value,
    b_zero: Value | None = None,
    bias: Value | None = None,
) -> Value:
    """Of floats that are made bytes of their own range."""
    levels, scale, zero = graph.ops("DynamicQuantizeLinear", a)
    sums = product(graph, levels, b, zero, b_zero)
    return total(graph, rescaled(graph, sums, scale, b_scale), bias)


@lowers("com.microsoft.MatMulNBits")
def matmul_of_bits(
    graph: Graph,
    a: Value,
    b: Value,
    scales: Value,
    zeros: Value | None = None,
    groups: Value | None = None,
    bias: Value | None = None,
    *,
    K: int,
    N: int,
    bits: int = 4,
    block_size: int,
    accuracy_level: int = 0,
) -> Value:
    """a times weights (N, K) of few bits, a scale for each block of a row.

    The weights become floats of the image.
    """
    if bits not in BITS or groups is not None:
        told = f"{bits} bits" if groups is None else "an order of groups"
        raise Refused(f"weights: expected 2, 4 or 8 bits in order, got {told}")
    blocks = -(-K // block_size)
    levels = unpacked(constant_array(b, "weights"), bits, N * blocks, block_size)
    steps = constant_array(scales, "scales").reshape(N * blocks, 1)
    centre = middles(zeros, bits, N, blocks)
    rows = (levels.astype(np.float32) - centre) * steps.astype(np.float32)
    weights = rows.reshape(N, blocks * block_size)[:, :K].T.copy()
    return total(graph, graph.apply("MatMul", a, Constant(weights)), bias)


def unpacked(packed: Array, bits: int, rows: int, count: int) -> Array:
    """Numbers (rows, count), those of a byte from its lowest bits on."""
    lines = packed.reshape(rows, -1)
    parts = [lines >> shift & (1 << bits) - 1 for shift in range(0, 8, bits)]
    return np.stack(parts, axis=-1).reshape(rows, -1)[:, :count]


def middles(zeros: Value | None, bits: int, rows: int, blocks: int) -> Array:
    """What is taken off the levels of each block, (rows * blocks, 1)."""
    if zeros is None:
        return np.full((rows * blocks, 1), 1 << bits - 1, np.float32)
    held = constant_array(zeros, "zero points")
    if held.dtype == np.uint8:
        held = unpacked(held, bits, rows, blocks)
    return held.reshape(rows * blocks, 1).astype(np.float32)
