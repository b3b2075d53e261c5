"""dense: `y[j] = ((+0 + x[0] w[0,j]) + x[1] w[1,j]) + ... + b[j]`.

The sum over k is sequential for each output; outputs are independent. Weights lie
K-major, `(in, out)` row-major, so that a term's weights for neighbouring outputs are
neighbours.

Terms with x = 0 may be left out when every weight is finite: the product is then a
zero, and an accumulator that starts at +0 never becomes -0, so adding a zero changes
nothing. FINITE_WEIGHTS in the attribute says that this holds; the validator checks that
it does, and that it is set whenever it may be. Of computed weights nothing is known.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mips_vm.constants import MODEL

from ..jit import kernel
from ..tensor import TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .numbers import Floats, canonicalise
from .shape import check_arity, check_dtype, check_shape, demand

FINITE_WEIGHTS: Final = 1

MAX_INPUTS: Final = 1 << 22
"""The guest's list of terms must fit its scratch memory."""

BLOCK: Final = 4
"""Tiles are whole blocks of outputs, as the guest's kernel computes them."""

Terms = NDArray[np.int64]


@kernel
def accumulate(
    x: Floats, w: Floats, width: int, first: int, terms: Terms, y: Floats
) -> None:
    """Adds the products of `terms` to y, in order; eight terms a pass over y."""
    n = len(y)
    done = 0
    while done + 8 <= len(terms):
        ks = terms[done : done + 8]
        x0, x1, x2, x3 = x[ks[0]], x[ks[1]], x[ks[2]], x[ks[3]]
        x4, x5, x6, x7 = x[ks[4]], x[ks[5]], x[ks[6]], x[ks[7]]
        at = ks * width + first
        w0, w1 = w[at[0] : at[0] + n], w[at[1] : at[1] + n]
        w2, w3 = w[at[2] : at[2] + n], w[at[3] : at[3] + n]
        w4, w5 = w[at[4] : at[4] + n], w[at[5] : at[5] + n]
        w6, w7 = w[at[6] : at[6] + n], w[at[7] : at[7] + n]
        for j in range(n):
            total = y[j] + x0 * w0[j]
            total = total + x1 * w1[j]
            total = total + x2 * w2[j]
            total = total + x3 * w3[j]
            total = total + x4 * w4[j]
            total = total + x5 * w5[j]
            total = total + x6 * w6[j]
            y[j] = total + x7 * w7[j]
        done += 8
    while done < len(terms):
        k = terms[done]
        row = w[k * width + first : k * width + first + n]
        for j in range(n):
            y[j] = y[j] + x[k] * row[j]
        done += 1


@kernel
def add(y: Floats, bias: Floats) -> None:
    for j in range(len(y)):
        y[j] = y[j] + bias[j]


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


def run(operator: Operator, first: int, count: int, space: Space) -> None:
    x, weights = operator.flat(space, 0), operator.flat(space, 1)
    y = operator.tile(space, first, count)
    skip_zeros = operator.attributes[0] & FINITE_WEIGHTS
    terms = np.flatnonzero(x) if skip_zeros else np.arange(len(x))
    y[:] = 0
    accumulate(x, weights, operator.target.count, first, terms, y)
    add(y, operator.part(space, first, count, 2))
    canonicalise(y)


def instructions(operator: Operator, count: int) -> int:
    """Listing the inputs; for each product a failed fast path, then plain sums."""
    inputs = operator.sources[0].count
    return 40 * inputs + (inputs + 1) * 300 * count


def usual(operator: Operator) -> int:
    """About 49 instructions a multiply-add if no input is zero."""
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
    run=run,
    instructions=instructions,
    usual=usual,
    grain=lambda operator: BLOCK,
    check=check,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"Dense": dense}
