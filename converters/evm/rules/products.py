"""Rules of products: the stages that they become, with whatever follows them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from converters.evm.network import BYTES, WHOLE, Outside, Reader
from converters.evm.numbers import MOST_TERMS, Ints, Scale, whole_factor
from converters.evm.rooms import Room
from converters.evm.rules.between import added_to, border_of, factors_of
from converters.evm.rules.phases import phases
from converters.evm.rules.pictures import picture_of
from converters.evm.stages.phases import Phases
from converters.evm.stages.product import Product
from converters.evm.stages.sparse import Sparse, can_skip
from converters.evm.stages.windows import ONE_SECTION, Grid, Section, Windows
from converters.evm.work import Place
from converters.values import Array
from tinynn.operators import FAMILIES, Operator
from tinynn.operators.conv import Window
from tinynn.operators.graph import Result
from tinynn.operators.pool import Pooling

MOST_BYTE: Final = 255
NOWHERE: Final = Place(Room("nowhere", 0, 0, 0))
NO_GRID: Final = Grid(0, 0, 0)
MOST_TAPS: Final = 4
"""Of a pool that is done with the product before it; more would fill the stack."""


@dataclass(frozen=True, slots=True)
class Done:
    """What is done with a product: the last operator of it, what is added to each row,
    and the scale if the last one is a requantize."""

    last: int
    bias: Ints
    scale: Scale | None


def matmul_integer(reader: Reader, index: int) -> None:
    x, kernel = reader.source(index, BYTES), differences(reader, index)
    if kernel.ndim != 2:
        raise Outside(f"weights: expected a matrix, got shape {kernel.shape}")
    columns, terms = kernel.shape
    rows = reader.operators[index].target.count // columns
    windows = Windows(1, 1, terms, 1, 1, 1, 1, rows, terms, (rows, 1))
    done = followed(reader, index, columns, by_position=True)
    grid = Grid(1, columns, columns)
    made = product(reader, index, windows, ONE_SECTION, [kernel], done, grid)
    made = replace(made, source=reader.read(x), target=target_of(reader, done))
    sparse = reader.skip_zeros and x.place.room is reader.rooms[0] and can_skip(made)
    reader.add(Sparse(made) if sparse else made)
    reader.hold(done.last, made.target)


def conv_integer(reader: Reader, index: int) -> None:
    operator = reader.operators[index]
    window, batch = Window(*operator.attributes), operator.sources[0].shape[0]
    if batch != 1:
        raise Outside(f"expected a batch of 1, got {batch}")
    kernel = differences(reader, index)
    if (window.spread_rows, window.spread_columns) != (1, 1):
        transposed(reader, index, window, kernel)
        return
    pads = (window.top, window.left, window.bottom, window.right)
    picture = picture_of(reader, index, pads)
    windows = replace(
        picture.windows(kernel.shape[2:], operator.target.shape[2:]),
        dilation_rows=window.dilation_rows,
        dilation_columns=window.dilation_columns,
        stride_rows=window.stride_rows,
        stride_columns=window.stride_columns,
    )
    outputs = len(kernel)
    done = followed(reader, index, outputs, by_position=False)
    given = [picture.flat(kernel)]
    made = product(reader, index, windows, ONE_SECTION, given, done, NO_GRID)
    if not (done.scale is None or done.scale.signed or made.wraps):
        done, windows = pooled(reader, done, windows)
    together = lies_together(reader, done.last)
    grid = grid_of(outputs, windows.positions, together)
    sections = picture.sections(window.group, outputs // window.group * grid.row)
    target = target_of(reader, done)
    made = replace(made, windows=windows, sections=sections, grid=grid)
    reader.add(replace(made, source=picture.place, target=target))
    reader.hold(done.last, target, together=together)


def transposed(reader: Reader, index: int, window: Window, kernel: Ints) -> None:
    """As many convolutions as there are places between the input's elements: each has
    the taps of the kernel that meet an element there."""
    steps = (window.stride_rows, window.stride_columns)
    dilations = (window.dilation_rows, window.dilation_columns)
    if (*steps, *dilations) != (1, 1, 1, 1):
        raise Outside(f"expected strides and dilations of 1, got {steps}, {dilations}")
    operator, outputs = reader.operators[index], len(kernel)
    extent, found = operator.sources[0].shape[2:], operator.target.shape[2:]
    spread = (window.spread_rows, window.spread_columns)
    before = (window.top, window.left)
    downs, rights = (
        list(phases(found[i], kernel.shape[2 + i], spread[i], before[i]))
        for i in range(2)
    )
    top, left = (max(0, -min(p.first for p in axis)) for axis in (downs, rights))
    bottom, right = (
        max(0, max(p.end for p in axis) - size)
        for axis, size in zip((downs, rights), extent, strict=True)
    )
    picture = picture_of(reader, index, (top, left, bottom, right))
    done = followed(reader, index, outputs, by_position=False)
    together = lies_together(reader, done.last)
    grid = grid_of(outputs, found, together)
    spaced = Grid(grid.row, spread[0] * grid.down, spread[1] * grid.right)
    groups = picture.sections(window.group, outputs // window.group * grid.row)
    parts: dict[Windows, tuple[list[Section], list[Ints]]] = {}
    for down in downs:
        for across in rights:
            shape, positions = (down.taps, across.taps), (down.count, across.count)
            windows = picture.windows(shape, positions)
            sections, kernels = parts.setdefault(windows, ([], []))
            source = (down.first + top) * picture.width + across.first + left
            source *= picture.channels
            start = down.place * grid.down + across.place * grid.right
            sections += [Section(g.source + source, g.target + start) for g in groups]
            part = kernel[:, :, down.tap :: spread[0], across.tap :: spread[1]]
            kernels.append(picture.flat(part))
    target = target_of(reader, done)
    made = [
        replace(
            product(reader, index, windows, tuple(sections), kernels, done, spaced),
            source=picture.place,
            target=target,
        )
        for windows, (sections, kernels) in parts.items()
    ]
    reader.add(made[0] if len(made) == 1 else Phases(tuple(made)))
    reader.hold(done.last, target, together=together)


def product(
    reader: Reader,
    index: int,
    windows: Windows,
    sections: tuple[Section, ...],
    kernels: Sequence[Ints],
    done: Done,
    grid: Grid,
) -> Product:
    """A product that is nowhere yet, of kernels one after the other, all of them with
    all rows. Raises Outside."""
    if windows.terms > MOST_TERMS:
        raise Outside(f"expected at most {MOST_TERMS} terms, got {windows.terms}")
    weights, count = np.concatenate(kernels), len(kernels)
    low, high = min(0, int(weights.min())), int(weights.max())
    if high - low > MOST_BYTE:
        raise Outside(f"weights: expected a range of 255, got {low} to {high}")
    zero = int(reader.constant(index, 2).reshape(-1)[0])
    bias = np.tile(done.bias, count) - zero * weights.sum(1)
    scale = done.scale
    if scale is not None:
        scale = replace(scale, factors=scale.factors * count)
    return Product(
        NOWHERE, NOWHERE, windows, sections, weights - low, -low, bias, scale, grid
    )


def target_of(reader: Reader, done: Done) -> Place:
    """Memory for what the next stage stores."""
    count = reader.operators[done.last].target.count
    return reader.room(f"#{done.last}", count, WHOLE if done.scale is None else BYTES)


def grid_of(outputs: int, positions: tuple[int, ...], together: bool) -> Grid:
    """Results as their tensor has them, or a position's together."""
    if together:
        return Grid(1, positions[1] * outputs, outputs)
    return Grid(positions[0] * positions[1], positions[1], 1)


def lies_together(reader: Reader, last: int) -> bool:
    """Whether a picture's channels are stored position by position: its windows are
    fewer pieces then. All that reads it has to be a convolution of all channels."""
    shape = reader.operators[last].target.shape
    for user in reader.users(Result(last)):
        if user < 0:
            return False
        operator = reader.operators[user]
        if FAMILIES[operator.opcode].name != "conv_integer":
            return False
        homes = reader.homes.sources[user]
        if operator.sources[0].shape != shape or homes.count(Result(last)) != 1:
            return False
        if homes[0] != Result(last) or Window(*operator.attributes).group != 1:
            return False
    return True


def pooled(reader: Reader, done: Done, windows: Windows) -> tuple[Done, Windows]:
    """With the pool that alone uses the result, if the greatest sum is its byte."""
    users = reader.users(Result(done.last))
    if len(users) != 1 or users[0] < 0:
        return done, windows
    operator = reader.operators[users[0]]
    if FAMILIES[operator.opcode].name != "max_pool":
        return done, windows
    pooling = Pooling(*operator.attributes)
    whole = operator.sources[0].shape == reader.operators[done.last].target.shape
    if not whole or any(border_of(operator, pooling)):
        return done, windows
    down, right = windows.steps
    taps = tuple(
        row * pooling.dilation_rows * down + column * pooling.dilation_columns * right
        for row in range(pooling.rows)
        for column in range(pooling.columns)
    )
    if len(taps) > MOST_TAPS:
        return done, windows
    reader.done.add(users[0])
    return replace(done, last=users[0]), replace(
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


def followed(reader: Reader, index: int, count: int, by_position: bool) -> Done:
    """The bias, additions and the requantize that alone use a product of so many rows
    of weights."""
    operator, bias = reader.operators[index], np.zeros(count, np.int64)
    if len(operator.sources) == 5:
        bias = bias + reader.constant(index, 4).astype(np.int64)
    rows, last = rows_of(operator, count, by_position), index
    while True:
        users = reader.users(Result(last))
        if len(users) != 1 or users[0] < 0:
            return Done(last, bias, None)
        user = users[0]
        name = FAMILIES[reader.operators[user].opcode].name
        try:
            if name == "zip_add":
                added = by_row(added_to(reader, user, last), rows)
                if added is None:
                    return Done(last, bias, None)
                bias = bias + added
            elif name == "requantize":
                factors, zero = factors_of(reader, user)
                chosen = by_row(factors, rows)
                if chosen is None:
                    return Done(last, bias, None)
                reader.done.add(user)
                scale = Scale(tuple(map(whole_factor, chosen)), zero)
                return Done(user, bias, scale)
            else:
                return Done(last, bias, None)
        except Outside:  # its own rule says why
            return Done(last, bias, None)
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
