"""The native executor: the guest's segments, computed by the host's own float unit.

Works on any Space. After each operator the arena holds, bit for bit, what the guest's
soft-float leaves there.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import numpy as np

from .floatmode import exact_floats
from .image import Segment, Tables
from .operators import FAMILIES, Operator, Space

SHARED_INSTRUCTIONS: Final = 1 << 22
"""Of the guest: operators that would usually take fewer are not shared by threads."""


def run_segment(tables: Tables, row: Segment, space: Space) -> None:
    """Stores the segment's elements; the segment index is not touched."""
    _run(tables.operators[row.operator], space, row.first, row.count)


def run_operators(tables: Tables, space: Space, threads: int = 1) -> None:
    """Every operator whole: an element does not depend on the tile that it is in.

    So large ones can be shared by threads, with the same bits.
    """
    if threads == 1:
        with exact_floats(), np.errstate(all="ignore"):
            for operator in tables.operators:
                family = FAMILIES[operator.opcode]
                family.run(operator, 0, operator.target.count, space)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="tinynn") as pool:
        for operator in tables.operators:
            firsts, counts = zip(*shares(operator, threads), strict=True)
            done = pool.map(partial(_run, operator, space), firsts, counts)
            list(done)  # raises what they raised


def shares(operator: Operator, threads: int) -> Iterator[tuple[int, int]]:
    """(first, count) of each thread's part: whole grains, about as many for each."""
    family, total = FAMILIES[operator.opcode], operator.target.count
    if total * family.usual(operator) < SHARED_INSTRUCTIONS:
        threads = 1
    grain = family.grain(operator)
    width = -(-total // (threads * grain)) * grain
    for first in range(0, total, width):
        yield first, min(width, total - first)


def _run(operator: Operator, space: Space, first: int, count: int) -> None:
    with exact_floats(), np.errstate(all="ignore"):
        FAMILIES[operator.opcode].run(operator, first, count, space)


def output_data(tables: Tables, space: Space) -> bytes:
    """The outputs, end to end, as they stand in the arena."""
    return b"".join(
        space.read(tensor.address, tensor.spec.count, tensor.spec.dtype).tobytes()
        for tensor in tables.outputs
    )
