"""Where activations lie in the arena, and how operators are cut into segments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .image import ARENA_DATA, Segment, aligned
from .operators import FAMILIES, Operator

SEGMENT_INSTRUCTIONS: Final = 400_000
"""What a segment of a small model usually takes: a dispute over it is quick."""

MOST_SEGMENTS: Final = 1024
"""Large models get longer segments, so that about so many do."""


LONGEST_GRAIN: Final = 1 << 26
"""What a grain usually takes, at most: a twentieth of a second in the machine. What
would take more is written by its parts (converters/lowering/parts.py); a sum over so
many terms alone stays whole, since its order is what defines it."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A tensor's size and the operators, by index, between which it must be kept."""

    size: int
    born: int
    dies: int

    def overlaps(self, other: "Lifetime") -> bool:
        """Whether the two must be kept at the same time."""
        return self.born <= other.dies and other.born <= self.dies


def place(lifetimes: Sequence[Lifetime]) -> list[int]:
    """Arena addresses, in the order given; memory is reused after a tensor's death.

    The largest first: each takes the lowest gap between those it lives with.
    """
    addresses: dict[int, int] = {}
    order = sorted(range(len(lifetimes)), key=lambda i: -lifetimes[i].size)
    for index in order:
        lifetime = lifetimes[index]
        neighbours = sorted(
            (address, lifetimes[other].size)
            for other, address in addresses.items()
            if lifetimes[other].overlaps(lifetime)
        )
        cursor = ARENA_DATA
        for address, size in neighbours:
            if cursor + lifetime.size <= address:
                break
            cursor = max(cursor, aligned(address + size))
        addresses[index] = cursor
    return [addresses[index] for index in range(len(lifetimes))]


def usual_instructions(operator: Operator) -> int:
    """About what the guest needs for all of an operator."""
    return operator.target.count * FAMILIES[operator.opcode].usual(operator)


def segment_instructions(operators: Sequence[Operator]) -> int:
    """What a segment of this model should usually take, at most."""
    total = sum(usual_instructions(operator) for operator in operators)
    return max(SEGMENT_INSTRUCTIONS, total // MOST_SEGMENTS)


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
