"""Functions of two elements, with broadcasting; where, which takes three.

A row of the table is a family: the ONNX operation, the types that it takes and gives,
and what an element costs the guest at most and usually. The formulas are those of
tinynn/kernels/elements.py. Shapes are aligned at the last axis; an axis of 1 is
repeated.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from mips_vm.constants import MODEL

from ..kernels import Call
from ..kernels.sizes import COMPARED
from ..memory.tensor import TensorType, item_bytes
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Operation, Value
from .shape import check_arity, check_dtype, demand, walk_instructions
from .zipping import zip_calls

NUMBERS: Final = ("float32", "int32")
BYTES: Final = ("uint8", "int8")
SQUARE: Final = np.float32(2)


@dataclass(frozen=True, slots=True)
class Function:
    """A row of the table; `result` is empty where it is of the sources' type."""

    opcode: int
    onnx: str
    name: str
    dtypes: tuple[str, ...]
    result: str
    most: int
    usual: int


FUNCTIONS: Final = (
    Function(40, "Add", "zip_add", NUMBERS, "", 140, 65),
    Function(41, "Sub", "zip_sub", NUMBERS, "", 140, 65),
    Function(42, "Mul", "zip_mul", NUMBERS, "", 140, 65),
    Function(43, "Div", "zip_div", NUMBERS, "", 350, 150),
    Function(44, "Min", "zip_min", NUMBERS, "", 80, 35),
    Function(45, "Max", "zip_max", NUMBERS, "", 80, 35),
    Function(46, "Pow", "zip_pow", ("float32",), "", 9000, 3000),
    Function(47, "PRelu", "zip_prelu", ("float32",), "", 160, 60),
    Function(48, "Equal", "zip_equal", NUMBERS, "bool", 80, 35),
    Function(49, "Less", "zip_less", NUMBERS, "bool", 80, 35),
    Function(50, "LessOrEqual", "zip_less_equal", NUMBERS, "bool", 80, 35),
    Function(51, "And", "zip_and", ("bool",), "bool", 60, 25),
    Function(52, "Or", "zip_or", ("bool",), "bool", 60, 25),
    Function(53, "Xor", "zip_xor", ("bool",), "bool", 60, 25),
    Function(55, "BitwiseAnd", "zip_bit_and", ("int32",), "", 60, 25),
    Function(56, "BitwiseOr", "zip_bit_or", ("int32",), "", 60, 25),
    Function(57, "BitwiseXor", "zip_bit_xor", ("int32",), "", 60, 25),
)


def broadcast(*types: TensorType) -> tuple[int, ...]:
    """The shape that all of them are repeated to; Misfit if there is none."""
    rank = max(len(each.shape) for each in types)
    shapes = [(1,) * (rank - len(each.shape)) + each.shape for each in types]
    axes = []
    for extents in zip(*shapes, strict=True):
        large = {extent for extent in extents if extent != 1}
        demand("broadcast", "equal extents, or 1", extents, len(large) <= 1)
        axes.append(max(extents))
    return tuple(axes)


def infer(function: Function, types: Types, attributes: Words) -> TensorType:
    """Two of one type to the shape that both are repeated to."""
    check_arity(types, attributes, 2, 0)
    a, b = types
    check_dtype(function.onnx, a, *function.dtypes)
    check_dtype(function.onnx, b, a.dtype)
    return TensorType(function.result or a.dtype, broadcast(a, b))


def is_square(operator: Operator, space: Space) -> bool:
    """Whether a power is the second of all elements: x^2 is x x, times 1."""
    a, b = operator.sources
    constant = b.address >= MODEL.base and b.count == 1
    whole = a.shape == operator.target.shape
    return constant and whole and bool(operator.flat(space, 1)[0] == SQUARE)


def calls(
    kernel: str, operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    kind = operator.sources[0].dtype
    if kernel == "pow" and is_square(operator, space):
        x, y = operator.part(space, first, count), operator.tile(space, first, count)
        return [Call("element.mul.vv", (y, x, x, 1, 1, 1, count, *(0,) * 6))]
    if kernel in COMPARED:
        return zip_calls(f"truth.{kernel}.{kind}", operator, first, count, space)
    module = {"float32": "element", "int32": "whole", "bool": "truth"}[kind]
    return zip_calls(f"{module}.{kernel}", operator, first, count, space)


def emit(family: Family, graph: Graph, a: Value, b: Value) -> Value:
    """The operation on two values."""
    return graph.emit(family, [a, b])


def emit_number(family: Family, graph: Graph, a: Value, b: Value) -> Value:
    """The same; bytes are computed in int32, and their low bits are kept."""
    if a.dtype != b.dtype or a.dtype not in BYTES:
        return graph.emit(family, [a, b])
    wide = [graph.op("Cast", value, to="int32") for value in (a, b)]
    result = graph.emit(family, wide)
    return result if result.dtype == "bool" else graph.op("Cast", result, to=a.dtype)


def emit_folded(family: Family, graph: Graph, *values: Value) -> Value:
    """The operation on the first two, then on that and the third, and so on."""
    demand("inputs", "at least 1", len(values), bool(values))
    total = values[0]
    for value in values[1:]:
        total = emit_number(family, graph, total, value)
    return total


def family_of(function: Function) -> Family:
    """The row as a family."""
    planner = partial(calls, function.name.removeprefix("zip_"))
    return Family(
        name=function.name,
        opcode=function.opcode,
        infer=partial(infer, function),
        instructions=lambda operator, count: (
            walk_instructions(operator, count) + (function.most + 20) * count
        ),
        usual=lambda operator: function.usual + 15,
        calls=planner,
    )


def infer_where(types: Types, attributes: Words) -> TensorType:
    """bool and two of one type."""
    check_arity(types, attributes, 3, 0)
    condition, a, b = types
    check_dtype("Where: condition", condition, "bool")
    check_dtype("Where", b, a.dtype)
    return TensorType(a.dtype, broadcast(*types))


def calls_where(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    size = item_bytes(operator.target.dtype)
    return zip_calls(f"choice.{size}", operator, first, count, space)


def instructions_where(operator: Operator, count: int) -> int:
    """Each element is a row of its own."""
    rank = len(operator.target.shape)
    return walk_instructions(operator, count) + (60 + 50 * rank) * count


WHERE: Final = Family(
    name="zip_where",
    opcode=54,
    infer=infer_where,
    instructions=instructions_where,
    usual=lambda operator: 40,
    calls=calls_where,
)

_ROWS: Final = [(function, family_of(function)) for function in FUNCTIONS]
_BY_NAME: Final = {function.onnx: family for function, family in _ROWS}


def swapped(family: Family, graph: Graph, a: Value, b: Value) -> Value:
    """The operation with its sources exchanged."""
    return emit_number(family, graph, b, a)


def negation(graph: Graph, x: Value) -> Value:
    """Not x: one of x and true."""
    return graph.emit(_BY_NAME["Xor"], [x, graph.constant(np.ones(1, bool))])


def where(graph: Graph, condition: Value, a: Value, b: Value) -> Value:
    """a where the condition is true, else b."""
    return graph.emit(WHERE, [condition, a, b])


FAMILIES = (*(family for _, family in _ROWS), WHERE)
OPERATIONS: dict[str, Operation] = {
    **{
        function.onnx: partial(
            emit_number if "int32" in function.dtypes else emit, family
        )
        for function, family in _ROWS
    },
    **{name: partial(emit_folded, _BY_NAME[name]) for name in ("Min", "Max")},
    "Sum": partial(emit_folded, _BY_NAME["Add"]),
    "Greater": partial(swapped, _BY_NAME["Less"]),
    "GreaterOrEqual": partial(swapped, _BY_NAME["LessOrEqual"]),
    "Not": negation,
    "Where": where,
}
