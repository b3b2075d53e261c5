"""argmax: the index of the largest element; ties and NaNs to the lowest index.

A NaN counts as larger than any number, as in numpy and PyTorch; -0 equals +0.
"""

import numpy as np
from numpy.typing import NDArray

from ..jit import kernel
from .family import Family, Operator, Space, no_constants
from .numbers import Floats
from .shape import check_count, check_unused


@kernel
def find_largest(x: Floats, index: NDArray[np.int32]) -> None:
    best = 0
    for i in range(len(x)):
        if x[i] != x[i]:
            best = i
            break
        if x[i] > x[best]:
            best = i
    index[0] = best


def check(operator: Operator, space: Space) -> None:
    check_count("target", 1, operator.target_count)
    check_unused(operator, "flags", "weights", "bias", "parameter")


def run(operator: Operator, first: int, count: int, space: Space) -> None:
    x = space.read(operator.source, operator.source_count, "float32")
    find_largest(x, space.write(operator.target, 1, "int32"))


def instructions(operator: Operator, count: int) -> int:
    return 45 * operator.source_count


FAMILY = Family(
    name="argmax",
    opcode=5,
    source="float32",
    target="int32",
    tiled=False,
    check=check,
    constants=no_constants,
    run=run,
    instructions=instructions,
)
