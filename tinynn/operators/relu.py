"""relu: `y[i] = x[i] if x[i] > 0 else +0`; NaN stays NaN."""

import numpy as np

from ..jit import kernel
from .family import Family, Operator, Space, no_constants
from .numbers import Words
from .shape import check_elementwise


@kernel
def rectify(x: Words, y: Words) -> None:
    for i in range(len(x)):
        if x[i] & np.uint32(0x7FFFFFFF) > np.uint32(0x7F800000):
            y[i] = np.uint32(0x7FC00000)
        elif x[i] >> np.uint32(31):
            y[i] = np.uint32(0)
        else:
            y[i] = x[i]


def check(operator: Operator, space: Space) -> None:
    check_elementwise(operator)


def run(operator: Operator, first: int, count: int, space: Space) -> None:
    x = space.read(operator.source + 4 * first, count, "float32")
    y = space.write(operator.target + 4 * first, count, "float32")
    rectify(x.view(np.uint32), y.view(np.uint32))


def instructions(operator: Operator, count: int) -> int:
    return 25 * count


FAMILY = Family(
    name="relu",
    opcode=3,
    source="float32",
    target="float32",
    tiled=True,
    check=check,
    constants=no_constants,
    run=run,
    instructions=instructions,
)
