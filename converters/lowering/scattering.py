"""Scattered writes, all of them as rows of a matrix that are replaced or combined."""

from math import prod

import numpy as np

from converters.lowering.movement import axis_of, row_numbers
from converters.registry import Graph, lowers
from converters.values import Constant, Value


@lowers("ScatterND")
def scatter_nd(
    graph: Graph,
    data: Value,
    indices: Value,
    updates: Value,
    *,
    reduction: str = "none",
) -> Value:
    """An index names one element or a whole part of the data, which is a row."""
    depth = indices.shape[-1]
    count, width = prod(indices.shape[:-1]), prod(data.shape[depth:])
    rows = graph.reshape(row_numbers(graph, indices, data.shape[:depth]), (count,))
    matrix = graph.reshape(data, (-1, width))
    changes = graph.reshape(updates, (count, width))
    result = graph.op("ScatterRows", matrix, rows, changes, how=reduction)
    return graph.reshape(result, data.shape)


@lowers("ScatterElements")
def scatter_elements(
    graph: Graph,
    data: Value,
    indices: Value,
    updates: Value,
    *,
    axis: int = 0,
    reduction: str = "none",
) -> Value:
    """An index is of one axis; an element's place along the others is its update's."""
    place, shape = axis_of(data, axis), data.shape
    length, inner = shape[place], prod(shape[place + 1 :])
    steps = [prod(shape[a + 1 :]) for a in range(len(shape))]
    grid = np.indices(indices.shape)
    others = [step * at for step, at in zip(steps, grid, strict=True)]
    del others[place]
    beside = np.broadcast_to(np.int64(sum(others, np.int64(0))), indices.shape)
    within = row_numbers(graph, graph.reshape(indices, (*indices.shape, 1)), (length,))
    along = graph.apply("Mul", within, Constant(np.asarray(np.int64(inner))))
    rows = graph.apply("Add", along, Constant(beside))
    count = prod(indices.shape)
    result = graph.op(
        "ScatterRows",
        graph.reshape(data, (-1, 1)),
        graph.reshape(rows, (count,)),
        graph.reshape(updates, (count, 1)),
        how=reduction,
    )
    return graph.reshape(result, shape)


@lowers("Scatter")
def scatter(
    graph: Graph, data: Value, indices: Value, updates: Value, *, axis: int = 0
) -> Value:
    """The older name."""
    return scatter_elements(graph, data, indices, updates, axis=axis)


@lowers("BitwiseNot")
def bitwise_not(graph: Graph, x: Value) -> Value:
    ones = np.array(-1).astype(np.dtype(x.dtype))
    return graph.apply("BitwiseXor", x, Constant(ones))
