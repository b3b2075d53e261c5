"""Operators that make one element of many: reductions, extremes, running sums."""

from collections.abc import Callable
from math import prod

import numpy as np

from converters.lowering.movement import along, axis_of, integers, sliced
from converters.lowering.parts import LONGEST_SCAN, along_the_last
from converters.opsets import SOFTMAX_ALONG_ONE_AXIS
from converters.registry import Graph, lowers
from converters.values import Constant, Value, number, whole_numbers

FLOAT, INT32, BOOL = 1, 6, 9
"""ONNX's numbers of these types."""

DIRECT = ("ReduceL2", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum")

OF_NOTHING = {"ReduceL2": 0, "ReduceProd": 1, "ReduceSum": 0}


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
        if x.dtype == "bool":  # the greatest of bools is whether one is true
            numbers = graph.apply("Cast", x, to=INT32)
            result = graph.apply(operator, numbers, axes, keepdims=keepdims)
            return graph.apply("Cast", result, to=BOOL)
        chosen = sorted({axis_of(x, axis) for axis in named} or range(len(x.shape)))
        kept = [
            1 if axis in chosen else extent
            for axis, extent in enumerate(x.shape)
            if keepdims or axis not in chosen
        ]
        if 0 in x.shape and operator in OF_NOTHING:
            return Constant(np.full(kept, OF_NOTHING[operator], x.dtype))
        result = graph.op(operator, x, axes=tuple(chosen)) if chosen else x
        return graph.reshape(result, tuple(kept))


for name in DIRECT:
    enter_reduction(name)


def enter_sum(
    operator: str,
    before: Callable[[Graph, Value], Value],
    after: Callable[[Graph, Value], Value],
) -> None:
    """A sum of what each element is made, and what becomes of the sum."""

    @lowers(operator)
    def reduction(
        graph: Graph,
        x: Value,
        axes: Value | None = None,
        *,
        keepdims: int = 1,
        noop_with_empty_axes: int = 0,
    ) -> Value:
        if noop_with_empty_axes and (axes is None or not integers(axes, "axes")):
            return after(graph, before(graph, x))
        summed = graph.apply("ReduceSum", before(graph, x), axes, keepdims=keepdims)
        return after(graph, summed)


enter_sum("ReduceL1", lambda graph, x: graph.apply("Abs", x), lambda graph, x: x)
enter_sum("ReduceLogSum", lambda graph, x: x, lambda graph, x: graph.apply("Log", x))
enter_sum(
    "ReduceSumSquare", lambda graph, x: graph.apply("Mul", x, x), lambda graph, x: x
)


@lowers("ReduceLogSumExp")
def reduce_log_sum_exp(
    graph: Graph,
    x: Value,
    axes: Value | None = None,
    *,
    keepdims: int = 1,
    noop_with_empty_axes: int = 0,
) -> Value:
    """Shifted by the greatest element, so that no power overflows; not by infinity."""
    if noop_with_empty_axes and (axes is None or not integers(axes, "axes")):
        return x
    greatest = graph.apply("ReduceMax", x, axes)
    infinite = graph.apply("Equal", graph.apply("Abs", greatest), number(np.inf))
    shift = graph.apply("Where", infinite, number(0), greatest)
    powers = graph.apply("Exp", graph.apply("Sub", x, shift))
    summed = graph.apply("ReduceSum", powers, axes)
    result = graph.apply("Add", graph.apply("Log", summed), shift)
    return graph.apply("Squeeze", result, axes) if not keepdims else result


def enter_extreme(operator: str) -> None:
    @lowers(operator)
    def extreme(
        graph: Graph,
        x: Value,
        *,
        axis: int = 0,
        keepdims: int = 1,
        select_last_index: int = 0,
    ) -> Value:
        """The last of equal elements is the first one seen from the end."""
        place = axis_of(x, axis)
        if not select_last_index:
            return graph.op(operator, x, axis=place, keepdims=keepdims)
        last = x.shape[place] - 1
        parts = [slice(0, extent, 1) for extent in x.shape]
        parts[place] = slice(last, -1, -1)
        turned = sliced(graph, x, parts)
        index = graph.op(operator, turned, axis=place, keepdims=keepdims)
        return graph.apply("Sub", Constant(np.array(last)), index)


for name in ("ArgMax", "ArgMin"):
    enter_extreme(name)


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
    how = {"exclusive": bool(exclusive), "reverse": bool(reverse)}
    place = axis_of(x, number)
    if prod(x.shape[place:]) <= LONGEST_SCAN:
        return graph.op("CumSum", x, axis=place, **how)
    last = len(x.shape) - 1
    return along_the_last(
        graph, x, place, lambda rows: graph.op("CumSum", rows, axis=last, **how)
    )


@lowers("Hardmax")
def hardmax(graph: Graph, x: Value, *, axis: int | None = None) -> Value:
    """1 at the first greatest element along `axis`, 0 elsewhere.

    In older opsets along all axes from one on, as along one.
    """
    if graph.opset < SOFTMAX_ALONG_ONE_AXIS:
        first = axis_of(x, 1 if axis is None else axis)
        rows = graph.reshape(x, (prod(x.shape[:first]), prod(x.shape[first:])))
        return graph.reshape(graph.apply("Hardmax", rows, axis=1), x.shape)
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
    """x by its norm; zeros stay zeros."""
    axes = whole_numbers([axis_of(x, axis)])
    if p == 1:
        norm = graph.apply("ReduceSum", graph.apply("Abs", x), axes)
    else:
        norm = graph.apply("ReduceL2", x, axes)
    one, none = number(1), graph.apply("Equal", norm, number(0))
    return graph.apply("Div", x, graph.apply("Where", none, one, norm))


def rows_of(graph: Graph, x: Value) -> list[Value]:
    """x cut along its first axis, which is dropped."""
    return [
        graph.reshape(along(graph, x, 0, index, index + 1), x.shape[1:])
        for index in range(x.shape[0])
    ]
