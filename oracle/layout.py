"""Which tensors are pictures: a question of their shapes alone."""

from collections.abc import Sequence
from typing import Final

GREY: Final = 1
CHANNELS: Final = (GREY, 3, 4)
"""Grey, colours, colours with opacity."""


def layout(shape: Sequence[int]) -> tuple[tuple[int, int], int, bool] | None:
    """((height, width), channels, whether they come first) of a tensor's shape.

    None if it is no picture. Axes of 1 in front are left out.
    """
    while len(shape) > 2 and shape[0] == 1:
        shape = shape[1:]
    if len(shape) == 2 and min(shape) > 1:
        return (shape[0], shape[1]), GREY, False
    if len(shape) == 3:
        for channels in CHANNELS:
            if shape[2] == channels:
                return (shape[0], shape[1]), channels, False
            if shape[0] == channels:
                return (shape[1], shape[2]), channels, True
    return None
