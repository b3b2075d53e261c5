"""scale_u8: bytes to numbers, `y[i] = f32(x[i]) * factor`."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..jit import kernel
from ..tensor import TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .numbers import Floats, bits_of, canonicalise
from .shape import check_arity, check_dtype

DISTINCT: Final = 256
"""Products that the guest computes at most; after that it looks them up."""


@kernel
def scale(x: NDArray[np.uint8], factor: Floats, y: Floats) -> None:
    """The factor is an array of one: numba passes plain numbers as doubles."""
    for i in range(len(x)):
        y[i] = np.float32(x[i]) * factor[0]


def infer(types: Types, attributes: Words) -> TensorType:
    """uint8 to float32; the attribute is the factor's bits."""
    check_arity(types, attributes, 1, 1)
    check_dtype("scale_u8", types[0], "uint8")
    return TensorType("float32", types[0].shape)


def run(operator: Operator, first: int, count: int, space: Space) -> None:
    x = operator.part(space, first, count)
    y = operator.tile(space, first, count)
    scale(x, np.array(operator.attributes, np.uint32).view(np.float32), y)
    canonicalise(y)


def instructions(operator: Operator, count: int) -> int:
    return 25 * count + 200 * min(count, DISTINCT)


def scale_u8(graph: Graph, x: Value, *, factor: float) -> Value:
    """f32(x) * factor, for bytes x."""
    return graph.emit(FAMILY, [x], [bits_of(factor)])


FAMILY = Family(
    name="scale_u8",
    opcode=1,
    infer=infer,
    run=run,
    instructions=instructions,
    usual=lambda operator: 20,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"ScaleU8": scale_u8}
