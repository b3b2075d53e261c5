"""How many guest instructions a segment takes at most, foretold from its row alone.

Each family has a formula, an upper bound that tests hold against hostile data. A worker
declines a model that it can't bound, and a dispute has a cap on a segment's length.
"""

from typing import Final

from .image import Tables
from .operators import FAMILIES

BOOT_INSTRUCTIONS: Final = 600
"""What the guest spends in a segment outside its operator's elements and the output."""

OUTPUT_TENSOR_INSTRUCTIONS: Final = 60
OUTPUT_BYTE_INSTRUCTIONS: Final = 10


def foretold_instructions(tables: Tables) -> tuple[int, ...]:
    """Upper bound of each segment's instructions; the last also writes the output."""
    bounds = []
    for row in tables.segments:
        operator = tables.operators[row.operator]
        family = FAMILIES[operator.opcode]
        bounds.append(BOOT_INSTRUCTIONS + family.instructions(operator, row.count))
    bounds[-1] += (
        OUTPUT_TENSOR_INSTRUCTIONS * len(tables.outputs)
        + OUTPUT_BYTE_INSTRUCTIONS * tables.output_bytes
    )
    return tuple(bounds)
