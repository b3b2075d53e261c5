"""Sums, differences, products and averages of quantised numbers."""

from collections.abc import Sequence
from math import prod
from typing import Final

import numpy as np

from converters.tflite.fixed import Multiplier
from converters.tflite.plain import paired
from converters.tflite.products import padding
from converters.tflite.reading import Node
from converters.tflite.rules import activated, demand, demand_bytes, rule
from converters.tflite.sketch import INT32, PICTURE, Sketch, code_of
from converters.values import Array

UNITS: Final = 20
"""Bits that terms are shifted by, so that less is lost when they get one scale."""

FEW: Final = 7
"""The same, of what is squared."""


@rule("ADD", "SUB")
def added(sketch: Sketch, node: Node) -> None:
    """Both in units of twice the coarser scale, 2^-20 of them."""
    if sketch.tensor(node.inputs[0]).dtype == "int32":
        return paired(sketch, node)
    demand_bytes(sketch, *node.inputs, *node.outputs)
    (result,) = node.outputs
    y = sketch.tensor(result)
    scales = [sketch.tensor(number).scale for number in node.inputs]
    twice = float(2 * max(scales))
    names, first = sketch.taken(node.inputs)
    parts = [
        shifted(sketch, name, sketch.tensor(number).zero, float(scale) / twice, UNITS)
        for name, number, scale in zip(names, node.inputs, scales, strict=True)
    ]
    total = sketch.op("Add" if node.kind == "ADD" else "Sub", *parts)
    factor = Multiplier.of(twice / float(np.float32(1 << UNITS) * y.scale))
    bytes_ = sketch.rescaled(total, [factor], sketch.zero_of(result))
    made = activated(sketch, bytes_, y, node.options.fusedActivationFunction)
    sketch.give(result, made, first)


def shifted(sketch: Sketch, name: str, zero: int, share: float, bits: int) -> str:
    """A term times a power of two and its share of the common scale."""
    factor, whole = Multiplier.of(share), sketch.whole(name, zero)
    if factor.shift:
        whole = sketch.op("Mul", whole, np.array(1 << bits, np.int32))
    else:
        factor = Multiplier(factor.factor, bits)
    return sketch.rescaled(whole, [factor], np.array(0, np.int32))


@rule("SQUARED_DIFFERENCE")
def squared_difference(sketch: Sketch, node: Node) -> None:
    demand_bytes(sketch, *node.inputs, *node.outputs)
    (result,) = node.outputs
    y = sketch.tensor(result)
    scales = [sketch.tensor(number).scale for number in node.inputs]
    twice = float(2 * max(scales))
    names, first = sketch.taken(node.inputs)
    parts = [
        shifted(sketch, name, sketch.tensor(number).zero, float(scale) / twice, FEW)
        for name, number, scale in zip(names, node.inputs, scales, strict=True)
    ]
    apart = sketch.op("Sub", *parts)
    square = sketch.op("Mul", apart, apart)
    factor = Multiplier.of(twice * twice / float(np.float32(1 << 2 * FEW) * y.scale))
    made = sketch.rescaled(square, [factor], sketch.zero_of(result))
    sketch.give(result, made, first)


@rule("PRELU")
def sloped(sketch: Sketch, node: Node) -> None:
    demand_bytes(sketch, *node.inputs, *node.outputs)
    (result,) = node.outputs
    x, slope = (sketch.tensor(number) for number in node.inputs)
    y = sketch.tensor(result)
    names, first = sketch.taken(node.inputs)
    whole, slopes = (
        sketch.whole(name, tensor.zero)
        for name, tensor in zip(names, (x, slope), strict=True)
    )
    above = Multiplier.of(float(x.scale / y.scale))
    below = Multiplier.of(float(x.scale * slope.scale / y.scale))
    zero = sketch.zero_of(result)
    sides = (
        sketch.rescaled(sketch.op("Mul", whole, slopes), [below], zero),
        sketch.rescaled(whole, [above], zero),
    )
    negative = sketch.op("Less", whole, np.array(0, np.int32))
    sketch.give(result, sketch.op("Where", negative, *sides), first)


@rule("MUL")
def multiplied(sketch: Sketch, node: Node) -> None:
    """Scales are multiplied as floats, as TFLite does it here."""
    demand_bytes(sketch, *node.inputs, *node.outputs)
    (result,) = node.outputs
    y = sketch.tensor(result)
    left, right = (sketch.tensor(number) for number in node.inputs)
    names, first = sketch.taken(node.inputs)
    pairs = zip(names, (left, right), strict=True)
    product = sketch.op("Mul", *(sketch.whole(name, t.zero) for name, t in pairs))
    factor = Multiplier.of(float(left.scale * right.scale / y.scale))
    bytes_ = sketch.rescaled(product, [factor], sketch.zero_of(result))
    made = activated(sketch, bytes_, y, node.options.fusedActivationFunction)
    sketch.give(result, made, first)


@rule("AVERAGE_POOL_2D")
def average(sketch: Sketch, node: Node) -> None:
    """Of bytes as they are, zero point included, by the windows' elements inside."""
    (number,), (result,), options = node.inputs, node.outputs, node.options
    demand_bytes(sketch, number, result)
    x, y = sketch.tensor(number), sketch.tensor(result)
    extents = [options.filterHeight, options.filterWidth]
    strides = [options.strideH, options.strideW]
    pads = padding(x.shape[1:3], extents, strides, options.padding)
    name, size = sketch.as_first(number), prod(extents)
    counts = counted(x.shape[1:3], y.shape[1:3], extents, strides, pads)
    power = size.bit_length() - 1
    alike = bool((counts == size).all()) and size == 1 << power
    zero = np.array(0, x.dtype)
    sums = window_sums(
        sketch, name, x.shape[3], extents, strides, pads, 1 + alike, zero
    )
    none = np.array(0, y.dtype)
    if alike:
        made = sketch.rescaled(sums, [Multiplier(1 << 30, -power)], none)
    else:
        made = sketch.op("Cast", rounded(sketch, sums, counts), to=code_of(y.dtype))
    made = activated(sketch, made, y, options.fusedActivationFunction)
    sketch.give(result, made, first=True)


def rounded(sketch: Sketch, sums: str, counts: Array) -> str:
    """Sums over counts, ties away from zero."""
    half = (counts // 2).astype(np.int32)
    positive = sketch.op("Greater", sums, np.array(0, np.int32))
    nudge = sketch.op("Where", positive, half, -half)
    whole = sketch.op("Add", sums, nudge)
    return sketch.op("Div", whole, counts.astype(np.int32))


def counted(
    lengths: Sequence[int],
    windows: Sequence[int],
    extents: Sequence[int],
    strides: Sequence[int],
    pads: Sequence[int],
) -> Array:
    """Elements of each window that lie in the picture: (rows, columns)."""
    sides = []
    for axis in range(2):
        starts = np.arange(windows[axis]) * strides[axis] - pads[axis]
        ends = np.minimum(starts + extents[axis], lengths[axis])
        sides.append(ends - np.maximum(starts, 0))
    return np.outer(*sides)


def window_sums(
    sketch: Sketch,
    name: str,
    channels: int,
    extents: Sequence[int],
    strides: Sequence[int],
    pads: Sequence[int],
    weight: int,
    zero: Array,
) -> str:
    """Of each channel by itself, times the weight; the picture has channels first."""
    return sketch.own(
        "ConvInteger",
        name,
        np.full((channels, 1, *extents), weight, np.int8),
        zero,
        np.array(0, np.int8),
        np.zeros(channels, np.int32),
        strides=list(strides),
        dilations=[1, 1],
        pads=list(pads),
        group=channels,
    )


@rule("MAX_POOL_2D")
def greatest(sketch: Sketch, node: Node) -> None:
    (number,), (result,), options = node.inputs, node.outputs, node.options
    demand_bytes(sketch, number, result)
    x, y = sketch.tensor(number), sketch.tensor(result)
    extents = [options.filterHeight, options.filterWidth]
    strides = [options.strideH, options.strideW]
    pads = padding(x.shape[1:3], extents, strides, options.padding)
    name = sketch.as_first(number)
    pooled = sketch.op(
        "MaxPool", name, kernel_shape=extents, strides=strides, pads=pads
    )
    made = activated(sketch, pooled, y, options.fusedActivationFunction)
    sketch.give(result, made, first=True)


@rule("MEAN")
def mean(sketch: Sketch, node: Node) -> None:
    """The count is part of the multiplier, cut off below its bits."""
    number, axes_number = node.inputs
    (result,) = node.outputs
    demand_bytes(sketch, number, result)
    x, y = sketch.tensor(number), sketch.tensor(result)
    given = sketch.tensor(axes_number).data
    demand(given is not None, "axes: not constant")
    assert given is not None, "demanded"
    axes = sorted({int(axis) % len(x.shape) for axis in given.ravel()})
    factor = Multiplier.of(float(x.scale) / float(y.scale))
    factor = shared(factor, prod(x.shape[axis] for axis in axes))
    if axes == [1, 2] and len(x.shape) == PICTURE:
        extents = x.shape[1:3]
        args = (x.shape[3], extents, (1, 1), (0, 0, 0, 0), 1, sketch.zero_of(number))
        sums = window_sums(sketch, sketch.as_first(number), *args)
    else:
        wide = sketch.whole(sketch.as_last(number), x.zero)
        sums = sketch.op("ReduceSum", wide, np.array(axes, np.int64), keepdims=1)
    made = sketch.rescaled(sums, [factor], sketch.zero_of(result))
    shaped = sketch.op("Reshape", made, np.array(y.shape, np.int64))
    sketch.give(result, shaped, first=False)


def shared(factor: Multiplier, count: int) -> Multiplier:
    """A multiplier over a count, without its remainder."""
    shift = min(count.bit_length() - 1, 32, 31 + factor.shift)
    return Multiplier((factor.factor << shift) // count, factor.shift - shift)


@rule("RESIZE_BILINEAR")
def bilinear(sketch: Sketch, node: Node) -> None:
    """By weights of 10 bits for rows and columns; ties away from zero."""
    number, (result,), options = node.inputs[0], node.outputs, node.options
    demand_bytes(sketch, number, result)
    x, y = sketch.tensor(number), sketch.tensor(result)
    wide = sketch.op("Cast", sketch.as_first(number), to=INT32)
    for axis in (1, 2):
        below, above, weights = between(
            x.shape[axis],
            y.shape[axis],
            bool(options.alignCorners),
            bool(options.halfPixelCenters),
        )
        weights = weights << (axis == 2)  # so that a factor of a half is exact
        line = [-1, 1] if axis == 1 else [-1]
        parts = [
            sketch.op(
                "Mul",
                sketch.op("Gather", wide, places, axis=axis + 1),
                share.astype(np.int32).reshape(line),
            )
            for places, share in zip((below, above), weights, strict=True)
        ]
        wide = sketch.op("Add", *parts)
    made = sketch.rescaled(wide, [Multiplier(1 << 30, -20)], np.array(0, y.dtype))
    sketch.give(result, made, first=True)


def between(
    length: int, wanted: int, align: bool, half_pixel: bool
) -> tuple[Array, Array, Array]:
    """The two neighbours of each place, and their weights: (2, wanted), 2^10 in all."""
    if align and wanted > 1:
        step = ((length - 1) * 1024 + (wanted - 1) // 2) // (wanted - 1)
    else:
        step = (length * 1024 + wanted // 2) // wanted
    at = np.arange(wanted, dtype=np.int64) * step
    if half_pixel:
        at = at + step // 2 - 512
    below = np.maximum(np.trunc(at / 1024), 0).astype(np.int64)
    above = np.minimum(np.trunc((at + 1023) / 1024), length - 1).astype(np.int64)
    share = at - 1024 * below
    return below, above, np.stack([1024 - share, share])
