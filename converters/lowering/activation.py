"""Softmax and LogSoftmax, along one axis, or along all from one on in older opsets."""

from math import prod

from converters.lowering.movement import axis_of
from converters.lowering.parts import (
    LONGEST_SOFTMAX,
    along_the_last,
    log_softmax_by_parts,
    softmax_by_parts,
)
from converters.opsets import SOFTMAX_ALONG_ONE_AXIS
from converters.registry import Graph, lowers
from converters.values import Value

PARTS = {"Softmax": softmax_by_parts, "LogSoftmax": log_softmax_by_parts}


def by_rows(graph: Graph, operator: str, x: Value, axis: int) -> Value:
    """One operator, or its parts where a row is too long for a segment.

    Rows that lie between one another can't be cut apart, so many are put end to end.
    """

    def rows(x: Value) -> Value:
        if x.shape[-1] > LONGEST_SOFTMAX:
            return PARTS[operator](graph, x)
        return graph.op(operator, x, axis=len(x.shape) - 1)

    if prod(x.shape[axis:]) <= LONGEST_SOFTMAX:
        return graph.op(operator, x, axis=axis)
    return along_the_last(graph, x, axis, rows)


def enter_softmax(operator: str) -> None:
    @lowers(operator)
    def softmax(graph: Graph, x: Value, *, axis: int | None = None) -> Value:
        if graph.opset >= SOFTMAX_ALONG_ONE_AXIS:
            return by_rows(graph, operator, x, axis_of(x, -1 if axis is None else axis))
        first = axis_of(x, 1 if axis is None else axis)
        rows = (prod(x.shape[:first]), prod(x.shape[first:]))
        flat = by_rows(graph, operator, graph.reshape(x, rows), 1)
        return graph.reshape(flat, x.shape)


for name in ("Softmax", "LogSoftmax"):
    enter_softmax(name)
