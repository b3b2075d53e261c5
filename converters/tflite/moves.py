"""Operators that move bytes: none of them rounds."""

from collections.abc import Sequence

import numpy as np

from converters.tflite.reading import Node
from converters.tflite.rules import NotExact, demand, rule
from converters.tflite.sketch import INT32, PICTURE, TO_FIRST, Sketch, code_of
from converters.values import Array


def demand_alike(sketch: Sketch, numbers: Sequence[int]) -> None:
    """Of one type, and of bytes on one grid."""
    first, *others = (sketch.tensor(number) for number in numbers)
    for other in others:
        same = first.dtype == other.dtype and first.scales.size == other.scales.size
        grids = same and (
            np.array_equal(first.scales, other.scales) and first.zero == other.zero
        )
        demand(bool(grids), f"{other.name}: another scale than {first.name}")


def constant_of(sketch: Sketch, number: int) -> Array:
    held = sketch.tensor(number).data
    if held is None:
        raise NotExact(f"{sketch.tensor(number).name}: not constant")
    return held


def along(axis: int, rank: int, first: bool) -> int:
    """Where an axis is, channels last, when they come first."""
    axis %= rank
    return TO_FIRST.index(axis) if first else axis


@rule("RESHAPE", "SQUEEZE", "EXPAND_DIMS")
def reshaped(sketch: Sketch, node: Node) -> None:
    """To the shape that the file gives the result."""
    number, (result,) = node.inputs[0], node.outputs
    demand_alike(sketch, (number, result))
    shape = np.array(sketch.tensor(result).shape, np.int64)
    made = sketch.op("Reshape", sketch.as_last(number), shape)
    sketch.give(result, made, first=False)


@rule("TRANSPOSE")
def transposed(sketch: Sketch, node: Node) -> None:
    (number, order), (result,) = node.inputs, node.outputs
    demand_alike(sketch, (number, result))
    perm = [int(axis) for axis in constant_of(sketch, order)]
    made = sketch.op("Transpose", sketch.as_last(number), perm=perm)
    sketch.give(result, made, first=False)


@rule("CONCATENATION")
def concatenated(sketch: Sketch, node: Node) -> None:
    (result,) = node.outputs
    demand_alike(sketch, (*node.inputs, result))
    demand(not node.options.fusedActivationFunction, "activation of a concatenation")
    names, first = sketch.taken(node.inputs)
    rank = len(sketch.tensor(result).shape)
    axis = along(node.options.axis, rank, first)
    sketch.give(result, sketch.op("Concat", *names, axis=axis), first)


@rule("PAD", "PADV2")
def padded(sketch: Sketch, node: Node) -> None:
    """With the byte for 0, or with the one that is given."""
    number, sides, *values = node.inputs
    (result,) = node.outputs
    demand_alike(sketch, (number, *values, result))
    filling = constant_of(sketch, values[0]) if values else sketch.zero_of(result)
    (name,), first = sketch.taken([number])
    pairs = constant_of(sketch, sides).reshape(-1, 2)
    pairs = pairs[list(TO_FIRST)] if first else pairs
    pads = pairs.T.ravel().astype(np.int64)
    made = sketch.op("Pad", name, pads, filling.reshape(()))
    sketch.give(result, made, first)


@rule("TILE", "BROADCAST_TO")
def repeated(sketch: Sketch, node: Node) -> None:
    """As often as the result's shape says."""
    number, (result,) = node.inputs[0], node.outputs
    demand_alike(sketch, (number, result))
    shape = sketch.tensor(result).shape
    given = sketch.tensor(number).shape
    held = np.array((1,) * (len(shape) - len(given)) + given, np.int64)
    whole = sketch.op("Reshape", sketch.as_last(number), held)
    made = sketch.op("Tile", whole, np.array(shape, np.int64) // held)
    sketch.give(result, made, first=False)


@rule("SPACE_TO_BATCH_ND")
def to_batches(sketch: Sketch, node: Node) -> None:
    """Every so-and-so-many-th element becomes a picture of its own."""
    number, block_number, sides = node.inputs
    (result,) = node.outputs
    demand_alike(sketch, (number, result))
    block = constant_of(sketch, block_number).ravel().tolist()
    pairs = constant_of(sketch, sides).reshape(-1, 2)
    batch, *lengths = sketch.tensor(number).shape[: 1 + len(block)]
    rest = sketch.tensor(number).shape[1 + len(block) :]
    edges = [(0, 0), *map(tuple, pairs.tolist()), *((0, 0) for _ in rest)]
    pads = np.array(edges, np.int64).T.ravel()
    name = sketch.op("Pad", sketch.as_last(number), pads, sketch.zero_of(result))
    whole = [n + a + z for n, (a, z) in zip(lengths, pairs.tolist(), strict=True)]
    fine = [m for n, b in zip(whole, block, strict=True) for m in (n // b, b)]
    cut = sketch.op("Reshape", name, np.array([batch, *fine, *rest], np.int64))
    inner, outer = range(2, 1 + 2 * len(block), 2), range(1, 1 + 2 * len(block), 2)
    last = range(1 + 2 * len(block), 1 + 2 * len(block) + len(rest))
    turned = sketch.op("Transpose", cut, perm=[*inner, 0, *outer, *last])
    shape = np.array(sketch.tensor(result).shape, np.int64)
    sketch.give(result, sketch.op("Reshape", turned, shape), first=False)


@rule("BATCH_TO_SPACE_ND")
def from_batches(sketch: Sketch, node: Node) -> None:
    """The other way, and cut."""
    number, block_number, sides = node.inputs
    (result,) = node.outputs
    demand_alike(sketch, (number, result))
    block = constant_of(sketch, block_number).ravel().tolist()
    pairs = constant_of(sketch, sides).reshape(-1, 2)
    batches, *lengths = sketch.tensor(number).shape[: 1 + len(block)]
    rest = sketch.tensor(number).shape[1 + len(block) :]
    batch = batches // int(np.prod(block))
    fine = np.array([*block, batch, *lengths, *rest], np.int64)
    cut = sketch.op("Reshape", sketch.as_last(number), fine)
    count = len(block)
    mixed = [axis for i in range(count) for axis in (count + 1 + i, i)]
    last = range(2 * count + 1, 2 * count + 1 + len(rest))
    turned = sketch.op("Transpose", cut, perm=[count, *mixed, *last])
    whole = [n * b for n, b in zip(lengths, block, strict=True)]
    name = sketch.op("Reshape", turned, np.array([batch, *whole, *rest], np.int64))
    starts = pairs[:, 0].astype(np.int64)
    ends = np.array(whole, np.int64) - pairs[:, 1]
    axes = np.arange(1, 1 + count, dtype=np.int64)
    made = sketch.op("Slice", name, starts, ends, axes)
    sketch.give(result, made, first=False)


@rule("SLICE")
def sliced(sketch: Sketch, node: Node) -> None:
    number, begin, size = node.inputs
    (result,) = node.outputs
    demand_alike(sketch, (number, result))
    starts = constant_of(sketch, begin).astype(np.int64)
    constant_of(sketch, size)
    ends = starts + np.array(sketch.tensor(result).shape, np.int64)
    axes = np.arange(len(starts), dtype=np.int64)
    made = sketch.op("Slice", sketch.as_last(number), starts, ends, axes)
    sketch.give(result, made, first=False)


@rule("STRIDED_SLICE")
def strided(sketch: Sketch, node: Node) -> None:
    """numpy's slices, which the masks are about."""
    number, *bounds = node.inputs
    (result,) = node.outputs
    demand_alike(sketch, (number, result))
    options = node.options
    demand(not (options.ellipsisMask or options.newAxisMask), "slice: new axes")
    begin, end, step = (constant_of(sketch, n).astype(np.int64) for n in bounds)
    shape, rows = sketch.tensor(number).shape, []
    for axis in range(len(begin)):
        first: int | None = int(begin[axis])
        last: int | None = int(end[axis])
        if options.shrinkAxisMask >> axis & 1:
            start = int(begin[axis]) % shape[axis]
            rows.append((start, start + 1, 1))
            continue
        first = None if options.beginMask >> axis & 1 else first
        last = None if options.endMask >> axis & 1 else last
        start, stop, by = slice(first, last, int(step[axis])).indices(shape[axis])
        rows.append((start, stop if stop >= 0 else -shape[axis] - 1, by))
    starts, ends, steps = np.array(rows, np.int64).T.copy()
    axes = np.arange(len(rows), dtype=np.int64)
    made = sketch.op("Slice", sketch.as_last(number), starts, ends, axes, steps)
    shaped = np.array(sketch.tensor(result).shape, np.int64)
    sketch.give(result, sketch.op("Reshape", made, shaped), first=False)


@rule("SPLIT", "SPLIT_V")
def split(sketch: Sketch, node: Node) -> None:
    last = node.kind == "SPLIT"
    number, axis_number = node.inputs[-1 if last else 0], node.inputs[0 if last else 2]
    demand_alike(sketch, (number, *node.outputs))
    (name,), first = sketch.taken([number])
    rank = len(sketch.tensor(number).shape)
    axis = int(constant_of(sketch, axis_number).ravel()[0]) % rank
    lengths = [sketch.tensor(result).shape[axis] for result in node.outputs]
    made = sketch.ops(
        "Split",
        len(lengths),
        name,
        np.array(lengths, np.int64),
        axis=along(axis, rank, first),
    )
    for result, part in zip(node.outputs, made, strict=True):
        sketch.give(result, part, first)


@rule("PACK")
def packed(sketch: Sketch, node: Node) -> None:
    (result,) = node.outputs
    demand_alike(sketch, (*node.inputs, result))
    shape = sketch.tensor(result).shape
    axis = node.options.axis % len(shape)
    line = np.array([*shape[:axis], 1, *shape[axis + 1 :]], np.int64)
    parts = [sketch.op("Reshape", sketch.as_last(n), line) for n in node.inputs]
    sketch.give(result, sketch.op("Concat", *parts, axis=axis), first=False)


@rule("UNPACK")
def unpacked(sketch: Sketch, node: Node) -> None:
    (number,) = node.inputs
    demand_alike(sketch, (number, *node.outputs))
    axis = node.options.axis % len(sketch.tensor(number).shape)
    name = sketch.as_last(number)
    for place, result in enumerate(node.outputs):
        made = sketch.op("Gather", name, np.array(place, np.int64), axis=axis)
        sketch.give(result, made, first=False)


@rule("GATHER")
def gathered(sketch: Sketch, node: Node) -> None:
    number, places = node.inputs
    (result,) = node.outputs
    demand_alike(sketch, (number, result))
    demand(not node.options.batchDims, "gather: batches")
    axis = node.options.axis % len(sketch.tensor(number).shape)
    names = sketch.as_last(number), sketch.as_last(places)
    sketch.give(result, sketch.op("Gather", *names, axis=axis), first=False)


@rule("DEPTH_TO_SPACE", "SPACE_TO_DEPTH")
def spread(sketch: Sketch, node: Node) -> None:
    (number,), (result,) = node.inputs, node.outputs
    demand_alike(sketch, (number, result))
    operator = "DepthToSpace" if node.kind == "DEPTH_TO_SPACE" else "SpaceToDepth"
    size = int(node.options.blockSize)
    made = sketch.op(operator, sketch.as_first(number), blocksize=size)
    sketch.give(result, made, first=True)


@rule("RESIZE_NEAREST_NEIGHBOR")
def nearest(sketch: Sketch, node: Node) -> None:
    """Places are computed as TFLite does, in float32."""
    number, (result,), options = node.inputs[0], node.outputs, node.options
    demand_alike(sketch, (number, result))
    x, y = sketch.tensor(number), sketch.tensor(result)
    demand(len(x.shape) == PICTURE, "resize: no picture")
    name = sketch.as_first(number)
    for axis in (1, 2):
        args = bool(options.alignCorners), bool(options.halfPixelCenters)
        places = neighbours(x.shape[axis], y.shape[axis], *args)
        name = sketch.op("Gather", name, places, axis=axis + 1)
    sketch.give(result, name, first=True)


def neighbours(length: int, wanted: int, align: bool, half_pixel: bool) -> Array:
    if align and wanted > 1:
        scale = np.float32(length - 1) / np.float32(wanted - 1)
    else:
        scale = np.float32(length) / np.float32(wanted)
    at = np.arange(wanted).astype(np.float32) + np.float32(0.5 * half_pixel)
    scaled = at * scale
    whole = np.floor(scaled + np.float32(0.5)) if align else np.floor(scaled)
    places: Array = np.clip(whole.astype(np.int64), 0, length - 1)
    return places


@rule("MAXIMUM", "MINIMUM")
def extreme(sketch: Sketch, node: Node) -> None:
    (result,) = node.outputs
    demand_alike(sketch, (*node.inputs, result))
    names, first = sketch.taken(node.inputs)
    operator = "Max" if node.kind == "MAXIMUM" else "Min"
    sketch.give(result, sketch.op(operator, *names), first)


@rule("REDUCE_MAX", "REDUCE_MIN")
def extremes(sketch: Sketch, node: Node) -> None:
    number, axes_number = node.inputs
    (result,) = node.outputs
    demand_alike(sketch, (number, result))
    rank = len(sketch.tensor(number).shape)
    axes = {int(axis) % rank for axis in constant_of(sketch, axes_number).ravel()}
    operator = "ReduceMax" if node.kind == "REDUCE_MAX" else "ReduceMin"
    places = np.array(sorted(axes), np.int64)
    wide = sketch.op("Cast", sketch.as_last(number), to=INT32)
    best = sketch.op(operator, wide, places, keepdims=1)
    made = sketch.op("Cast", best, to=code_of(sketch.tensor(number).dtype))
    shape = np.array(sketch.tensor(result).shape, np.int64)
    sketch.give(result, sketch.op("Reshape", made, shape), first=False)


@rule("ARG_MAX")
def place_of_greatest(sketch: Sketch, node: Node) -> None:
    """The first of equals."""
    number, axis_number = node.inputs
    (result,) = node.outputs
    rank = len(sketch.tensor(number).shape)
    axis = int(constant_of(sketch, axis_number).ravel()[0]) % rank
    made = sketch.op("ArgMax", sketch.as_last(number), axis=axis, keepdims=0)
    if sketch.tensor(result).dtype == "int32":
        made = sketch.op("Cast", made, to=INT32)
    sketch.give(result, made, first=False)
