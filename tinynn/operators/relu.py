"""relu: `y[i] = x[i] if x[i] > 0 else +0`; NaN stays NaN."""

import numpy as np

from ..jit import kernel
from ..tensor import TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .numbers import Bits
from .shape import check_arity, check_dtype


@kernel
def rectify(x: Bits, y: Bits) -> None:
    """Without branches, so that it is done in vectors."""
    for i in range(len(x)):
        word = x[i]
        positive = np.uint32(0) if word >> np.uint32(31) else word
        nan = word & np.uint32(0x7FFFFFFF) > np.uint32(0x7F800000)
        y[i] = np.uint32(0x7FC00000) if nan else positive


def infer(types: Types, attributes: Words) -> TensorType:
    """float32 to as many."""
    check_arity(types, attributes, 1, 0)
    check_dtype("relu", types[0], "float32")
    return types[0]


def run(operator: Operator, first: int, count: int, space: Space) -> None:
    x = operator.part(space, first, count)
    y = operator.tile(space, first, count)
    rectify(x.view(np.uint32), y.view(np.uint32))


def relu(graph: Graph, x: Value) -> Value:
    """x where it is positive, else +0."""
    return graph.emit(FAMILY, [x])


FAMILY = Family(
    name="relu",
    opcode=3,
    infer=infer,
    run=run,
    instructions=lambda operator, count: 25 * count,
    usual=lambda operator: 12,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"Relu": relu}
