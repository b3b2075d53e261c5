"""How operators are cut into segments."""

from collections.abc import Iterator, Sequence
from typing import Final

from ..image.image import Segment, Tables
from ..operators import FAMILIES, Operator

SEGMENT_INSTRUCTIONS: Final = 400_000
"""What a segment of a small model usually takes: a dispute over it is quick."""

MOST_SEGMENTS: Final = 1024
"""Large models get longer segments, so that about so many do."""

LONGEST_SEGMENT: Final = 1 << 32
"""What a segment of the largest usually takes, at most: a few seconds of the machine,
and its bound stays within what the game takes."""

LONGEST_GRAIN: Final = 1 << 26
"""What a grain usually takes, at most: a twentieth of a second in the machine. What
would take more is written by its parts (converters/lowering/parts.py); a sum over so
many terms alone stays whole, since its order is what defines it."""


def usual_instructions(operator: Operator) -> int:
    """About what the guest needs for all of an operator."""
    return operator.target.count * FAMILIES[operator.opcode].usual(operator)


def usual_in_all(tables: Tables) -> int:
    """About what the guest needs for a whole run of as many passes as there can be."""
    return in_all(tables, [*map(usual_instructions, tables.operators)])


def in_all(tables: Tables, by_operator: Sequence[int]) -> int:
    """The sum over such a run of what each operator has each time."""
    again = max(tables.loop.passes - 1, 0)
    body = by_operator[tables.body.start : tables.body.stop]
    return sum(by_operator) + again * sum(body)


def segment_instructions(operators: Sequence[Operator]) -> int:
    """What a segment of this model should usually take, at most."""
    total = sum(usual_instructions(operator) for operator in operators)
    return min(max(SEGMENT_INSTRUCTIONS, total // MOST_SEGMENTS), LONGEST_SEGMENT)


def tile_width(operator: Operator, most: int) -> int:
    """Elements of one segment: at least a grain, about `most` instructions."""
    family = FAMILIES[operator.opcode]
    grain = family.grain(operator)
    width = most // family.usual(operator) // grain * grain
    return max(grain, width)


def cut(operators: Sequence[Operator]) -> Iterator[Segment]:
    """The segments of a model: every operator in turn, tile by tile."""
    most = segment_instructions(operators)
    for index, operator in enumerate(operators):
        total = operator.target.count
        width = tile_width(operator, most)
        for first in range(0, total, width):
            yield Segment(index, first, min(width, total - first))
