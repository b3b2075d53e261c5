"""Products and averages on bytes: exact sums in int32, for those who need them."""

from dataclasses import dataclass

import numpy as np

from converters.quantise.forms import Forms, Rewriter, Sums
from converters.quantise.ranges import Grid
from converters.quantise.registry import quantises
from converters.values import Array, Floats
from tinynn.builder.graph import Value as Handle
from tinynn.operators import Operator
from tinynn.operators.conv import Window
from tinynn.operators.graph import Result
from tinynn.operators.integer import CONV
from tinynn.operators.matmul import TRANSPOSED_A, TRANSPOSED_B
from tinynn.operators.pool import Pooling
from tinynn.operators.window import extent

MOST_WEIGHT = 127
MOST_BYTE = 255
MOST_BIAS = 2.0**30
MOST_TERMS = int(2**30 / (MOST_WEIGHT * MOST_BYTE))
"""More, and sums might leave 32 bits."""


@dataclass(frozen=True, slots=True)
class Weights:
    """int8 rows, a scale for each, and the bias in units of a row's sums."""

    rows: Array
    scales: Floats
    bias: Array


def weights_of(
    rows: Floats, bias: Floats | None, grid: Grid, even: bool = False
) -> Weights | None:
    """(channels, terms) as bytes; None if that can't be, or sums would be too large.

    Sums of all channels are in the same units if they are to be `even`."""
    if not np.isfinite(rows).all() or rows.shape[1] > MOST_TERMS:
        return None
    added = np.zeros(len(rows)) if bias is None else bias.astype(np.float64)
    if not np.isfinite(added).all():
        return None
    # Where the bias is far larger than all weights, its scale decides.
    units = np.maximum(
        np.abs(rows).max(1).astype(np.float64) / MOST_WEIGHT,
        np.abs(added) / (float(grid.scale) * MOST_BIAS),
    )
    if even:
        units = np.full_like(units, units.max())
    units = np.where(units > 0, units, 1.0).astype(np.float32)
    scales = units * grid.scale
    if not (np.isfinite(scales).all() and scales.min() > 0):
        return None
    whole = np.rint(rows / units[:, None]).clip(-MOST_WEIGHT, MOST_WEIGHT)
    return Weights(
        rows=whole.astype(np.int8),
        scales=scales,
        bias=np.rint(added / scales).astype(np.int32),
    )


def byte(value: int) -> Array:
    return np.array(value, np.uint8)


NO_OFFSET = np.array(0, np.int8)


# Products.


@quantises("dense")
def dense(work: Rewriter, index: int) -> Forms | None:
    weight, bias = work.constant(index, 1), work.constant(index, 2)
    if weight is None or bias is None:
        return None
    return rows_product(work, index, weight.T, bias, (1, len(weight)), 0)


@quantises("matmul")
def matmul(work: Rewriter, index: int) -> Forms | None:
    operator, weight = work.operators[index], work.constant(index, 1)
    flags = operator.attributes[0]
    if weight is None or weight.ndim != 2 or flags & TRANSPOSED_A:
        return None
    bias = work.constant(index, 2)
    if len(operator.sources) == 3 and bias is None:
        return None
    rows = weight if flags & TRANSPOSED_B else weight.T
    last = len(operator.target.shape) - 1
    return rows_product(work, index, rows, bias, operator.sources[0].shape, last)


def rows_product(
    work: Rewriter,
    index: int,
    rows: Floats,
    bias: Floats | None,
    shape: tuple[int, ...],
    axis: int,
) -> Forms | None:
    """x in `shape` times the rows, which lie along `axis` of the result.

    What the zero point of x adds is part of the bias.
    """
    forms = work.source(index)
    if forms is None:
        return None
    x, grid = work.as_bytes(forms)
    held = weights_of(rows, bias, grid, index in work.even)
    if held is None:
        return None
    offset = grid.zero * held.rows.sum(1, dtype=np.int32)
    sums = work.builder.op(
        "MatMulInteger",
        work.builder.view(x, shape),
        held.rows.T,
        byte(0),
        NO_OFFSET,
    )
    whole = held.bias - offset
    if whole.any():
        sums = work.builder.op("Add", sums, whole)
    return summed(work, index, sums, held.scales, axis)


@quantises("conv")
def conv(work: Rewriter, index: int) -> Forms | None:
    operator, forms = work.operators[index], work.source(index)
    weight, bias = work.constant(index, 1), work.constant(index, 2)
    unknown_bias = len(operator.sources) == 3 and bias is None
    if forms is None or weight is None or unknown_bias:
        return None
    if is_one_row(operator):
        rows = weight.reshape(len(weight), -1)
        return rows_product(work, index, rows, bias, (1, rows.shape[1]), 1)
    x, grid = work.as_bytes(forms)
    even = index in work.even
    held = weights_of(weight.reshape(len(weight), -1), bias, grid, even)
    if held is None:
        return None
    arrays = [held.rows.reshape(weight.shape), byte(grid.zero), NO_OFFSET]
    if held.bias.any():
        arrays.append(held.bias)
    x = work.builder.view(x, operator.sources[0].shape)
    sources = [x, *(work.builder.constant(array) for array in arrays)]
    sums = work.builder.emit(CONV, sources, (0, *operator.attributes[1:]))
    return summed(work, index, sums, held.scales, 1)


def is_one_row(operator: Operator) -> bool:
    """Whether the window covers the whole picture, once: a dense layer in disguise."""
    x, kernel = (source.shape for source in operator.sources[:2])
    window = Window(*operator.attributes)
    alike = x == (1, *kernel[1:]) and operator.target.shape[2:] == (1, 1)
    pads = (window.top, window.left, window.bottom, window.right)
    return alike and not any(pads)


def summed(
    work: Rewriter, index: int, sums: Handle, scales: Floats, axis: int
) -> Forms:
    """The forms of a result that exists as sums."""
    if index in work.even:
        scales, axis = scales[:1], 0
    handle = work.builder.view(sums, work.operators[index].target.shape)
    return Forms(work.ranges[Result(index)], sums=Sums(handle, scales, axis))


# Averages are products with ones.


@quantises("reduce_mean")
def mean(work: Rewriter, index: int) -> Forms | None:
    operator = work.operators[index]
    shape, axis = operator.sources[0].shape, operator.attributes[0]
    if any(extent > 1 for extent in shape[axis + 1 :]):
        return None
    return mean_of_rows(work, index, shape[axis])


@quantises("average_pool")
def average_pool(work: Rewriter, index: int) -> Forms | None:
    """Windows that lie in the picture as a whole."""
    operator, forms = work.operators[index], work.source(index)
    pooling = Pooling(*operator.attributes)
    _, channels, height, width = operator.sources[0].shape
    if (pooling.rows, pooling.columns) == (height, width):
        return mean_of_rows(work, index, height * width)
    if forms is None or not forms.exact or not inside(pooling, height, width):
        return None
    x, grid = work.as_bytes(forms)
    ones = np.ones((channels, 1, pooling.rows, pooling.columns), np.int8)
    sources = [
        work.builder.view(x, operator.sources[0].shape),
        *map(work.builder.constant, (ones, byte(grid.zero), NO_OFFSET)),
    ]
    sums = work.builder.emit(CONV, sources, window_of(pooling, channels, height, width))
    scale = grid.scale / np.float32(pooling.rows * pooling.columns)
    return summed(work, index, sums, np.array([scale]), 0)


def inside(pooling: Pooling, height: int, width: int) -> bool:
    """No window meets the border."""
    ends = (
        (pooling.output_rows - 1) * pooling.stride_rows
        + extent(pooling.rows, pooling.dilation_rows),
        (pooling.output_columns - 1) * pooling.stride_columns
        + extent(pooling.columns, pooling.dilation_columns),
    )
    return not (pooling.top or pooling.left) and ends[0] <= height and ends[1] <= width


def window_of(
    pooling: Pooling, channels: int, height: int, width: int
) -> tuple[int, ...]:
    """The convolution's attributes: each channel is a group."""
    steps = (
        pooling.stride_rows,
        pooling.stride_columns,
        pooling.dilation_rows,
        pooling.dilation_columns,
    )
    return (0, channels, 1, 1, *steps, 0, 0, 0, 0)


def mean_of_rows(work: Rewriter, index: int, length: int) -> Forms | None:
    """Of every `length` elements in turn."""
    forms = work.source(index)
    if forms is None or not forms.exact or length > MOST_TERMS:
        return None
    x, grid = work.as_bytes(forms)
    rows = work.builder.view(x, (x.count // length, length))
    ones = np.ones((length, 1), np.int8)
    sums = work.builder.op("MatMulInteger", rows, ones, byte(grid.zero), NO_OFFSET)
    scale = grid.scale / np.float32(length)
    return summed(work, index, sums, np.array([scale]), 0)
