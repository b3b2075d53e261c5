"""Convolutions: with constant weights they wait for a bias or a normalisation."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from converters.lowering.dense import constant_floats
from converters.registry import Graph, Refused, lowers
from converters.values import Affine, Value, whole_numbers

Lengths = Sequence[int]


def window(
    x: Value,
    kernel: Lengths,
    strides: Lengths | None,
    pads: Lengths | None,
    dilations: Lengths | None,
    auto_pad: str,
) -> dict[str, tuple[int, ...]]:
    """Strides, dilations and explicit pads of a window over x's last axes."""
    axes = len(kernel)
    step = tuple(strides or [1] * axes)
    stretch = tuple(dilations or [1] * axes)
    sides = tuple(pads or [0] * 2 * axes)
    if auto_pad in ("SAME_UPPER", "SAME_LOWER"):
        begin, end = [], []
        for n, k, s, d in zip(x.shape[2:], kernel, step, stretch, strict=True):
            total = max(0, (-(-n // s) - 1) * s + d * (k - 1) + 1 - n)
            half = total // 2
            upper = auto_pad == "SAME_UPPER"
            begin.append(half if upper else total - half)
            end.append(total - half if upper else half)
        sides = (*begin, *end)
    elif auto_pad == "VALID":
        sides = (0,) * 2 * axes
    return {"strides": step, "dilations": stretch, "pads": sides}


def outputs_of(
    x: Value, kernel: Lengths, how: Mapping[str, tuple[int, ...]]
) -> tuple[int, ...]:
    """How many windows fit along each axis."""
    axes = len(kernel)
    lengths = []
    for axis, (n, k) in enumerate(zip(x.shape[2:], kernel, strict=True)):
        begin, end = how["pads"][axis], how["pads"][axes + axis]
        step, reach = how["strides"][axis], how["dilations"][axis] * (k - 1) + 1
        room = n + begin + end - reach
        if room < 0:
            raise Refused(f"window: expected at most {n + begin + end}, got {reach}")
        lengths.append(room // step + 1)
    return tuple(lengths)


@lowers("Conv")
def conv(
    graph: Graph,
    x: Value,
    w: Value,
    b: Value | None = None,
    *,
    kernel_shape: Lengths | None = None,
    strides: Lengths | None = None,
    pads: Lengths | None = None,
    dilations: Lengths | None = None,
    group: int = 1,
    auto_pad: str = "NOTSET",
) -> Value:
    kernel = w.shape[2:]
    how = window(x, kernel, strides, pads, dilations, auto_pad)
    if len(kernel) == 3:
        return conv_of_volumes(graph, x, w, b, how, group)
    weight = constant_floats(w)
    bias = np.zeros(w.shape[0], np.float32) if b is None else constant_floats(b)
    if weight is None or bias is None:
        return graph.op("Conv", x, w, b, group=group, **how)
    shape = (x.shape[0], w.shape[0], *outputs_of(x, kernel, how))
    attributes = {**how, "group": group}
    return Affine("Conv", graph.settle(x), weight, bias, shape, attributes)


def conv_of_volumes(
    graph: Graph,
    x: Value,
    w: Value,
    b: Value | None,
    how: Mapping[str, tuple[int, ...]],
    group: int,
) -> Value:
    """Over three axes: each slice of a result is of a picture whose channels are those
    slices of x that its window reaches. Terms run as in two: channels, then depth."""
    n, channels, _, height, width = x.shape
    reach, slices = w.shape[2], outputs_of(x, w.shape[2:], how)[0]
    (step, *steps), (stretch, *rest) = how["strides"], how["dilations"]
    front, back = how["pads"][0], how["pads"][3]
    around = whole_numbers([0, 0, front, 0, 0, 0, 0, back, 0, 0])
    deep = graph.apply("Pad", x, around) if front or back else x
    chosen = [o * step + k * stretch for o in range(slices) for k in range(reach)]
    taken = graph.apply("Gather", deep, whole_numbers(chosen), axis=2)
    parted = graph.reshape(taken, (n, channels, slices, reach, height, width))
    moved = graph.apply("Transpose", parted, perm=[0, 2, 1, 3, 4, 5])
    pictures = graph.apply(
        "Conv",
        graph.reshape(moved, (n * slices, channels * reach, height, width)),
        graph.reshape(w, (w.shape[0], w.shape[1] * reach, *w.shape[3:])),
        b,
        group=group,
        strides=steps,
        dilations=rest,
        pads=[*how["pads"][1:3], *how["pads"][4:]],
    )
    stacked = graph.reshape(pictures, (n, slices, *pictures.shape[1:]))
    return graph.apply("Transpose", stacked, perm=[0, 2, 1, 3, 4])


@lowers("ConvTranspose")
def conv_transpose(
    graph: Graph,
    x: Value,
    w: Value,
    b: Value | None = None,
    *,
    kernel_shape: Lengths | None = None,
    strides: Lengths | None = None,
    pads: Lengths | None = None,
    dilations: Lengths | None = None,
    group: int = 1,
    auto_pad: str = "NOTSET",
    output_padding: Lengths | None = None,
    output_shape: Lengths | None = None,
) -> Value:
    """Pads cut the result; `output_shape` and `auto_pad` are made pads here."""
    axes = len(w.shape) - 2
    step, stretch = tuple(strides or [1] * axes), tuple(dilations or [1] * axes)
    reach = [d * (k - 1) + 1 for d, k in zip(stretch, w.shape[2:], strict=True)]
    extra = list(output_padding or [0] * axes)
    sides = list(pads or [0] * 2 * axes)
    wanted = list(output_shape or [])[-axes:]
    whole = zip(x.shape[2:], step, reach, extra, strict=True)
    full = [(n - 1) * s + r + e for n, s, r, e in whole]
    if auto_pad in ("SAME_UPPER", "SAME_LOWER") and not wanted:
        same = (n * s for n, s in zip(x.shape[2:], step, strict=True))
        wanted = [min(pair) for pair in zip(same, full, strict=True)]
    for axis, length in enumerate(wanted):
        more = max(0, length - full[axis])
        extra[axis], full[axis] = extra[axis] + more, full[axis] + more
        total = full[axis] - length
        less, rest = total // 2, total - total // 2
        first = less if auto_pad == "SAME_UPPER" else rest
        sides[axis], sides[axes + axis] = first, total - first
    lengths = [
        n - a - z for n, a, z in zip(full, sides[:axes], sides[axes:], strict=True)
    ]
    if min(sides) < 0 or min(lengths) < 1:
        raise Refused(f"pads: expected 0 to less than {full}, got {sides}")
    if axes == 3:
        how = {"strides": step, "dilations": stretch, "pads": tuple(sides)}
        how["output_padding"] = tuple(extra)
        return transpose_of_volumes(graph, x, w, b, how, lengths[0], group)
    most = [r - 1 for r in reach] + [
        r - 1 + e for r, e in zip(reach, extra, strict=True)
    ]
    inner = [min(pair) for pair in zip(sides, most, strict=True)]
    attributes = {
        "strides": step,
        "dilations": stretch,
        "pads": tuple(inner),
        "output_padding": tuple(extra),
        "group": group,
    }
    beyond = [side - least for side, least in zip(sides, inner, strict=True)]
    around = zip(lengths, beyond[:axes], beyond[axes:], strict=True)
    result = transposed(graph, x, w, b, [sum(parts) for parts in around], attributes)
    return trimmed(graph, result, beyond) if any(beyond) else result


def transpose_of_volumes(
    graph: Graph,
    x: Value,
    w: Value,
    b: Value | None,
    how: Mapping[str, tuple[int, ...]],
    slices: int,
    group: int,
) -> Value:
    """Each slice of a result is of a picture whose channels are those slices of x that
    reach it, by the weights' slices; one of zeros where none does."""
    n, channels, depth, height, width = x.shape
    (step, *steps), (stretch, *rest) = how["strides"], how["dilations"]
    front, reach = how["pads"][0], w.shape[2]
    deep = graph.apply("Pad", x, whole_numbers([0] * 7 + [1, 0, 0]))
    chosen = []
    for o, k in product(range(slices), range(reach)):
        index, off = divmod(o + front - k * stretch, step)
        chosen.append(depth if off or not 0 <= index < depth else index)
    taken = graph.apply("Gather", deep, whole_numbers(chosen), axis=2)
    parted = graph.reshape(taken, (n, channels, slices, reach, height, width))
    moved = graph.apply("Transpose", parted, perm=[0, 2, 1, 3, 4, 5])
    sliced = graph.apply("Transpose", w, perm=[0, 2, 1, 3, 4])
    pictures = graph.apply(
        "ConvTranspose",
        graph.reshape(moved, (n * slices, channels * reach, height, width)),
        graph.reshape(sliced, (channels * reach, w.shape[1], *w.shape[3:])),
        b,
        group=group,
        strides=steps,
        dilations=rest,
        pads=[*how["pads"][1:3], *how["pads"][4:]],
        output_padding=how["output_padding"][1:],
    )
    stacked = graph.reshape(pictures, (n, slices, *pictures.shape[1:]))
    return graph.apply("Transpose", stacked, perm=[0, 2, 1, 3, 4])


def transposed(
    graph: Graph,
    x: Value,
    w: Value,
    b: Value | None,
    lengths: Lengths,
    how: Mapping[str, Any],
) -> Value:
    """With pads that no window lies in as a whole, to rows and columns of `lengths`."""
    channels = w.shape[1] * how["group"]
    weight = constant_floats(w)
    bias = np.zeros(channels, np.float32) if b is None else constant_floats(b)
    if weight is None or bias is None:
        return graph.op("ConvTranspose", x, w, b, **how)
    shape = (x.shape[0], channels, *lengths)
    return Affine("ConvTranspose", graph.settle(x), weight, bias, shape, how)


def trimmed(graph: Graph, x: Value, sides: Lengths) -> Value:
    """Without so many elements at the beginning and the end of the last axes."""
    axes = len(sides) // 2
    lengths = x.shape[-axes:]
    ends = [n - end for n, end in zip(lengths, sides[axes:], strict=True)]
    which = range(len(x.shape) - axes, len(x.shape))
    bounds = (whole_numbers(row) for row in (sides[:axes], ends, which))
    return graph.apply("Slice", x, *bounds)
