"""Many elements to one, along an axis, strictly in order.

`((start + x[0]) + x[1]) + ...`, for sums; products, extremes and the rest alike. The
builder makes several axes one, by a transposition if they are apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Final

import numpy as np

from ..jit import Kernel, kernel
from ..tensor import Array, TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Operation, Value
from .movement import transpose
from .numbers import canonicalise
from .shape import around, check_arity, check_axis, check_dtype, normal_axis

Fold = Kernel[[Array, int, int, int, Array], None]


@kernel
def add_rows(x: Array, n: int, inner: int, first: int, y: Array) -> None:
    """Element `first + j` of the result is number `(first + j) % inner` of its row."""
    j = 0
    while j < len(y):
        row, column = (first + j) // inner, (first + j) % inner
        run = min(inner - column, len(y) - j)
        start = row * n * inner + column
        y[j : j + run] = 0
        for i in range(n):
            for c in range(run):
                y[j + c] = y[j + c] + x[start + i * inner + c]
        j += run


@kernel
def add_squares(x: Array, n: int, inner: int, first: int, y: Array) -> None:
    j = 0
    while j < len(y):
        row, column = (first + j) // inner, (first + j) % inner
        run = min(inner - column, len(y) - j)
        start = row * n * inner + column
        y[j : j + run] = 0
        for i in range(n):
            for c in range(run):
                a = x[start + i * inner + c]
                y[j + c] = y[j + c] + a * a
        j += run


@kernel
def multiply_rows(x: Array, n: int, inner: int, first: int, y: Array) -> None:
    j = 0
    while j < len(y):
        row, column = (first + j) // inner, (first + j) % inner
        run = min(inner - column, len(y) - j)
        start = row * n * inner + column
        y[j : j + run] = 1
        for i in range(n):
            for c in range(run):
                y[j + c] = y[j + c] * x[start + i * inner + c]
        j += run


@kernel
def greatest_rows(x: Array, n: int, inner: int, first: int, y: Array) -> None:
    for j in range(len(y)):
        start = (first + j) // inner * n * inner + (first + j) % inner
        best = x[start]
        for i in range(1, n):
            a = x[start + i * inner]
            if a > best or a != a:
                best = a
        y[j] = best


@kernel
def least_rows(x: Array, n: int, inner: int, first: int, y: Array) -> None:
    for j in range(len(y)):
        start = (first + j) // inner * n * inner + (first + j) % inner
        best = x[start]
        for i in range(1, n):
            a = x[start + i * inner]
            if a < best or a != a:
                best = a
        y[j] = best


def as_it_is(y: Array, n: int) -> Array:
    """What the fold left is the result."""
    return y


def divided(y: Array, n: int) -> Array:
    """By the number of elements."""
    quotient: Array = y / np.float32(n)
    return quotient


def rooted(y: Array, n: int) -> Array:
    """The square root."""
    root: Array = np.sqrt(y)
    return root


@dataclass(frozen=True, slots=True)
class Reduction:
    """A row of the table; costs are guest instructions, an element and a result."""

    opcode: int
    onnx: str
    name: str
    fold: Fold
    finish: Callable[[Array, int], Array]
    dtypes: tuple[str, ...]
    each: int
    usual: int
    once: int = 100


NUMBERS: Final = ("float32", "int32")
FLOATS: Final = ("float32",)

REDUCTIONS: Final = (
    Reduction(70, "ReduceSum", "reduce_sum", add_rows, as_it_is, NUMBERS, 130, 80),
    Reduction(71, "ReduceMean", "reduce_mean", add_rows, divided, FLOATS, 130, 80, 600),
    Reduction(72, "ReduceMax", "reduce_max", greatest_rows, as_it_is, NUMBERS, 70, 32),
    Reduction(73, "ReduceMin", "reduce_min", least_rows, as_it_is, NUMBERS, 70, 32),
    Reduction(
        74, "ReduceProd", "reduce_prod", multiply_rows, as_it_is, NUMBERS, 130, 80
    ),
    Reduction(75, "ReduceL2", "reduce_l2", add_squares, rooted, FLOATS, 230, 150, 600),
)


def infer(reduction: Reduction, types: Types, attributes: Words) -> TensorType:
    """The attribute is the axis, which becomes 1."""
    check_arity(types, attributes, 1, 1)
    x, axis = types[0], attributes[0]
    check_dtype(reduction.onnx, x, *reduction.dtypes)
    check_axis(axis, x.shape)
    return TensorType(x.dtype, (*x.shape[:axis], 1, *x.shape[axis + 1 :]))


def length(operator: Operator) -> int:
    """Elements that become one."""
    return operator.sources[0].shape[operator.attributes[0]]


def run(
    reduction: Reduction, operator: Operator, first: int, count: int, space: Space
) -> None:
    _, n, inner = around(operator.sources[0].shape, operator.attributes[0])
    y = operator.tile(space, first, count)
    reduction.fold(operator.flat(space), n, inner, first, y)
    y[:] = reduction.finish(y, n)
    if y.dtype == np.float32:
        canonicalise(y)


def family_of(reduction: Reduction) -> Family:
    """The row as a family."""
    return Family(
        name=reduction.name,
        opcode=reduction.opcode,
        infer=partial(infer, reduction),
        run=partial(run, reduction),
        instructions=lambda operator, count: (
            300 + (reduction.once + reduction.each * length(operator)) * count
        ),
        usual=lambda operator: 30 + reduction.usual * length(operator),
    )


def one_axis(graph: Graph, x: Value, axes: Sequence[int]) -> Value:
    """x as (outer, n, inner), n being the elements of `axes` in row-major order."""
    rank = len(x.shape)
    if axes != list(range(axes[0], axes[-1] + 1)):
        others = [axis for axis in range(rank) if axis not in axes]
        x = transpose(graph, x, perm=[*others, *axes])
        axes = range(len(others), rank)
    outer, inner = prod(x.shape[: axes[0]]), prod(x.shape[axes[-1] + 1 :])
    return graph.view(x, (outer, x.count // (outer * inner), inner))


def emit(
    family: Family,
    graph: Graph,
    x: Value,
    *,
    axes: Sequence[int] | None = None,
    keepdims: int = 1,
) -> Value:
    """Over some axes, or over all."""
    rank = len(x.shape)
    chosen = range(rank) if axes is None else axes
    reduced = sorted({normal_axis(axis, rank) for axis in chosen}) or [0]
    result = graph.emit(family, [one_axis(graph, x, reduced)], [1])
    shape = [
        1 if axis in reduced else extent
        for axis, extent in enumerate(x.shape)
        if keepdims or axis not in reduced
    ]
    return graph.view(result, shape)


_ROWS: Final = [(reduction, family_of(reduction)) for reduction in REDUCTIONS]
FAMILIES = tuple(family for _, family in _ROWS)
OPERATIONS: dict[str, Operation] = {
    reduction.onnx: partial(emit, family) for reduction, family in _ROWS
}
