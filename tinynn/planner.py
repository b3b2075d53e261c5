"""Where activations lie in the arena, and how operators are cut into segments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .image import ARENA_DATA, Segment, aligned
from .operators import FAMILIES, Operator, dense

MAX_TILE_PRODUCTS: Final = 8192
"""Multiply-adds of one dense segment: 400,000 instructions if no input is zero."""

TILE_STEP: Final = 4
"""Tiles are whole blocks of outputs, as the guest's kernel computes them."""


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

    First fit: each tensor takes the lowest gap between those it lives with.
    """
    addresses: list[int] = []
    for lifetime in lifetimes:
        neighbours = sorted(
            (address, other.size)
            for address, other in zip(addresses, lifetimes, strict=False)
            if other.overlaps(lifetime)
        )
        cursor = ARENA_DATA
        for address, size in neighbours:
            if cursor + lifetime.size <= address:
                break
            cursor = max(cursor, aligned(address + size))
        addresses.append(cursor)
    return addresses


def tile_width(operator: Operator) -> int:
    """Elements of one segment of the operator."""
    if operator.opcode != dense.FAMILY.opcode:
        return operator.target_count
    width = MAX_TILE_PRODUCTS // operator.source_count // TILE_STEP * TILE_STEP
    return max(TILE_STEP, width)


def cut(operators: Sequence[Operator]) -> Iterator[Segment]:
    """The segments of a model: every operator in turn, tile by tile."""
    for index, operator in enumerate(operators):
        total = operator.target_count
        width = tile_width(operator) if FAMILIES[operator.opcode].tiled else total
        for first in range(0, total, width):
            yield Segment(index, first, min(width, total - first))
