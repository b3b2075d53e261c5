"""Activations and normalisations of transformers, fused with what comes before."""

from math import pi, sqrt

from converters.registry import Graph, lowers
from converters.values import LEFT_OUT, Value, number

OUTER = sqrt(2 / pi)
CUBE = 0.044715


@lowers("com.microsoft.Gelu")
def gelu(graph: Graph, x: Value) -> Value:
    """x/2 * (1 + erf(x / sqrt 2))."""
    bent = graph.apply("Erf", graph.apply("Mul", x, number(sqrt(0.5))))
    half = graph.apply("Mul", x, number(0.5))
    return graph.apply("Mul", half, graph.apply("Add", bent, number(1)))


@lowers("com.microsoft.BiasGelu")
def bias_gelu(graph: Graph, x: Value, bias: Value) -> Value:
    return gelu(graph, graph.apply("Add", x, bias))


@lowers("com.microsoft.FastGelu")
def fast_gelu(graph: Graph, x: Value, bias: Value | None = None) -> Value:
    """x/2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))."""
    x = x if bias is None else graph.apply("Add", x, bias)
    square = graph.apply("Mul", x, x)
    cubic = graph.apply("Mul", square, number(OUTER * CUBE))
    inner = graph.apply("Mul", x, graph.apply("Add", cubic, number(OUTER)))
    bent = graph.apply("Add", graph.apply("Tanh", inner), number(1))
    return graph.apply("Mul", graph.apply("Mul", x, number(0.5)), bent)


@lowers("com.microsoft.QuickGelu")
def quick_gelu(graph: Graph, x: Value, *, alpha: float = 1.702) -> Value:
    """x * sigmoid(alpha * x)."""
    gate = graph.apply("Sigmoid", graph.apply("Mul", x, number(alpha)))
    return graph.apply("Mul", x, gate)


def total(graph: Graph, *values: Value | None) -> Value:
    """Of those that are given."""
    first, *others = (value for value in values if value is not None)
    for other in others:
        first = graph.apply("Add", first, other)
    return first


@lowers("com.microsoft.SkipLayerNormalization")
def skip_layer_normalization(
    graph: Graph,
    x: Value,
    skip: Value,
    scale: Value,
    shift: Value | None = None,
    bias: Value | None = None,
    *,
    epsilon: float = 1e-12,
) -> tuple[Value, ...]:
    """Of x + skip + bias, which is the fourth output; two are for training only."""
    summed = total(graph, x, skip, bias)
    y = graph.apply("LayerNormalization", summed, scale, shift, epsilon=epsilon)
    return y, LEFT_OUT, LEFT_OUT, summed


@lowers("com.microsoft.SkipSimplifiedLayerNormalization")
def skip_rms_normalization(
    graph: Graph,
    x: Value,
    skip: Value,
    scale: Value,
    bias: Value | None = None,
    *,
    epsilon: float = 1e-12,
) -> tuple[Value, ...]:
    """The same by the root of the mean square."""
    summed = total(graph, x, skip, bias)
    y = graph.apply("RMSNormalization", summed, scale, epsilon=epsilon)
    return y, LEFT_OUT, LEFT_OUT, summed
