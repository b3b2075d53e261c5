"""What every operator of an image makes of an input, natively and in order."""

from collections.abc import Iterator

import numpy as np

from converters.values import Array
from tinynn import Model
from tinynn.execution.executor import run_segment
from tinynn.image.image import Segment
from tinynn.memory.space import FlatSpace, InputRegion


def results(image: Model, request: bytes) -> Iterator[tuple[int, Array]]:
    """(operator, its target), in the target's shape; to be read at once.

    A later operator may use the same memory.
    """
    arena = np.zeros(image.tables.arena_bytes, np.uint8)
    region = InputRegion(image.tables.input_bytes)
    region.load(request)
    space = FlatSpace(region.array, arena, image.image)
    for index, operator in enumerate(image.tables.operators):
        target = operator.target
        run_segment(image.tables, Segment(index, 0, target.count), space)
        held = space.read(target.address, target.count, target.dtype)
        yield index, held.reshape(target.shape)
