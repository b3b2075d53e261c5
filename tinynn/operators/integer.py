"""matmul_integer and conv_integer: exact sums of products of bytes, in int32.

`y = sum of (x - x_zero) (w - w_zero)`, and of a bias, modulo 2^32. Integers have no
order of operations to define; padding is a term of value 0.

Natively the products are floats. A difference of bytes is at most 255, so 256 products
sum up to less than 2^24: every sum on the way is a whole number that a float holds, and
only those of 256 terms are added as integers.
"""

from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .. import gemm
from ..tensor import TensorType
from . import conv
from .conv import WORDS, Window, check_kernel, output_type
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .numbers import Floats
from .patches import geometry, packer_of, padded, spans
from .shape import check_dtype, check_shape, demand
from .weights import MAX_INPUTS
from .window import Numbers, extent, pads_of, pair

BYTES: Final = ("uint8", "int8")
EXACT_TERMS: Final = 256
GRAIN_PRODUCTS: Final = 16 * conv.GRAIN_PRODUCTS
"""A product of bytes takes a sixteenth of the instructions of one of floats."""

GRAIN_PLANES: Final = 64

TOGETHER: Final = 256
"""Channels that the guest lists at once, or fewer if they have too many terms."""


Integers = NDArray[np.int32]


def add_products(a: Floats, pack: gemm.Packer, y: Integers) -> None:
    """y (rows, columns) += a (rows, terms) times what is packed; all whole numbers."""
    terms = a.shape[1]
    part = np.empty(y.shape, np.float32)
    for first in range(0, terms, EXACT_TERMS):
        depth = min(EXACT_TERMS, terms - first)

        def pack_from(
            k: int, count: int, j: int, width: int, out: Floats, start: int = first
        ) -> None:
            pack(start + k, count, j, width, out)

        gemm.multiply(a.reshape(-1)[first:], terms, depth, pack_from, part)
        y += part.astype(np.int32)


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


def run_matmul(operator: Operator, first: int, count: int, space: Space) -> None:
    """Whole rows, of which those elements are kept that belong to the tile."""
    columns, terms = operator.sources[1].shape[-2:]
    start, end = first // columns, -(-(first + count) // columns)
    a = operator.part(space, start * terms, (end - start) * terms)
    differences = a.reshape(-1, terms).astype(np.float32) - operator.flat(space, 2)
    b = operator.flat(space, 1).reshape(-1, columns, terms).astype(np.float32)
    b -= operator.flat(space, 3)[:, None]
    y = np.zeros((end - start, columns), np.int32)
    rows = operator.target.shape[-2] if len(b) > 1 else end
    for row in range(start - start % rows, end, rows):
        part = slice(max(row, start) - start, min(row + rows, end) - start)
        pack = gemm.packer_of(b[row // rows % len(b)].reshape(-1), 1, terms)
        add_products(differences[part], pack, y[part])
    skipped = first - start * columns
    operator.tile(space, first, count)[:] = y.reshape(-1)[skipped : skipped + count]


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


def run_conv(operator: Operator, first: int, count: int, space: Space) -> None:
    """Whole channels, of which those pixels are kept that belong to the tile."""
    plane = prod(operator.target.shape[2:])
    start, end = first // plane, -(-(first + count) // plane)
    y = np.zeros((end - start, plane), np.int32)
    run_channels(operator, start, y, space)
    skipped = first - start * plane
    operator.tile(space, first, count)[:] = y.reshape(-1)[skipped : skipped + count]


def run_channels(operator: Operator, start: int, y: Integers, space: Space) -> None:
    """Channels from `start` on, through all batches; y is (channels, pixels), zero."""
    window = Window(*operator.attributes)
    differences = operator.shaped(space, 0).astype(np.float32)
    differences -= operator.flat(space, 2)
    x = padded(differences, window)
    outputs, depth = operator.sources[1].shape[:2]
    weights = operator.flat(space, 1).reshape(outputs, -1).astype(np.float32)
    weights -= operator.flat(space, 3)[:, None]
    for first, count in spans(operator, start, len(y)):
        batch, channel = divmod(first, outputs)
        group = channel // (outputs // window.group)
        picture = x[batch, group * depth : (group + 1) * depth]
        pack = packer_of(picture, geometry(operator, picture))
        target = y[first - start :][:count]
        add_products(weights[channel : channel + count], pack, target)
        if len(operator.sources) == 5:
            target += operator.part(space, channel, count, 4)[:, None]


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
    axes = len(x.shape) - 2
    stride = pair("strides", strides, axes, 1)
    dilation = pair("dilations", dilations, axes, 1)
    check_kernel(kernel_shape, w)
    x, w = conv.as_pictures(graph, x), conv.as_pictures(graph, w)
    extents = [extent(w.shape[2 + i], dilation[i]) for i in range(2)]
    before, after = pads_of(pads, auto_pad, x.shape[2:], extents, stride)
    words = (0, group, 1, 1, *stride, *dilation, *before, *after)
    sources = [x, w, x_zero, w_zero, *([] if bias is None else [bias])]
    return conv.without_axis(graph, graph.emit(CONV, sources, words), axes)


MATMUL: Final = Family(
    name="matmul_integer",
    opcode=110,
    infer=infer_matmul,
    run=run_matmul,
    instructions=matmul_instructions,
    usual=matmul_usual,
)
CONV: Final = Family(
    name="conv_integer",
    opcode=111,
    infer=infer_conv,
    run=run_conv,
    instructions=conv_instructions,
    usual=conv_usual,
    grain=conv_grain,
)
FAMILIES = (MATMUL, CONV)
OPERATIONS = {"MatMulInteger": matmul_integer, "ConvInteger": conv_integer}
