"""Where activations lie in the arena: addresses for tensors that live for a while.

The rule is first fit, the largest first; an image's root depends on it. What is here
beside the rule makes it quick: a tree over time, in which a tensor asks a few nodes
and not every other tensor what is taken while it lives.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..image.image import ARENA_DATA, aligned


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A tensor's size and the operators, by index, between which it must be kept."""

    size: int
    born: int
    dies: int

    def overlaps(self, other: "Lifetime") -> bool:
        """Whether the two must be kept at the same time."""
        return self.born <= other.dies and other.born <= self.dies


@dataclass(slots=True)
class Ranges:
    """Addresses that are taken: half-open ranges, ascending, none touching another."""

    _starts: list[int] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)

    def add(self, start: int, end: int) -> None:
        """Takes a range, of which parts may be taken already."""
        low = bisect_left(self._ends, start)
        high = bisect_right(self._starts, end)
        if low < high:
            start = min(start, self._starts[low])
            end = max(end, self._ends[high - 1])
        self._starts[low:high] = [start]
        self._ends[low:high] = [end]

    def free_from(self, start: int, size: int) -> int:
        """The lowest address, `start` or above, with `size` bytes that are free."""
        index = bisect_right(self._ends, start)
        while index < len(self._starts) and self._starts[index] < start + size:
            start = self._ends[index]
            index += 1
        return start


class Occupancy:
    """What is taken when, in a binary tree over `moments`.

    A node is a stretch of time, its two children are its halves. A tensor's life is a
    few whole nodes, which have no node in common with each other.
    """

    def __init__(self, moments: int) -> None:
        self._leaves = 1 << max(0, moments - 1).bit_length()
        nodes = range(2 * self._leaves)
        self._within = [Ranges() for _ in nodes]
        """Taken at some moment of the node."""

        self._throughout: list[Ranges | None] = [None for _ in nodes]
        """Taken by lives of which the node is a part."""

    def take(self, first: int, last: int, start: int, end: int) -> None:
        """Addresses [start, end) from moment `first` to `last`."""
        nodes = list(self._nodes_of(first, last))
        for node in nodes:
            held = self._throughout[node] = self._throughout[node] or Ranges()
            held.add(start, end)
        for node in {*nodes, *_above(nodes)}:
            self._within[node].add(start, end)

    def lowest(self, first: int, last: int, start: int, size: int) -> int:
        """The lowest address from `start` on with room for `size` all that time."""
        nodes = list(self._nodes_of(first, last))
        asked = [self._within[node] for node in nodes]
        above = (self._throughout[node] for node in _above(nodes))
        asked += [ranges for ranges in above if ranges is not None]
        while True:
            before = start
            for ranges in asked:
                start = ranges.free_from(start, size)
            if start == before:
                return start

    def _nodes_of(self, first: int, last: int) -> Iterator[int]:
        """The fewest nodes that make up the moments from first to last."""
        low, high = first + self._leaves, last + self._leaves + 1
        while low < high:
            if low & 1:
                yield low
                low += 1
            if high & 1:
                high -= 1
                yield high
            low >>= 1
            high >>= 1


def _above(nodes: Iterable[int]) -> set[int]:
    """The nodes that these are parts of, without themselves."""
    found: set[int] = set()
    for node in nodes:
        node >>= 1
        while node and node not in found:
            found.add(node)
            node >>= 1
    return found


def place(lifetimes: Sequence[Lifetime]) -> list[int]:
    """Arena addresses, in the order given; memory is reused after a tensor's death.

    The largest first: each takes the lowest gap between those it lives with.
    """
    births = sorted({lifetime.born for lifetime in lifetimes})
    occupancy = Occupancy(len(births))
    addresses = [ARENA_DATA] * len(lifetimes)
    for index in sorted(range(len(lifetimes)), key=lambda i: -lifetimes[i].size):
        lifetime = lifetimes[index]
        # Between two births nothing begins to live: moments are the births.
        first = bisect_left(births, lifetime.born)
        last = bisect_right(births, lifetime.dies) - 1
        address = occupancy.lowest(first, last, ARENA_DATA, lifetime.size)
        occupancy.take(first, last, address, aligned(address + lifetime.size))
        addresses[index] = address
    return addresses
