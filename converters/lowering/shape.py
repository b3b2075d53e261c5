"""Operators that move no element: Identity, Flatten, Reshape, Shape."""

from dataclasses import replace
from math import prod

import numpy as np

from converters.registry import Graph, Refused, lowers
from converters.values import Affine, Constant, Shape, Value


def reshaped(graph: Graph, x: Value, shape: Shape) -> Value:
    if isinstance(x, Constant):
        return Constant(x.array.reshape(shape))
    # A product's bias belongs to its last axis, so the product is settled first.
    value = graph.emit(x) if isinstance(x, Affine) else x
    return replace(value, shape=shape)


@lowers("Identity")
def identity(graph: Graph, x: Value) -> Value:
    return x


@lowers("Flatten")
def flatten(graph: Graph, x: Value, *, axis: int = 1) -> Value:
    if axis < 0:
        axis += len(x.shape)
    return reshaped(graph, x, (prod(x.shape[:axis]), prod(x.shape[axis:])))


@lowers("Reshape")
def reshape(graph: Graph, x: Value, shape: Value, *, allowzero: int = 0) -> Value:
    if not isinstance(shape, Constant):
        raise Refused("shape: expected a constant, got a computed tensor")
    wanted = [int(size) for size in shape.array.reshape(-1)]
    if not allowzero:
        if any(size == 0 for size in wanted[len(x.shape) :]):
            raise Refused(f"shape: expected a size for each axis, got {wanted}")
        wanted = [size or x.shape[axis] for axis, size in enumerate(wanted)]
    elements, known = prod(x.shape), prod(size for size in wanted if size != -1)
    if wanted.count(-1) == 1 and known:
        wanted[wanted.index(-1)] = elements // known
    if prod(wanted) != elements or min(wanted, default=1) < 0:
        raise Refused(f"shape: expected {elements} elements, got {wanted}")
    return reshaped(graph, x, tuple(wanted))


@lowers("Shape")
def shape(graph: Graph, x: Value, *, start: int = 0, end: int | None = None) -> Value:
    """The shape as a constant: shapes are static here."""
    return Constant(np.array(x.shape[start:end], dtype=np.int64))
