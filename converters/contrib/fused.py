"""Products with the activation, transposition or factor that was fused into them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from converters.registry import Graph, Refused, lowers
from converters.values import Constant, Value, number

# Activation -> the attributes that its parameters are.
ACTIVATIONS = {
    "Relu": (),
    "Tanh": (),
    "Sigmoid": (),
    "LeakyRelu": ("alpha",),
    "HardSigmoid": ("alpha", "beta"),
}


def activated(graph: Graph, y: Value, kind: str, numbers: Sequence[float]) -> Value:
    """`kind` of y, with as many numbers as it takes."""
    if kind in ("", "Clip"):
        bounds = [number(value) for value in numbers]
        return graph.apply("Clip", y, *bounds) if kind else y
    names = ACTIVATIONS.get(kind)
    if names is None:
        known = ", ".join((*ACTIVATIONS, "Clip"))
        raise Refused(f"activation: expected {known}, got {kind}")
    return graph.apply(kind, y, **dict(zip(names, numbers, strict=False)))


@lowers("com.microsoft.FusedConv")
def conv(
    graph: Graph,
    x: Value,
    w: Value,
    b: Value | None = None,
    z: Value | None = None,
    *,
    activation: str = "",
    activation_params: Sequence[float] = (),
    **attributes: Any,
) -> Value:
    """The activation of a convolution, z added before."""
    y = graph.apply("Conv", x, w, b, **attributes)
    y = y if z is None else graph.apply("Add", y, z)
    return activated(graph, y, activation, activation_params)


@lowers("com.microsoft.FusedGemm")
def gemm(
    graph: Graph,
    a: Value,
    b: Value,
    c: Value | None = None,
    *,
    activation: str = "",
    activation_alpha: float | None = None,
    activation_beta: float | None = None,
    activation_gamma: float | None = None,
    **attributes: Any,
) -> Value:
    numbers = activation_alpha, activation_beta, activation_gamma
    given = [value for value in numbers if value is not None]
    y = graph.apply("Gemm", a, b, c, **attributes)
    return activated(graph, y, activation, given)


@lowers("com.microsoft.FusedMatMul")
def matmul(
    graph: Graph,
    a: Value,
    b: Value,
    *,
    alpha: float = 1.0,
    transA: int = 0,
    transB: int = 0,
    transBatchA: int = 0,
    transBatchB: int = 0,
) -> Value:
    """alpha * a' * b'."""
    if transBatchA or transBatchB:
        raise Refused("transBatch: expected 0, got 1")
    a = transposed(graph, a) if transA else a
    b = transposed(graph, b) if transB else b
    return scaled(graph, graph.apply("MatMul", a, b), alpha)


def transposed(graph: Graph, x: Value) -> Value:
    """Its last two axes exchanged; a vector stays as it is."""
    if len(x.shape) < 2:
        return x
    *first, rows, columns = range(len(x.shape))
    return graph.apply("Transpose", x, perm=[*first, columns, rows])


def scaled(graph: Graph, x: Value, factor: float) -> Value:
    return x if factor == 1.0 else graph.apply("Mul", x, number(factor))


def constant_array(value: Value, what: str) -> "np.ndarray[Any, np.dtype[Any]]":
    """The numbers of a constant; Refused of anything else."""
    if not isinstance(value, Constant):
        raise Refused(f"{what}: expected a constant, got a computed tensor")
    return value.array
