"""dense: `y[j] = ((+0 + x[0] w[0,j]) + x[1] w[1,j]) + ... + b[j]`.

The sum over k is sequential for each output; outputs are independent. Weights lie
K-major, `(in, out)` row-major, so that a term's weights for neighbouring outputs are
neighbours.

Terms with x = 0 may be left out when every weight is finite: the product is then a
zero, and an accumulator that starts at +0 never becomes -0, so adding a zero changes
nothing. FINITE_WEIGHTS in the row's flags says that this holds; the validator checks
that it does, and that it is set whenever it may be.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import WrongField
from ..jit import kernel
from .family import Constant, Family, Operator, Space
from .numbers import Floats, canonicalise
from .shape import check_at_most, check_unused

FINITE_WEIGHTS: Final = 1

MAX_INPUTS: Final = 1 << 22
"""The guest's list of terms must fit its scratch memory."""

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


def weights_of(operator: Operator, space: Space) -> Floats:
    """The weights, flat: `(in, out)` row-major."""
    count = operator.source_count * operator.target_count
    return space.read(operator.weights, count, "float32")


def check(operator: Operator, space: Space) -> None:
    check_unused(operator, "parameter")
    finite = bool(np.isfinite(weights_of(operator, space)).all())
    expected = FINITE_WEIGHTS if finite else 0
    if operator.flags != expected:
        raise WrongField("flags (finite weights)", expected, operator.flags)


def constants(operator: Operator) -> Iterator[Constant]:
    check_at_most("source elements", MAX_INPUTS, operator.source_count)
    row_bytes = 4 * operator.target_count
    yield Constant(operator.weights, operator.source_count * row_bytes)
    yield Constant(operator.bias, row_bytes)


def run(operator: Operator, first: int, count: int, space: Space) -> None:
    x = space.read(operator.source, operator.source_count, "float32")
    weights = weights_of(operator, space)
    bias = space.read(operator.bias + 4 * first, count, "float32")
    y = space.write(operator.target + 4 * first, count, "float32")
    skip_zeros = operator.flags & FINITE_WEIGHTS
    terms = np.flatnonzero(x) if skip_zeros else np.arange(len(x))
    y[:] = 0
    accumulate(x, weights, operator.target_count, first, terms, y)
    add(y, bias)
    canonicalise(y)


def instructions(operator: Operator, count: int) -> int:
    """Listing the inputs; for each product a failed fast path, then plain sums."""
    return 40 * operator.source_count + (operator.source_count + 1) * 300 * count


FAMILY = Family(
    name="dense",
    opcode=2,
    source="float32",
    target="float32",
    tiled=True,
    check=check,
    constants=constants,
    run=run,
    instructions=instructions,
)
