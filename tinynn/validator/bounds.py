"""How many guest instructions a segment takes at most, foretold from its row alone.

Each family has a formula, an upper bound that tests hold against hostile data. A worker
declines a model that it can't bound, and a dispute has a cap on a segment's length. In
a whole run every pass counts: prologue + passes x body + epilogue, where attention in
pass p is over min(p + 1, rows) rows.
"""

from typing import Final

from ..image.image import Tables
from ..operators import FAMILIES

BOOT_INSTRUCTIONS: Final = 600
"""What the guest spends in a segment outside its operator's elements and the output."""

OUTPUT_TENSOR_INSTRUCTIONS: Final = 60
OUTPUT_BYTE_INSTRUCTIONS: Final = 10


def bounded_instructions(tables: Tables) -> tuple[int, ...]:
    """Upper bound of each row's instructions; the last also writes the output."""
    bounds = _computing(tables)
    bounds[-1] += _writing(tables)
    return tuple(bounds)


def most_instructions(tables: Tables) -> int:
    """Upper bound of a whole run's instructions: of each pass those that it has."""
    loop, total = tables.loop, _writing(tables)
    for index, row in enumerate(tables.segments):
        operator = tables.operators[row.operator]
        family = FAMILIES[operator.opcode]
        if loop.first <= index < loop.end:
            total += loop.passes * BOOT_INSTRUCTIONS
            total += family.instructions_of(operator, row.count, loop.passes)
        else:
            total += BOOT_INSTRUCTIONS + family.instructions(operator, row.count)
    return total


def _computing(tables: Tables) -> list[int]:
    bounds = []
    for row in tables.segments:
        operator = tables.operators[row.operator]
        family = FAMILIES[operator.opcode]
        bounds.append(BOOT_INSTRUCTIONS + family.instructions(operator, row.count))
    return bounds


def _writing(tables: Tables) -> int:
    return (
        OUTPUT_TENSOR_INSTRUCTIONS * len(tables.outputs)
        + OUTPUT_BYTE_INSTRUCTIONS * tables.output_bytes
    )
