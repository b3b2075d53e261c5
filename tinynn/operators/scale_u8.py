"""scale_u8: bytes to numbers, `y[i] = f32(x[i]) * factor`."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..jit import kernel
from .family import Family, Operator, Space, no_constants
from .numbers import Floats, canonicalise
from .shape import check_elementwise

DISTINCT: Final = 256
"""Products that the guest computes at most; after that it looks them up."""


@kernel
def scale(x: NDArray[np.uint8], factor: Floats, y: Floats) -> None:
    """The factor is an array of one: numba passes plain numbers as doubles."""
    for i in range(len(x)):
        y[i] = np.float32(x[i]) * factor[0]


def check(operator: Operator, space: Space) -> None:
    check_elementwise(operator, uses_parameter=True)


def run(operator: Operator, first: int, count: int, space: Space) -> None:
    x = space.read(operator.source + first, count, "uint8")
    y = space.write(operator.target + 4 * first, count, "float32")
    factor = np.array([operator.parameter], np.uint32).view(np.float32)
    scale(x, factor, y)
    canonicalise(y)


def instructions(operator: Operator, count: int) -> int:
    return 25 * count + 200 * min(count, DISTINCT)


FAMILY = Family(
    name="scale_u8",
    opcode=1,
    source="uint8",
    target="float32",
    tiled=True,
    check=check,
    constants=no_constants,
    run=run,
    instructions=instructions,
)
