"""Pooling over windows of `(n, c, h, w)`: taps row by row, but none in the padding.

max_pool: starts at the window's first tap and moves to a tap that compares greater; a
NaN among the taps makes a NaN. average_pool: `((+0 + x[0]) + x[1]) + ...`, sequential,
over the number of taps. A window without a tap is -inf, or +0. max_pool also takes
bytes; a window without a tap is then the least of their type.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import partial
from math import prod
from typing import Final

import numpy as np

from ..kernels import Call, boxes, offset, row_major
from ..kernels.sizes import LANES
from ..memory.tensor import TensorType
from .binary import BYTES
from .conv import as_pictures, without_axis
from .family import Family, Operator, Space, Types, Words
from .folding import fold_calls
from .graph import Graph, Value
from .numbers import Floats
from .shape import check_arity, check_dtype, demand
from .window import MOST, Numbers, check_numbers, extent, window_over

MOST_STRIDE: Final = 2
"""Of columns that are taken eight at a time."""

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

    def is_whole(self, height: int, width: int) -> bool:
        """Whether the only window is the picture, of which all is counted."""
        window = (self.rows, self.columns, self.dilation_rows, self.dilation_columns)
        outputs = (self.output_rows, self.output_columns, self.top, self.left)
        counted = (self.counted_rows, self.counted_columns)
        return (
            window == (height, width, 1, 1)
            and outputs == (1, 1, 0, 0)
            and counted in ((0, 0), (height, width))
        )

    def spans(
        self, kind: str, begin: int, columns: int, width: int
    ) -> Iterator[tuple[int, int, str]]:
        """(first, count, stride) of columns: those at the edges, those between.

        Where no window reaches beyond an end eight are taken at a time, by a kernel of
        the stride; the others are taken one by one, which is the stride "".
        """
        stride, end = self.stride_columns, begin + columns
        reach = extent(self.columns, self.dilation_columns)
        low = min(max(begin, -(-self.left // stride)), end)
        high = max(low, min(end, (width + self.left - reach) // stride + 1))
        plain = kind == "max" or self.counted_rows == self.counted_columns == 0
        if not plain or stride > MOST_STRIDE or high - low < LANES:
            low = high = end
        for first, after, name in (
            (begin, low, ""),
            (low, high, str(stride)),
            (high, end, ""),
        ):
            if first < after:
                yield first, after - first, name


WORDS: Final = len(fields(Pooling))


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


def calls(
    kind: str, operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    """Bytes are pooled as floats, which hold them exactly."""
    x, y = operator.flat(space), operator.tile(space, first, count)
    if y.dtype == np.float32:
        return planned(kind, operator, first, x, y)
    dtype = operator.target.dtype
    wide, pooled = space.room((first, "x"), len(x)), space.room((first, "y"), count)
    return [
        Call(f"cast.{dtype}.float32", (wide, x, len(x))),
        *planned(kind, operator, first, wide, pooled),
        Call(f"cast.float32.{dtype}", (y, pooled, count)),
    ]


def planned(
    kind: str, operator: Operator, first: int, x: Floats, y: Floats
) -> list[Call]:
    """Pixels from `first` on, through all planes."""
    planes = prod(operator.target.shape[:2])
    height, width = operator.sources[0].shape[2:]
    pooling, size = Pooling(*operator.attributes), height * width
    if kind == "average" and pooling.is_whole(height, width):
        return list(fold_calls("fold.mean", x, size, 1, first, y))
    shape = (planes, pooling.output_rows, pooling.output_columns)
    steps, made = row_major(shape), []
    for starts, extents in boxes(shape, first, len(y)):
        plane, row, begin = starts
        target = y[offset(starts, steps) - first :]
        for column, columns, stride in pooling.spans(kind, begin, extents[2], width):
            places = (row, extents[1], column, columns, *steps[:2])
            sizes = (extents[0], height, width, *places, *operator.attributes[:8])
            counted = (pooling.counted_rows, pooling.counted_columns)
            arrays = (target[column - begin :], x[plane * size :])
            made.append(Call(f"pool.{kind}{stride}", (*arrays, *sizes, *counted)))
    return made


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
    over = window_over(x.shape, kernel_shape, strides, dilations)
    before, after = over.pads(pads, auto_pad)
    x, stride = as_pictures(graph, x), over.stride
    windows, counted = [], []
    for i in range(2):
        length = x.shape[2 + i] + before[i] + after[i]
        room = length - over.extents[i]
        demand("pool: room for a window", "0 or more", room, room >= 0)
        number = 1 + (-(-room // stride[i]) if ceil_mode else room // stride[i])
        # A window that begins behind the input and its first pad is none.
        starts = x.shape[2 + i] + before[i]
        windows.append(min(number, 1 + (starts - 1) // stride[i]))
        counted.append(length if count_include_pad else 0)
    places = (*over.kernel, *stride, *over.dilation, *before)
    words = (*places, *windows, *counted)
    return without_axis(graph, graph.emit(family, [x], words), over.axes)


def whole_picture(family: Family, graph: Graph, x: Value) -> Value:
    """One window as large as the picture, which may have any number of axes."""
    demand("pool: rank", "at least 3", len(x.shape), len(x.shape) > 2)
    picture = (prod(x.shape[2:-1]), x.shape[-1])
    words = (*picture, *(1,) * 4, 0, 0, 1, 1, 0, 0)
    y = graph.emit(family, [graph.view(x, (*x.shape[:2], *picture))], words)
    return graph.view(y, (*x.shape[:2], *(1 for _ in x.shape[2:])))


def _family(name: str, opcode: int, *dtypes: str) -> Family:
    planner = partial(calls, name.removesuffix("_pool"))
    return Family(
        name=name,
        opcode=opcode,
        infer=partial(infer, dtypes),
        instructions=instructions,
        usual=usual,
        calls=planner,
    )


MAX_POOL: Final = _family("max_pool", 102, "float32", *BYTES)
AVERAGE_POOL: Final = _family("average_pool", 103, "float32")
FAMILIES = (MAX_POOL, AVERAGE_POOL)
OPERATIONS = {
    "MaxPool": partial(pool, MAX_POOL),
    "AveragePool": partial(pool, AVERAGE_POOL),
    "GlobalMaxPool": partial(whole_picture, MAX_POOL),
    "GlobalAveragePool": partial(whole_picture, AVERAGE_POOL),
}
