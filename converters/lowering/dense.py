"""Products of matrices: MatMul, Gemm, and the Add of a bias."""

from dataclasses import replace

import numpy as np

from converters.registry import Graph, Refused, lowers
from converters.values import Affine, Constant, Floats, Value, number


def constant_floats(value: Value | None) -> Floats | None:
    """The array of a float32 constant; None of anything else."""
    if isinstance(value, Constant) and value.array.dtype == np.float32:
        return value.array
    return None


@lowers("MatMul")
def matmul(graph: Graph, a: Value, b: Value) -> Value:
    matrix = constant_floats(b)
    if matrix is None or matrix.ndim != 2 or a.dtype != "float32":
        return graph.op("MatMul", a, b)
    inputs, outputs = matrix.shape
    if not a.shape or a.shape[-1] != inputs:
        raise Refused(f"shape: expected rows of {inputs}, got {a.shape}")
    bias = np.zeros(outputs, np.float32)
    shape = (*a.shape[:-1], outputs)
    return Affine("Dense", graph.settle(a), matrix.T.copy(), bias, shape)


@lowers("Gemm")
def gemm(
    graph: Graph,
    a: Value,
    b: Value,
    c: Value | None = None,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> Value:
    """alpha * a' * b' + beta * c; of constants `alpha` and `beta` become part."""
    if constant_floats(b) is None:
        attributes = {"alpha": alpha, "beta": beta, "transA": transA, "transB": transB}
        return graph.op("Gemm", a, b, c, **attributes)
    if transA:
        a = graph.apply("Transpose", a, perm=[1, 0])
    if transB:
        b = graph.apply("Transpose", b, perm=[1, 0])
    product = matmul(graph, a, scaled(graph, b, alpha))
    return product if c is None else add(graph, product, scaled(graph, c, beta))


def scaled(graph: Graph, x: Value, factor: float) -> Value:
    if factor == 1.0:
        return x
    return graph.apply("Mul", x, number(factor))


@lowers("Add")
def add(graph: Graph, a: Value, b: Value) -> Value:
    """A bias becomes part of the product that it is added to."""
    product, other = (b, a) if isinstance(a, Constant) else (a, b)
    if isinstance(product, Affine):
        bias = by_channel(product, constant_floats(other))
        if bias is not None:
            return replace(product, bias=product.bias + bias)
    return graph.op("Add", a, b)


def by_channel(product: Affine, array: Floats | None) -> Floats | None:
    """`array` as one number for each output channel, if broadcasting makes it that."""
    rank, axis = len(product.shape), product.channel_axis
    if array is None or array.ndim > rank:
        return None
    whole = array.reshape((1,) * (rank - array.ndim) + array.shape)
    length = whole.shape[axis]
    if whole.size != length or length not in (1, product.bias.size):
        return None
    return np.broadcast_to(whole.reshape(-1), product.bias.shape)


def rescaled(product: Affine, factor: Floats) -> Affine:
    """The product with each output channel times its factor."""
    weight = product.weight
    if product.operator == "ConvTranspose":
        groups = product.attributes["group"]
        parts = weight.reshape(groups, -1, *weight.shape[1:])
        line = factor.reshape(groups, 1, -1, *(1,) * (weight.ndim - 2))
        scaled = (parts * line).reshape(weight.shape)
    else:
        scaled = weight * factor.reshape((-1,) + (1,) * (weight.ndim - 1))
    return replace(product, weight=scaled, bias=product.bias * factor)
