"""Ranges of guest addresses, and which range an operator reads and writes."""

from dataclasses import dataclass

from .operators import FAMILIES, Operator
from .tensor import item_bytes


@dataclass(frozen=True, slots=True)
class Extent:
    """A half-open range of guest addresses."""

    start: int
    size: int

    @property
    def end(self) -> int:
        """The first address after the range."""
        return self.start + self.size

    def within(self, other: "Extent") -> bool:
        """Whether all of the range lies in the other."""
        return other.start <= self.start and self.end <= other.end

    def overlaps(self, other: "Extent") -> bool:
        """Whether the two share an address."""
        return self.start < other.end and other.start < self.end

    def __str__(self) -> str:
        return f"{self.start:#010x}..{self.end:#010x}"


def source_of(operator: Operator) -> Extent:
    """What an operator reads of the input or the arena."""
    size = operator.source_count * item_bytes(FAMILIES[operator.opcode].source)
    return Extent(operator.source, size)


def target_of(operator: Operator) -> Extent:
    """What an operator writes."""
    size = operator.target_count * item_bytes(FAMILIES[operator.opcode].target)
    return Extent(operator.target, size)
