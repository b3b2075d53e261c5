"""softmax: `y[i] = exp(x[i] - m) / s`, with m the maximum and s the sequential sum.

Along one axis; every row by itself.

`m` starts at x[0] and moves to an element that compares greater; s starts at +0. The
exponential is tinynn's own, from exact operations only: at most 1 ulp from e^x. A NaN
anywhere, or an infinite maximum, makes every output NaN.
"""

from functools import partial
from typing import Final

from ..kernels import Call, folds, move
from ..tensor import TensorType
from .family import Family, Operator, Space, Types, Words, run_calls
from .graph import Graph, Value
from .numbers import Floats, canonicalise, float_of
from .shape import around, check_arity, check_axis, check_dtype, normal_axis

LOG2_E: Final = float_of(folds.LOG2_E)
ROUNDER: Final = float_of(folds.ROUNDER)
"""1.5 * 2^23: adding it leaves the nearest integer in the low bits of the sum."""

LN2_HIGH: Final = float_of(folds.LN2_HIGH)
"""ln 2 to nine bits, so that its product with an exponent is exact."""

LN2_LOW: Final = float_of(folds.LN2_LOW)
"""The rest of ln 2, which is negative."""

C7, C6, C5, C4, C3, C2 = map(float_of, folds.POLYNOMIAL)
"""(e^r - 1 - r) / r^2 on |r| <= 0.348: a Chebyshev fit, coefficients rounded to f32."""

OVERFLOW: Final = float_of(folds.OVERFLOW)
UNDERFLOW: Final = float_of(folds.UNDERFLOW)
"""89 and -104: beyond them e^x is infinite, or rounds to zero."""

INF: Final = float_of(folds.INFINITY)
ZERO: Final = float_of(0)
ONE: Final = float_of(folds.ONE)


def infer(types: Types, attributes: Words) -> TensorType:
    """float32 to as many; the attribute is the axis."""
    check_arity(types, attributes, 1, 1)
    check_dtype("softmax", types[0], "float32")
    check_axis(attributes[0], types[0].shape)
    return types[0]


def grain(operator: Operator) -> int:
    """Rows along the axis are not cut, nor are those that lie between one another."""
    _, n, inner = around(operator.target.shape, operator.attributes[0])
    return n * inner


def rows_of(x: Floats, n: int, inner: int) -> Floats:
    """Rows along the axis end to end; x itself if they are."""
    return x.reshape(-1, n, inner).swapaxes(1, 2).reshape(-1)


def store_rows(rows: Floats, n: int, inner: int, y: Floats) -> None:
    """The inverse of `rows_of`, and NaNs made canonical."""
    y.reshape(-1, n, inner)[...] = rows.reshape(-1, inner, n).swapaxes(1, 2)
    canonicalise(y)


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    """Rows that do not lie end to end are laid so, and back."""
    _, n, inner = around(operator.target.shape, operator.attributes[0])
    x, y = operator.part(space, first, count), operator.tile(space, first, count)
    if inner == 1:
        return [Call("fold.softmax", (y, x, count // n, n))]
    rows = space.room((first, "rows"), count)
    extents = (count // (n * inner), inner, n)
    apart, together = (n * inner, 1, inner), (n * inner, n, 1)
    return [
        move(rows, x, extents, together, apart),
        Call("fold.softmax", (rows, rows, count // n, n)),
        move(y, rows, extents, apart, together),
    ]


def instructions(operator: Operator, count: int) -> int:
    """Of about 20 sums and products of at most 95 each, and a division."""
    return 2600 * count


def softmax(graph: Graph, x: Value, *, axis: int = -1) -> Value:
    """Softmax along an axis."""
    return graph.emit(FAMILY, [x], [normal_axis(axis, len(x.shape))])


FAMILY = Family(
    name="softmax",
    opcode=4,
    infer=infer,
    run=partial(run_calls, calls),
    instructions=instructions,
    usual=lambda operator: 1600,
    grain=grain,
    calls=calls,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"Softmax": softmax}
