"""Operators of this project's own domain, as the readers of other files write them."""

from converters.registry import Graph, lowers
from converters.unregistered import OWN_DOMAIN
from converters.values import Value

Lengths = list[int]


@lowers(f"{OWN_DOMAIN}.Rescale")
def rescale(
    graph: Graph,
    x: Value,
    multiplier: Value,
    shift: Value,
    zero: Value,
    *,
    axis: int = 0,
    once: int = 0,
) -> Value:
    return graph.op("Rescale", x, multiplier, shift, zero, axis=axis, once=once)


@lowers(f"{OWN_DOMAIN}.ConvInteger")
def convolution(
    graph: Graph,
    x: Value,
    w: Value,
    x_zero: Value,
    w_zero: Value,
    bias: Value,
    *,
    strides: Lengths,
    dilations: Lengths,
    pads: Lengths,
    group: int,
) -> Value:
    """ONNX's, with a bias in int32."""
    how = {"strides": strides, "dilations": dilations, "pads": pads, "group": group}
    return graph.op("ConvInteger", x, w, x_zero, w_zero, bias, **how)
