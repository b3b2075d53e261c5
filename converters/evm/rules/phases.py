"""The phases of a transposed convolution along an axis."""

from collections.abc import Iterator
from dataclasses import dataclass

from converters.evm.network import Outside


@dataclass(frozen=True, slots=True)
class Phase:
    """Every so many of an axis' results, from `place` on: `count` of them.

    Each has `taps` of the kernel's, from `tap` on; the first result's meet the input's
    elements from `first` on, which may lie before the input.
    """

    place: int
    count: int
    tap: int
    taps: int
    first: int

    @property
    def end(self) -> int:
        """Behind the last element that is met."""
        return self.first + self.count - 1 + self.taps


def phases(size: int, kernel: int, spread: int, before: int) -> Iterator[Phase]:
    """Of `size` results along an axis, with so much padding before the input."""
    for place in range(min(spread, size)):
        tap = (before - place) % spread
        taps = len(range(tap, kernel, spread))
        if not taps:
            least = f"at least as large as the stride, {spread}"
            raise Outside(f"expected a kernel {least}, got {kernel}")
        first = (place + tap - before) // spread
        yield Phase(place, len(range(place, size, spread)), tap, taps, first)
