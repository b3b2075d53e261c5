"""Products of bytes: exact sums in int32, each channel rescaled by its own factor."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from converters.tflite.fixed import Multiplier
from converters.tflite.reading import Node, Tensor
from converters.tflite.rules import activated, demand, demand_bytes, rule
from converters.tflite.sketch import Sketch
from converters.values import Array

SAME: Final = 0
LEFT_OUT: Final = -1


def channels_factors(x: Tensor, w: Tensor, y: Tensor) -> list[Multiplier]:
    """One for all channels, or one each: scales are multiplied as doubles."""
    if x.dtype == "uint8":
        return [factor_of(x, w, y)]
    return [
        Multiplier.of(float(x.scale) * float(scale) / float(y.scale))
        for scale in w.scales
    ]


def rounded_once(x: Tensor, w: Tensor, y: Tensor) -> list[Multiplier]:
    """As TFLite's dense layer of int8 has it: sums times doubles."""
    return [
        Multiplier.once(float(x.scale) * float(scale) / float(y.scale))
        for scale in w.scales
    ]


def factor_of(x: Tensor, w: Tensor, y: Tensor) -> Multiplier:
    """One for all: TFLite multiplies scales as floats here."""
    demand(len(w.scales) == 1, f"{w.name}: several scales")
    return Multiplier.of(float(x.scale * w.scale) / float(y.scale))


def demand_product(sketch: Sketch, node: Node) -> tuple[Tensor, Array, Tensor]:
    """x in bytes, constant weights of bytes, y; the bias in units of the product."""
    demand_bytes(sketch, node.inputs[0], node.outputs[0])
    x, w = (sketch.tensor(number) for number in node.inputs[:2])
    demand(w.quantised and w.data is not None, f"{w.name}: no constant bytes")
    demand(len({*w.zeros.tolist()}) <= 1, f"{w.name}: several zero points")
    assert w.data is not None, "demanded"
    return x, w.data, w


def bias_of(sketch: Sketch, node: Node, place: int, channels: int) -> Array:
    if len(node.inputs) <= place or node.inputs[place] == LEFT_OUT:
        return np.zeros(channels, np.int32)
    bias = sketch.tensor(node.inputs[place])
    held = bias.data
    demand(held is not None and bias.dtype == "int32", f"{bias.name}: no int32")
    assert held is not None, "demanded"
    return held.reshape(-1)


def padding(
    lengths: Sequence[int], extents: Sequence[int], strides: Sequence[int], kind: int
) -> list[int]:
    """Before each axis, then behind: so that there is a window a stride, or none."""
    before, after = [], []
    for length, extent, stride in zip(lengths, extents, strides, strict=True):
        windows = -(-length // stride)
        missing = max(0, (windows - 1) * stride + extent - length)
        missing = missing if kind == SAME else 0
        before.append(missing // 2)
        after.append(missing - missing // 2)
    return [*before, *after]


def convolved(sketch: Sketch, node: Node, kernel: Array, group: int) -> None:
    """By a kernel (outputs, inputs of a group, rows, columns)."""
    x, _, w = demand_product(sketch, node)
    (number, *_), (result,) = node.inputs, node.outputs
    y, options = sketch.tensor(result), node.options
    strides = [options.strideH, options.strideW]
    dilations = [options.dilationHFactor, options.dilationWFactor]
    extents = [
        d * (k - 1) + 1 for d, k in zip(dilations, kernel.shape[2:], strict=True)
    ]
    sums = sketch.own(
        "ConvInteger",
        sketch.as_first(number),
        kernel,
        np.array(x.zero, x.dtype),
        np.array(w.zero, w.dtype),
        bias_of(sketch, node, 2, len(kernel)),
        strides=strides,
        dilations=dilations,
        pads=padding(x.shape[1:3], extents, strides, options.padding),
        group=group,
    )
    bytes_ = sketch.rescaled(sums, channels_factors(x, w, y), sketch.zero_of(result), 1)
    made = activated(sketch, bytes_, y, options.fusedActivationFunction)
    sketch.give(result, made, first=True)


@rule("CONV_2D")
def convolution(sketch: Sketch, node: Node) -> None:
    x, kernel, _ = demand_product(sketch, node)
    depth = kernel.shape[3]
    demand(x.shape[3] % depth == 0, "channels: no whole groups")
    turned = np.ascontiguousarray(kernel.transpose(0, 3, 1, 2))
    convolved(sketch, node, turned, x.shape[3] // depth)


@rule("DEPTHWISE_CONV_2D")
def depthwise(sketch: Sketch, node: Node) -> None:
    x, kernel, _ = demand_product(sketch, node)
    turned = np.ascontiguousarray(kernel.transpose(3, 0, 1, 2))
    convolved(sketch, node, turned, x.shape[3])


@rule("TRANSPOSE_CONV")
def transposed(sketch: Sketch, node: Node) -> None:
    """A convolution of the picture with zeros put in between, by the turned kernel."""
    _, weights, number, *_ = node.inputs
    (result,) = node.outputs
    demand_bytes(sketch, number, result)
    x, w, y = (sketch.tensor(n) for n in (number, weights, result))
    held, options = w.data, node.options
    demand(w.quantised and held is not None, f"{w.name}: no constant bytes")
    assert held is not None, "demanded"
    strides = [options.strideH, options.strideW]
    extents = held.shape[1:3]
    wide = stretched(sketch, number, strides)
    before = padding(y.shape[1:3], extents, strides, options.padding)[:2]
    pads = [k - 1 - b for k, b in zip(extents, before, strict=True)]
    whole = [(n - 1) * s + 1 for n, s in zip(x.shape[1:3], strides, strict=True)]
    after = [
        length + extent - 1 - pad - size
        for length, extent, pad, size in zip(
            y.shape[1:3], extents, pads, whole, strict=True
        )
    ]
    demand(min(pads + after) >= 0, "padding: cuts the picture")
    kernel = np.ascontiguousarray(held[:, ::-1, ::-1].transpose(0, 3, 1, 2))
    sums = sketch.own(
        "ConvInteger",
        wide,
        kernel,
        np.array(x.zero, x.dtype),
        np.array(w.zero, w.dtype),
        bias_of(sketch, node, 3, len(kernel)),
        strides=[1, 1],
        dilations=[1, 1],
        pads=[*pads, *after],
        group=1,
    )
    bytes_ = sketch.rescaled(sums, channels_factors(x, w, y), sketch.zero_of(result), 1)
    activation = getattr(options, "fusedActivationFunction", 0)
    sketch.give(result, activated(sketch, bytes_, y, activation), first=True)


def stretched(sketch: Sketch, number: int, strides: Sequence[int]) -> str:
    """The picture, channels first, with zero points between its elements."""
    x, name = sketch.tensor(number), sketch.as_first(number)
    batch, rows, columns, channels = x.shape
    if max(strides) == 1:
        return name
    down, right = strides
    fine = sketch.op(
        "Reshape", name, np.array([batch, channels, rows, 1, columns, 1], np.int64)
    )
    behind = np.array([0] * 6 + [0, 0, 0, down - 1, 0, right - 1], np.int64)
    filled = sketch.op("Pad", fine, behind, np.array(x.zero, x.dtype))
    coarse = np.array([batch, channels, rows * down, columns * right], np.int64)
    whole = sketch.op("Reshape", filled, coarse)
    ends = np.array([(rows - 1) * down + 1, (columns - 1) * right + 1], np.int64)
    return sketch.op(
        "Slice", whole, np.zeros(2, np.int64), ends, np.array([2, 3], np.int64)
    )


@rule("FULLY_CONNECTED")
def dense(sketch: Sketch, node: Node) -> None:
    """Rows times columns of the weights; what x's zero point adds is in the bias."""
    x, weights, w = demand_product(sketch, node)
    (number, *_), (result,) = node.inputs, node.outputs
    y, terms = sketch.tensor(result), weights.shape[1]
    least = np.iinfo(x.dtype).min
    rows = sketch.op("Reshape", sketch.as_last(number), np.array([-1, terms], np.int64))
    sums = sketch.op(
        "MatMulInteger",
        rows,
        np.ascontiguousarray(weights.T),
        np.array(least, x.dtype),
        np.array(w.zero, w.dtype),
    )
    columns = (weights.astype(np.int64) - w.zero).sum(1)
    bias = bias_of(sketch, node, 2, len(weights)) + (least - x.zero) * columns
    if bias.any():
        sums = sketch.op("Add", sums, bias.astype(np.int32))
    once = x.dtype == "int8"
    factors = rounded_once(x, w, y) if once else [factor_of(x, w, y)]
    bytes_ = sketch.rescaled(sums, factors, sketch.zero_of(result), 1, once)
    made = activated(sketch, bytes_, y, node.options.fusedActivationFunction)
    shaped = sketch.op("Reshape", made, np.array(y.shape, np.int64))
    sketch.give(result, shaped, first=False)


@rule("BATCH_MATMUL")
def batched(sketch: Sketch, node: Node) -> None:
    """Of two computed tensors."""
    left, right = node.inputs
    (result,) = node.outputs
    demand_bytes(sketch, left, right, result)
    a, b, y = (sketch.tensor(n) for n in (left, right, result))
    names = []
    for number, turned in ((left, node.options.adjX), (right, node.options.adjY)):
        name, rank = sketch.as_last(number), len(sketch.tensor(number).shape)
        order = [*range(rank - 2), rank - 1, rank - 2]
        names.append(sketch.op("Transpose", name, perm=order) if turned else name)
    zeros = np.array(a.zero, a.dtype), np.array(b.zero, b.dtype)
    sums = sketch.op("MatMulInteger", *names, *zeros)
    made = sketch.rescaled(sums, [factor_of(a, b, y)], sketch.zero_of(result))
    sketch.give(result, made, first=False)
