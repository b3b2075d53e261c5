"""Between numbers and bytes: quantize, dequantize, requantize, and ranges of data.

quantize: `y = clamp(near(x / scale) + zero)`; near is to nearest, ties to even, and
makes a NaN 0. dequantize: `y = f32(x - zero) * scale`. requantize, from int32:
`y = clamp(near(x * factor) + zero)`, the product exact, so that only `near` rounds.
Scales and zero points are one for all, or one for each place along an axis.

dynamic_scale: `(high - low) / 255`, with low and high the least and the greatest of the
data and +0, NaNs passed over; 1 if they are equal. dynamic_zero: `clamp(near(-low /
scale))`, both to uint8.
"""

from functools import partial
from typing import Final

import numpy as np

from ..kernels import Call, row_major
from ..memory.tensor import TensorType
from .family import Family, Operator, Space, Types, Words, whole
from .graph import Graph, Value
from .integer import BYTES, conv_integer, matmul_integer
from .shape import check_axis, check_dtype, demand, normal_axis
from .window import Numbers
from .zipping import steps_along, zip_calls


def check_along(what: str, x: TensorType, per: TensorType, axis: int) -> None:
    """A scale or zero point is one element, or one for each place along the axis."""
    check_axis(axis, x.shape or (1,))
    counts = {1, (x.shape or (1,))[axis]}
    good = per.count in counts
    demand(f"{what}: elements", sorted(counts), per.count, good)


def infer_to_bytes(
    what: str, source: str, types: Types, attributes: Words
) -> TensorType:
    """x, scale float32, zero point of the target's type; the axis."""
    demand("sources", 3, len(types), len(types) == 3)
    demand("attributes", 1, len(attributes), len(attributes) == 1)
    x, scale, zero = types
    check_dtype(what, x, source)
    check_dtype(f"{what} scale", scale, "float32")
    check_dtype(f"{what} zero point", zero, *BYTES)
    check_along(f"{what} scale", x, scale, attributes[0])
    check_along(f"{what} zero point", x, zero, attributes[0])
    return TensorType(zero.dtype, x.shape)


def infer_dequantize(types: Types, attributes: Words) -> TensorType:
    """x of bytes or int32, scale float32, zero point of x's type; the axis."""
    demand("sources", 3, len(types), len(types) == 3)
    demand("attributes", 1, len(attributes), len(attributes) == 1)
    x, scale, zero = types
    check_dtype("dequantize", x, *BYTES, "int32")
    check_dtype("dequantize scale", scale, "float32")
    check_dtype("dequantize zero point", zero, x.dtype)
    check_along("dequantize scale", x, scale, attributes[0])
    check_along("dequantize zero point", x, zero, attributes[0])
    return TensorType("float32", x.shape)


def calls(
    kernel: str, operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    """Of x, scales and zero points; these are one, or one a place along the axis."""
    shape, axis = operator.target.shape, operator.attributes[0]
    kind = operator.sources[2].dtype
    along = [
        steps_along(source.count, axis, len(shape)) for source in operator.sources[1:]
    ]
    steps = [row_major(shape), *along]
    return zip_calls(f"{kernel}.{kind}", operator, first, count, space, steps)


# The range of data.


def infer_scale(types: Types, attributes: Words) -> TensorType:
    """x to a scalar."""
    demand("sources", 1, len(types), len(types) == 1)
    demand("attributes", 0, len(attributes), not attributes)
    check_dtype("dynamic_scale", types[0], "float32")
    return TensorType("float32", ())


def infer_zero(types: Types, attributes: Words) -> TensorType:
    """x and its scale to a scalar."""
    demand("sources", 2, len(types), len(types) == 2)
    demand("attributes", 0, len(attributes), not attributes)
    check_dtype("dynamic_zero", types[0], "float32")
    check_dtype("dynamic_zero scale", types[1], "float32")
    demand("dynamic_zero scale", "one element", types[1].shape, types[1].count == 1)
    return TensorType("uint8", ())


def calls_scale(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    x, y = operator.flat(space), operator.tile(space, 0, 1)
    return [Call("range.scale", (y, x, len(x)))]


def calls_zero(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    x, y = operator.flat(space), operator.tile(space, 0, 1)
    return [Call("range.zero", (y, x, len(x), operator.flat(space, 1)))]


def quantize(
    graph: Graph,
    x: Value,
    scale: Value,
    zero: Value | None = None,
    *,
    axis: int = 1,
    saturate: int = 1,
) -> Value:
    """ONNX's QuantizeLinear to bytes, by tensor or by axis."""
    zero = graph.constant(np.zeros((), np.uint8)) if zero is None else zero
    return graph.emit(QUANTIZE, [x, scale, zero], [_axis(x, scale, zero, axis)])


def dequantize(
    graph: Graph, x: Value, scale: Value, zero: Value | None = None, *, axis: int = 1
) -> Value:
    """ONNX's DequantizeLinear of bytes and int32, by tensor or by axis."""
    zero = graph.constant(np.zeros((), x.dtype)) if zero is None else zero
    return graph.emit(DEQUANTIZE, [x, scale, zero], [_axis(x, scale, zero, axis)])


def _axis(x: Value, scale: Value, zero: Value, axis: int) -> int:
    if scale.count == zero.count == 1:
        return 0
    demand("scale: rank", "at most 1", len(scale.shape), len(scale.shape) <= 1)
    return normal_axis(axis, len(x.shape))


def dynamic_quantize(graph: Graph, x: Value) -> tuple[Value, Value, Value]:
    """ONNX's DynamicQuantizeLinear: bytes, their scale and zero point."""
    scale = graph.emit(SCALE, [x])
    zero = graph.emit(ZERO_POINT, [x, scale])
    return quantize(graph, x, scale, zero), scale, zero


def factor_of(graph: Graph, left: Value, right: Value, result: Value) -> Value:
    """left * right / result in float32, of constants or computed."""
    held = [graph.array_of(value) for value in (left, right, result)]
    known = [array for array in held if array is not None]
    if len(known) < 3:
        return graph.op("Div", graph.op("Mul", left, right), result)
    with np.errstate(all="ignore"):
        factor = known[0] * known[1] / known[2]
    return graph.constant(np.atleast_1d(factor).astype(np.float32))


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
    """ONNX's QLinearMatMul, b a matrix, scales of b one or one a column."""
    y = matmul_integer(graph, a, b, a_zero, b_zero)
    factor = factor_of(graph, a_scale, b_scale, y_scale)
    return graph.emit(REQUANTIZE, [y, factor, y_zero], [max(0, len(y.shape) - 1)])


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
    bias: Value | None = None,
    *,
    kernel_shape: Numbers | None = None,
    strides: Numbers | None = None,
    dilations: Numbers | None = None,
    pads: Numbers | None = None,
    auto_pad: str = "NOTSET",
    group: int = 1,
) -> Value:
    """ONNX's QLinearConv, scales of w one or one an output channel."""
    y = conv_integer(
        graph,
        x,
        w,
        x_zero,
        w_zero,
        bias,
        kernel_shape=kernel_shape,
        strides=strides,
        dilations=dilations,
        pads=pads,
        auto_pad=auto_pad,
        group=group,
    )
    factor = factor_of(graph, x_scale, w_scale, y_scale)
    return graph.emit(REQUANTIZE, [y, factor, y_zero], [1])


QUANTIZE: Final = Family(
    name="quantize",
    opcode=112,
    infer=partial(infer_to_bytes, "quantize", "float32"),
    instructions=lambda operator, count: 450 * count,
    usual=lambda operator: 250,
    calls=partial(calls, "quantize"),
)
DEQUANTIZE: Final = Family(
    name="dequantize",
    opcode=113,
    infer=infer_dequantize,
    instructions=lambda operator, count: 350 * count,
    usual=lambda operator: 180,
    calls=partial(calls, "dequantize"),
)
REQUANTIZE: Final = Family(
    name="requantize",
    opcode=114,
    infer=partial(infer_to_bytes, "requantize", "int32"),
    instructions=lambda operator, count: 300 + 350 * count,
    usual=lambda operator: 30,
    calls=partial(calls, "requantize"),
)
SCALE: Final = Family(
    name="dynamic_scale",
    opcode=115,
    infer=infer_scale,
    instructions=lambda operator, count: 1000 + 80 * operator.sources[0].count,
    usual=lambda operator: 50 * operator.sources[0].count,
    grain=whole,
    calls=calls_scale,
)
ZERO_POINT: Final = Family(
    name="dynamic_zero",
    opcode=116,
    infer=infer_zero,
    instructions=lambda operator, count: 1000 + 80 * operator.sources[0].count,
    usual=lambda operator: 50 * operator.sources[0].count,
    grain=whole,
    calls=calls_zero,
)
FAMILIES = (QUANTIZE, DEQUANTIZE, REQUANTIZE, SCALE, ZERO_POINT)
OPERATIONS = {
    "QuantizeLinear": quantize,
    "DequantizeLinear": dequantize,
    "DynamicQuantizeLinear": dynamic_quantize,
    "QLinearMatMul": qlinear_matmul,
    "QLinearConv": qlinear_conv,
}
