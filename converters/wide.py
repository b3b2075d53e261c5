"""Operations on whole numbers of 64 bits, by tinynn's names."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from converters.quotients import divided
from converters.registry import Graph, Refused
from converters.spans import SPAN_64, WORDS
from converters.values import Constant, Held, Shape, Span, Value
from converters.words import (
    LIMB,
    WAY_OUT,
    Pair,
    add,
    choose,
    equal,
    joined,
    less,
    limbs,
    multiply,
    narrowed,
    op,
    pair_of,
    right,
    size_of,
    subtract,
    word,
)

MOST_TERMS: Final = 1 << 15
"""Of a sum: as many limbs surely fit 32 bits."""

MOST_FACTORS: Final = 64

Operation = Callable[..., Any]
"""(graph, pairs, span, attributes) to a pair, or to a tensor of another type."""


def from_words(parts: Sequence[Held], graph: Graph) -> Pair:
    """A number of four sums of limbs, each below 2^31."""
    found, carry = [], None
    for part in parts:
        total = part if carry is None else op(graph, "Add", part, carry)
        low = op(graph, "BitwiseAnd", total, word(LIMB - 1))
        carry = right(graph, total, 16)
        found.append(low)
    low, high = (
        op(graph, "BitwiseOr", a, op(graph, "Mul", b, word(LIMB)))
        for a, b in (found[:2], found[2:])
    )
    return low, high


def by_limbs(name: str) -> Operation:
    """A sum over many elements, of each limb by itself."""

    def operate(graph: Graph, x: Pair, count: int, **attributes: Any) -> Pair:
        if count > MOST_TERMS:
            expected = f"int64: expected sums of at most {MOST_TERMS} terms"
            raise Refused(f"{expected}, got {count}", WAY_OUT)
        parts = [limb for half in x for limb in limbs(graph, half)]
        return from_words([op(graph, name, p, **attributes) for p in parts], graph)

    return operate


SUMS: Final = {name: by_limbs(name) for name in ("CumSum", "ReduceSum")}
PAIRS: Final[dict[str, Callable[[Graph, Pair, Pair], Pair]]] = {
    "Add": add,
    "Max": lambda graph, x, y: choose(graph, less(graph, x, y), y, x),
    "Min": lambda graph, x, y: choose(graph, less(graph, x, y), x, y),
    "Mul": multiply,
    "Sub": subtract,
}
COMPARISONS: Final[dict[str, Callable[[Graph, Pair, Pair], Held]]] = {
    "Equal": equal,
    "Greater": lambda graph, x, y: less(graph, y, x),
    "GreaterOrEqual": lambda graph, x, y: op(graph, "Not", less(graph, x, y)),
    "Less": less,
    "LessOrEqual": lambda graph, x, y: op(graph, "Not", less(graph, y, x)),
}
BITWISE: Final = ("BitwiseAnd", "BitwiseOr", "BitwiseXor")


def wide_operation(
    graph: Graph, name: str, values: Sequence[Value | None], span: Span | None, how: Any
) -> Value:
    """The operation in two words; Refused for one that is not known here."""
    if name in WORDS:
        return joined(word_by_word(graph, name, values, how), span or SPAN_64)
    given = [pair_of(graph, value) for value in values if value is not None]
    if name in PAIRS:
        return joined(PAIRS[name](graph, *given), span or SPAN_64)
    if name in COMPARISONS:
        return COMPARISONS[name](graph, *given)
    if name in BITWISE:
        low, high = (op(graph, name, *parts) for parts in zip(*given, strict=True))
        return joined((low, high), SPAN_64)
    if name in SUMS:
        count = elements(given[0][0].shape, how)
        return joined(SUMS[name](graph, given[0], count, **how), span or SPAN_64)
    if name == "Div":
        divisor = values[1]
        if not isinstance(divisor, Constant):
            expected = f"int64: expected numbers of 32 bits, got {reached(span)}"
            raise Refused(expected, f"divide by a constant, or {WAY_OUT}")
        quotient = divided(graph, given[0], divisor.array)
        return joined(quotient, span or SPAN_64)
    if name == "ReduceProd":
        return joined(product(graph, given[0], **how), SPAN_64)
    if name == "Abs":
        return joined(size_of(graph, given[0]), span or SPAN_64)
    if name == "Cast":
        return narrowed(graph, given[0], **how)
    raise Refused(f"int64: expected numbers of 32 bits, got {reached(span)}", WAY_OUT)


def reached(span: Span | None) -> str:
    """For a person: how large they may be."""
    return "larger ones" if span is None else f"{span[0]:,} to {span[1]:,}"


def elements(shape: Shape, how: dict[str, Any]) -> int:
    axes = how.get("axes", [how["axis"]] if "axis" in how else range(len(shape)))
    count = 1
    for axis in axes:
        count *= shape[axis]
    return count


def word_by_word(
    graph: Graph, name: str, values: Sequence[Value | None], how: Any
) -> Pair:
    """Moves both words alike."""
    places = WORDS[name]
    sides: list[list[Value | None]] = [[], []]
    for index, value in enumerate(values):
        parts: Sequence[Value | None] = (value, value)
        if value is not None and (places is None or index in places):
            parts = pair_of(graph, value)
        for side, part in zip(sides, parts, strict=True):
            side.append(part)
    low, high = (op(graph, name, *side, **how) for side in sides)
    return low, high


def product(graph: Graph, x: Pair, axes: Sequence[int] | None = None, **_: Any) -> Pair:
    """Of all elements along some axes, one after the other."""
    shape = x[0].shape
    gone = sorted(range(len(shape)) if axes is None else axes)
    kept = [axis for axis in range(len(shape)) if axis not in gone]
    count = elements(shape, {"axes": gone})
    if count > MOST_FACTORS:
        expected = f"int64: expected products of at most {MOST_FACTORS} factors"
        raise Refused(f"{expected}, got {count}", WAY_OUT)
    rest = tuple(shape[axis] for axis in kept)
    rows = [
        graph.reshape(graph.apply("Transpose", half, perm=[*gone, *kept]), (count, -1))
        for half in x
    ]
    parts = [
        tuple(op(graph, "Gather", row, word(index), axis=0) for row in rows)
        for index in range(count)
    ]
    total = parts[0]
    for part in parts[1:]:
        total = multiply(graph, total, part)  # type: ignore[arg-type]
    low, high = (graph.settle(graph.reshape(half, rest)) for half in total)
    return low, high
