"""Operators of quantised models: integers, their scales and their zero points."""

import numpy as np

from converters.lowering.convolution import Lengths, window
from converters.registry import Graph, lowers
from converters.values import Constant, Value


def zero_of(x: Value, like: Value | None) -> Value:
    """The zero point; where there is none, 0 in x's type."""
    return Constant(np.zeros((), np.dtype(x.dtype))) if like is None else like


@lowers("QuantizeLinear")
def quantize_linear(
    graph: Graph,
    x: Value,
    scale: Value,
    zero: Value | None = None,
    *,
    axis: int = 1,
    saturate: int = 1,
) -> Value:
    point = Constant(np.zeros(scale.shape, np.uint8)) if zero is None else zero
    return graph.op("QuantizeLinear", x, scale, point, axis=axis)


@lowers("DequantizeLinear")
def dequantize_linear(
    graph: Graph, x: Value, scale: Value, zero: Value | None = None, *, axis: int = 1
) -> Value:
    point = zero
    if point is None:
        point = Constant(np.zeros(scale.shape, np.dtype(x.dtype)))
    return graph.op("DequantizeLinear", x, scale, point, axis=axis)


@lowers("DynamicQuantizeLinear")
def dynamic_quantize_linear(graph: Graph, x: Value) -> tuple[Value, ...]:
    return graph.ops("DynamicQuantizeLinear", x)


@lowers("MatMulInteger")
def matmul_integer(
    graph: Graph, a: Value, b: Value, az: Value | None = None, bz: Value | None = None
) -> Value:
    return graph.op("MatMulInteger", a, b, zero_of(a, az), zero_of(b, bz))


@lowers("QLinearMatMul")
def qlinear_matmul(
    graph: Graph,
    a: Value,
    a_scale: Value,
    a_zero: Value,
    b: Value,
    b_scale: Value,
    b_zero: Value,
    y_scale: Value,
    y_zero: Value,
) -> Value:
    parts = (a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero)
    return graph.op("QLinearMatMul", *parts)


@lowers("ConvInteger")
def conv_integer(
    graph: Graph,
    x: Value,
    w: Value,
    xz: Value | None = None,
    wz: Value | None = None,
    *,
    kernel_shape: Lengths | None = None,
    strides: Lengths | None = None,
    pads: Lengths | None = None,
    dilations: Lengths | None = None,
    group: int = 1,
    auto_pad: str = "NOTSET",
) -> Value:
    how = window(x, w.shape[2:], strides, pads, dilations, auto_pad)
    parts = (x, w, zero_of(x, xz), zero_of(w, wz))
    return graph.op("ConvInteger", *parts, group=group, **how)


@lowers("QLinearConv")
def qlinear_conv(
    graph: Graph,
    x: Value,
    x_scale: Value,
    x_zero: Value,
    w: Value,
    w_scale: Value,
    w_zero: Value,
    y_scale: Value,
    y_zero: Value,
    b: Value | None = None,
    *,
    kernel_shape: Lengths | None = None,
    strides: Lengths | None = None,
    pads: Lengths | None = None,
    dilations: Lengths | None = None,
    group: int = 1,
    auto_pad: str = "NOTSET",
) -> Value:
    how = window(x, w.shape[2:], strides, pads, dilations, auto_pad)
    parts = (x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero, b)
    return graph.op("QLinearConv", *parts, group=group, **how)
