"""Operators that move no element: Identity, Flatten, Reshape, Squeeze, Shape."""

from math import prod

import numpy as np

from converters.lowering.movement import axis_of, integers
from converters.registry import Graph, Refused, lowers
from converters.values import Constant, Value


@lowers("Identity")
def identity(graph: Graph, x: Value) -> Value:
    return x


@lowers("Dropout")
def dropout(
    graph: Graph,
    x: Value,
    ratio: Value | None = None,
    training_mode: Value | None = None,
    *,
    outputs: int,
    seed: int = 0,
) -> tuple[Value, ...]:
    """Nothing, in inference; the mask, if asked for, keeps all."""
    if training_mode is not None and any(integers(training_mode, "training_mode")):
        raise Refused("expected inference, got training", "export in evaluation mode")
    mask = Constant(np.ones(x.shape, bool))
    return (x, mask)[:outputs]


@lowers("Flatten")
def flatten(graph: Graph, x: Value, *, axis: int = 1) -> Value:
    if axis < 0:
        axis += len(x.shape)
    return graph.reshape(x, (prod(x.shape[:axis]), prod(x.shape[axis:])))


@lowers("Reshape")
def reshape(graph: Graph, x: Value, shape: Value, *, allowzero: int = 0) -> Value:
    wanted = integers(shape, "shape")
    if not allowzero:
        if any(size == 0 for size in wanted[len(x.shape) :]):
            raise Refused(f"shape: expected a size for each axis, got {wanted}")
        wanted = [size or x.shape[axis] for axis, size in enumerate(wanted)]
    return graph.reshape(x, tuple(wanted))


@lowers("Squeeze")
def squeeze(graph: Graph, x: Value, axes: Value | None = None) -> Value:
    """Without axes every axis of 1 goes."""
    if axes is None:
        gone = {axis for axis, extent in enumerate(x.shape) if extent == 1}
    else:
        gone = {axis_of(x, axis) for axis in integers(axes, "axes")}
    kept = [extent for axis, extent in enumerate(x.shape) if axis not in gone]
    return graph.reshape(x, tuple(kept))


@lowers("Unsqueeze")
def unsqueeze(graph: Graph, x: Value, axes: Value) -> Value:
    numbers = integers(axes, "axes")
    rank = len(x.shape) + len(numbers)
    new = {number % rank for number in numbers}
    rest = iter(x.shape)
    return graph.reshape(x, tuple(1 if a in new else next(rest) for a in range(rank)))


@lowers("Shape")
def shape(graph: Graph, x: Value, *, start: int = 0, end: int | None = None) -> Value:
    """The shape as a constant: shapes are static here."""
    return Constant(np.array(x.shape[start:end], dtype=np.int64))


@lowers("Size")
def size(graph: Graph, x: Value) -> Value:
    return Constant(np.array(prod(x.shape), np.int64))


@lowers("EyeLike")
def eye_like(graph: Graph, x: Value, *, dtype: int | None = None, k: int = 0) -> Value:
    """Ones on a diagonal: a constant, since the shape is."""
    from onnx import helper

    kind = (
        np.dtype(x.dtype) if dtype is None else helper.tensor_dtype_to_np_dtype(dtype)
    )
    rows, columns = x.shape
    return Constant(np.eye(rows, columns, k).astype(kind))
