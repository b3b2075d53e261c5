"""Normalisations: by constants (batch), or by the data's own mean and deviation."""

import numpy as np

from converters.lowering.dense import constant_floats
from converters.registry import Graph, Refused, lowers
from converters.values import Constant, Floats, Value, number


@lowers("BatchNormalization")
def batch_normalization(
    graph: Graph,
    x: Value,
    scale: Value,
    bias: Value,
    mean: Value,
    variance: Value,
    *,
    outputs: int,
    epsilon: float = 1e-5,
    momentum: float = 0.9,
    spatial: int = 1,
    training_mode: int = 0,
) -> Value:
    """x * a + b for each channel; a product before it takes both into itself."""
    if training_mode or outputs > 1 or not spatial:
        raise Refused("expected inference, got training", "export in evaluation mode")
    arrays = [constant_floats(value) for value in (scale, bias, mean, variance)]
    if any(array is None for array in arrays):
        return with_computed(graph, x, (scale, bias, mean, variance), epsilon)
    gain, shift, centre, spread = (np.float64(array) for array in arrays)
    factor = gain / np.sqrt(spread + epsilon)
    addend = (shift - centre * factor).astype(np.float32)
    return by_channels(graph, x, factor.astype(np.float32), addend)


def by_channels(graph: Graph, x: Value, factor: Floats, addend: Floats) -> Value:
    """x * factor + addend along axis 1."""
    line = (-1,) + (1,) * (len(x.shape) - 2)
    product = graph.apply("Mul", x, Constant(factor.reshape(line)))
    return graph.apply("Add", product, Constant(addend.reshape(line)))


def with_computed(
    graph: Graph, x: Value, parts: tuple[Value, ...], epsilon: float
) -> Value:
    """(x - mean) / sqrt(variance + epsilon) * scale + bias."""
    line = (-1,) + (1,) * (len(x.shape) - 2)
    scale, bias, mean, variance = (graph.reshape(part, line) for part in parts)
    wide = graph.apply("Add", variance, number(epsilon))
    centred = graph.apply("Sub", x, mean)
    result = graph.apply("Div", centred, graph.apply("Sqrt", wide))
    return graph.apply("Add", graph.apply("Mul", result, scale), bias)
