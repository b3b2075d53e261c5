"""Elements moved as they are: transposing, slicing, repeating, joining, padding.

One family, `strided`, does all that reads its source in even steps. Bits are never
changed.
"""

from collections.abc import Sequence
from math import prod
from typing import Final

import numpy as np

from ..kernels import Call, boxes, joined, move, offset, row_major
from ..memory.tensor import MAX_RANK, TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .shape import (
    around,
    check_arity,
    check_axis,
    check_dtype,
    demand,
    normal_axis,
    signed,
    walk_instructions,
    word_of,
)

Numbers = Sequence[int]


# strided: attributes are the place of the first element, the target's extents, and its
# strides in elements, which may be negative.


def strides_of(attributes: Words) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """First place, shape and strides."""
    rank = len(attributes) // 2
    shape = tuple(attributes[1 : 1 + rank])
    return attributes[0], shape, tuple(map(signed, attributes[1 + rank :]))


def infer_strided(types: Types, attributes: Words) -> TensorType:
    """Any type; every place that is read is one of the source."""
    words = len(attributes)
    demand("strided: attributes", "an odd number", words, words % 2 == 1)
    demand("strided: rank", f"at most {MAX_RANK}", words // 2, words // 2 <= MAX_RANK)
    check_arity(types, attributes, 1, words)
    first, shape, strides = strides_of(attributes)
    demand("strided: shape", "positive extents", shape, all(shape))
    steps = [(n - 1) * stride for n, stride in zip(shape, strides, strict=True)]
    lowest = first + sum(step for step in steps if step < 0)
    highest = first + sum(step for step in steps if step > 0)
    count = types[0].count
    places = f"{lowest} to {highest}"
    demand("strided", f"0 to {count - 1}", places, 0 <= lowest and highest < count)
    return TensorType(types[0].dtype, shape)


def calls_strided(
    operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    place, shape, strides = strides_of(operator.attributes)
    x, y = operator.flat(space), operator.tile(space, first, count)
    steps, planned = row_major(shape), []
    for starts, extents in boxes(shape, first, count):
        grid = joined(extents, steps, strides)
        at, of = offset(starts, steps) - first, place + offset(starts, strides)
        planned.append(move(y[at:], x[of:], *grid))
    return planned


STRIDED: Final = Family(
    name="strided",
    opcode=60,
    infer=infer_strided,
    instructions=lambda op, count: walk_instructions(op, count) + 20 * count,
    usual=lambda operator: 12,
    calls=calls_strided,
)


def strided(
    graph: Graph, x: Value, first: int, shape: Numbers, strides: Numbers
) -> Value:
    """Elements `first + sum of index * stride`, in a new tensor."""
    words = [first, *shape, *map(word_of, strides)]
    return graph.emit(STRIDED, [x], [int(word) for word in words])


def copy(graph: Graph, x: Value) -> Value:
    """The same elements in memory of their own."""
    return strided(graph, x, 0, x.shape, row_major(x.shape))


def transpose(graph: Graph, x: Value, *, perm: Numbers | None = None) -> Value:
    """Axes in another order; the reverse one if none is given."""
    rank = len(x.shape)
    order = list(range(rank))[::-1] if perm is None else list(perm)
    demand("perm", "each axis once", order, sorted(order) == list(range(rank)))
    strides = row_major(x.shape)
    shape = [x.shape[axis] for axis in order]
    return strided(graph, x, 0, shape, [strides[axis] for axis in order])


def slice_(
    graph: Graph,
    x: Value,
    *,
    starts: Numbers,
    lengths: Numbers,
    steps: Numbers | None = None,
) -> Value:
    """Of every axis `length` elements from `start` on, `step` apart."""
    rank = len(x.shape)
    steps = [1] * rank if steps is None else list(steps)
    for what, numbers in (("starts", starts), ("lengths", lengths), ("steps", steps)):
        demand(what, f"{rank} numbers", list(numbers), len(numbers) == rank)
    first = 0
    strides = []
    for axis, (start, length, step) in enumerate(
        zip(starts, lengths, steps, strict=True)
    ):
        extent, last = x.shape[axis], start + (length - 1) * step
        good = length > 0 and 0 <= start < extent and 0 <= last < extent
        demand(f"slice of axis {axis}", f"0 to {extent - 1}", (start, last), good)
        stride = around(x.shape, axis)[2]
        first += start * stride
        strides.append(step * stride)
    return strided(graph, x, first, lengths, strides)


def split(
    graph: Graph, x: Value, *, split: Numbers, axis: int = 0
) -> tuple[Value, ...]:
    """Slices of the given lengths, end to end, which cover the axis."""
    axis = normal_axis(axis, len(x.shape))
    demand("split", x.shape[axis], sum(split), sum(split) == x.shape[axis])
    parts = []
    for i, length in enumerate(split):
        starts, lengths = [0] * len(x.shape), list(x.shape)
        starts[axis], lengths[axis] = sum(split[:i]), length
        parts.append(slice_(graph, x, starts=starts, lengths=lengths))
    return tuple(parts)


def expand(graph: Graph, x: Value, *, shape: Numbers) -> Value:
    """Axes of 1, and missing ones in front, repeated to `shape`."""
    missing = len(shape) - len(x.shape)
    demand("expand: rank", f"at least {len(x.shape)}", len(shape), missing >= 0)
    extents = (1,) * missing + x.shape
    pairs = list(zip(extents, shape, strict=True))
    good = all(have in (1, want) for have, want in pairs)
    demand("expand", extents, tuple(shape), good)
    strides = [
        0 if have == 1 else stride
        for have, stride in zip(extents, row_major(extents), strict=True)
    ]
    return strided(graph, x, 0, shape, strides)


def tile(graph: Graph, x: Value, *, repeats: Numbers) -> Value:
    """Each axis repeated as a whole: of two axes, the first does not move.

    Axes of length 1 are left out, so that the rank stays small.
    """
    demand("repeats", len(x.shape), len(repeats), len(repeats) == len(x.shape))
    axes = []
    for extent, stride, times in zip(x.shape, row_major(x.shape), repeats, strict=True):
        axes += [(times, 0), (extent, stride)]
    kept = [axis for axis in axes if axis[0] != 1] or axes[:1]
    shape, strides = [length for length, _ in kept], [step for _, step in kept]
    moved = strided(graph, x, 0, shape, strides)
    pairs = zip(x.shape, repeats, strict=True)
    return graph.view(moved, [extent * times for extent, times in pairs])


def reshape(graph: Graph, x: Value, *, shape: Numbers) -> Value:
    """Another shape of as many elements; nothing moves."""
    return graph.view(x, shape)


# concat: the attribute is the axis.


def infer_concat(types: Types, attributes: Words) -> TensorType:
    """Sources of one type and rank, alike but along the axis."""
    check_arity(types, attributes, len(types), 1)
    first, axis = types[0], attributes[0]
    check_axis(axis, first.shape)
    length = 0
    for each in types:
        check_dtype("Concat", each, first.dtype)
        same = len(each.shape) == len(first.shape) and all(
            i == axis or a == b
            for i, (a, b) in enumerate(zip(each.shape, first.shape, strict=True))
        )
        demand("Concat: shape", first.shape, each.shape, same)
        length += each.shape[axis]
    return TensorType(
        first.dtype, (*first.shape[:axis], length, *first.shape[axis + 1 :])
    )


def calls_concat(
    operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    """Source by source: of each what lies in the columns of a box of rows."""
    axis, y = operator.attributes[0], operator.tile(space, first, count)
    outer, extent, inner = around(operator.target.shape, axis)
    row_size, planned = extent * inner, []
    for (row, left), (rows, width) in boxes((outer, row_size), first, count):
        column = 0
        for i, source in enumerate(operator.sources):
            run = source.shape[axis] * inner
            low, high = max(column, left), min(column + run, left + width)
            if low < high:
                at = row * row_size + low - first
                x = operator.flat(space, i)[row * run + low - column :]
                grid = (rows, high - low), (row_size, 1), (run, 1)
                planned.append(move(y[at:], x, *grid))
            column += run
    return planned


def concat(graph: Graph, *values: Value, axis: int) -> Value:
    """The values end to end along an axis."""
    demand("Concat: inputs", "at least 1", len(values), bool(values))
    axis = normal_axis(axis, len(values[0].shape))
    return graph.emit(CONCAT, list(values), [axis])


def concat_bound(operator: Operator, count: int) -> int:
    """Each source is looked at once a row; elements are copied one by one."""
    row = around(operator.target.shape, operator.attributes[0])[1:]
    rows = count // (row[0] * row[1]) + 2
    return 300 + rows * 80 * len(operator.sources) + 20 * count


CONCAT: Final = Family(
    name="concat",
    opcode=61,
    infer=infer_concat,
    instructions=concat_bound,
    usual=lambda operator: 12,
    calls=calls_concat,
)


# pad: attributes are the elements before, by axis, and those after. The second source
# is the number that they hold.


def infer_pad(types: Types, attributes: Words) -> TensorType:
    """Any type, and one element of it."""
    demand("Pad: sources", 2, len(types), len(types) == 2)
    x, value = types
    rank = len(x.shape)
    check_arity(types, attributes, 2, 2 * rank)
    check_dtype("Pad: value", value, x.dtype)
    demand("Pad: value", "1 element", value.count, value.count == 1)
    before, after = attributes[:rank], attributes[rank:]
    shape = tuple(a + n + b for a, n, b in zip(before, x.shape, after, strict=True))
    return TensorType(x.dtype, shape)


def calls_pad(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    """The value everywhere, then what lies inside."""
    x, value = operator.flat(space), operator.flat(space, 1)
    y = operator.tile(space, first, count)
    source, target = operator.sources[0].shape, operator.target.shape
    before = operator.attributes[: len(source)]
    to, of = row_major(target), row_major(source)
    planned = [move(y, value, (count,), (1,), (0,))]
    for starts, extents in boxes(target, first, count):
        ends = map(sum, zip(starts, extents, strict=True))
        low = [max(a, start) for a, start in zip(before, starts, strict=True)]
        high = [min(a + n, end) for a, n, end in zip(before, source, ends, strict=True)]
        inside = [max(0, b - a) for a, b in zip(low, high, strict=True)]
        if prod(inside):
            at = offset(low, to) - first
            origin = [a - b for a, b in zip(low, before, strict=True)]
            grid = joined(inside, to, of)
            planned.append(move(y[at:], x[offset(origin, of) :], *grid))
    return planned


def pad(
    graph: Graph,
    x: Value,
    *,
    before: Numbers,
    after: Numbers,
    value: float | int | bool = 0,
) -> Value:
    """So many elements before and after, by axis, that hold `value`."""
    pads = [*before, *after]
    good = len(before) == len(after) == len(x.shape) and min(pads, default=0) >= 0
    demand("pads", f"{len(x.shape)} before and after", pads, good)
    number = graph.constant(np.array([value], x.dtype))
    return graph.emit(PAD, [x, number], [int(n) for n in pads])


PAD: Final = Family(
    name="pad",
    opcode=62,
    infer=infer_pad,
    instructions=lambda op, count: walk_instructions(op, count) + 40 * count,
    usual=lambda operator: 25,
    calls=calls_pad,
)


FAMILIES = (STRIDED, CONCAT, PAD)
OPERATIONS = {
    "Identity": copy,
    "Transpose": transpose,
    "Slice": slice_,
    "Split": split,
    "Expand": expand,
    "Tile": tile,
    "Reshape": reshape,
    "Concat": concat,
    "Pad": pad,
}
