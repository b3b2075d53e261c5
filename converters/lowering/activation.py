"""Softmax and LogSoftmax, along one axis, or along all from one on in older opsets."""

from math import prod

from converters.lowering.movement import axis_of
from converters.opsets import SOFTMAX_ALONG_ONE_AXIS
from converters.registry import Graph, lowers
from converters.values import Value


def enter_softmax(operator: str) -> None:
    @lowers(operator)
    def softmax(graph: Graph, x: Value, *, axis: int | None = None) -> Value:
        if graph.opset >= SOFTMAX_ALONG_ONE_AXIS:
            place = axis_of(x, -1 if axis is None else axis)
            return graph.op(operator, x, axis=place)
        first = axis_of(x, 1 if axis is None else axis)
        rows = (prod(x.shape[:first]), prod(x.shape[first:]))
        flat = graph.op(operator, graph.reshape(x, rows), axis=1)
        return graph.reshape(flat, x.shape)


for name in ("Softmax", "LogSoftmax"):
    enter_softmax(name)
