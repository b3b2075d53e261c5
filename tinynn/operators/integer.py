"""matmul_integer and conv_integer: exact sums of products of bytes, in int32.

`y = sum of (x - x_zero) (w - w_zero)`, and of a bias, modulo 2^32. Integers have no
order of operations to define; padding is a term of value 0.

Natively four products of bytes are added up at once (quads.py, sweeping.py).
"""

from collections.abc import Hashable
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..kernels import Call
from ..memory.tensor import TensorType
from . import conv, quads, sweeping
from .conv import WORDS, Window, check_kernel, output_type
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .matmul import blocks
from .numbers import Floats
from .shape import check_dtype, check_shape, demand
from .weights import MAX_INPUTS
from .window import Numbers, window_over

BYTES: Final = ("uint8", "int8")
GRAIN_PRODUCTS: Final = 16 * conv.GRAIN_PRODUCTS
"""A product of bytes takes a sixteenth of the instructions of one of floats."""

GRAIN_PLANES: Final = 64

TOGETHER: Final = 256
"""Channels that the guest lists at once, or fewer if they have too many terms."""


Integers = NDArray[np.int32]


def check_bytes(what: str, types: Types, zero: TensorType, counts: set[int]) -> None:
    """Sources are bytes; a zero point has its tensor's type and an allowed size."""
    for tensor in types:
        check_dtype(what, tensor, *BYTES)
    check_dtype(f"{what} zero point", zero, types[0].dtype)
    good = zero.count in counts
    demand(f"{what} zero point: elements", sorted(counts), zero.count, good)


# Matrices.


def infer_matmul(types: Types, attributes: Words) -> TensorType:
    """a (.., m, k), b (n, k) or (.., n, k), zeros one; one or (n,). To (.., m, n)."""
    demand("sources", 4, len(types), len(types) == 4)
    demand("attributes", 0, len(attributes), not attributes)
    a, b, a_zero, b_zero = types
    demand("matmul_integer: rank of a", "2 or more", len(a.shape), len(a.shape) >= 2)
    demand("matmul_integer: rank of b", "2 or more", len(b.shape), len(b.shape) >= 2)
    columns, terms = b.shape[-2:]
    allowed = ((), a.shape[:-2])
    demand("matmul_integer: batches", allowed, b.shape[:-2], b.shape[:-2] in allowed)
    demand("matmul_integer: terms", terms, a.shape[-1], a.shape[-1] == terms)
    demand("matmul_integer: terms", f"at most {MAX_INPUTS}", terms, terms <= MAX_INPUTS)
    check_bytes("matmul_integer: a", [a], a_zero, {1})
    check_bytes("matmul_integer: b", [b], b_zero, {1, columns})
    return TensorType("int32", (*a.shape[:-1], columns))


def calls_matmul(
    operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    columns, terms = operator.sources[1].shape[-2:]
    rows = operator.target.shape[-2]
    a, b = operator.flat(space, 0), operator.flat(space, 1)
    y = operator.tile(space, first, count)
    batches = operator.sources[1].count // (columns * terms)
    packed: dict[tuple[int, int, int], quads.Columns] = {}
    planned: list[Call] = []

    def room(name: Hashable, size: int) -> Floats:
        """Parts that other threads compute have others."""
        return space.room((first, name), size)

    for start, height, left, width in blocks(first, count, columns, rows):
        making, zeros, flips = quads.points(operator, left, width, space, room)
        planned += making
        given = a[start * terms :][: height * terms]
        turning, v = quads.turned(given, flips[0], room("turned", len(given)))
        planned += turning
        batch = start // rows % batches
        beside = b[(batch * columns + left) * terms :][: width * terms]
        if quads.is_lasting(operator, space):
            key = (batch, left, width)
            if key not in packed:
                packed[key] = quads.pack_constant(beside, terms, flips[1])
            held = packed[key]
        else:
            packing, held = quads.pack(beside, terms, flips[1], room)
            planned += packing
        place = start * columns + left - first
        block = y[place : place + height * width].reshape(height, width)
        planned += quads.multiply(v, terms, held, zeros, block, room)
    return planned


def matmul_instructions(operator: Operator, count: int) -> int:
    """A row's list; of weights their products, and their sum for a's zero point."""
    columns, terms = operator.sources[1].shape[-2:]
    rows = min(count, count // columns + 2)
    return rows * (150 + 10 * terms) + (200 + 7 * terms) * count


def matmul_usual(operator: Operator) -> int:
    """Two and a half instructions a term, if a's zero point is 0."""
    columns, terms = operator.sources[1].shape[-2:]
    return 80 + 5 * terms // 2 + 7 * terms // columns


def matmul_integer(
    graph: Graph, a: Value, b: Value, a_zero: Value, b_zero: Value
) -> Value:
    """ONNX's MatMulInteger; b is stored with its columns contiguous.

    What a constant zero point of a adds is a constant, if b is one: it is added apart,
    and the guest need not sum b up.
    """
    demand("MatMulInteger: rank of b", "2 or more", len(b.shape), len(b.shape) >= 2)
    held, axes = graph.array_of(b), [*range(len(b.shape))]
    axes[-2:] = axes[:-3:-1]
    if held is None:
        turned = graph.op("Transpose", b, perm=axes)
    else:
        turned = graph.constant(np.ascontiguousarray(held.transpose(axes)))
    rows = a if len(a.shape) > 1 else graph.view(a, (1, a.count))
    offset = offset_of(graph, a_zero, turned, b_zero)
    if offset is not None:
        a_zero = graph.constant(least_of(a))
    y = graph.emit(MATMUL, [rows, turned, a_zero, b_zero])
    if offset is not None and offset.any():
        y = graph.op("Add", y, offset)
    return y if rows is a else graph.view(y, y.shape[1:])


def least_of(a: Value) -> NDArray[Any]:
    """The zero point that costs the guest nothing: made unsigned, it is 0."""
    return np.full(1, np.iinfo(a.dtype).min, a.dtype)


def offset_of(graph: Graph, a_zero: Value, b: Value, b_zero: Value) -> Integers | None:
    """What a's zero point adds to each column of `b` (n, k); None if it is not known.

    The least byte less it, times the sum of the column's differences, modulo 2^32.
    """
    zero, columns, zeros = (graph.array_of(value) for value in (a_zero, b, b_zero))
    if zero is None or columns is None or zeros is None or columns.ndim != 2:
        return None
    sums = columns.sum(1, dtype=np.int64) - columns.shape[1] * zeros.astype(np.int64)
    factor = np.iinfo(zero.dtype).min - zero.astype(np.int64)
    offset: Integers = (factor * sums).astype(np.uint32).view(np.int32)
    return offset


# Convolutions.


def infer_conv(types: Types, attributes: Words) -> TensorType:
    """As conv's, of bytes, with zero points (one; one or (m,)), perhaps int32 bias."""
    demand("sources", "4 or 5", len(types), len(types) in (4, 5))
    demand("attributes", WORDS, len(attributes), len(attributes) == WORDS)
    x, w, x_zero, w_zero = types[:4]
    for tensor in (x, w):
        rank = len(tensor.shape)
        demand("conv_integer: rank", 4, rank, rank == 4)
    window = Window(*attributes)
    demand("conv_integer: flags", 0, window.flags, window.flags == 0)
    check_bytes("conv_integer: x", [x], x_zero, {1})
    check_bytes("conv_integer: w", [w], w_zero, {1, w.shape[0]})
    if len(types) == 5:
        check_dtype("conv_integer bias", types[4], "int32")
        check_shape("conv_integer bias", (w.shape[0],), types[4])
    return output_type("conv_integer", [x, w], window, "int32")


def calls_conv(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    """Each part sweeps over its group's channels."""
    x, y = operator.shaped(space, 0), operator.tile(space, first, count)
    outputs, depth = operator.sources[1].shape[:2]
    plane, width = prod(operator.target.shape[2:]), operator.target.shape[3]
    planned: list[Call] = []

    def room(name: Hashable, size: int) -> Floats:
        """Parts that other threads compute have others."""
        return space.room((first, name), size)

    for number, planes, row, rows in conv.parts(operator, first, count):
        batch, channel = divmod(number, outputs)
        group = channel // (outputs // operator.attributes[1])
        picture = x[batch, group * depth : (group + 1) * depth]
        at = number * plane + row * width - first
        target = y[at:][: planes * rows * width].reshape(planes, rows * width)
        layout = conv.layout_of(operator, row, rows)
        part = sweeping.Part(operator, channel, planes, space, room)
        planned += part.convolve(layout, picture, target)
    return planned


def conv_instructions(operator: Operator, count: int) -> int:
    """Channels are listed; patches are taken once for those of a span."""
    terms, plane = conv.terms_of(operator), prod(operator.target.shape[2:])
    channels = min(count, count // plane + 2)
    span = operator.sources[1].shape[0] // operator.attributes[1]
    span = min(span, TOGETHER, MAX_INPUTS // (terms + 4) + 1)
    patches = min(count, plane * (channels // span + 4))
    lists = channels * (300 + 12 * terms)
    return 2000 + lists + patches * (300 + 60 * terms) + (200 + 4 * terms) * count


def conv_grain(operator: Operator) -> int:
    """As conv's, of more planes: the cheaper the products, the more a patch costs."""
    plane = prod(operator.target.shape[2:])
    planes = GRAIN_PRODUCTS // (plane * conv.terms_of(operator))
    return plane * min(planes, GRAIN_PLANES) or operator.target.shape[3]


def conv_usual(operator: Operator) -> int:
    """Channels of a grain share the patches, and pixels the listing of the weights."""
    span = operator.sources[1].shape[0] // operator.attributes[1]
    terms, together = conv.terms_of(operator), min(span, GRAIN_PLANES)
    listing = 7 * terms // prod(operator.target.shape[2:])
    return 80 + 5 * terms // 2 + listing + (60 + 12 * terms) // together


def conv_integer(
    graph: Graph,
    x: Value,
    w: Value,
    x_zero: Value,
    w_zero: Value,
    bias: Value | None = None,
    *,
    kernel_shape: Numbers | None = None,
    strides: Numbers | None = None,
    dilations: Numbers | None = None,
    pads: Numbers | None = None,
    auto_pad: str = "NOTSET",
    group: int = 1,
) -> Value:
    """ONNX's ConvInteger, of one or two axes; a bias is QLinearConv's."""
    check_kernel(kernel_shape, w)
    over = window_over(x.shape, w.shape[2:], strides, dilations)
    before, after = over.pads(pads, auto_pad)
    x, w = conv.as_pictures(graph, x), conv.as_pictures(graph, w)
    words = (0, group, 1, 1, *over.stride, *over.dilation, *before, *after)
    sources = [x, w, x_zero, w_zero, *([] if bias is None else [bias])]
    return conv.without_axis(graph, graph.emit(CONV, sources, words), over.axes)


MATMUL: Final = Family(
    name="matmul_integer",
    opcode=110,
    infer=infer_matmul,
    instructions=matmul_instructions,
    usual=matmul_usual,
    calls=calls_matmul,
)
CONV: Final = Family(
    name="conv_integer",
    opcode=111,
    infer=infer_conv,
    instructions=conv_instructions,
    usual=conv_usual,
    grain=conv_grain,
    calls=calls_conv,
    share=lambda operator: operator.target.shape[3],
)
FAMILIES = (MATMUL, CONV)
OPERATIONS = {"MatMulInteger": matmul_integer, "ConvInteger": conv_integer}
