"""Normalisations: by constants (batch), or by the data's own mean and deviation."""

from math import prod

import numpy as np

from converters.lowering.dense import constant_floats
from converters.lowering.movement import axis_of
from converters.lowering.parts import LONGEST_NORMALISED, normalised_by_parts
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


def scaled(graph: Graph, x: Value, scale: Value | None, bias: Value | None) -> Value:
    """x * scale + bias, as far as they are given."""
    y = x if scale is None else graph.apply("Mul", x, scale)
    return y if bias is None else graph.apply("Add", y, bias)


def long_rows(
    graph: Graph, x: Value, length: int, epsilon: float, centred: bool = True
) -> Value | None:
    """x normalised in rows of `length`, if that is too long for one operator."""
    if length <= LONGEST_NORMALISED:
        return None
    rows = graph.reshape(x, (-1, length))
    return graph.reshape(normalised_by_parts(graph, rows, epsilon, centred), x.shape)


@lowers("LayerNormalization")
def layer_normalization(
    graph: Graph,
    x: Value,
    scale: Value,
    bias: Value | None = None,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
    stash_type: int = 1,
) -> Value:
    first = axis_of(x, axis)
    rows = long_rows(graph, x, prod(x.shape[first:]), epsilon)
    if rows is not None:
        return scaled(graph, rows, scale, bias)
    return graph.op("LayerNormalization", x, scale, bias, axis=first, epsilon=epsilon)


@lowers("RMSNormalization")
def rms_normalization(
    graph: Graph,
    x: Value,
    scale: Value,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
    stash_type: int = 1,
) -> Value:
    first = axis_of(x, axis)
    rows = long_rows(graph, x, prod(x.shape[first:]), epsilon, centred=False)
    if rows is not None:
        return scaled(graph, rows, scale, None)
    return graph.op("RMSNormalization", x, scale, axis=first, epsilon=epsilon)


@lowers("GroupNormalization")
def group_normalization(
    graph: Graph,
    x: Value,
    scale: Value,
    bias: Value,
    *,
    num_groups: int,
    epsilon: float = 1e-5,
    stash_type: int = 1,
) -> Value:
    """Scale and bias are a channel's, or in opset 18 a group's."""
    rows = long_rows(graph, x, prod(x.shape[1:]) // max(num_groups, 1), epsilon)
    if rows is None:
        how = {"num_groups": num_groups, "epsilon": epsilon}
        return graph.op("GroupNormalization", x, scale, bias, **how)
    channels = x.shape[1]
    split = (x.shape[0], num_groups, channels // num_groups, prod(x.shape[2:]))
    line = (num_groups, -1, 1)
    numbers = graph.reshape(scale, line), graph.reshape(bias, line)
    return graph.reshape(scaled(graph, graph.reshape(rows, split), *numbers), x.shape)


@lowers("InstanceNormalization")
def instance_normalization(
    graph: Graph, x: Value, scale: Value, bias: Value, *, epsilon: float = 1e-5
) -> Value:
    """Every channel is a group."""
    groups = x.shape[1]
    return group_normalization(
        graph, x, scale, bias, num_groups=groups, epsilon=epsilon
    )
