"""The native executor: the guest's segments, computed by the host's own float unit.

Works on any Space. After each operator the arena holds, bit for bit, what the guest's
soft-float leaves there.
"""

from collections.abc import Sequence

from .image import Segment, Tables
from .operators import FAMILIES, Space
from .tensor import PlacedTensor


def run_segment(tables: Tables, row: Segment, space: Space) -> None:
    """Stores the segment's elements; the segment index is not touched."""
    operator = tables.operators[row.operator]
    FAMILIES[operator.opcode].run(operator, row.first, row.count, space)


def output_views(outputs: Sequence[PlacedTensor], space: Space) -> list[memoryview]:
    """The outputs as they stand in the arena, end to end an answer's bytes."""
    return [
        space.read(tensor.address, tensor.spec.count, tensor.spec.dtype).data
        for tensor in outputs
    ]
