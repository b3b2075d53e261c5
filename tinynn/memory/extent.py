"""Ranges of guest addresses."""

from dataclasses import dataclass


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
