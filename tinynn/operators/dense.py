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

from ..kernels import Batch, Call, move, sizes
from ..kernels.sizes import FLOAT_BYTES, LANES
from ..memory.space import aligned_zeros
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


MOST_LOOSE: Final = 1 << 16
"""Weights of a constant matrix that is read as it lies; larger ones are packed."""


def row_calls(
    x: Floats,
    w: Floats,
    row_step: int,
    bias: Floats,
    y: Floats,
    room: Room,
    skip_zeros: bool,
    panels: Floats | None = None,
) -> list[Call]:
    """x times a matrix whose rows begin `row_step` elements apart, and the bias;
    `panels` are that matrix, too, packed, but for what is left of eight columns."""
    listed = room("terms", 2 * len(x)).view(np.int64)
    number = room("number of terms", 2).view(np.int64)
    kernel = "row.list" if skip_zeros else "row.all"
    planned = [Call(kernel, (listed, x, len(x), number))]
    done = 0
    if panels is not None:
        done = len(y) // LANES * LANES
        sizes = (done, len(x))
        planned.append(Call("column.sum", (y, x, panels, bias, listed, number, *sizes)))
    if done < len(y):
        held = (y[done:], x, w[done:], bias[done:], listed, number)
        steps = (len(y) - done, FLOAT_BYTES * row_step)
        planned.append(Call("row.sum", (*held, *steps)))
    return planned


def is_packed(operator: Operator) -> bool:
    """Whether the weights are, where constants are packed at all."""
    weights = operator.sources[1]
    return weights.address >= MODEL.base and weights.count > MOST_LOOSE


def panels_of(
    operator: Operator, first: int, count: int, space: Space
) -> Floats | None:
    """Packed columns of a tile that begins and ends where panels do; else None."""
    inputs, outputs = operator.sources[1].shape
    end = first + count
    ends = end == outputs or end % sizes.WIDEST == 0
    if not is_packed(operator) or first % sizes.WIDEST or not ends:
        return None
    key = ("dense", operator.sources[1].address, inputs, outputs)
    held = space.packed(key, lambda: packed(operator.shaped(space, 1)))
    return None if held is None else held[first * inputs :]


def packed(matrix: Floats) -> Floats:
    """The panels of a matrix (terms, columns), as `column.sum` has them."""
    terms, across = matrix.shape
    found = aligned_zeros(across // LANES * LANES * terms)
    calls = []
    for first, width in sizes.widths(across):
        target, source = found[first * terms :], matrix.reshape(-1)[first:]
        steps = ((width, 1), (across, 1))
        calls.append(move(target, source, (terms, width), *steps))
    Batch(calls)()
    return found


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
        panels_of(operator, first, count, space),
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
    share=lambda operator: sizes.WIDEST,
    in_place=is_packed,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"Dense": dense}
