"""Pooling over volumes, of powers, across channels: by the pooling of pictures."""

from typing import Any

import numpy as np

from converters.lowering.convolution import Lengths
from converters.registry import Graph, Refused, lowers
from converters.values import Constant, Value, number

PER_AXIS = ("kernel_shape", "strides", "dilations")


def enter_pool(operator: str) -> None:
    @lowers(operator)
    def pool(graph: Graph, x: Value, **attributes: Any) -> Value:
        """A window over a volume is one over each slice, then one along the depth.

        What of it lies inside is a box, so an average of averages is the average.
        """
        if len(x.shape) != 5:
            return graph.op(operator, x, **attributes)
        n, channels, depth, height, width = x.shape
        of_slice, of_depth = {**attributes}, {**attributes}
        for name in PER_AXIS:
            if attributes.get(name) is not None:
                first, *rest = attributes[name]
                of_slice[name], of_depth[name] = rest, [first, 1]
        if attributes.get("pads") is not None:
            front, top, left, back, bottom, right = attributes["pads"]
            of_slice["pads"] = [top, left, bottom, right]
            of_depth["pads"] = [front, 0, back, 0]
        slices = graph.reshape(x, (n, channels * depth, height, width))
        pooled = graph.op(operator, slices, **of_slice)
        rows, columns = pooled.shape[2:]
        lines = graph.reshape(pooled, (n, channels, depth, rows * columns))
        result = graph.op(operator, lines, **of_depth)
        return graph.reshape(result, (n, channels, -1, rows, columns))


for name in ("AveragePool", "MaxPool"):
    enter_pool(name)


@lowers("LpPool")
def lp_pool(
    graph: Graph,
    x: Value,
    *,
    kernel_shape: Lengths,
    strides: Lengths | None = None,
    dilations: Lengths | None = None,
    pads: Lengths | None = None,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    p: int = 2,
) -> Value:
    """The p-th root of a window's sum of p-th powers: a convolution with ones."""
    if ceil_mode:
        raise Refused("expected ceil_mode 0, got 1", "pad the input outside")
    channels = x.shape[1]
    ones = Constant(np.ones((channels, 1, *kernel_shape), np.float32))
    given = {"strides": strides, "dilations": dilations, "pads": pads}
    how = {name: value for name, value in given.items() if value is not None}
    powers = power(graph, graph.apply("Abs", x), p)
    sums = graph.apply("Conv", powers, ones, group=channels, auto_pad=auto_pad, **how)
    return root(graph, sums, p)


def power(graph: Graph, x: Value, p: int) -> Value:
    if p == 1:
        return x
    return graph.apply("Mul", x, x) if p == 2 else graph.apply("Pow", x, number(p))


def root(graph: Graph, x: Value, p: int) -> Value:
    if p == 1:
        return x
    return graph.apply("Sqrt", x) if p == 2 else graph.apply("Pow", x, number(1 / p))


@lowers("LRN")
def local_response_normalization(
    graph: Graph,
    x: Value,
    *,
    size: int,
    alpha: float = 1e-4,
    beta: float = 0.75,
    bias: float = 1.0,
) -> Value:
    """x / (bias + alpha * the mean square of `size` channels around)^beta."""
    n, channels = x.shape[:2]
    squares = graph.reshape(graph.apply("Mul", x, x), (n, 1, channels, -1))
    before = (size - 1) // 2
    mean = graph.apply(
        "AveragePool",
        squares,
        kernel_shape=[size, 1],
        pads=[before, 0, size - 1 - before, 0],
        count_include_pad=1,
    )
    scaled = graph.apply("Mul", graph.reshape(mean, x.shape), number(alpha))
    base = graph.apply("Add", scaled, number(bias))
    return graph.apply("Div", x, graph.apply("Pow", base, number(beta)))
