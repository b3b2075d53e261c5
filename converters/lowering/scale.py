"""Casts, Mul and Div: a uint8 input made float32 and scaled is one `ScaleU8`.

A factor for each channel of a product becomes part of its weights.

A division of such an input becomes a multiplication by the reciprocal, which differs
from it by a unit in the last place at most.
"""

from typing import TYPE_CHECKING

import numpy as np

from converters.lowering.dense import by_channel, constant_floats, rescaled
from converters.registry import Graph, Refused, lowers
from converters.spans import OF_TYPES, SPAN_32, SPAN_64, within
from converters.values import (
    Affine,
    Constant,
    Integers,
    Pixels,
    Span,
    Tensor,
    Truncated,
    Value,
    is_int64,
    is_known,
    number,
    stored_as,
)
from converters.words import joined, narrowed, pair_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

OTHER_INTEGERS = ("int16", "uint16", "uint32")
"""Of constants only; all of their numbers are int64's, too."""


@lowers("Cast")
def cast(
    graph: Graph, x: Value, *, to: int, saturate: int = 1, round_mode: str = "up"
) -> Value:
    """Between types that tinynn stores alike nothing happens."""
    from onnx import helper

    name = helper.tensor_dtype_to_np_dtype(to).name
    if name == "int64":
        return as_int64(graph, x)
    dtype = stored_as(name)
    if isinstance(x, Integers):
        return of_integers(graph, x, dtype)
    if dtype == x.dtype:
        return graph.as_int32(x)
    if x.dtype == "uint8" and dtype == "float32":
        return Pixels(graph.settle(x), np.float32(1), x.shape)
    if x.dtype == "float32" and dtype in ("uint8", "int8"):
        return low_bits(graph, x, dtype)
    if isinstance(x, Constant) and x.array.dtype in OTHER_INTEGERS:
        x = Constant(x.array.astype(np.int64))
    return graph.op("Cast", x, to=dtype)


def as_int64(graph: Graph, x: Value) -> Value:
    """Of floats not before it is known what for."""
    if is_int64(x):
        return x
    if isinstance(x, Constant) and x.array.dtype.kind in "biu":
        return Constant(x.array.astype(np.int64))
    if x.dtype == "float32":
        floats = graph.settle(x)
        span = None if is_known(x) else graph.whole_span(floats)
        if span is not None and within(span, SPAN_32):
            return counted(graph, graph.op("Cast", floats, to="int32"), span)
        whole = Truncated(floats)
        return joined(pair_of(graph, whole), SPAN_64) if is_known(x) else whole
    held = x if x.dtype == "int32" else graph.op("Cast", x, to="int32")
    return counted(graph, held, OF_TYPES[x.dtype])


def counted(graph: Graph, x: Value, span: Span) -> Value:
    """int32 numbers as int64 ones, which surely lie in the span."""
    held = graph.settle(x)
    if isinstance(held, Constant):
        return Constant(held.array.astype(np.int64))
    return Tensor(held.handle, span)


def of_integers(graph: Graph, x: Integers, dtype: str) -> Value:
    """The whole part of floats that stay floats is exact."""
    if not isinstance(x, Truncated) or dtype != "float32":
        return narrowed(graph, pair_of(graph, x), dtype)
    size = graph.apply("Abs", x.tensor)
    part = graph.apply("Mul", graph.apply("Sign", x.tensor), graph.apply("Floor", size))
    held = graph.apply("Less", size, number(2.0**63))
    found = graph.apply("Where", held, part, number(-(2.0**63)))
    return graph.apply("Add", found, number(0))  # of -0, which no integer is


def low_bits(graph: Graph, x: Value, dtype: str) -> Value:
    """Of a float's whole part, as other runtimes have them: 300 is 44.

    ONNX leaves open what a number is that the type does not hold. From 2^31 on a
    float's low bits are zeros.
    """
    small = graph.apply("Less", graph.apply("Abs", x), number(2.0**31))
    whole = graph.op("Cast", graph.apply("Where", small, x, number(0)), to="int32")
    return graph.op("Cast", whole, to=dtype)


def factor_of(x: Value, other: Value) -> "NDArray[np.float32] | None":
    """The number that a uint8 input is multiplied by, if that is all there is to it."""
    if not isinstance(x, Pixels) or not isinstance(other, Constant):
        return None
    single = other.array.size == 1 and other.array.dtype == np.float32
    return other.array if single and len(other.shape) <= len(x.shape) else None


@lowers("Mul")
def mul(graph: Graph, a: Value, b: Value) -> Value:
    x, other = (b, a) if isinstance(a, Constant) else (a, b)
    if isinstance(x, Affine):
        gain = by_channel(x, constant_floats(other))
        if gain is not None:
            return rescaled(x, gain)
    factor = factor_of(x, other)
    if factor is None or not isinstance(x, Pixels):
        return graph.op("Mul", a, b)
    scale = np.float64(x.factor) * np.float64(factor.item())
    return Pixels(x.tensor, np.float32(scale), x.shape)


@lowers("Div")
def div(graph: Graph, a: Value, b: Value) -> Value:
    factor = factor_of(a, b)
    if factor is None or not isinstance(a, Pixels):
        return graph.op("Div", a, b)
    if factor.item() == 0:
        raise Refused("divisor: expected a number other than 0, got 0")
    scale = np.float64(a.factor) / np.float64(factor.item())
    return Pixels(a.tensor, np.float32(scale), a.shape)
