"""Functions of single bytes, which are tables, and steps between bytes and floats."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import numpy as np

from converters.tflite import curves
from converters.tflite.fixed import Multiplier, divided, half_away, inverse_root
from converters.tflite.reading import Node, Tensor
from converters.tflite.rules import by_bits, chosen, demand, demand_bytes, level, rule
from converters.tflite.sketch import INT32, Sketch, code_of
from converters.values import Array, Floats

Table = Callable[[Array, Tensor, Tensor, Node], Array]
"""Levels for all bytes less x's zero point, of x and y; they are clamped later."""


def by_table(sketch: Sketch, node: Node, table: Table) -> None:
    (number, *_), (result,) = node.inputs, node.outputs
    demand_bytes(sketch, number, result)
    x, y = sketch.tensor(number), sketch.tensor(result)
    (name,), first = sketch.taken([number])
    found = table(by_bits(x.dtype) - x.zero, x, y, node)
    limits = np.iinfo(y.dtype)
    held = np.clip(found, limits.min, limits.max).astype(y.dtype)
    sketch.give(result, chosen(sketch, name, held), first)


# In whole numbers.


def ratio(x: Tensor, y: Tensor) -> float:
    return float(x.scale) / float(y.scale)


def cut_off(
    ends: tuple[float, float | None], n: Array, x: Tensor, y: Tensor, node: Node
) -> Array:
    """ReLU and its kin; the quotient of scales is a float here."""
    low, high = ends
    levels = Multiplier.of(float(x.scale / y.scale)).times(n) + y.zero
    least: Array = np.maximum(levels, level(low, y))
    return least if high is None else np.minimum(least, level(high, y))


def leaky(n: Array, x: Tensor, y: Tensor, node: Node) -> Array:
    slope = np.float32(node.options.alpha)
    below = Multiplier.of(float(x.scale * slope / y.scale)).times(n)
    above = Multiplier.of(float(x.scale / y.scale)).times(n)
    return np.where(n >= 0, above, below) + y.zero


def doubled_high(a: Array, b: int) -> Array:
    """The high half of twice the product of 16 bits, to nearest."""
    product = a.astype(np.int64) * b
    nudge = np.where(product >= 0, 1 << 14, 1 - (1 << 14))
    return np.trunc((product + nudge) / (1 << 15)).astype(np.int64)


def saturated(a: Array) -> Array:
    return np.clip(a, -(1 << 15), (1 << 15) - 1)


def short(number: np.float32) -> tuple[int, int]:
    """A multiplier of 15 bits, and its exponent."""
    whole = Multiplier.of(float(number))
    return min((whole.factor + (1 << 15)) >> 16, (1 << 15) - 1), whole.shift


def hard_swish(n: Array, x: Tensor, y: Tensor, node: Node) -> Array:
    """In 16 bits, as TFLite does: x times a ramp from 0 to 1 between -3 and 3."""
    fine = np.float32(1 / 128) * x.scale
    factor, exponent = short(fine / y.scale)
    ramp, steps = short(fine / np.float32(3 / 32768))
    demand(exponent <= 0, "hard swish: output finer than a 128th of the input")
    high = n * 128
    before = doubled_high(high, factor)
    share = saturated(high * (1 << (steps - 1))) if steps > 0 else high
    share = doubled_high(share, ramp)
    share = saturated(share * 2) if steps > 0 else share
    share = divided(share, -steps) if steps < 0 else share
    share = (share + (1 << 15)) >> 1
    product = np.trunc(share * before / (1 << 15)).astype(np.int64)
    return divided(product, -exponent) + y.zero


# By floats, rounded to levels.


def through(
    function: Callable[[Floats], Floats], n: Array, x: Tensor, y: Tensor, node: Node
) -> Array:
    with np.errstate(over="ignore"):
        floats = function(x.scale * n.astype(np.float32))
        levels = half_away(floats * (np.float32(1) / y.scale))
    return np.asarray(np.trunc(levels.astype(np.float32) + np.float32(y.zero)))


def geluish(n: Array, x: Tensor, y: Tensor, node: Node) -> Array:
    near = curves.gelu_by_tangent if node.options.approximate else curves.gelu
    return through(near, n, x, y, node)


def logarithmic(n: Array, x: Tensor, y: Tensor, node: Node) -> Array:
    """Of what is not positive, the least level."""
    least = np.iinfo(y.dtype).min
    levels = through(curves.logarithm, np.maximum(n, 1), x, y, node)
    return np.where(n > 0, levels, least)


def inverse_roots(n: Array, x: Tensor, y: Tensor, node: Node) -> Array:
    """Of 0 the greatest level; TFLite refuses what is less."""
    scale = Multiplier.of(1 / float(np.sqrt(x.scale) * y.scale))
    rest = Multiplier(scale.factor, scale.shift - FINE_BITS)
    found = []
    for number in n.tolist():
        root = inverse_root(max(number, 0))
        fine = Multiplier(root.factor, root.shift + FINE_BITS).times(np.array(1))
        level = int(rest.times(fine)) + y.zero
        found.append(np.iinfo(y.dtype).max if number <= 0 else level)
    return np.array(found)


def sizes(n: Array, x: Tensor, y: Tensor, node: Node) -> Array:
    if x.scale == y.scale:
        return np.abs(n) + y.zero
    return Multiplier.of(float(x.scale / y.scale)).times(np.abs(n)) + y.zero


FINE_BITS: Final = 20
INFINITE: Final = None
TABLES: Final[Mapping[str, Table]] = {
    "RELU": partial(cut_off, (0.0, INFINITE)),
    "RELU6": partial(cut_off, (0.0, 6.0)),
    "RELU_N1_TO_1": partial(cut_off, (-1.0, 1.0)),
    "LEAKY_RELU": leaky,
    "HARD_SWISH": hard_swish,
    "LOGISTIC": partial(through, curves.sigmoid),
    "TANH": partial(through, curves.tangent),
    "ELU": partial(through, curves.elu),
    "EXP": partial(through, curves.exponential),
    "GELU": geluish,
    "LOG": logarithmic,
    "RSQRT": inverse_roots,
    "ABS": sizes,
}
CURVES: Final[Mapping[str, Callable[[Floats], Floats]]] = {
    "ELU": curves.elu,
    "EXP": curves.exponential,
    "NEG": np.negative,
    "SQUARE": lambda x: x * x,
    "SQRT": np.sqrt,
    "ABS": np.abs,
    "TANH": curves.tangent,
    "LOGISTIC": curves.sigmoid,
}
"""Of floats that are bytes' values: the converter leaves some operators in floats."""


def function(sketch: Sketch, node: Node) -> None:
    """A table of levels for bytes, of floats for floats."""
    (number, *_), (result,) = node.inputs, node.outputs
    if sketch.tensor(number).dtype != "float32":
        demand(node.kind in TABLES, f"{node.kind} of bytes")
        return by_table(sketch, node, TABLES[node.kind])
    demand(node.kind in CURVES and number in sketch.curves, f"{node.kind} of floats")
    source, floats = sketch.curves[number]
    with np.errstate(all="ignore"):
        made = CURVES[node.kind](floats)
    (name,), first = sketch.taken([source])
    sketch.curves[result] = source, made
    sketch.give(result, chosen(sketch, name, made), first)


for kind in {*TABLES, *CURVES}:
    rule(kind)(function)


# A softmax of bytes: exponentials from a table, added up as floats.


@rule("SOFTMAX")
def softmax(sketch: Sketch, node: Node) -> None:
    (number,), (result,) = node.inputs, node.outputs
    demand_bytes(sketch, number, result)
    x, y = sketch.tensor(number), sketch.tensor(result)
    step = -x.scale * np.float32(node.options.beta)
    table = curves.exponential(step * np.arange(256, dtype=np.float32))
    wide = sketch.op("Cast", sketch.as_last(number), to=INT32)
    last = np.array([len(x.shape) - 1], np.int64)
    best = sketch.op("ReduceMax", wide, last, keepdims=1)
    powers = sketch.op("Gather", table, sketch.op("Sub", best, wide), axis=0)
    total = sketch.op("ReduceSum", powers, last, keepdims=1)
    inverse = sketch.op(
        "Div", np.array(1, np.float32), sketch.op("Mul", total, np.array(y.scale))
    )
    share = sketch.op("Mul", powers, inverse)
    sketch.give(result, nearest_levels(sketch, share, y), first=False)


def nearest_levels(sketch: Sketch, name: str, tensor: Tensor) -> str:
    """Floats to bytes, ties away from zero."""
    size = sketch.op("Abs", name)
    whole = sketch.op("Floor", size)
    over = sketch.op("Sub", size, whole)
    up = sketch.op("GreaterOrEqual", over, np.array(0.5, np.float32))
    rounded = sketch.op("Add", whole, sketch.op("Cast", up, to=FLOAT))
    signed = sketch.op("Mul", rounded, sketch.op("Sign", name))
    moved = sketch.op("Add", signed, np.array(tensor.zero, np.float32))
    return sketch.op("Cast", clipped(sketch, moved, tensor), to=code_of(tensor.dtype))


def clipped(sketch: Sketch, name: str, tensor: Tensor) -> str:
    limits = np.iinfo(tensor.dtype)
    ends = (np.array(end, np.float32) for end in (limits.min, limits.max))
    return sketch.op("Clip", name, *ends)


FLOAT: Final = 1
"""ONNX's number of float32."""


# Between bytes and floats, and between bytes of two scales.


@rule("QUANTIZE")
def quantised(sketch: Sketch, node: Node) -> None:
    (number,), (result,) = node.inputs, node.outputs
    demand_bytes(sketch, result)
    x, y = sketch.tensor(number), sketch.tensor(result)
    if x.dtype != "float32":
        return by_table(sketch, node, requantised)
    if number in sketch.curves:
        source, floats = sketch.curves[number]
        (name,), first = sketch.taken([source])
        table = levels_of(floats, y)
        return sketch.give(result, chosen(sketch, name, table), first)
    (name,), first = sketch.taken([number])
    levels = sketch.op("Div", name, np.array(y.scale))
    sketch.give(result, nearest_levels(sketch, levels, y), first)


def levels_of(floats: Floats, tensor: Tensor) -> Array:
    limits = np.iinfo(tensor.dtype)
    with np.errstate(all="ignore"):
        levels = half_away(floats / tensor.scale) + tensor.zero
    held: Array = np.clip(levels, limits.min, limits.max).astype(tensor.dtype)
    return held


def requantised(n: Array, x: Tensor, y: Tensor, node: Node) -> Array:
    return Multiplier.of(ratio(x, y)).times(n) + y.zero


@rule("DEQUANTIZE")
def dequantised(sketch: Sketch, node: Node) -> None:
    (number,), (result,) = node.inputs, node.outputs
    demand_bytes(sketch, number)
    x = sketch.tensor(number)
    (name,), first = sketch.taken([number])
    zero = sketch.zero_of(number)
    floats = x.scale * (by_bits(x.dtype) - x.zero).astype(np.float32)
    sketch.curves[result] = number, floats
    made = sketch.op("DequantizeLinear", name, np.array(x.scale), zero)
    sketch.give(result, made, first)
