"""Convolutions: with constant weights they wait for a bias or a normalisation."""

from collections.abc import Mapping, Sequence

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
    return Affine("Conv", graph.emit(x), weight, bias, shape, attributes)


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
    extra = tuple(output_padding or [0] * axes)
    sides = list(pads or [0] * 2 * axes)
    full = [
        (n - 1) * s + d * (k - 1) + 1 + e
        for n, s, d, k, e in zip(
            x.shape[2:], step, stretch, w.shape[2:], extra, strict=True
        )
    ]
    wanted = list(output_shape or [])[-axes:]
    if auto_pad in ("SAME_UPPER", "SAME_LOWER") and not wanted:
        wanted = [n * s for n, s in zip(x.shape[2:], step, strict=True)]
    for axis, length in enumerate(wanted):
        total = full[axis] - length
        less, more = total // 2, total - total // 2
        first = less if auto_pad == "SAME_UPPER" else more
        sides[axis], sides[axes + axis] = first, total - first
    if min(sides) < 0:
        raise Refused(f"pads: expected none below 0, got {sides}")
    lengths = [
        n - a - b for n, a, b in zip(full, sides[:axes], sides[axes:], strict=True)
    ]
    attributes = {
        "strides": step,
        "dilations": stretch,
        "pads": tuple(sides),
        "output_padding": extra,
        "group": group,
    }
    channels = w.shape[1] * group
    weight = constant_floats(w)
    bias = np.zeros(channels, np.float32) if b is None else constant_floats(b)
    if weight is None or bias is None:
        return graph.op("ConvTranspose", x, w, b, **attributes)
    shape = (x.shape[0], channels, *lengths)
    return Affine("ConvTranspose", graph.emit(x), weight, bias, shape, attributes)
