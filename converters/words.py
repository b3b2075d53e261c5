"""Whole numbers of 64 bits in two words of 32, by tinynn's operations on int32.

Modulo 2^64, as ONNX's int64 is. Costly, and therefore only where 32 bits do not do.
"""

from typing import Any, Final

import numpy as np

from converters.registry import Graph
from converters.spans import SPAN_32, SPAN_64, within
from converters.values import (
    Array,
    Constant,
    Held,
    Span,
    Tensor,
    Truncated,
    Value,
    Wide,
    number,
)

LIMB: Final = 1 << 16
WAY_OUT: Final = "make it float32 or int32 before, or keep the numbers small"


def op(graph: Graph, name: str, *values: Value | None, **how: Any) -> Held:
    """An operation on words, or floats: its result is no int64."""
    return graph.settle(graph.op(name, *values, **how))


Pair = tuple[Held, Held]
"""The low word and the high one, of equal shapes."""


def word(number: int) -> Constant:
    """The low 32 bits of a number."""
    return Constant(np.array(number & 0xFFFFFFFF, np.uint32).astype(np.int32))


ZERO: Final = word(0)
SIGN_BIT: Final = word(1 << 31)


def halves(array: Array) -> Pair:
    """A constant's words."""
    wide = array.astype(np.int64)
    low, high = np.asarray(wide & 0xFFFFFFFF), np.asarray(wide >> 32)
    return Constant(low.astype(np.uint32).view(np.int32)), Constant(
        high.astype(np.int32)
    )


def pair_of(graph: Graph, value: Value) -> Pair:
    """The words of an int64, or of whole numbers that are narrower."""
    if isinstance(value, Wide):
        return value.low, value.high
    if isinstance(value, Truncated):
        return of_floats(graph, value.tensor)
    if isinstance(value, Constant):
        return halves(value.array)
    assert isinstance(value, Tensor), "halves of floats are no integers"
    low = Tensor(value.handle)
    if value.span is not None and value.span[0] >= 0:
        return low, Constant(np.zeros(value.shape, np.int32))
    return low, op(graph, "Where", op(graph, "Less", low, ZERO), word(-1), ZERO)


def joined(pair: Pair, span: Span) -> Constant | Tensor | Wide:
    """One value of two words: of one word only where that holds all of the span."""
    low, high = pair
    if isinstance(low, Constant) and isinstance(high, Constant):
        wide = high.array.astype(np.int64) << 32
        unsigned = low.array.view(np.uint32).astype(np.int64)
        return Constant(np.asarray(wide | unsigned))
    if within(span, SPAN_32) and isinstance(low, Tensor):
        return Tensor(low.handle, span)
    return Wide(low, high, span if within(span, SPAN_64) else SPAN_64)


# Arithmetic.


def below(graph: Graph, a: Held, b: Held) -> Held:
    """Whether a < b, both without sign."""
    flipped = (op(graph, "BitwiseXor", x, SIGN_BIT) for x in (a, b))
    return op(graph, "Less", *flipped)


def bit(graph: Graph, condition: Held) -> Held:
    return op(graph, "Cast", condition, to="int32")


def add(graph: Graph, x: Pair, y: Pair) -> Pair:
    low = op(graph, "Add", x[0], y[0])
    carry = bit(graph, below(graph, low, x[0]))
    return low, op(graph, "Add", op(graph, "Add", x[1], y[1]), carry)


def subtract(graph: Graph, x: Pair, y: Pair) -> Pair:
    borrow = bit(graph, below(graph, x[0], y[0]))
    high = op(graph, "Sub", op(graph, "Sub", x[1], y[1]), borrow)
    return op(graph, "Sub", x[0], y[0]), high


def limbs(graph: Graph, x: Held) -> Pair:
    """The low and the high 16 bits of a word."""
    low = op(graph, "BitwiseAnd", x, word(LIMB - 1))
    rest = op(graph, "Div", op(graph, "Sub", x, low), word(LIMB))
    return low, op(graph, "BitwiseAnd", rest, word(LIMB - 1))


def multiply(graph: Graph, x: Pair, y: Pair) -> Pair:
    """By limbs of 16 bits, as on paper."""

    def times(a: Held, b: Held) -> Held:
        return op(graph, "Mul", a, b)

    def plus(*parts: Held) -> Held:
        total = parts[0]
        for part in parts[1:]:
            total = op(graph, "Add", total, part)
        return total

    (a0, a1), (b0, b1) = limbs(graph, x[0]), limbs(graph, y[0])
    _, carried = limbs(graph, times(a0, b0))
    (c0, c1), (d0, d1) = limbs(graph, times(a0, b1)), limbs(graph, times(a1, b0))
    _, above = limbs(graph, plus(carried, c0, d0))
    high = plus(times(a1, b1), c1, d1, above, times(x[0], y[1]), times(x[1], y[0]))
    return times(x[0], y[0]), high


def less(graph: Graph, x: Pair, y: Pair) -> Held:
    same = op(graph, "Equal", x[1], y[1])
    lower = op(graph, "And", same, below(graph, x[0], y[0]))
    return op(graph, "Or", op(graph, "Less", x[1], y[1]), lower)


def equal(graph: Graph, x: Pair, y: Pair) -> Held:
    parts = (op(graph, "Equal", a, b) for a, b in zip(x, y, strict=True))
    return op(graph, "And", *parts)


def choose(graph: Graph, condition: Held, x: Pair, y: Pair) -> Pair:
    low, high = (op(graph, "Where", condition, a, b) for a, b in zip(x, y, strict=True))
    return low, high


def is_negative(graph: Graph, x: Pair) -> Held:
    return op(graph, "Less", x[1], ZERO)


def size_of(graph: Graph, x: Pair) -> Pair:
    minus = subtract(graph, (ZERO, ZERO), x)
    return choose(graph, is_negative(graph, x), minus, x)


# Floats.


def of_floats(graph: Graph, x: Held) -> Pair:
    """The whole part; the least int64 of what it does not hold, as onnxruntime has it.

    Every step is exact: a float's bits are few.
    """
    size = op(graph, "Abs", x)
    fits = op(graph, "Less", size, number(2.0**63))
    whole = op(graph, "Floor", op(graph, "Where", fits, size, number(0)))
    upper = op(graph, "Floor", op(graph, "Mul", whole, number(2.0**-32)))
    lower = op(graph, "Sub", whole, op(graph, "Mul", upper, number(2.0**32)))
    large = op(graph, "GreaterOrEqual", lower, number(2.0**31))
    signed = op(graph, "Where", large, op(graph, "Sub", lower, number(2.0**32)), lower)
    pair = (
        op(graph, "Cast", signed, to="int32"),
        op(graph, "Cast", upper, to="int32"),
    )
    minus = subtract(graph, (ZERO, ZERO), pair)
    found = choose(graph, op(graph, "Less", x, number(0)), minus, pair)
    return choose(graph, fits, found, (ZERO, SIGN_BIT))


STAGES: Final = (6, 12, 18, 24, 30, 33)
"""By so many bits a size is shifted, so that 26 to 31 bits of it are left."""


def to_floats(graph: Graph, x: Pair) -> Held:
    """Rounded to nearest, once: what is shifted out is kept in the lowest bit."""
    low, high = size_of(graph, x)
    small = op(graph, "Equal", high, ZERO)
    small = op(graph, "And", small, op(graph, "GreaterOrEqual", low, ZERO))
    made = op(graph, "Cast", low, to="float32")
    large = op(graph, "Mul", shifted(graph, low, high, STAGES[-1]), number(2.0**33))
    for stage in reversed(STAGES[:-1]):
        here = op(graph, "Mul", shifted(graph, low, high, stage), number(2.0**stage))
        fits = below(graph, high, word(1 << (stage - 1)))
        large = op(graph, "Where", fits, here, large)
    made = op(graph, "Where", small, made, large)
    return op(graph, "Where", is_negative(graph, x), op(graph, "Neg", made), made)


def shifted(graph: Graph, low: Held, high: Held, bits: int) -> Held:
    """A size without its lowest bits, but for whether one of them was set; a float."""
    if bits > 32:
        lost = op(graph, "BitwiseOr", low, op(graph, "BitwiseAnd", high, word(1)))
        kept = right(graph, high, bits - 32)
    else:
        lost = op(graph, "BitwiseAnd", low, word((1 << bits) - 1))
        upper = op(graph, "Mul", high, word(1 << (32 - bits)))
        kept = op(graph, "BitwiseOr", upper, right(graph, low, bits))
    sticky = op(graph, "Not", op(graph, "Equal", lost, ZERO))
    whole = op(graph, "BitwiseOr", kept, bit(graph, sticky))
    return op(graph, "Cast", whole, to="float32")


def right(graph: Graph, x: Held, bits: int) -> Held:
    """A word shifted right, zeros coming in."""
    rest = op(graph, "Sub", x, op(graph, "BitwiseAnd", x, word((1 << bits) - 1)))
    quotient = op(graph, "Div", rest, word(1 << bits))
    return op(graph, "BitwiseAnd", quotient, word((1 << (32 - bits)) - 1))


def narrowed(graph: Graph, x: Pair, to: str) -> Value:
    """Another type: low bits of integers, the nearest float, whether it is not 0."""
    if to == "float32":
        return to_floats(graph, x)
    if to == "bool":
        return op(graph, "Cast", op(graph, "BitwiseOr", *x), to="bool")
    return x[0] if to == "int32" else op(graph, "Cast", x[0], to=to)
