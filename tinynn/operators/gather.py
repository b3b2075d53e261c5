"""Elements chosen by computed indices, along one axis.

A negative index counts from the end; one that is still outside is moved to the nearest
end, so that every index has a meaning.
"""

from typing import Final

import numpy as np

from ..tensor import Array, TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .shape import around, check_arity, check_axis, check_dtype, demand, normal_axis


def inside(indices: Array, n: int) -> Array:
    """Indices in [0, n)."""
    wide = indices.astype(np.int64)
    return np.clip(np.where(wide < 0, wide + n, wide), 0, n - 1)


def infer_gather(types: Types, attributes: Words) -> TensorType:
    """Any type and int32 indices; their shape takes the place of the axis."""
    check_arity(types, attributes, 2, 1)
    data, indices = types
    axis = attributes[0]
    check_axis(axis, data.shape)
    check_dtype("indices", indices, "int32")
    shape = (*data.shape[:axis], *indices.shape, *data.shape[axis + 1 :])
    return TensorType(data.dtype, shape)


def places(operator: Operator, first: int, count: int) -> tuple[Array, Array, Array]:
    """Outer, axis and inner number of the target's elements from `first` on."""
    axis = operator.attributes[0]
    inner = around(operator.sources[0].shape, axis)[2]
    along = operator.sources[1].count
    if operator.opcode == GATHER_ELEMENTS.opcode:
        along = operator.target.shape[axis]
    numbers = np.arange(first, first + count)
    return numbers // (along * inner), numbers // inner % along, numbers % inner


def run_gather(operator: Operator, first: int, count: int, space: Space) -> None:
    axis = operator.attributes[0]
    outer, n, inner = around(operator.sources[0].shape, axis)
    y = operator.tile(space, first, count)
    chosen = inside(operator.flat(space, 1), n)
    data = operator.flat(space)
    if count == operator.target.count:
        shaped = y.reshape(outer, -1, inner)
        np.take(data.reshape(outer, n, inner), chosen, axis=1, out=shaped)
        return
    o, k, j = places(operator, first, count)
    y[:] = data[(o * n + chosen[k]) * inner + j]


def infer_gather_elements(types: Types, attributes: Words) -> TensorType:
    """Any type and int32 indices of the same shape but along the axis."""
    check_arity(types, attributes, 2, 1)
    data, indices = types
    axis = attributes[0]
    check_axis(axis, data.shape)
    check_dtype("indices", indices, "int32")
    expected = list(data.shape)
    if len(indices.shape) == len(expected):
        expected[axis] = indices.shape[axis]
    same = list(indices.shape) == expected
    demand("indices: shape", tuple(expected), indices.shape, same)
    return TensorType(data.dtype, indices.shape)


def run_gather_elements(
    operator: Operator, first: int, count: int, space: Space
) -> None:
    _, n, inner = around(operator.sources[0].shape, operator.attributes[0])
    y = operator.tile(space, first, count)
    chosen = inside(operator.part(space, first, count, 1), n)
    o, _, j = places(operator, first, count)
    y[:] = operator.flat(space)[(o * n + chosen) * inner + j]


def gather(graph: Graph, data: Value, indices: Value, *, axis: int = 0) -> Value:
    """Slices of the data, by number, along an axis."""
    return graph.emit(GATHER, [data, indices], [normal_axis(axis, len(data.shape))])


def gather_elements(
    graph: Graph, data: Value, indices: Value, *, axis: int = 0
) -> Value:
    """Single elements, each by its own number along an axis."""
    axis = normal_axis(axis, len(data.shape))
    return graph.emit(GATHER_ELEMENTS, [data, indices], [axis])


GATHER: Final = Family(
    name="gather",
    opcode=63,
    infer=infer_gather,
    run=run_gather,
    instructions=lambda operator, count: 400 + 80 * count,
    usual=lambda operator: 25,
)
GATHER_ELEMENTS: Final = Family(
    name="gather_elements",
    opcode=64,
    infer=infer_gather_elements,
    run=run_gather_elements,
    instructions=lambda operator, count: 400 + 120 * count,
    usual=lambda operator: 60,
)

FAMILIES = (GATHER, GATHER_ELEMENTS)
OPERATIONS = {"Gather": gather, "GatherElements": gather_elements}
