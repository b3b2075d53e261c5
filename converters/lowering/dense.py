"""Products with a constant matrix: MatMul, Gemm, and the Add of a bias."""

from math import prod

import numpy as np

from converters.registry import Graph, Refused, lowers
from converters.values import Affine, Constant, Floats, Tensor, Value


def floats(value: Value | None, what: str) -> Floats:
    """The float32 array of a constant."""
    if not isinstance(value, Constant):
        raise Refused(f"{what}: expected a constant, got a computed tensor")
    if value.array.dtype != np.float32:
        raise Refused(
            f"{what}: expected float32, got {value.array.dtype}",
            "export the model in float32",
        )
    return value.array.astype(np.float32, copy=False)


def row(tensor: Tensor, length: int) -> Tensor:
    """`tensor`, if it is a single row of `length` float32 elements."""
    if prod(tensor.shape) != length:
        raise Refused(
            f"shape: expected one row of {length}, got {tensor.shape}",
            "export with a batch of 1",
        )
    return tensor


def scaled(array: Floats, factor: float) -> Floats:
    return array if factor == 1.0 else array * np.float32(factor)


@lowers("MatMul")
def matmul(graph: Graph, a: Value, b: Value) -> Value:
    matrix = floats(b, "second factor")
    if matrix.ndim != 2:
        raise Refused(f"second factor: expected two axes, got {matrix.ndim}")
    inputs, outputs = matrix.shape
    x = row(graph.emit(a), inputs)
    shape = (*x.shape[:-1], outputs)
    return Affine(x, matrix.T.copy(), np.zeros(outputs, np.float32), shape)


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
    """alpha * a' * b' + beta * c; `alpha` and `beta` go into weight and bias.

    Transposing `a` moves no element, since one of its axes has length 1.
    """
    matrix = floats(b, "second factor")
    weight = matrix if transB else matrix.T
    outputs, inputs = weight.shape
    x = graph.emit(a)
    rows = x.shape[1 if transA else 0]
    if rows != 1:
        raise Refused(f"rows: expected 1, got {rows}", "export with a batch of 1")
    bias = np.zeros(outputs, np.float32)
    if c is not None:
        bias = bias + scaled(as_bias(floats(c, "bias"), outputs), beta)
    weight = scaled(np.ascontiguousarray(weight), alpha)
    return Affine(row(x, inputs), weight, bias, (1, outputs))


@lowers("Add")
def add(graph: Graph, a: Value, b: Value) -> Value:
    """A bias on a product; tinynn has no addition of two computed tensors yet."""
    product, bias = (b, a) if isinstance(a, Constant) else (a, b)
    if not isinstance(product, Affine):
        raise Refused(
            "expected a constant added to the product of MatMul or Gemm, "
            "got another addition"
        )
    addend = as_bias(floats(bias, "addend"), product.bias.size)
    return Affine(product.tensor, product.weight, product.bias + addend, product.shape)


def as_bias(array: Floats, outputs: int) -> Floats:
    """`array` as one element for each output, broadcast from one if need be."""
    if array.size not in (1, outputs) or prod(array.shape[:-1]) != 1:
        raise Refused(f"bias: expected shape {(outputs,)}, got {array.shape}")
    return np.broadcast_to(array.reshape(-1), (outputs,)).astype(np.float32)
