"""The native executor: the guest's segments, computed by the host's own float unit.

Works on any Space. After each operator the arena holds, bit for bit, what the guest's
soft-float leaves there.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from .floatmode import exact_floats
from .image import Segment, Tables
from .operators import FAMILIES, Space


@contextmanager
def exactly() -> Iterator[None]:
    """Floats as docs/float.md has them on this thread, and no warnings of numpy's."""
    with exact_floats(), np.errstate(all="ignore"):
        yield


def run_segment(tables: Tables, row: Segment, space: Space) -> None:
    """Stores the segment's elements; the segment index is not touched."""
    operator = tables.operators[row.operator]
    with exactly():
        FAMILIES[operator.opcode].run(operator, row.first, row.count, space)


def output_data(tables: Tables, space: Space) -> bytes:
    """The outputs, end to end, as they stand in the arena."""
    return b"".join(
        space.read(tensor.address, tensor.spec.count, tensor.spec.dtype).tobytes()
        for tensor in tables.outputs
    )
