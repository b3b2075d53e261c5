"""Operators on elements that are others of tinynn's in disguise.

ONNX's Sum, Mean, Min and Max take any number of tensors; here they are chains of the
operators of two.
"""

from functools import reduce

import numpy as np

from converters.lowering.movement import integers
from converters.lowering.reduction import FLOAT, INT32
from converters.lowering.scale import counted
from converters.registry import Graph, Refused, lowers
from converters.spans import SPAN_32, fits, within
from converters.values import Constant, Span, Tensor, Value, is_int64, number


@lowers("Swish")
def swish(graph: Graph, x: Value, *, alpha: float = 1.0) -> Value:
    if alpha == 1.0:
        return graph.op("Silu", x)
    scaled = graph.apply("Mul", x, number(alpha))
    return graph.apply("Mul", x, graph.apply("Sigmoid", scaled))


@lowers("Clip")
def clip(
    graph: Graph, x: Value, low: Value | None = None, high: Value | None = None
) -> Value:
    """The greater of x and `low`, then the lesser of that and `high`."""
    known = all(bound is None or isinstance(bound, Constant) for bound in (low, high))
    if known and x.dtype == "float32":
        return graph.op(
            "Clip",
            x,
            min=bound_of(low, -np.inf),
            max=bound_of(high, np.inf),
        )
    if low is not None:
        x = graph.apply("Max", x, low)
    return graph.apply("Min", x, high) if high is not None else x


def bound_of(value: Value | None, default: float) -> float:
    return float(value.array.item()) if isinstance(value, Constant) else default


@lowers("Min")
def minimum(graph: Graph, *parts: Value) -> Value:
    return reduce(lambda a, b: graph.op("Min", a, b), parts)


@lowers("Max")
def maximum(graph: Graph, *parts: Value) -> Value:
    return reduce(lambda a, b: graph.op("Max", a, b), parts)


@lowers("Sum")
def total(graph: Graph, *parts: Value) -> Value:
    return reduce(lambda a, b: graph.apply("Add", a, b), parts)


@lowers("Mean")
def mean(graph: Graph, *parts: Value) -> Value:
    count = number(len(parts))
    return graph.apply("Div", total(graph, *parts), count)


@lowers("Neg")
def negative(graph: Graph, x: Value) -> Value:
    if x.dtype == "float32":
        return graph.op("Neg", x)
    return graph.apply("Sub", Constant(np.zeros((), np.dtype(x.dtype))), x)


@lowers("Mod")
def modulo(graph: Graph, a: Value, b: Value, *, fmod: int = 0) -> Value:
    """What a whole quotient leaves, with the divisor's sign; of fmod the dividend's."""
    if a.dtype == "float32":
        raise Refused("expected integers, got float32", "use x - Floor(x / y) * y")
    if is_int64(a) and is_int64(b):
        narrow = fits(a) and fits(b)
        words = map(graph.as_int32, (a, b)) if narrow else (a, b)
        rest, span = remainder(graph, *words, fmod=fmod), remainders(b)
        few = narrow or within(span, SPAN_32)
        return counted(graph, graph.as_int32(rest), span) if few else rest
    return remainder(graph, a, b, fmod=fmod)


def remainder(graph: Graph, a: Value, b: Value, *, fmod: int) -> Value:
    quotient = graph.apply("Div", a, b)
    rest = graph.apply("Sub", a, graph.apply("Mul", quotient, b))
    if fmod or a.dtype == "uint8":
        return rest
    zero = Constant(np.zeros((), np.dtype(a.dtype)))
    signs = [graph.apply("Less", value, zero) for value in (rest, b)]
    some = graph.apply("Not", graph.apply("Equal", rest, zero))
    wrong = graph.apply("And", some, graph.apply("Xor", *signs))
    return graph.apply("Where", wrong, graph.apply("Add", rest, b), rest)


def remainders(divisor: Value) -> Span:
    """Smaller than the divisor, of either sign."""
    span = divisor.span if isinstance(divisor, Constant | Tensor) else None
    low, high = span or SPAN_32
    most = max(abs(low), abs(high)) - 1
    return -most, most


@lowers("Pow")
def power(graph: Graph, a: Value, b: Value) -> Value:
    """Of whole numbers by squaring, as exact as products are."""
    if a.dtype == "float32":
        return graph.op("Pow", a, as_floats(graph, b))
    exponents = b.array if isinstance(b, Constant) else np.array(np.nan)
    counting = np.isfinite(exponents) & (exponents >= 0)
    if not (counting & (exponents == np.floor(exponents))).all():
        raise Refused(
            "exponent: expected constants of 0, 1, 2.. for integers, got others",
            "cast to float32",
        )
    bits = exponents.astype(np.int64)
    one = Constant(np.ones((), np.int32))
    square, factors = a, list[Value]()
    for _ in range(max(1, int(bits.max()).bit_length())):
        square = graph.apply("Mul", square, square) if factors else square
        factors.append(graph.apply("Where", Constant(bits % 2 == 1), square, one))
        bits = bits // 2
    return reduce(lambda x, y: graph.apply("Mul", x, y), factors)


def as_floats(graph: Graph, x: Value) -> Value:
    if isinstance(x, Constant):
        return Constant(x.array.astype(np.float32))
    return x if x.dtype == "float32" else graph.apply("Cast", x, to=FLOAT)


@lowers("Equal")
def equal(graph: Graph, a: Value, b: Value) -> Value:
    if a.dtype == "bool":
        return graph.apply("Not", graph.apply("Xor", a, b))
    return graph.op("Equal", a, b)


@lowers("IsNaN")
def is_nan(graph: Graph, x: Value) -> Value:
    return graph.apply("Not", graph.apply("Equal", x, x))


@lowers("IsInf")
def is_inf(
    graph: Graph, x: Value, *, detect_negative: int = 1, detect_positive: int = 1
) -> Value:
    positive, negative = number(np.inf), number(-np.inf)
    if detect_negative and detect_positive:
        return graph.apply("Equal", graph.apply("Abs", x), positive)
    if not detect_negative and not detect_positive:
        raise Refused("expected one infinity to detect, got none")
    return graph.apply("Equal", x, negative if detect_negative else positive)


@lowers("OneHot")
def one_hot(
    graph: Graph, indices: Value, depth: Value, values: Value, *, axis: int = -1
) -> Value:
    """on where the place along the new axis is the index, off elsewhere.

    A negative index counts from the end.
    """
    length = integers(depth, "depth")[0]
    rank = len(indices.shape)
    place = axis % (rank + 1)
    lifted = graph.reshape(indices, (*indices.shape[:place], 1, *indices.shape[place:]))
    if indices.dtype == "float32":
        lifted = graph.apply("Cast", lifted, to=INT32)
    whole = np.dtype(lifted.dtype)
    line = np.ones(rank + 1, int)
    line[place] = length
    places = Constant(np.arange(length, dtype=whole).reshape(line))
    behind = Constant(np.arange(-length, 0, dtype=whole).reshape(line))
    hit = graph.apply(
        "Or", graph.apply("Equal", lifted, places), graph.apply("Equal", lifted, behind)
    )
    if not isinstance(values, Constant):
        raise Refused("values: expected a constant, got a computed tensor")
    off, on = values.array
    return graph.apply(
        "Where", hit, Constant(np.asarray(on)), Constant(np.asarray(off))
    )
