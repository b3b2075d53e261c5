"""scale_u8: bytes to numbers, `y[i] = f32(x[i]) * factor`."""

from typing import Final

from ..kernels import Call
from ..memory.tensor import TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .numbers import bits_of
from .shape import check_arity, check_dtype

DISTINCT: Final = 256
"""Products that the guest computes at most; after that it looks them up."""


def infer(types: Types, attributes: Words) -> TensorType:
    """uint8 to float32; the attribute is the factor's bits."""
    check_arity(types, attributes, 1, 1)
    check_dtype("scale_u8", types[0], "uint8")
    return TensorType("float32", types[0].shape)


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    x = operator.part(space, first, count)
    y = operator.tile(space, first, count)
    return [Call("element.scale_u8", (y, x, count, *operator.attributes, 0))]


def instructions(operator: Operator, count: int) -> int:
    return 25 * count + 200 * min(count, DISTINCT)


def scale_u8(graph: Graph, x: Value, *, factor: float) -> Value:
    """f32(x) * factor, for bytes x."""
    return graph.emit(FAMILY, [x], [bits_of(factor)])


FAMILY = Family(
    name="scale_u8",
    opcode=1,
    infer=infer,
    instructions=instructions,
    usual=lambda operator: 20,
    calls=calls,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"ScaleU8": scale_u8}
