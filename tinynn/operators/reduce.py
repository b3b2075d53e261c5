"""Many elements to one, along an axis, strictly in order.

`((start + x[0]) + x[1]) + ...`, for sums; products, extremes and the rest alike. The
builder makes several axes one, by a transposition if they are apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Final

from ..kernels import Call
from ..memory.tensor import TensorType
from .family import Family, Operator, Space, Types, Words
from .folding import fold_calls
from .graph import Graph, Operation, Value
from .movement import transpose
from .shape import around, check_arity, check_axis, check_dtype, normal_axis


@dataclass(frozen=True, slots=True)
class Reduction:
    """A row of the table; costs are guest instructions, an element and a result."""

    opcode: int
    onnx: str
    name: str
    dtypes: tuple[str, ...]
    each: int
    usual: int
    once: int = 100


NUMBERS: Final = ("float32", "int32")
FLOATS: Final = ("float32",)

REDUCTIONS: Final = (
    Reduction(70, "ReduceSum", "reduce_sum", NUMBERS, 130, 80),
    Reduction(71, "ReduceMean", "reduce_mean", FLOATS, 130, 80, 600),
    Reduction(72, "ReduceMax", "reduce_max", NUMBERS, 70, 32),
    Reduction(73, "ReduceMin", "reduce_min", NUMBERS, 70, 32),
    Reduction(74, "ReduceProd", "reduce_prod", NUMBERS, 130, 80),
    Reduction(75, "ReduceL2", "reduce_l2", FLOATS, 230, 150, 600),
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


def calls(
    reduction: Reduction, operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    _, n, inner = around(operator.sources[0].shape, operator.attributes[0])
    x, y = operator.flat(space), operator.tile(space, first, count)
    whole = "" if operator.target.dtype == "float32" else "whole_"
    kernel = reduction.name.replace("reduce_", f"fold.{whole}")
    return list(fold_calls(kernel, x, n, inner, first, y))


def family_of(reduction: Reduction) -> Family:
    """The row as a family."""
    return Family(
        name=reduction.name,
        opcode=reduction.opcode,
        infer=partial(infer, reduction),
        instructions=lambda operator, count: (
            300 + (reduction.once + reduction.each * length(operator)) * count
        ),
        usual=lambda operator: 30 + reduction.usual * length(operator),
        calls=partial(calls, reduction),
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
