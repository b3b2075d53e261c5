"""dense: `y[j] = ((+0 + x[0] w[0,j]) + x[1] w[1,j]) + ... + b[j]`.

The sum over k is sequential for each output; outputs are independent. Weights lie
K-major, `(in, out)` row-major, so that a term's weights for neighbouring outputs are
neighbours.

Terms with x = 0 may be left out when every weight is finite: the product is then a
zero, and an accumulator that starts at +0 never becomes -0, so adding a zero changes
nothing. FINITE_WEIGHTS in the attribute says that this holds; the validator checks that
it does, and that it is set whenever it may be. Of computed weights nothing is known.
"""

from collections.abc import Hashable
from typing import Final

import numpy as np

from mips_vm.constants import MODEL

from ..kernels import Call
from ..kernels.writing import FLOAT_BYTES
from ..memory.tensor import TensorType
from .family import Family, Operator, Room, Space, Types, Words
from .graph import Graph, Value
from .numbers import Floats
from .shape import check_arity, check_dtype, check_shape, demand

FINITE_WEIGHTS: Final = 1

MAX_INPUTS: Final = 1 << 22
"""The guest's list of terms must fit its scratch memory."""

BLOCK: Final = 4
"""Tiles are whole blocks of outputs, as the guest's kernel computes them."""


def row_calls(
    x: Floats,
    w: Floats,
    row_step: int,
    bias: Floats,
    y: Floats,
    room: Room,
    skip_zeros: bool,
) -> list[Call]:
    """x times a matrix whose rows begin `row_step` elements apart, and the bias."""
    listed = room("terms", 2 * len(x)).view(np.int64)
    number = room("number of terms", 2).view(np.int64)
    kernel = "row.list" if skip_zeros else "row.all"
    listing = Call(kernel, (listed, x, len(x), number))
    steps = (len(y), FLOAT_BYTES * row_step)
    return [listing, Call("row.sum", (y, x, w, bias, listed, number, *steps))]


def infer(types: Types, attributes: Words) -> TensorType:
    """x (in elements), weights (in, out), bias (out,) to (out,), all float32."""
    check_arity(types, attributes, 3, 1)
    x, weights, bias = types
    for what, tensor in (("dense", x), ("dense weight", weights), ("dense bias", bias)):
        check_dtype(what, tensor, "float32")
    demand("dense weight: rank", 2, len(weights.shape), len(weights.shape) == 2)
    inputs, outputs = weights.shape
    demand("dense: elements", inputs, x.count, x.count == inputs)
    demand("dense: elements", f"at most {MAX_INPUTS}", inputs, inputs <= MAX_INPUTS)
    check_shape("dense bias", (outputs,), bias)
    flags = attributes[0]
    demand("dense: flags", f"0 or {FINITE_WEIGHTS}", flags, flags <= FINITE_WEIGHTS)
    return TensorType("float32", (outputs,))


def check(operator: Operator, space: Space) -> None:
    """The flag is set exactly when the weights are constant and finite."""
    constant = operator.sources[1].address >= MODEL.base
    finite = constant and bool(np.isfinite(operator.flat(space, 1)).all())
    expected = FINITE_WEIGHTS if finite else 0
    actual = operator.attributes[0]
    demand("flags (finite weights)", expected, actual, expected == actual)


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    x, weights = operator.flat(space, 0), operator.flat(space, 1)

    def room(name: Hashable, size: int) -> Floats:
        """Parts that other threads compute have others."""
        return space.room((first, name), size)

    return row_calls(
        x,
        weights[first:],
        operator.target.count,
        operator.part(space, first, count, 2),
        operator.tile(space, first, count),
        room,
        bool(operator.attributes[0] & FINITE_WEIGHTS),
    )


def instructions(operator: Operator, count: int) -> int:
    """Listing the inputs; for each product a failed fast path, then plain sums."""
    inputs = operator.sources[0].count
    return 40 * inputs + (inputs + 1) * 300 * count


def usual(operator: Operator) -> int:
    """About 49 instructions a multiply-add, as plain C takes if no input is zero.

    Columns in fours take about 26 (docs/float.md); images are cut by this number, so
    that a changed kernel does not change what an image's segments are.
    """
    return 49 * operator.sources[0].count


def dense(graph: Graph, x: Value, weight: Value, bias: Value) -> Value:
    """x @ weight.T + bias; `weight` is (out, in), `bias` (out,), both constant.

    x is taken as flat: its elements must be as many as `weight` has columns.
    """
    matrix = graph.array_of(weight)
    check_dtype("dense weight", weight.type, "float32")
    demand("dense weight", "a constant", "a computed tensor", matrix is not None)
    assert matrix is not None
    demand("dense weight: rank", 2, matrix.ndim, matrix.ndim == 2)
    flags = FINITE_WEIGHTS if np.isfinite(matrix).all() else 0
    return graph.emit(FAMILY, [x, graph.constant(matrix.T), bias], [flags])


FAMILY = Family(
    name="dense",
    opcode=2,
    infer=infer,
    instructions=instructions,
    usual=usual,
    grain=lambda operator: BLOCK,
    check=check,
    calls=calls,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"Dense": dense}
