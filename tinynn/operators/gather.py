"""Elements chosen by computed indices, along one axis.

A negative index counts from the end; one that is still outside is moved to the nearest
end, so that every index has a meaning.
"""

from functools import partial
from typing import Final

from ..kernels import Call, boxes, offset
from ..memory.tensor import TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .shape import around, check_arity, check_axis, check_dtype, demand, normal_axis


def infer_gather(types: Types, attributes: Words) -> TensorType:
    """Any type and int32 indices; their shape takes the place of the axis."""
    check_arity(types, attributes, 2, 1)
    data, indices = types
    axis = attributes[0]
    check_axis(axis, data.shape)
    check_dtype("indices", indices, "int32")
    shape = (*data.shape[:axis], *indices.shape, *data.shape[axis + 1 :])
    return TensorType(data.dtype, shape)


def calls(
    kernel: str, operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    """Boxes of (outer, along, inner); numbers are one a place along, or one each."""
    each = operator.opcode == GATHER_ELEMENTS.opcode
    axis = operator.attributes[0]
    _, n, step = around(operator.sources[0].shape, axis)
    along = operator.target.shape[axis] if each else operator.sources[1].count
    data, numbers = operator.flat(space), operator.flat(space, 1)
    y = operator.tile(space, first, count)
    outer = operator.target.count // (along * step)
    steps, planned = (along * step, step, 1), []
    for starts, extents in boxes((outer, along, step), first, count):
        at = offset(starts, steps)
        seen = data[offset(starts, (n * step, 0, 1)) :]
        chosen = numbers[at if each else starts[1] :]
        sizes = (*extents, *steps[:2], n, step)
        target = y[at - first :]
        planned.append(Call(f"{kernel}.{y.itemsize}", (target, seen, chosen, *sizes)))
    return planned


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
    instructions=lambda operator, count: 400 + 80 * count,
    usual=lambda operator: 25,
    calls=partial(calls, "gather"),
)
GATHER_ELEMENTS: Final = Family(
    name="gather_elements",
    opcode=64,
    infer=infer_gather_elements,
    instructions=lambda operator, count: 400 + 120 * count,
    usual=lambda operator: 60,
    calls=partial(calls, "gather_each"),
)

FAMILIES = (GATHER, GATHER_ELEMENTS)
OPERATIONS = {"Gather": gather, "GatherElements": gather_elements}
