"""normalize: `y = (x - m) * r` over rows of the last axes, each by itself.

`m = (((+0 + x[0]) + x[1]) + ...) / n` and with d = x - m also
`v = (((+0 + d[0] d[0]) + d[1] d[1]) + ...) / n`, both sequential, and
`r = 1 / sqrt(v + e)`. Without CENTRED m is not subtracted: d = x. Scale and shift are
operators of their own.
"""

from collections.abc import Sequence
from math import prod
from typing import Final

import numpy as np

from ..kernels import Call
from ..memory.tensor import TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .numbers import Floats, bits_of
from .shape import check_arity, check_axis, check_dtype, demand, normal_axis

CENTRED: Final = 1


def infer(types: Types, attributes: Words) -> TensorType:
    """float32; attributes are the first axis of a row, flags, epsilon's bits."""
    check_arity(types, attributes, 1, 3)
    check_dtype("normalize", types[0], "float32")
    axis, flags, _ = attributes
    check_axis(axis, types[0].shape)
    demand("normalize: flags", f"0 or {CENTRED}", flags, flags <= CENTRED)
    n, most = prod(types[0].shape[axis:]), 1 << 24
    demand("normalize: elements of a row", f"at most {most}", n, n <= most)
    return types[0]


def row_of(operator: Operator) -> int:
    """Elements of a row; rows are not cut."""
    return prod(operator.target.shape[operator.attributes[0] :])


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    x, y = operator.part(space, first, count), operator.tile(space, first, count)
    _, flags, epsilon = operator.attributes
    n = row_of(operator)
    return [Call("fold.normalize", (y, x, count // n, n, flags, epsilon))]


def instructions(operator: Operator, count: int) -> int:
    """Five operations of at most 130 an element; a root and divisions a row."""
    return 700 * count + 4000 * (count // row_of(operator) + 1)


def emit(
    graph: Graph, x: Value, axis: int, epsilon: float, flags: int = CENTRED
) -> Value:
    """Rows from `axis` on."""
    return graph.emit(FAMILY, [x], [axis, flags, bits_of(epsilon)])


def scaled(graph: Graph, x: Value, scale: Value | None, bias: Value | None) -> Value:
    """x * scale + bias, as far as they are given."""
    y = x if scale is None else graph.op("Mul", x, scale)
    return y if bias is None else graph.op("Add", y, bias)


def layer_norm(
    graph: Graph,
    x: Value,
    scale: Value | None = None,
    bias: Value | None = None,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
    stash_type: int = 1,
) -> Value:
    """ONNX's LayerNormalization (first result)."""
    y = emit(graph, x, normal_axis(axis, len(x.shape)), epsilon)
    return scaled(graph, y, scale, bias)


def rms_norm(
    graph: Graph,
    x: Value,
    scale: Value | None = None,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
    stash_type: int = 1,
) -> Value:
    """ONNX's RMSNormalization."""
    y = emit(graph, x, normal_axis(axis, len(x.shape)), epsilon, 0)
    return scaled(graph, y, scale, None)


def group_norm(
    graph: Graph,
    x: Value,
    scale: Value,
    bias: Value,
    *,
    num_groups: int,
    epsilon: float = 1e-5,
    stash_type: int = 1,
) -> Value:
    """ONNX's GroupNormalization: scale and bias a channel, or a group (opset 18)."""
    batch, channels = x.shape[:2]
    good = num_groups > 0 and channels % num_groups == 0
    demand("num_groups", f"a divisor of {channels}", num_groups, good)
    split = (batch, num_groups, channels // num_groups, prod(x.shape[2:]))
    rows = emit(graph, graph.view(x, split), 2, epsilon)
    per_group = scale.count == num_groups != channels
    along = (num_groups, 1, 1) if per_group else (*split[1:3], 1)
    y = scaled(graph, rows, graph.view(scale, along), graph.view(bias, along))
    return graph.view(y, x.shape)


def instance_norm(
    graph: Graph, x: Value, scale: Value, bias: Value, *, epsilon: float = 1e-5
) -> Value:
    """ONNX's InstanceNormalization: every channel is a group."""
    channels = x.shape[1]
    return group_norm(graph, x, scale, bias, num_groups=channels, epsilon=epsilon)


def batch_norm(
    graph: Graph,
    x: Value,
    scale: Value,
    bias: Value,
    mean: Value,
    variance: Value,
    *,
    epsilon: float = 1e-5,
    momentum: float = 0.9,
    spatial: int = 1,
    training_mode: int = 0,
) -> Value:
    """ONNX's BatchNormalization at rest: x * a + b, made of constants, a channel.

    `a = scale / sqrt(variance + epsilon)`, `b = bias - mean * a`, in doubles, rounded.
    """
    demand("training_mode", 0, training_mode, training_mode == 0)
    constants: Sequence[Floats | None] = [
        graph.array_of(value) for value in (scale, bias, mean, variance)
    ]
    arrays = [held.astype(np.float64) for held in constants if held is not None]
    demand("BatchNormalization: constants", 4, len(arrays), len(arrays) == 4)
    gain = arrays[0] / np.sqrt(arrays[3] + epsilon)
    shift = arrays[1] - arrays[2] * gain
    along = (-1, *(1 for _ in x.shape[2:]))
    factors = [array.astype(np.float32).reshape(along) for array in (gain, shift)]
    return scaled(graph, x, *map(graph.constant, factors))


FAMILY = Family(
    name="normalize",
    opcode=104,
    infer=infer,
    instructions=instructions,
    usual=lambda operator: 450,
    grain=row_of,
    calls=calls,
)
FAMILIES = (FAMILY,)
OPERATIONS = {
    "LayerNormalization": layer_norm,
    "RMSNormalization": rms_norm,
    "GroupNormalization": group_norm,
    "InstanceNormalization": instance_norm,
    "BatchNormalization": batch_norm,
}
