"""Functions of bytes with scales: computed in floats between their levels.

So does onnxruntime, some of them by tables; where a sum lies between two levels it may
choose the other one.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from converters.registry import Graph, Refused, lowers
from converters.values import Constant, Value

DOMAIN = "com.microsoft"


def floats_of(graph: Graph, x: Value, scale: Value, zero: Value | None) -> Value:
    return graph.apply("DequantizeLinear", x, scale, zero)


def levels_of(
    graph: Graph, y: Value, scale: Value, zero: Value | None, dtype: str
) -> Value:
    """`dtype` is that of a zero point which is left out."""
    if zero is None:
        zero = Constant(np.zeros((), dtype))
    return graph.apply("QuantizeLinear", y, scale, zero)


def enter_pair(operator: str) -> None:
    @lowers(f"{DOMAIN}.QLinear{operator}")
    def pair(
        graph: Graph,
        a: Value,
        a_scale: Value,
        a_zero: Value | None,
        b: Value,
        b_scale: Value,
        b_zero: Value | None,
        y_scale: Value,
        y_zero: Value | None = None,
    ) -> Value:
        left = floats_of(graph, a, a_scale, a_zero)
        y = graph.apply(operator, left, floats_of(graph, b, b_scale, b_zero))
        return levels_of(graph, y, y_scale, y_zero, a.dtype)


def enter_single(name: str, function: Callable[..., Value]) -> None:
    @lowers(f"{DOMAIN}.QLinear{name}")
    def single(
        graph: Graph,
        x: Value,
        x_scale: Value,
        x_zero: Value | None,
        y_scale: Value,
        y_zero: Value | None = None,
        **attributes: Any,
    ) -> Value:
        floats = floats_of(graph, x, x_scale, x_zero)
        y = function(graph, floats, **attributes)
        return levels_of(graph, y, y_scale, y_zero, x.dtype)


def named(operator: str) -> Callable[..., Value]:
    def function(graph: Graph, x: Value, **attributes: Any) -> Value:
        return graph.apply(operator, x, **attributes)

    return function


def pooled(operator: str) -> Callable[..., Value]:
    """Channels come first, or last if so said."""

    def function(
        graph: Graph, x: Value, *, channels_last: int = 0, **attributes: Any
    ) -> Value:
        if not channels_last:
            return graph.apply(operator, x, **attributes)
        batch, *axes, channel = range(len(x.shape))
        x = graph.apply("Transpose", x, perm=[batch, channel, *axes])
        y = graph.apply(operator, x, **attributes)
        batch, channel, *axes = range(len(x.shape))
        return graph.apply("Transpose", y, perm=[batch, *axes, channel])

    return function


def softmax(graph: Graph, x: Value, *, axis: int = -1, opset: int = 13) -> Value:
    """In the words of the opset that it says."""
    if opset < 13 and axis % len(x.shape) != len(x.shape) - 1:
        raise Refused(f"axis: expected the last, got {axis}", "export with opset 13")
    return graph.apply("Softmax", x, axis=axis)


for name in ("Add", "Mul"):
    enter_pair(name)
for name in ("Sigmoid", "LeakyRelu"):
    enter_single(name, named(name))
for name in ("AveragePool", "GlobalAveragePool"):
    enter_single(name, pooled(name))
enter_single("Softmax", softmax)


@lowers(f"{DOMAIN}.QLinearConcat")
def concat(
    graph: Graph, y_scale: Value, y_zero: Value, *parts: Value | None, axis: int
) -> Value:
    """Of parts, each with its scale and its zero point."""
    floats = []
    for x, scale, zero in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        assert x is not None and scale is not None, "required inputs"
        floats.append(floats_of(graph, x, scale, zero))
    y = graph.apply("Concat", *floats, axis=axis)
    return levels_of(graph, y, y_scale, y_zero, y_zero.dtype)


@lowers(f"{DOMAIN}.QuantizeLinear")
def quantize(
    graph: Graph, x: Value, scale: Value, zero: Value | None = None, *, axis: int = 1
) -> Value:
    return graph.apply("QuantizeLinear", x, scale, zero, axis=axis)


@lowers(f"{DOMAIN}.DequantizeLinear")
def dequantize(
    graph: Graph, x: Value, scale: Value, zero: Value | None = None, *, axis: int = 1
) -> Value:
    return graph.apply("DequantizeLinear", x, scale, zero, axis=axis)
