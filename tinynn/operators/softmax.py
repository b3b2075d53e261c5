"""softmax: `y[i] = exp(x[i] - m) / s`, with m the maximum and s the sequential sum.

Along one axis; every row by itself.

`m` starts at x[0] and moves to an element that compares greater; s starts at +0. The
exponential is tinynn's own, from exact operations only: at most 1 ulp from e^x. A NaN
anywhere, or an infinite maximum, makes every output NaN.
"""

from functools import partial
from typing import Final

from ..kernels import Call, move
from ..kernels import coefficients as c
from ..memory.tensor import TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .numbers import float_of
from .shape import around, check_arity, check_axis, check_dtype, normal_axis

ZERO: Final = float_of(0)
ONE: Final = float_of(c.ONE)


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


def calls(
    kernel: str, operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    """Rows that do not lie end to end are laid so, and back."""
    _, n, inner = around(operator.target.shape, operator.attributes[0])
    x, y = operator.part(space, first, count), operator.tile(space, first, count)
    if inner == 1:
        return [Call(kernel, (y, x, count // n, n))]
    rows, result = (space.room((first, name), count) for name in ("rows", "result"))
    extents = (count // (n * inner), inner, n)
    apart, together = (n * inner, 1, inner), (n * inner, n, 1)
    return [
        move(rows, x, extents, together, apart),
        Call(kernel, (result, rows, count // n, n)),
        move(y, result, extents, apart, together),
    ]


def instructions(operator: Operator, count: int) -> int:
    """Of about 20 sums and products of at most 95 each, and a division."""
    return 2600 * count


def softmax(graph: Graph, x: Value, *, axis: int = -1) -> Value:
    """Softmax along an axis."""
    return graph.emit(FAMILY, [x], [normal_axis(axis, len(x.shape))])


CALLS = partial(calls, "fold.softmax")
FAMILY = Family(
    name="softmax",
    opcode=4,
    infer=infer,
    instructions=instructions,
    usual=lambda operator: 1600,
    grain=grain,
    calls=CALLS,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"Softmax": softmax}
