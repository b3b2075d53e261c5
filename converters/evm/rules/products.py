"""Rules of products: the stages that they become, with whatever follows them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from converters.evm.network import BYTES, WHOLE, Outside, Reader
from converters.evm.numbers import MOST_TERMS, Ints, Scale, whole_factor
from converters.evm.rooms import WORD_BYTES, Room
from converters.evm.rules.between import added_to, border_of, factors_of, padded
from converters.evm.stages.phases import Phases
from converters.evm.stages.product import Product
from converters.evm.stages.sparse import Sparse, can_skip
from converters.evm.stages.windows import Grid, Windows
from converters.evm.work import Place
from converters.values import Array
from tinynn.operators import FAMILIES, Operator
from tinynn.operators.conv import Window
from tinynn.operators.graph import Result
from tinynn.operators.pool import Pooling

MOST_BYTE: Final = 255
NOWHERE: Final = Place(Room("nowhere", 0, 0, 0))
MOST_TAPS: Final = 4
"""Of a pool that is done with the product before it; more would fill the stack."""


def matmul_integer(reader: Reader, index: int) -> None:
    operator = reader.operators[index]
    x, weights = reader.source(index, BYTES), reader.constant(index, 1)
    if weights.ndim != 2:
        raise Outside(f"weights: expected a matrix, got shape {weights.shape}")
    columns, terms = weights.shape
    rows = operator.target.count // columns
    windows = Windows(1, 1, terms, 1, 1, 1, 1, rows, terms, (rows, 1))
    product(reader, index, reader.read(x), windows, 1)


def conv_integer(reader: Reader, index: int) -> None:
    operator = reader.operators[index]
    window = Window(*operator.attributes)
    x, batch = reader.source(index, BYTES), operator.sources[0].shape[0]
    if batch != 1:
        raise Outside(f"expected a batch of 1, got {batch}")
    if (window.spread_rows, window.spread_columns) != (1, 1):
        transposed(reader, index, window)
        return
    channels, height, width = operator.sources[0].shape[1:]
    depth, rows, columns = reader.constant(index, 1).shape[1:]
    pads = (window.top, window.left, window.bottom, window.right)
    place = reader.read(x)
    if any(pads):
        fill = zero_of(reader, index)
        place = padded(reader, place, (channels, height, width), pads, fill)
        height, width = height + pads[0] + pads[2], width + pads[1] + pads[3]
    windows = Windows(
        depth,
        rows,
        columns,
        window.dilation_rows,
        window.dilation_columns,
        window.stride_rows,
        window.stride_columns,
        height,
        width,
        (operator.target.shape[2], operator.target.shape[3]),
    )
    product(reader, index, place, windows, window.group)


def transposed(reader: Reader, index: int, window: Window) -> None:
    """As many convolutions as there are places between the input's elements: each has
    the taps of the kernel that meet an element there."""
    operator = reader.operators[index]
    steps = (window.stride_rows, window.stride_columns)
    dilations = (window.dilation_rows, window.dilation_columns)
    if (*steps, *dilations) != (1, 1, 1, 1):
        raise Outside(f"expected strides and dilations of 1, got {steps}, {dilations}")
    kernel = differences(reader, index)
    depth = kernel.shape[1]
    channels, *extent = operator.sources[0].shape[1:]
    spread = (window.spread_rows, window.spread_columns)
    before = (window.top, window.left)
    found = operator.target.shape[2:]
    axes = [
        list(phases(found[i], kernel.shape[2 + i], spread[i], before[i]))
        for i in range(2)
    ]
    top, left = (max(0, -min(phase.first for phase in axis)) for axis in axes)
    bottom, right = (
        max(0, max(phase.end for phase in axis) - size)
        for axis, size in zip(axes, extent, strict=True)
    )
    place = reader.read(reader.source(index, BYTES))
    fill = zero_of(reader, index)
    height, width = extent
    if any(pads := (top, left, bottom, right)):
        place = padded(reader, place, (channels, height, width), pads, fill)
        height, width = height + top + bottom, width + left + right
    extra, then, scale = sums(reader, index, len(kernel), by_position=False)
    count = reader.operators[then].target.count
    target = reader.room(f"#{then}", count, WHOLE if scale is None else BYTES)
    unit = WORD_BYTES if scale is None else 1
    parts = []
    for down in axes[0]:
        for across in axes[1]:
            part = kernel[:, :, down.tap :: spread[0], across.tap :: spread[1]]
            start = (down.first + top) * width + across.first + left
            lands = (down.place * found[1] + across.place) * unit
            windows = Windows(
                depth, down.taps, across.taps, 1, 1, 1, 1, height, width,
                (down.count, across.count),
            )  # fmt: skip
            weights = part.reshape(len(kernel), -1)
            bias = extra - fill * weights.sum(1)
            parts.append(
                replace(
                    rows_times(windows, window.group, weights, bias, scale),
                    source=replace(place, offset=place.offset + start),
                    target=replace(target, offset=lands),
                    grid=Grid(found[0] * found[1], spread[0] * found[1], spread[1]),
                )
            )
    reader.add(Phases(tuple(parts)))
    reader.hold(then, target)


@dataclass(frozen=True, slots=True)
class Phase:
    """Every so many of an axis' results, from `place` on: `count` of them.

    Each has `taps` of the kernel's, from `tap` on; the first result's meet the input's
    elements from `first` on, which may lie before the input.
    """

    place: int
    count: int
    tap: int
    taps: int
    first: int

    @property
    def end(self) -> int:
        """Behind the last element that is met."""
        return self.first + self.count - 1 + self.taps


def phases(size: int, kernel: int, spread: int, before: int) -> Iterator[Phase]:
    """Of `size` results along an axis, with so much padding before the input."""
    for place in range(min(spread, size)):
        tap = (before - place) % spread
        taps = len(range(tap, kernel, spread))
        if not taps:
            least = f"at least as large as the stride, {spread}"
            raise Outside(f"expected a kernel {least}, got {kernel}")
        first = (place + tap - before) // spread
        yield Phase(place, len(range(place, size, spread)), tap, taps, first)


def product(
    reader: Reader, index: int, place: Place, windows: Windows, groups: int
) -> None:
    """The product, and whatever follows it that can be done row by row."""
    kernel = differences(reader, index)
    weights = kernel.reshape(len(kernel), -1)
    name = FAMILIES[reader.operators[index].opcode].name
    by_position = name == "matmul_integer"
    extra, last, scale = sums(reader, index, len(weights), by_position)
    bias = extra - zero_of(reader, index) * weights.sum(1)
    made = replace(
        rows_times(windows, groups, weights, bias, scale),
        source=place,
        by_position=by_position,
    )
    if not (scale is None or scale.signed or by_position or made.wraps):
        last, windows = pooled(reader, last, windows)
    count = reader.operators[last].target.count
    target = reader.room(f"#{last}", count, WHOLE if scale is None else BYTES)
    made = replace(made, windows=windows, target=target)
    sparse = reader.skip_zeros and place.room is reader.rooms[0] and can_skip(made)
    reader.add(Sparse(made) if sparse else made)
    reader.hold(last, target)


def rows_times(
    windows: Windows, groups: int, weights: Ints, bias: Ints, scale: Scale | None
) -> Product:
    """A product that is nowhere yet. Raises Outside."""
    if windows.terms > MOST_TERMS:
        raise Outside(f"expected at most {MOST_TERMS} terms, got {windows.terms}")
    low, high = min(0, int(weights.min())), int(weights.max())
    if high - low > MOST_BYTE:
        raise Outside(f"weights: expected a range of 255, got {low} to {high}")
    return Product(
        NOWHERE, NOWHERE, windows, groups, weights - low, -low, bias, scale, False
    )


def zero_of(reader: Reader, index: int) -> int:
    """The zero point of a product's source."""
    return int(reader.constant(index, 2).reshape(-1)[0])


def sums(
    reader: Reader, index: int, count: int, by_position: bool
) -> tuple[Ints, int, Scale | None]:
    """What is added to each of `count` rows, the last operator that is done with the
    product, and the scale if that is a requantize."""
    operator = reader.operators[index]
    bias = np.zeros(count, np.int64)
    if len(operator.sources) == 5:
        bias = bias + reader.constant(index, 4).astype(np.int64)
    rows = rows_of(operator, count, by_position)
    last, extra, scale = followed(reader, index, rows, bias)
    return extra, last, scale


def pooled(reader: Reader, last: int, windows: Windows) -> tuple[int, Windows]:
    """With the pool that alone uses the result, if the greatest sum is its byte."""
    users = reader.users(Result(last))
    if len(users) != 1 or users[0] < 0:
        return last, windows
    operator = reader.operators[users[0]]
    if FAMILIES[operator.opcode].name != "max_pool":
        return last, windows
    pooling = Pooling(*operator.attributes)
    whole = operator.sources[0].shape == reader.operators[last].target.shape
    if not whole or any(border_of(operator, pooling)):
        return last, windows
    down, right = windows.steps
    taps = tuple(
        row * pooling.dilation_rows * down + column * pooling.dilation_columns * right
        for row in range(pooling.rows)
        for column in range(pooling.columns)
    )
    if len(taps) > MOST_TAPS:
        return last, windows
    reader.done.add(users[0])
    return users[0], replace(
        windows,
        stride_rows=windows.stride_rows * pooling.stride_rows,
        stride_columns=windows.stride_columns * pooling.stride_columns,
        positions=(pooling.output_rows, pooling.output_columns),
        taps=taps,
    )


def differences(reader: Reader, index: int) -> Ints:
    """A product's weights (rows, ..) less their zero points."""
    weights = reader.constant(index, 1).astype(np.int64)
    zeros = reader.constant(index, 3).astype(np.int64)
    return weights - zeros.reshape(-1, *[1] * (weights.ndim - 1))


def rows_of(operator: Operator, count: int, by_position: bool) -> Ints:
    """The row of weights that each element of a product's target has."""
    elements = np.arange(operator.target.count, dtype=np.int64)
    if by_position:
        return elements % count
    return elements // (operator.target.count // count)


def followed(
    reader: Reader, index: int, rows: Ints, bias: Ints
) -> tuple[int, Ints, Scale | None]:
    """Additions and the requantize that alone use a product: (last, bias, scale)."""
    last = index
    while True:
        users = reader.users(Result(last))
        if len(users) != 1 or users[0] < 0:
            return last, bias, None
        user = users[0]
        name = FAMILIES[reader.operators[user].opcode].name
        try:
            if name == "zip_add":
                added = by_row(added_to(reader, user, last), rows)
                if added is None:
                    return last, bias, None
                bias = bias + added
            elif name == "requantize":
                factors, zero = factors_of(reader, user)
                chosen = by_row(factors, rows)
                if chosen is None:
                    return last, bias, None
                reader.done.add(user)
                return user, bias, Scale(tuple(map(whole_factor, chosen)), zero)
            else:
                return last, bias, None
        except Outside:  # its own rule says why
            return last, bias, None
        reader.done.add(user)
        last = user


def by_row(elements: Array, rows: Ints) -> Array | None:
    """One number a row, if that is what all elements are."""
    if len(elements) != len(rows):
        return None
    chosen = elements[np.unique(rows, return_index=True)[1]]
    bits = elements.view(np.uint32) if elements.dtype == np.float32 else elements
    wanted = chosen.view(np.uint32) if chosen.dtype == np.float32 else chosen
    return chosen if np.array_equal(bits, wanted[rows]) else None
