"""One rule an operator of the subset: the stage that it becomes."""

from dataclasses import replace
from typing import Final

import numpy as np

from converters.evm.moving import (
    TABLE,
    AddConstant,
    Argmax,
    Lookup,
    MaxPool,
    Pad,
    Requantize,
)
from converters.evm.network import BYTES, WHOLE, Outside, Reader, Rule, spread
from converters.evm.numbers import MOST_TERMS, Ints, Scale, whole_factor
from converters.evm.products import Product, Windows
from converters.evm.sparse import Sparse, can_skip
from converters.evm.work import Place
from converters.values import Array
from tinynn.operators import FAMILIES, Operator
from tinynn.operators.conv import Window
from tinynn.operators.graph import Result
from tinynn.operators.movement import strides_of
from tinynn.operators.pool import Pooling
from tinynn.operators.shape import around
from tinynn.operators.window import extent

MOST_BYTE: Final = 255
MOST_WINDOW: Final = 1024
"""Taps of a pool, each of which is written out: some 40 bytes of code."""

MOST_TAPS: Final = 4
"""Of a pool that is done with the product before it; more would fill the stack."""


# Products.


def matmul_integer(reader: Reader, index: int) -> None:
    operator = reader.operators[index]
    x, weights = reader.source(index, BYTES), reader.constant(index, 1)
    if weights.ndim != 2:
        raise Outside(f"weights: expected a matrix, got shape {weights.shape}")
    columns, terms = weights.shape
    rows = operator.target.count // columns
    windows = Windows(1, 1, terms, 1, 1, 1, 1, rows, terms, (rows, 1))
    product(reader, index, reader.read(x), windows, 1, None)


def conv_integer(reader: Reader, index: int) -> None:
    operator = reader.operators[index]
    window = Window(*operator.attributes)
    x, weights = reader.source(index, BYTES), reader.constant(index, 1)
    batch, channels, height, width = operator.sources[0].shape
    if batch != 1:
        raise Outside(f"expected a batch of 1, got {batch}")
    if (window.spread_rows, window.spread_columns) != (1, 1):
        raise Outside("expected a convolution, got a transposed one")
    bias = reader.constant(index, 4) if len(operator.sources) == 5 else None
    pads = (window.top, window.left, window.bottom, window.right)
    zero = int(reader.constant(index, 2).reshape(-1)[0])
    place = reader.read(x)
    if any(pads):
        place = padded(reader, place, (channels, height, width), pads, zero)
        height, width = height + pads[0] + pads[2], width + pads[1] + pads[3]
    depth, rows, columns = weights.shape[1:]
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
    product(reader, index, place, windows, window.group, bias)


def padded(
    reader: Reader,
    place: Place,
    shape: tuple[int, int, int],
    pads: tuple[int, int, int, int],
    fill: int,
) -> Place:
    """The planes with a border; the next stage reads them."""
    planes, height, width = shape
    size = planes * (height + pads[0] + pads[2]) * (width + pads[1] + pads[3])
    target = reader.room("padded", size, BYTES)
    reader.add(Pad(place, target, planes, height, width, *pads, fill))
    target.room.dies = len(reader.stages)
    return target


def product(
    reader: Reader,
    index: int,
    place: Place,
    windows: Windows,
    groups: int,
    bias: Array | None,
) -> None:
    """The product, and whatever follows it that can be done row by row."""
    operator = reader.operators[index]
    if windows.terms > MOST_TERMS:
        raise Outside(f"expected at most {MOST_TERMS} terms, got {windows.terms}")
    held = reader.constant(index, 1)
    weights = differences(held, reader.constant(index, 3))
    zero = int(reader.constant(index, 2).reshape(-1)[0])
    low, high = min(0, int(weights.min())), int(weights.max())
    if high - low > MOST_BYTE:
        raise Outside(f"weights: expected a range of 255, got {low} to {high}")
    total = -zero * weights.sum(1)
    if bias is not None:
        total = total + bias.astype(np.int64)
    by_position = FAMILIES[operator.opcode].name == "matmul_integer"
    rows = rows_of(operator, len(weights), by_position)
    last, total, scale = followed(reader, index, rows, total)
    dtype = WHOLE if scale is None else BYTES
    made = Product(
        place, place, windows, groups, weights - low, -low, total, scale, by_position
    )
    if not (scale is None or scale.signed or by_position or made.wraps):
        last, windows = pooled(reader, last, windows)
    count = reader.operators[last].target.count
    target = reader.room(f"#{last}", count, dtype)
    made = replace(made, windows=windows, target=target)
    sparse = reader.skip_zeros and place.room is reader.rooms[0] and can_skip(made)
    reader.add(Sparse(made) if sparse else made)
    reader.hold(last, target)


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


def border_of(operator: Operator, pooling: Pooling) -> tuple[int, int, int, int]:
    """Rows and columns that windows of a pool reach beyond its planes."""
    height, width = operator.sources[0].shape[2:]
    down = (pooling.output_rows - 1) * pooling.stride_rows - pooling.top
    right = (pooling.output_columns - 1) * pooling.stride_columns - pooling.left
    bottom = down + extent(pooling.rows, pooling.dilation_rows) - height
    beyond = right + extent(pooling.columns, pooling.dilation_columns) - width
    return pooling.top, pooling.left, max(0, bottom), max(0, beyond)


def differences(weights: Array, zeros: Array) -> Ints:
    """(rows, terms) of weights less their zero points."""
    rows = weights.reshape(len(weights), -1).astype(np.int64)
    return rows - zeros.reshape(-1, 1).astype(np.int64)


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


# What comes between products.


def added_to(reader: Reader, index: int, before: int | None = None) -> Ints:
    """The constant of an addition, an element each of its target."""
    operator = reader.operators[index]
    homes = reader.homes.sources[index]
    constants = [i for i, home in enumerate(homes) if home is None]
    if len(constants) != 1:
        raise Outside("expected a tensor and a constant, got two tensors")
    (which,) = constants
    if before is not None and homes[1 - which] != Result(before):
        raise Outside("expected the tensor before")
    if operator.sources[1 - which].count != operator.target.count:
        raise Outside("expected a constant that is repeated, got a repeated tensor")
    held = reader.constant(index, which)
    return spread(held, operator.target.shape).astype(np.int64)


def zip_add(reader: Reader, index: int) -> None:
    added = added_to(reader, index)
    which = [home is None for home in reader.homes.sources[index]].index(False)
    x = reader.read(reader.source(index, WHOLE, which=which))
    target = reader.room(f"#{index}", len(added), WHOLE)
    reader.add(AddConstant(x, target, tuple(map(int, added))))
    reader.hold(index, target)


def factors_of(reader: Reader, index: int) -> tuple[Array, int]:
    """A requantize's factors, an element each of its target, and its zero point."""
    operator = reader.operators[index]
    shape, axis = operator.target.shape or (1,), operator.attributes[0]
    factors, zeros = reader.constant(index, 1), reader.constant(index, 2).reshape(-1)
    if operator.target.dtype != BYTES:
        raise Outside(f"expected uint8, got {operator.target.dtype}")
    if len(set(zeros.tolist())) > 1:
        raise Outside("expected one zero point, got several")
    along = [1] * len(shape)
    along[axis] = factors.size
    return spread(factors.reshape(along), shape), int(zeros[0])


def requantize(reader: Reader, index: int) -> None:
    operator = reader.operators[index]
    x = reader.source(index, WHOLE)
    _, zero = factors_of(reader, index)
    held = reader.constant(index, 1).reshape(-1)
    _, _, inner = around(operator.target.shape or (1,), operator.attributes[0])
    scale = Scale(tuple(map(whole_factor, held)), zero)
    place = reader.read(x)
    target = reader.room(f"#{index}", operator.target.count, BYTES)
    reader.add(Requantize(place, target, operator.target.count, inner, scale))
    reader.hold(index, target)


def max_pool(reader: Reader, index: int) -> None:
    operator = reader.operators[index]
    x, pooling = reader.source(index, BYTES), Pooling(*operator.attributes)
    batch, channels, height, width = operator.sources[0].shape
    if pooling.rows * pooling.columns > MOST_WINDOW:
        taps = f"{pooling.rows} x {pooling.columns}"
        raise Outside(f"expected windows of at most {MOST_WINDOW} taps, got {taps}")
    planes, place = batch * channels, reader.read(x)
    positions = (pooling.output_rows, pooling.output_columns)
    window, strides = (
        (pooling.rows, pooling.columns),
        (pooling.stride_rows, pooling.stride_columns),
    )
    dilations = (pooling.dilation_rows, pooling.dilation_columns)
    pads = border_of(operator, pooling)
    if any(pads):  # a tap in the padding is none: 0 is the least byte
        place = padded(reader, place, (planes, height, width), pads, 0)
        height, width = height + pads[0] + pads[2], width + pads[1] + pads[3]
    target = reader.room(f"#{index}", operator.target.count, BYTES)
    reader.add(
        MaxPool(
            place, target, planes, height, width, window, dilations, strides, positions
        )
    )
    reader.hold(index, target)


def cast(reader: Reader, index: int) -> None:
    """Bytes as numbers of a table's entries; nothing is done."""
    x = reader.source(index, BYTES)
    if reader.operators[index].target.dtype != WHOLE:
        raise Outside("expected int32, got another type")
    users = reader.users(Result(index))
    names = {FAMILIES[reader.operators[i].opcode].name for i in users if i >= 0}
    if -1 in users or names - {"gather"}:
        raise Outside("expected numbers of a table's entries, got another use")
    reader.hold(index, x.place, wide=True)


def gather(reader: Reader, index: int) -> None:
    table = reader.constant(index, 0)
    if table.dtype != np.uint8 or table.ndim != 1:
        raise Outside(f"expected a table of uint8, got {table.dtype} {table.shape}")
    numbers = reader.source(index, WHOLE, which=1)
    if not numbers.wide:
        raise Outside("expected bytes as numbers, got int32")
    # A number beyond the table's end is moved to its end.
    entries = bytes(table[min(i, len(table) - 1)] for i in range(TABLE))
    place = reader.read(numbers)
    target = reader.room(f"#{index}", numbers.count, BYTES)
    reader.add(Lookup(place, target, numbers.count, entries))
    reader.hold(index, target)


def top_indices(reader: Reader, index: int) -> None:
    """ArgMax and ArgMin of int32."""
    operator = reader.operators[index]
    axis, k, least = operator.attributes
    x = reader.source(index, WHOLE)
    if k != 1:
        raise Outside(f"expected the first one, got the first {k}")
    if x.wide:
        raise Outside("expected int32, got bytes")
    outer, length, inner = around(operator.sources[0].shape, axis)
    place = reader.read(x)
    target = reader.room(f"#{index}", operator.target.count, WHOLE)
    reader.add(Argmax(place, target, outer, length, inner, bool(least)))
    reader.hold(index, target)


def strided(reader: Reader, index: int) -> None:
    """Copies of whole tensors; nothing is done."""
    operator = reader.operators[index]
    x = reader.source(index, BYTES, WHOLE)
    first, shape, strides = strides_of(operator.attributes)
    steps, step = [], 1
    for count in reversed(shape):
        steps.append(step)
        step *= count
    even = all(
        count == 1 or stride == wanted
        for count, stride, wanted in zip(shape, strides, steps[::-1], strict=True)
    )
    if first or not even or operator.target.count != x.count:
        raise Outside("expected a copy, got elements that are moved")
    reader.hold(index, x.place, x.wide)


RULES: Final[dict[str, Rule]] = {
    "matmul_integer": matmul_integer,
    "conv_integer": conv_integer,
    "zip_add": zip_add,
    "requantize": requantize,
    "max_pool": max_pool,
    "cast": cast,
    "gather": gather,
    "top_indices": top_indices,
    "strided": strided,
}
