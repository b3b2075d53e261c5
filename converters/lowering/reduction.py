"""Operators that make one element of many: reductions, extremes, running sums."""

import numpy as np

from converters.lowering.movement import along, axis_of, integers
from converters.registry import Graph, Refused, lowers
from converters.values import Constant, Value, number, whole_numbers

DIRECT = ("ReduceL2", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum")


def enter_reduction(operator: str) -> None:
    @lowers(operator)
    def reduction(
        graph: Graph,
        x: Value,
        axes: Value | None = None,
        *,
        keepdims: int = 1,
        noop_with_empty_axes: int = 0,
    ) -> Value:
        """Over all axes where none is named."""
        named = integers(axes, "axes") if axes else []
        if not named and noop_with_empty_axes:
            return x
        chosen = sorted({axis_of(x, axis) for axis in named} or range(len(x.shape)))
        result = graph.op(operator, x, axes=tuple(chosen)) if chosen else x
        kept = [
            1 if axis in chosen else extent
            for axis, extent in enumerate(x.shape)
            if keepdims or axis not in chosen
        ]
        return graph.reshape(result, tuple(kept))


for name in DIRECT:
    enter_reduction(name)


@lowers("TopK")
def top_k(
    graph: Graph,
    x: Value,
    k: Value,
    *,
    axis: int = -1,
    largest: int = 1,
    sorted: int = 1,
) -> tuple[Value, ...]:
    """Sorted, whether asked for or not; of equal elements the first comes first."""
    (count,) = integers(k, "k")
    return graph.ops("TopK", x, k=count, axis=axis_of(x, axis), largest=bool(largest))


@lowers("CumSum")
def cumulative_sum(
    graph: Graph, x: Value, axis: Value, *, exclusive: int = 0, reverse: int = 0
) -> Value:
    (number,) = integers(axis, "axis")
    return graph.op(
        "CumSum",
        x,
        axis=axis_of(x, number),
        exclusive=bool(exclusive),
        reverse=bool(reverse),
    )


@lowers("Hardmax")
def hardmax(graph: Graph, x: Value, *, axis: int | None = None) -> Value:
    """1 at the first greatest element along `axis`, 0 elsewhere."""
    if graph.opset < 13:
        raise Refused("expected opset 13 or later", "convert the model's opset")
    place = axis_of(x, -1 if axis is None else axis)
    index = graph.apply("ArgMax", x, axis=place, keepdims=1)
    line = [1] * len(x.shape)
    line[place] = x.shape[place]
    places = Constant(np.arange(x.shape[place]).reshape(line))
    hit = graph.apply("Equal", index, places)
    one, zero = number(1), number(0)
    return graph.apply("Where", hit, one, zero)


@lowers("LpNormalization")
def lp_normalization(graph: Graph, x: Value, *, axis: int = -1, p: int = 2) -> Value:
    axes = whole_numbers([axis_of(x, axis)])
    if p == 1:
        norm = graph.apply("ReduceSum", graph.apply("Abs", x), axes)
    else:
        norm = graph.apply("ReduceL2", x, axes)
    return graph.apply("Div", x, norm)


def rows_of(graph: Graph, x: Value) -> list[Value]:
    """x cut along its first axis, which is dropped."""
    return [
        graph.reshape(along(graph, x, 0, index, index + 1), x.shape[1:])
        for index in range(x.shape[0])
    ]
