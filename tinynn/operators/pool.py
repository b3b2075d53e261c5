"""Pooling over windows of `(n, c, h, w)`: taps row by row, but none in the padding.

max_pool: starts at the window's first tap and moves to a tap that compares greater; a
NaN among the taps makes a NaN. average_pool: `((+0 + x[0]) + x[1]) + ...`, sequential,
over the number of taps. A window without a tap is -inf, or +0. max_pool also takes
bytes; a window without a tap is then the least of their type.
"""

from dataclasses import dataclass, fields
from functools import partial
from math import prod
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..jit import Kernel, kernel
from ..kernels import Call
from ..kernels.writing import LANES
from ..tensor import TensorType
from .binary import BYTES
from .conv import as_pictures, without_axis
from .family import Family, Operator, Planner, Space, Types, Words
from .graph import Graph, Value
from .numbers import Floats, canonicalise, float_of
from .shape import check_arity, check_dtype, demand
from .window import MOST, Numbers, check_numbers, extent, pads_of, pair

Indices = NDArray[np.int64]

NOTHING: Final = float_of(0xFF80_0000)
"""-inf: the largest of no taps."""

MAX_TAPS: Final = 1 << 24
"""Of a window: their number is exact as a float."""


@dataclass(frozen=True, slots=True)
class Pooling:
    """A pool operator's attributes, in the order of the record's words."""

    rows: int
    columns: int
    stride_rows: int
    stride_columns: int
    dilation_rows: int
    dilation_columns: int
    top: int
    left: int
    output_rows: int
    output_columns: int
    counted_rows: int
    """Of the padded input if an average counts its taps; else 0."""

    counted_columns: int


WORDS: Final = len(fields(Pooling))


@kernel
def largest(
    x: Floats, height: int, width: int, words: Indices, first: int, y: Floats
) -> None:
    """Pixels from `first` on, through all planes; `words` are the attributes."""
    rows, columns, down, across = words[0], words[1], words[2], words[3]
    for i in range(len(y)):
        row, column = divmod(first + i, words[9])
        plane, row = divmod(row, words[8])
        start = plane * height * width
        top, left = row * down - words[6], column * across - words[7]
        best, empty = NOTHING, True
        for a in range(rows):
            at = top + a * words[4]
            if at < 0 or at >= height:
                continue
            for b in range(columns):
                place = left + b * words[5]
                if place < 0 or place >= width:
                    continue
                value = x[start + at * width + place]
                if empty or value > best or value != value:
                    best = value
                    empty = False
                    if value != value:
                        break
            if best != best:
                break
        y[i] = best


@kernel
def average(
    x: Floats, height: int, width: int, words: Indices, first: int, y: Floats
) -> None:
    """Pixels from `first` on, through all planes; `words` are the attributes."""
    rows, columns, down, across = words[0], words[1], words[2], words[3]
    for i in range(len(y)):
        row, column = divmod(first + i, words[9])
        plane, row = divmod(row, words[8])
        start = plane * height * width
        top, left = row * down - words[6], column * across - words[7]
        total, count = np.float32(0), 0
        for a in range(rows):
            at = top + a * words[4]
            counted = 0 <= at + words[6] < words[10]
            inside = 0 <= at < height
            if not (inside or counted):
                continue
            for b in range(columns):
                place = left + b * words[5]
                if inside and 0 <= place < width:
                    total = total + x[start + at * width + place]
                    count += 1
                elif counted and 0 <= place + words[7] < words[11]:
                    count += 1
        y[i] = total / np.float32(max(count, 1))


def infer(dtypes: tuple[str, ...], types: Types, attributes: Words) -> TensorType:
    """(n, c, h, w) to (n, c, rows, columns)."""
    check_arity(types, attributes, 1, WORDS)
    x = types[0]
    check_dtype("pool", x, *dtypes)
    demand("pool: rank", 4, len(x.shape), len(x.shape) == 4)
    pooling = Pooling(*attributes)
    check_numbers("pool: window, strides, dilations", attributes[:6], 1)
    check_numbers("pool: pads", attributes[6:8], 0)
    taps = pooling.rows * pooling.columns
    demand("pool: taps", f"at most {MAX_TAPS}", taps, taps <= MAX_TAPS)
    for i in range(2):
        reach = extent(attributes[i], attributes[4 + i])
        demand("pool: window", f"at most {MAX_TAPS} wide", reach, reach <= MAX_TAPS)
        last = 1 + (x.shape[2 + i] + attributes[6 + i] - 1) // attributes[2 + i]
        most, actual = min(last, MOST), attributes[8 + i]
        demand("pool: windows", f"1 to {most}", actual, 1 <= actual <= most)
        counted, wide = attributes[10 + i], x.shape[2 + i] + 2 * MOST
        demand("pool: counted", f"at most {wide}", counted, counted <= wide)
    shape = (pooling.output_rows, pooling.output_columns)
    return TensorType(x.dtype, (*x.shape[:2], *shape))


def run(
    pool: Kernel[..., None], operator: Operator, first: int, count: int, space: Space
) -> None:
    """Bytes are pooled as floats, which hold them exactly."""
    height, width = operator.sources[0].shape[2:]
    words = np.array(operator.attributes, np.int64)
    x, y = operator.flat(space), operator.tile(space, first, count)
    if y.dtype == np.float32:
        pool(x, height, width, words, first, y)
        canonicalise(y)
        return
    pooled = np.empty(count, np.float32)
    pool(x.astype(np.float32), height, width, words, first, pooled)
    y[:] = np.maximum(pooled, np.float32(np.iinfo(y.dtype).min)).astype(y.dtype)


def calls(
    operator: Operator, first: int, count: int, space: Space
) -> list[Call] | None:
    """The largest of float32, of whole planes or of rows of one."""
    height, width = operator.sources[0].shape[2:]
    pooling = Pooling(*operator.attributes)
    plane = pooling.output_rows * pooling.output_columns
    planes = count // plane if first % plane == 0 and count % plane == 0 else 0
    inside = first % plane
    if (
        operator.target.dtype != "float32"
        or not planes
        and (
            inside % pooling.output_columns
            or count % pooling.output_columns
            or inside + count > plane
        )
    ):
        return None
    row = inside // pooling.output_columns
    rows = pooling.output_rows if planes else count // pooling.output_columns
    x = operator.flat(space)[first // plane * height * width :]
    y = operator.tile(space, first, count)
    sizes = (max(planes, 1), height, width, row, rows, pooling.output_columns)
    kernel = f"pool.max{stride_of(pooling, width)}"
    return [Call(kernel, (y, x, *sizes, *operator.attributes[:8]))]


def stride_of(pooling: Pooling, width: int) -> str:
    """Of the kernel that takes eight columns at a time, if one can."""
    stride, columns = pooling.stride_columns, pooling.output_columns
    reach = (columns - 1) * stride + extent(pooling.columns, pooling.dilation_columns)
    inside = pooling.left == 0 and reach <= width
    return str(stride) if inside and columns >= LANES and stride < 3 else ""


def taps_of(operator: Operator) -> int:
    """Of a window that is nowhere cut off."""
    return operator.attributes[0] * operator.attributes[1]


def instructions(operator: Operator, count: int) -> int:
    """A sum of at most 95 a tap, and a division."""
    rows = operator.attributes[0]
    return (600 + 30 * rows + 130 * taps_of(operator)) * count


def usual(operator: Operator) -> int:
    """About what a window takes."""
    if operator.target.dtype != "float32":
        return 60 + 20 * taps_of(operator)
    return 300 + 80 * taps_of(operator)


def pool(
    family: Family,
    graph: Graph,
    x: Value,
    *,
    kernel_shape: Numbers,
    strides: Numbers | None = None,
    dilations: Numbers | None = None,
    pads: Numbers | None = None,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    count_include_pad: int = 0,
    storage_order: int = 0,
) -> Value:
    """ONNX's MaxPool (first result) and AveragePool, of one or two axes."""
    axes = len(x.shape) - 2
    window = pair("kernel_shape", kernel_shape, axes, 1)
    stride = pair("strides", strides, axes, 1)
    dilation = pair("dilations", dilations, axes, 1)
    x = as_pictures(graph, x)
    extents = [extent(window[i], dilation[i]) for i in range(2)]
    before, after = pads_of(pads, auto_pad, x.shape[2:], extents, stride)
    windows, counted = [], []
    for i in range(2):
        length = x.shape[2 + i] + before[i] + after[i]
        room = length - extents[i]
        demand("pool: room for a window", "0 or more", room, room >= 0)
        number = 1 + (-(-room // stride[i]) if ceil_mode else room // stride[i])
        # A window that begins behind the input and its first pad is none.
        starts = x.shape[2 + i] + before[i]
        windows.append(min(number, 1 + (starts - 1) // stride[i]))
        counted.append(length if count_include_pad else 0)
    words = (*window, *stride, *dilation, *before, *windows, *counted)
    return without_axis(graph, graph.emit(family, [x], words), axes)


def whole_picture(family: Family, graph: Graph, x: Value) -> Value:
    """One window as large as the picture, which may have any number of axes."""
    demand("pool: rank", "at least 3", len(x.shape), len(x.shape) > 2)
    picture = (prod(x.shape[2:-1]), x.shape[-1])
    words = (*picture, *(1,) * 4, 0, 0, 1, 1, 0, 0)
    y = graph.emit(family, [graph.view(x, (*x.shape[:2], *picture))], words)
    return graph.view(y, (*x.shape[:2], *(1 for _ in x.shape[2:])))


def _family(
    name: str,
    opcode: int,
    pool: Kernel[..., None],
    calls: Planner | None,
    *dtypes: str,
) -> Family:
    return Family(
        name=name,
        opcode=opcode,
        infer=partial(infer, dtypes),
        run=partial(run, pool),
        instructions=instructions,
        usual=usual,
        calls=calls,
    )


MAX_POOL: Final = _family("max_pool", 102, largest, calls, "float32", *BYTES)
AVERAGE_POOL: Final = _family("average_pool", 103, average, None, "float32")
FAMILIES = (MAX_POOL, AVERAGE_POOL)
OPERATIONS = {
    "MaxPool": partial(pool, MAX_POOL),
    "AveragePool": partial(pool, AVERAGE_POOL),
    "GlobalMaxPool": partial(whole_picture, MAX_POOL),
    "GlobalAveragePool": partial(whole_picture, AVERAGE_POOL),
}
