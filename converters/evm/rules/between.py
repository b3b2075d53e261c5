"""Rules of what comes between products: sums, bytes, pools, tables, copies."""

from typing import Final

import numpy as np

from converters.evm.network import BYTES, WHOLE, Outside, Reader, spread
from converters.evm.numbers import Ints, Scale, whole_factor
from converters.evm.stages.argmax import Argmax
from converters.evm.stages.elements import AddConstant, Requantize
from converters.evm.stages.lookup import TABLE, Lookup
from converters.evm.stages.pad import Pad
from converters.evm.stages.pool import MaxPool
from converters.evm.work import Place
from converters.values import Array
from tinynn.operators import FAMILIES, Operator
from tinynn.operators.graph import Result
from tinynn.operators.movement import strides_of
from tinynn.operators.pool import Pooling
from tinynn.operators.shape import around
from tinynn.operators.window import extent

MOST_WINDOW: Final = 1024
"""Taps of a pool, each of which is written out: some 40 bytes of code."""


def border_of(operator: Operator, pooling: Pooling) -> tuple[int, int, int, int]:
    """Rows and columns that windows of a pool reach beyond its planes."""
    height, width = operator.sources[0].shape[2:]
    down = (pooling.output_rows - 1) * pooling.stride_rows - pooling.top
    right = (pooling.output_columns - 1) * pooling.stride_columns - pooling.left
    bottom = down + extent(pooling.rows, pooling.dilation_rows) - height
    beyond = right + extent(pooling.columns, pooling.dilation_columns) - width
    return pooling.top, pooling.left, max(0, bottom), max(0, beyond)


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
