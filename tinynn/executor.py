"""The native executor: the guest's segments, computed by the host's own float unit.

Works on any Space. After each operator the arena holds, bit for bit, what the guest's
soft-float leaves there.
"""

from .floatmode import exact_floats
from .image import Segment, Tables
from .operators import FAMILIES, Space


def run_segment(tables: Tables, row: Segment, space: Space) -> None:
    """Stores the segment's elements; the segment index is not touched."""
    operator = tables.operators[row.operator]
    with exact_floats():
        FAMILIES[operator.opcode].run(operator, row.first, row.count, space)


def output_data(tables: Tables, space: Space) -> bytes:
    """The outputs, end to end, as they stand in the arena."""
    return b"".join(
        space.read(tensor.address, tensor.spec.count, tensor.spec.dtype).tobytes()
        for tensor in tables.outputs
    )
