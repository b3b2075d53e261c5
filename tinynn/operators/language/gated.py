"""gated: `y = f(gate) * up`, each element by itself; f as unary.py has it."""

from typing import Final

from ...kernels import Call
from ...memory.tensor import TensorType
from ..family import Family, Operator, Space, Types, Words
from ..graph import Graph, Value
from ..shape import check_arity, check_dtype, check_shape, demand

FUNCTIONS: Final = ("silu", "gelu_tanh", "gelu_erf")
"""By attribute."""

USUAL: Final = (560, 1290, 1350)
"""Instructions of the guest's an element."""


def infer(types: Types, attributes: Words) -> TensorType:
    """float32, twice, to as many; the attribute says which function."""
    check_arity(types, attributes, 2, 1)
    gate, up = types
    check_dtype("gated", gate, "float32")
    check_dtype("gated", up, "float32")
    check_shape("gated", gate.shape, up)
    which, most = attributes[0], len(FUNCTIONS) - 1
    demand("gated: function", f"0 to {most}", which, which <= most)
    return gate


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    gate, up = (operator.part(space, first, count, i) for i in (0, 1))
    kernel = f"gated.{FUNCTIONS[operator.attributes[0]]}"
    return [Call(kernel, (operator.tile(space, first, count), gate, up, count))]


def gated(graph: Graph, gate: Value, up: Value, *, function: str = "silu") -> Value:
    """A function of the gate, times the other."""
    known = " or ".join(FUNCTIONS)
    demand("Gated: function", known, function, function in FUNCTIONS)
    return graph.emit(FAMILY, [gate, up], [FUNCTIONS.index(function)])


FAMILY: Final = Family(
    name="gated",
    opcode=166,
    infer=infer,
    instructions=lambda operator, count: 100 + 5400 * count,
    usual=lambda operator: USUAL[operator.attributes[0]],
    calls=calls,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"Gated": gated}
