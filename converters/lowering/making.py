"""What is made of nothing but constants: Constant, ConstantOfShape, Range, NonZero."""

from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from converters.lowering.movement import check_count, check_length, integers
from converters.registry import WAYS_OUT, Graph, NoSuchOperator, Refused, lowers
from converters.values import Constant, Value

if TYPE_CHECKING:
    from onnx import SparseTensorProto, TensorProto


@lowers("Constant")
def constant(
    graph: Graph,
    *,
    value: "TensorProto | None" = None,
    sparse_value: "SparseTensorProto | None" = None,
    value_float: float | None = None,
    value_floats: list[float] | None = None,
    value_int: int | None = None,
    value_ints: list[int] | None = None,
) -> Value:
    from onnx import numpy_helper

    if value is not None:
        return graph.known(numpy_helper.to_array(value))
    if sparse_value is not None:
        return graph.known(dense_of(sparse_value))
    floats = value_floats if value_float is None else value_float
    if floats is not None:
        return Constant(np.array(floats, np.float32))
    whole = value_ints if value_int is None else value_int
    if whole is not None:
        return Constant(np.array(whole, np.int64))
    raise Refused("expected a tensor of numbers, got none")


def dense_of(sparse: "SparseTensorProto") -> np.ndarray[Any, np.dtype[Any]]:
    """Its numbers, and zeros between; a place is one number, or one for each axis."""
    from onnx import numpy_helper

    numbers = numpy_helper.to_array(sparse.values)
    places = numpy_helper.to_array(sparse.indices)
    shape = tuple(sparse.dims)
    check_count(shape)
    whole = np.zeros(shape, numbers.dtype)
    index = np.unravel_index(places, shape) if places.ndim == 1 else tuple(places.T)
    whole[index] = numbers
    return whole


@lowers("ConstantOfShape")
def constant_of_shape(
    graph: Graph, shape: Value, *, value: "TensorProto | None" = None
) -> Value:
    from onnx import numpy_helper

    lengths = tuple(integers(shape, "shape"))
    check_count(lengths)
    if value is None:
        return Constant(np.zeros(lengths, np.float32))
    filling = graph.known(numpy_helper.to_array(value)).array
    return Constant(np.full(lengths, filling.reshape(-1)[0]))


@lowers("Range")
def range_(graph: Graph, start: Value, limit: Value, delta: Value) -> Value:
    """start + i delta; of floats both operations are rounded."""
    bounds = [scalar(value) for value in (start, limit, delta)]
    first, last, step = bounds
    if not step:
        raise Refused("delta: expected a number other than 0, got 0")
    length = max(0, ceil((last - first).item() / step.item()))
    check_length(length)
    places = np.arange(length, dtype=first.dtype)
    return Constant((first + places * step).astype(first.dtype))


def scalar(value: Value) -> Any:
    if not isinstance(value, Constant):
        raise Refused(
            "bounds: expected constants, got computed tensors",
            "its length depends on data: export with fixed lengths",
        )
    return value.array.reshape(-1)[0]


@lowers("NonZero")
def non_zero(graph: Graph, x: Value) -> Value:
    """Of a constant: how many there are is known then."""
    if not isinstance(x, Constant):
        raise NoSuchOperator("tinynn has no NonZero", WAYS_OUT["NonZero"])
    return Constant(np.array(np.nonzero(np.atleast_1d(x.array)), np.int64))
