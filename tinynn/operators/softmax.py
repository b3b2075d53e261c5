"""softmax: `y[i] = exp(x[i] - m) / s`, with m the maximum and s the sequential sum.

Along one axis; every row by itself.

`m` starts at x[0] and moves to an element that compares greater; s starts at +0. The
exponential is tinynn's own, from exact operations only: at most 1 ulp from e^x. A NaN
anywhere, or an infinite maximum, makes every output NaN.
"""

from typing import Final

import numpy as np

from ..jit import kernel
from ..tensor import TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .numbers import Floats, canonicalise, float_of
from .shape import around, check_arity, check_axis, check_dtype, normal_axis

LOG2_E: Final = float_of(0x3FB8AA3B)
ROUNDER: Final = float_of(0x4B400000)
"""1.5 * 2^23: adding it leaves the nearest integer in the low bits of the sum."""

LN2_HIGH: Final = float_of(0x3F318000)
"""ln 2 to nine bits, so that its product with an exponent is exact."""

LN2_LOW: Final = float_of(0xB95E8083)
"""The rest of ln 2, which is negative."""

C2: Final = float_of(0x3F000000)
C3: Final = float_of(0x3E2AAAAB)
C4: Final = float_of(0x3D2AAA3D)
C5: Final = float_of(0x3C08884F)
C6: Final = float_of(0x3AB6CE1B)
C7: Final = float_of(0x3950C611)
"""(e^r - 1 - r) / r^2 on |r| <= 0.348: a Chebyshev fit, coefficients rounded to f32."""

OVERFLOW: Final = float_of(0x42B20000)
UNDERFLOW: Final = float_of(0xC2D00000)
"""89 and -104: beyond them e^x is infinite, or rounds to zero."""

INF: Final = float_of(0x7F800000)
ZERO: Final = float_of(0)
ONE: Final = float_of(0x3F800000)


@kernel
def exponentials(x: Floats, n: int, y: Floats) -> None:
    """y[i] = exp(x[i] - m), for each row of n elements."""
    for start in range(0, len(x), n):
        m = x[start]
        for i in range(start + 1, start + n):
            if x[i] > m:
                m = x[i]
        for i in range(start, start + n):
            z = x[i] - m
            if z > OVERFLOW:
                y[i] = INF
            elif z < UNDERFLOW:
                y[i] = ZERO
            elif z != z:
                y[i] = z
            else:
                shifted = z * LOG2_E + ROUNDER
                k = shifted - ROUNDER
                r = (z - k * LN2_HIGH) - k * LN2_LOW
                p = ((((C7 * r + C6) * r + C5) * r + C4) * r + C3) * r + C2
                e = (r * r * p + r) + ONE
                # 2^k in two factors: both are normal, only the second product rounds.
                exponent = np.float32(shifted).view(np.int32) - np.int32(0x4B400000)
                half = exponent >> np.int32(1)
                low = (half + np.int32(127)) << np.int32(23)
                high = (exponent - half + np.int32(127)) << np.int32(23)
                scale = np.int32(high).view(np.float32)
                y[i] = e * np.int32(low).view(np.float32) * scale


@kernel
def divide_by_sum(y: Floats, n: int) -> None:
    for start in range(0, len(y), n):
        total = ZERO
        for i in range(start, start + n):
            total = total + y[i]
        for i in range(start, start + n):
            y[i] = y[i] / total


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


def run(operator: Operator, first: int, count: int, space: Space) -> None:
    _, n, inner = around(operator.target.shape, operator.attributes[0])
    x, y = operator.part(space, first, count), operator.tile(space, first, count)
    if inner == 1:
        exponentials(x, n, y)
        divide_by_sum(y, n)
        canonicalise(y)
        return
    rows = np.empty(count, np.float32)
    exponentials(rows_of(x, n, inner), n, rows)
    divide_by_sum(rows, n)
    store_rows(rows, n, inner, y)


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
    run=run,
    instructions=instructions,
    usual=lambda operator: 1600,
    grain=grain,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"Softmax": softmax}
