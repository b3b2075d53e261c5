"""Functions of two elements, with broadcasting; where, which takes three.

A row of the table is a family: its formula over arrays, the types that it takes and
gives, the ONNX operation, and what an element costs the guest at most and usually.
Shapes are aligned at the last axis; an axis of 1 is repeated.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from ..kernels import Call, joined, row_major
from ..kernels.elements import AXES, TWO
from ..kernels.writing import FLOAT_BYTES
from ..tensor import Array, TensorType
from . import functions as f
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Operation, Value
from .numbers import canonicalise
from .shape import check_arity, check_dtype, demand, walk_instructions
from .softmax import ZERO

NUMBERS: Final = ("float32", "int32")
BYTES: Final = ("uint8", "int8")
Formula = Callable[..., Array]


def quotient(a: Array, b: Array) -> Array:
    """Of integers towards zero, wrapping; 0 where the divisor is 0."""
    if a.dtype != np.int32:
        return a / b
    wide, by = a.astype(np.int64), b.astype(np.int64)
    size = np.abs(wide) // np.where(by == 0, 1, np.abs(by))
    signed = np.where((wide < 0) != (by < 0), -size, size)
    return np.where(by == 0, 0, signed).astype(np.int32)


def least(a: Array, b: Array) -> Array:
    """The smaller; a NaN if there is one; b if neither is smaller."""
    return np.where((a < b) | (a != a), a, b)


def greatest(a: Array, b: Array) -> Array:
    """The larger; a NaN if there is one; b if neither is larger."""
    return np.where((a > b) | (a != a), a, b)


def sloped(x: Array, slope: Array) -> Array:
    """slope x where x is negative."""
    return np.where(x < ZERO, slope * x, x)


@dataclass(frozen=True, slots=True)
class Function:
    """A row of the table; `result` is empty where it is of the sources' type."""

    opcode: int
    onnx: str
    name: str
    formula: Formula
    dtypes: tuple[str, ...]
    result: str
    most: int
    usual: int


FUNCTIONS: Final = (
    Function(40, "Add", "zip_add", np.add, NUMBERS, "", 140, 65),
    Function(41, "Sub", "zip_sub", np.subtract, NUMBERS, "", 140, 65),
    Function(42, "Mul", "zip_mul", np.multiply, NUMBERS, "", 140, 65),
    Function(43, "Div", "zip_div", quotient, NUMBERS, "", 350, 150),
    Function(44, "Min", "zip_min", least, NUMBERS, "", 80, 35),
    Function(45, "Max", "zip_max", greatest, NUMBERS, "", 80, 35),
    Function(46, "Pow", "zip_pow", f.power, ("float32",), "", 9000, 3000),
    Function(47, "PRelu", "zip_prelu", sloped, ("float32",), "", 160, 60),
    Function(48, "Equal", "zip_equal", np.equal, NUMBERS, "bool", 80, 35),
    Function(49, "Less", "zip_less", np.less, NUMBERS, "bool", 80, 35),
    Function(
        50, "LessOrEqual", "zip_less_equal", np.less_equal, NUMBERS, "bool", 80, 35
    ),
    Function(51, "And", "zip_and", np.logical_and, ("bool",), "bool", 60, 25),
    Function(52, "Or", "zip_or", np.logical_or, ("bool",), "bool", 60, 25),
    Function(53, "Xor", "zip_xor", np.logical_xor, ("bool",), "bool", 60, 25),
    Function(55, "BitwiseAnd", "zip_bit_and", np.bitwise_and, ("int32",), "", 60, 25),
    Function(56, "BitwiseOr", "zip_bit_or", np.bitwise_or, ("int32",), "", 60, 25),
    Function(57, "BitwiseXor", "zip_bit_xor", np.bitwise_xor, ("int32",), "", 60, 25),
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


def elements(
    operator: Operator, index: int, first: int, count: int, space: Space
) -> Array:
    """A source as the target's elements [first, first + count) see it."""
    source, target = operator.sources[index], operator.target
    if source.shape == target.shape:
        return operator.part(space, first, count, index)
    if source.count == 1:
        return operator.flat(space, index)
    seen = np.broadcast_to(operator.shaped(space, index), target.shape)
    return seen.flat[first : first + count]


def compute(
    formula: Formula, operator: Operator, first: int, count: int, space: Space
) -> Array:
    """Stores the formula of the sources; what was stored."""
    y = operator.tile(space, first, count)
    indices = range(len(operator.sources))
    if count == operator.target.count:
        shaped = y.reshape(operator.target.shape)
        sources = [operator.shaped(space, i) for i in indices]
        if isinstance(formula, np.ufunc):
            formula(*sources, out=shaped)
        else:
            shaped[...] = formula(*sources)
    else:
        y[:] = formula(*(elements(operator, i, first, count, space) for i in indices))
    return y


def run(
    formula: Formula, operator: Operator, first: int, count: int, space: Space
) -> None:
    y = compute(formula, operator, first, count, space)
    if operator.target.dtype == "float32":
        canonicalise(y)


def calls(
    kernel: str, operator: Operator, first: int, count: int, space: Space
) -> list[Call] | None:
    """Of float32: the whole, or a tile that sees each source as it lies."""
    shape, sources = operator.target.shape, operator.sources
    whole = count == operator.target.count
    alike = all(source.shape == shape or source.count == 1 for source in sources)
    if operator.target.dtype != "float32" or not (whole or alike):
        return None
    steps: list[tuple[int, ...]]
    if alike:
        shape = (count,)
        steps = [(0,) if source.count == 1 else (1,) for source in sources]
        held = [elements(operator, i, first, count, space) for i in range(2)]
    else:
        steps = [steps_in(source.shape, shape) for source in sources]
        held = [operator.flat(space, i) for i in range(2)]
    grid = joined(shape, *steps)
    if grid is None:
        return None
    missing = (1,) * (AXES - len(grid[0]))
    extents, a, b = (tuple(missing + axis) for axis in grid)
    how = "".join("v" if axis[-1] else "s" for axis in (a, b))
    strides = [FLOAT_BYTES * step for axis in (a, b) for step in axis[:-1]]
    y = operator.tile(space, first, count)
    how = "vv" if count == 1 else how
    return [Call(f"element.{kernel}.{how}", (y, *held, *extents, *strides))]


def steps_in(shape: tuple[int, ...], target: tuple[int, ...]) -> tuple[int, ...]:
    """Elements from one neighbour to the next, for each axis of the target."""
    missing = len(target) - len(shape)
    steps = zip(shape, row_major(shape), strict=True)
    return (0,) * missing + tuple(0 if n == 1 else step for n, step in steps)


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
    kernel = function.name.removeprefix("zip_")
    return Family(
        name=function.name,
        opcode=function.opcode,
        infer=partial(infer, function),
        run=partial(run, function.formula),
        instructions=lambda operator, count: (
            walk_instructions(operator, count) + (function.most + 20) * count
        ),
        usual=lambda operator: function.usual + 15,
        calls=partial(calls, kernel) if kernel in TWO else None,
    )


def infer_where(types: Types, attributes: Words) -> TensorType:
    """bool and two of one type."""
    check_arity(types, attributes, 3, 0)
    condition, a, b = types
    check_dtype("Where: condition", condition, "bool")
    check_dtype("Where", b, a.dtype)
    return TensorType(a.dtype, broadcast(*types))


def run_where(operator: Operator, first: int, count: int, space: Space) -> None:
    """Words move as words: as floats they might be changed."""

    def chosen(condition: Array, a: Array, b: Array) -> Array:
        return np.where(condition != 0, as_words(a), as_words(b)).view(a.dtype)

    compute(chosen, operator, first, count, space)


def as_words(x: Array) -> Array:
    """Elements as unsigned integers."""
    return x.view(f"u{x.dtype.itemsize}")


def instructions_where(operator: Operator, count: int) -> int:
    """Each element is a row of its own."""
    rank = len(operator.target.shape)
    return walk_instructions(operator, count) + (60 + 50 * rank) * count


WHERE: Final = Family(
    name="zip_where",
    opcode=54,
    infer=infer_where,
    run=run_where,
    instructions=instructions_where,
    usual=lambda operator: 40,
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
