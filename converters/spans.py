"""How large whole numbers of 64 bits can be: tinynn holds 32.

Every int64 of a source carries its span, the least and the greatest that it can be.
An input's is what 32 bits hold, since a request's elements are; a constant's is known.
An operation whose result 32 bits surely hold is done in 32, another one in two words
(converters/words.py) or refused. int32 is another matter: it wraps, here as in ONNX.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Final

from converters.values import (
    Constant,
    Integers,
    Shape,
    Span,
    Tensor,
    Truncated,
    Value,
    Wide,
)

SPAN_32: Final[Span] = (-(2**31), 2**31 - 1)
SPAN_64: Final[Span] = (-(2**63), 2**63 - 1)
OF_TYPES: Final[Mapping[str, Span]] = {
    "bool": (0, 1),
    "int32": SPAN_32,
    "int8": (-128, 127),
    "uint8": (0, 255),
}


@dataclass(frozen=True, slots=True)
class Call:
    """An operation; `spans` are None of what is no whole number, or left out."""

    spans: Sequence[Span | None]
    shapes: Sequence[Shape]
    attributes: Mapping[str, Any]

    def number(self, index: int) -> Span:
        return self.spans[index] or SPAN_32


Rule = Callable[[Call], Sequence[Span | None]]
"""The span of each result; None of one that is no int64."""

WORDS: Final[Mapping[str, Sequence[int] | None]] = {
    "Concat": None,
    "Expand": (0,),
    "Gather": (0,),
    "GatherElements": (0,),
    "Identity": (0,),
    "Slice": (0,),
    "Tile": (0,),
    "Transpose": (0,),
    "Where": (1, 2),
}
"""Operations that move elements, and which inputs have them; None: all."""

INDICES: Final[Mapping[str, int]] = {"Gather": 1, "GatherElements": 1, "ScatterRows": 1}
"""Which input points into axes: 32 bits hold all that has a meaning."""

ABOUT: Final[Mapping[str, Sequence[int] | None]] = {**WORDS, "ScatterRows": (0, 2)}
"""Which inputs' type is the operation's; all of others."""

PLACES: Final = ("ArgMax", "ArgMin")
GIVING_INT64: Final = (*PLACES, "TopK")
"""Whatever they are given."""


def within(span: Span, limits: Span) -> bool:
    return limits[0] <= span[0] and span[1] <= limits[1]


def span_of(value: Value) -> Span | None:
    """Of an int64, or of a constant of whole numbers."""
    if isinstance(value, Truncated):
        return SPAN_64
    return value.span if isinstance(value, Constant | Tensor | Wide) else None


def fits(value: Value | None) -> bool:
    """Whether 32 bits hold it."""
    span = value and span_of(value)
    return not isinstance(value, Integers) and (not span or within(span, SPAN_32))


def hull(spans: Sequence[Span]) -> Span:
    return min(low for low, _ in spans), max(high for _, high in spans)


def corners(
    combine: Callable[[int, int], int], left: Sequence[int], right: Sequence[int]
) -> Span:
    made = [combine(a, b) for a in left for b in right]
    return min(made), max(made)


def quotient(a: int, b: int) -> int:
    """Towards zero."""
    whole = abs(a) // abs(b)
    return whole if (a < 0) == (b < 0) else -whole


def divided(call: Call) -> Sequence[Span]:
    left, (low, high) = call.number(0), call.number(1)
    ends = {n for n in (low, high, -1, 1) if low <= n <= high and n}
    return [corners(quotient, (*left, 0), sorted(ends) or [1])]


def moved(places: Sequence[int] | None) -> Rule:
    def rule(call: Call) -> Sequence[Span]:
        chosen = range(len(call.spans)) if places is None else places
        return [hull([call.number(index) for index in chosen])]

    return rule


def of_pair(combine: Callable[[int, int], int]) -> Rule:
    return lambda call: [corners(combine, call.number(0), call.number(1))]


def terms(call: Call) -> int:
    """How many elements one of the result is made of."""
    shape, axes = call.shapes[0], call.attributes.get("axes")
    return prod(shape if axes is None else (shape[axis] for axis in axes))


def summed(call: Call) -> Sequence[Span]:
    count, (low, high) = terms(call), call.number(0)
    return [(count * low, count * high)]


def multiplied(call: Call) -> Sequence[Span]:
    low, high = call.number(0)
    most = max(abs(low), abs(high), 1) ** min(terms(call), 64)
    return [(-most if low < 0 else 0, most)]


def run_up(call: Call) -> Sequence[Span]:
    count, (low, high) = call.shapes[0][call.attributes["axis"]], call.number(0)
    return [(min(0, count * low), max(0, count * high))]


def padded(call: Call) -> Sequence[Span]:
    filling = int(call.attributes.get("value", 0))
    return [hull([call.number(0), (filling, filling)])]


def sizes(call: Call) -> Sequence[Span]:
    low, high = call.number(0)
    least = 0 if low <= 0 <= high else min(abs(low), abs(high))
    return [(least, max(abs(low), abs(high)))]


def scattered(call: Call) -> Sequence[Span]:
    """Added up or multiplied, they may be anything."""
    if call.attributes.get("how", "none") in ("none", "min", "max"):
        return [hull([call.number(0), call.number(2)])]
    return [SPAN_64]


def place(call: Call) -> Sequence[Span]:
    axis = call.attributes.get("axis", 0)
    return [(0, call.shapes[0][axis] - 1)]


def ranked(call: Call) -> Sequence[Span | None]:
    return [call.spans[0], *place(call)]


def the_same(call: Call) -> Sequence[Span]:
    return [call.number(0)]


def no_number(call: Call) -> Sequence[None]:
    return [None]


RULES: Final[Mapping[str, Rule]] = {
    **{name: moved(places) for name, places in WORDS.items()},
    **dict.fromkeys(("ReduceMax", "ReduceMean", "ReduceMin"), the_same),
    **dict.fromkeys(("BitwiseAnd", "BitwiseOr", "BitwiseXor"), lambda call: [SPAN_32]),
    **dict.fromkeys(
        ("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"), no_number
    ),
    **dict.fromkeys(PLACES, place),
    "Abs": sizes,
    "Add": of_pair(lambda a, b: a + b),
    "Cast": no_number,
    "CumSum": run_up,
    "Div": divided,
    "Max": of_pair(max),
    "Min": of_pair(min),
    "Mul": of_pair(lambda a, b: a * b),
    "Pad": padded,
    "ReduceProd": multiplied,
    "ReduceSum": summed,
    "ScatterRows": scattered,
    "Sign": lambda call: [(-1, 1)],
    "Sub": of_pair(lambda a, b: a - b),
    "TopK": ranked,
}
