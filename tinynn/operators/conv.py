"""conv: `y[n, m, p] = ((+0 + x[p, 0] w[m, 0]) + x[p, 1] w[m, 1]) + ... + bias[m]`.

x[p, k] is the patch of output pixel p, k running over input channels of the group,
then the window's rows, then its columns. The sum over k is sequential; a tap in the
padding is a term with x = +0. What dense.py says of zeros and FINITE_WEIGHTS holds.

With `spread` (a, b) the input's rows lie a apart and its columns b apart, with zeros
between them: a transposed convolution has spread for stride, its kernel turned round.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, fields
from math import prod
from typing import Final

import numpy as np

from mips_vm.constants import MODEL

from ..kernels import Batch, Call
from ..memory.tensor import TensorType
from . import sliding
from .family import Family, Operator, Room, Space, Types, Words
from .graph import Graph, Value
from .numbers import Floats
from .shape import check_dtype, check_shape, demand
from .weights import FINITE_WEIGHTS, MAX_INPUTS, check_finite, finite_flag
from .window import Numbers, check_numbers, extent, pair, window_over

MAX_PADDED: Final = 1 << 28
"""Elements of the input with padding and spread."""

GRAIN_PRODUCTS: Final = 1 << 20
"""Of planes that are not cut: about fifty million instructions."""

GRAIN_PLANES: Final = 16


@dataclass(frozen=True, slots=True)
class Window:
    """A conv operator's attributes, in the order of the record's words."""

    flags: int
    group: int
    spread_rows: int
    spread_columns: int
    stride_rows: int
    stride_columns: int
    dilation_rows: int
    dilation_columns: int
    top: int
    left: int
    bottom: int
    right: int

    def padded(self, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of the input, spread and padded."""
        return (
            (height - 1) * self.spread_rows + 1 + self.top + self.bottom,
            (width - 1) * self.spread_columns + 1 + self.left + self.right,
        )


WORDS: Final = len(fields(Window))


def infer(types: Types, attributes: Words) -> TensorType:
    """x (n, c, h, w), weights (m, c / group, rows, columns), perhaps bias (m,)."""
    demand("sources", "2 or 3", len(types), len(types) in (2, 3))
    demand("attributes", WORDS, len(attributes), len(attributes) == WORDS)
    for tensor in types:
        check_dtype("conv", tensor, "float32")
    for what, tensor in zip(("x", "weights"), types, strict=False):
        demand(f"conv: rank of {what}", 4, len(tensor.shape), len(tensor.shape) == 4)
    window = Window(*attributes)
    demand("conv: flags", f"at most {FINITE_WEIGHTS}", window.flags, window.flags <= 1)
    return output_type("conv", types, window, "float32")


def output_type(what: str, types: Types, window: Window, dtype: str) -> TensorType:
    """What a convolution of those sources stores; shared with integers."""
    check_numbers(f"{what}: group, spread, strides, dilations", _steps(window), 1)
    pads = (window.top, window.left, window.bottom, window.right)
    check_numbers(f"{what}: pads", pads, 0)
    batch, channels, height, width = types[0].shape
    outputs, depth, rows, columns = types[1].shape
    group = window.group
    demand(f"{what}: channels", depth * group, channels, channels == depth * group)
    demand(f"{what}: outputs", f"multiple of {group}", outputs, outputs % group == 0)
    terms = depth * rows * columns
    demand(f"{what}: terms", f"at most {MAX_INPUTS}", terms, terms <= MAX_INPUTS)
    if len(types) == 3:
        check_shape(f"{what} bias", (outputs,), types[2])
    high, wide = window.padded(height, width)
    size = channels * high * wide
    demand(f"{what}: padded input", f"at most {MAX_PADDED}", size, size <= MAX_PADDED)
    high -= extent(rows, window.dilation_rows)
    wide -= extent(columns, window.dilation_columns)
    demand(
        f"{what}: room for a window", "0 or more", (high, wide), min(high, wide) >= 0
    )
    shape = (high // window.stride_rows + 1, wide // window.stride_columns + 1)
    return TensorType(dtype, (batch, outputs, *shape))


def _steps(window: Window) -> Numbers:
    return (
        window.group,
        window.spread_rows,
        window.spread_columns,
        window.stride_rows,
        window.stride_columns,
        window.dilation_rows,
        window.dilation_columns,
    )


def parts(
    operator: Operator, first: int, count: int
) -> Iterator[tuple[int, int, int, int]]:
    """(plane, planes, row, rows) of what a tile covers, which is whole rows.

    Planes are channels of all batches in turn; no part has two batches' or groups'.
    """
    height, width = operator.target.shape[2:]
    plane, end = height * width, first + count
    span = operator.sources[1].shape[0] // operator.attributes[1]
    while first < end:
        number, inside = divmod(first, plane)
        size = min(plane - inside, end - first)
        planes = 1
        if size == plane:
            planes = min((end - first) // plane, span - number % span)
        yield number, planes, inside // width, size // width
        first += size * planes


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    """Each part slides over its group's channels."""
    x, y = operator.shaped(space, 0), operator.tile(space, first, count)
    outputs, depth = operator.sources[1].shape[:2]
    plane, width = prod(operator.target.shape[2:]), operator.target.shape[3]
    planned: list[Call] = []

    def room(name: Hashable, size: int) -> Floats:
        """Parts that other threads compute have others."""
        return space.room((first, name), size)

    for number, planes, row, rows in parts(operator, first, count):
        batch, channel = divmod(number, outputs)
        group = channel // (outputs // operator.attributes[1])
        picture = x[batch, group * depth : (group + 1) * depth]
        made = layout_of(operator, row, rows)
        packing, weights = blocks(operator, channel, planes, space, room)
        bias = bias_of(operator, channel, planes, space)
        at = number * plane + row * width - first
        target = y[at:][: planes * rows * width].reshape(planes, rows * width)
        planned += packing
        planned += sliding.convolve(made, picture, weights, bias, target, room)
    return planned


def rectified_calls(
    operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    """The same, with what a ReLU makes of it."""
    return [rectified(call) for call in calls(operator, first, count, space)]


def rectified(call: Call) -> Call:
    """The call that stores max(sum, 0); what only moves elements stays."""
    kind, _, rows = call.kernel.partition(".")
    if kind in ("slide", "slides", "patch", "patches"):
        return Call(f"{kind}_relu.{rows}", call.words)
    return call


def layout_of(operator: Operator, row: int, rows: int) -> sliding.Layout:
    """Of so many rows of the result."""
    window = Window(*operator.attributes)
    height, width = operator.sources[0].shape[2:]
    down, across = operator.sources[1].shape[2:]
    return sliding.layout(
        sliding.Axis(
            height,
            window.spread_rows,
            window.stride_rows,
            window.dilation_rows,
            down,
            window.top - row * window.stride_rows,
            rows,
        ),
        sliding.Axis(
            width,
            window.spread_columns,
            window.stride_columns,
            window.dilation_columns,
            across,
            window.left,
            operator.target.shape[3],
        ),
    )


def blocks(
    operator: Operator, channel: int, count: int, space: Space, room: Room
) -> tuple[list[Call], list[sliding.Blocks]]:
    """Weights of some outputs as kernels take them; constants are packed at once."""
    terms = terms_of(operator)
    w = operator.part(space, channel * terms, count * terms, 1).reshape(count, terms)
    if not space.lasting or operator.sources[1].address < MODEL.base:
        made = sliding.blocks_of(count, terms, room("weights", count * terms))
        return [block.pack(w) for block in made], made
    made = sliding.blocks_of(count, terms, np.empty(count * terms, np.float32))
    Batch([block.pack(w) for block in made])()
    return [], made


def bias_of(operator: Operator, channel: int, count: int, space: Space) -> Floats:
    """Zeros if there is none: a sum from +0 on is never -0, so they change nothing."""
    if len(operator.sources) == 3:
        return operator.part(space, channel, count, 2)
    return np.zeros(count, np.float32)


def terms_of(operator: Operator) -> int:
    """Products of one output."""
    return prod(operator.sources[1].shape[1:])


def instructions(operator: Operator, count: int) -> int:
    """Per pixel the list of its patch; per product a failed fast path, plain sums."""
    terms = terms_of(operator)
    return (200 + 60 * terms + (terms + 2) * 300) * count + 1000


def usual(operator: Operator) -> int:
    """About 49 instructions a multiply-add if no input is zero, and its listing."""
    return 60 * terms_of(operator)


def grain(operator: Operator, products: int = GRAIN_PRODUCTS) -> int:
    """Several planes, which share the listing of patches; or rows of a large one."""
    plane = prod(operator.target.shape[2:])
    planes = products // (plane * terms_of(operator))
    if not planes:
        return operator.target.shape[3]
    return plane * min(planes, GRAIN_PLANES)


def conv(
    graph: Graph,
    x: Value,
    w: Value,
    bias: Value | None = None,
    *,
    kernel_shape: Numbers | None = None,
    strides: Numbers | None = None,
    dilations: Numbers | None = None,
    pads: Numbers | None = None,
    auto_pad: str = "NOTSET",
    group: int = 1,
) -> Value:
    """ONNX's Conv, of one or two axes."""
    check_kernel(kernel_shape, w)
    over = window_over(x.shape, w.shape[2:], strides, dilations)
    before, after = over.pads(pads, auto_pad)
    x, w = as_pictures(graph, x), as_pictures(graph, w)
    flags = finite_flag(graph, w)
    words = (flags, group, 1, 1, *over.stride, *over.dilation, *before, *after)
    return without_axis(graph, emit(graph, x, w, bias, words), over.axes)


def check_kernel(kernel_shape: Numbers | None, w: Value) -> None:
    """ONNX's kernel_shape, if it is given, is the weights'."""
    expected = list(w.shape[2:])
    actual = expected if kernel_shape is None else list(kernel_shape)
    demand("kernel_shape", expected, actual, expected == actual)


def as_pictures(graph: Graph, x: Value) -> Value:
    """(n, c, l) as (n, c, 1, l)."""
    demand("rank", "3 or 4", len(x.shape), len(x.shape) in (3, 4))
    return x if len(x.shape) == 4 else graph.view(x, (*x.shape[:2], 1, x.shape[2]))


def without_axis(graph: Graph, y: Value, axes: int) -> Value:
    """(n, c, 1, l) as (n, c, l) if there is one axis only."""
    return y if axes == 2 else graph.view(y, (*y.shape[:2], y.shape[3]))


def emit(graph: Graph, x: Value, w: Value, bias: Value | None, words: Words) -> Value:
    """One operator."""
    sources = [x, w] if bias is None else [x, w, bias]
    return graph.emit(FAMILY, sources, words)


def conv_transpose(
    graph: Graph,
    x: Value,
    w: Value,
    bias: Value | None = None,
    *,
    kernel_shape: Numbers | None = None,
    strides: Numbers | None = None,
    dilations: Numbers | None = None,
    pads: Numbers | None = None,
    auto_pad: str = "NOTSET",
    output_padding: Numbers | None = None,
    output_shape: Numbers | None = None,
    group: int = 1,
) -> Value:
    """ONNX's ConvTranspose, of one or two axes, with constant weights.

    `w` is (inputs, outputs / group, ..); as an ordinary convolution's it is turned
    round, so a sum runs over input channels, then rows and columns from the last.
    """
    check_kernel(kernel_shape, w)
    over = window_over(x.shape, w.shape[2:], strides, dilations)
    stride, extents = over.stride, over.extents
    extra = pair("output_padding", output_padding, over.axes, 0)
    x, w = as_pictures(graph, x), as_pictures(graph, w)
    full = [(x.shape[2 + i] - 1) * stride[i] + extents[i] + extra[i] for i in range(2)]
    if output_shape is not None or auto_pad.startswith("SAME"):
        same = [x.shape[2 + i] * stride[i] for i in range(2)]
        wanted = same if output_shape is None else [1, *output_shape][-2:]
        totals = [max(0, full[i] - wanted[i]) for i in range(2)]
        halves = [total // 2 for total in totals]
        rests = [total - half for total, half in zip(totals, halves, strict=True)]
        upper = auto_pad != "SAME_LOWER"
        before, after = (halves, rests) if upper else (rests, halves)
    else:
        before, after = map(list, over.pads(pads, auto_pad))
    turned = turned_round(graph, w, group)
    words = (
        finite_flag(graph, turned),
        group,
        *stride,
        *(1, 1),
        *over.dilation,
        *(extents[i] - 1 - before[i] for i in range(2)),
        *(extents[i] - 1 - after[i] + extra[i] for i in range(2)),
    )
    demand("ConvTranspose: pads", "less than the window", before, min(words[8:]) >= 0)
    return without_axis(graph, emit(graph, x, turned, bias, words), over.axes)


def turned_round(graph: Graph, w: Value, group: int) -> Value:
    """(inputs, outputs / group, ..) as (outputs, inputs / group, ..), taps reversed."""
    held = graph.array_of(w)
    if held is None:
        demand("ConvTranspose: weights", "constants", "computed ones", False)
        raise AssertionError
    inputs, outputs, rows, columns = held.shape
    demand("group", f"a divisor of {inputs}", group, group > 0 and inputs % group == 0)
    split = held.reshape(group, inputs // group, outputs, rows, columns)
    turned = split.swapaxes(1, 2)[..., ::-1, ::-1]
    shape = (group * outputs, inputs // group, rows, columns)
    return graph.constant(np.ascontiguousarray(turned.reshape(shape)))


FAMILY = Family(
    name="conv",
    opcode=101,
    infer=infer,
    instructions=instructions,
    usual=usual,
    grain=grain,
    check=check_finite,
    calls=calls,
    share=lambda operator: operator.target.shape[3],
)
FAMILIES = (FAMILY,)
OPERATIONS = {"Conv": conv, "ConvTranspose": conv_transpose}
