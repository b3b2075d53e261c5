"""A dissection: the boundaries that split a disputed interval into parts.

Agreed at its start, disputed at its end. Committed on-chain as the Merkle root over
leaves `keccak256(start_i, end_i)`, padded with zero words to a power of two. Twin of
`Dissection.sol`.
"""

from __future__ import annotations

from dataclasses import dataclass

from challenge.abi import words
from challenge.claim import Interval
from challenge.errors import PartOutOfRange, WrongRootCount
from mips_vm.hashing.keccak import keccak256

DISSECTED = 1
DISPUTED = 2
EMPTY_LEAF = bytes(32)


def parts_of(length: int, k: int) -> int:
    """How many parts an interval of `length` steps is cut into."""
    return min(k, length)


def cuts(interval: Interval, k: int) -> tuple[int, ...]:
    """The boundaries' indices, both ends included; parts differ by at most one."""
    m = parts_of(interval.length, k)
    return tuple(interval.start + i * interval.length // m for i in range(m + 1))


def merkle_layers(leaves: list[bytes]) -> list[list[bytes]]:
    """The tree from its leaves, padded to a power of two, up to the root alone."""
    width = 1 << max(len(leaves) - 1, 0).bit_length()
    layers = [leaves + [EMPTY_LEAF] * (width - len(leaves))]
    while len(layers[-1]) > 1:
        below = layers[-1]
        pairs = zip(below[::2], below[1::2], strict=True)
        layers.append([keccak256(left + right) for left, right in pairs])
    return layers


@dataclass(frozen=True, slots=True)
class Disputed:
    """One interval: its start is agreed, its end is not; the worker goes on."""

    interval: Interval
    start_root: bytes
    end_root: bytes

    def commitment(self) -> bytes:
        """What the game stores of this position."""
        position = words(DISPUTED, *self.interval.abi(), self.start_root, self.end_root)
        return keccak256(position)


@dataclass(frozen=True, slots=True)
class Dissection:
    """An interval with its parts' boundaries; the challenger selects."""

    interval: Interval
    k: int
    boundaries: tuple[bytes, ...]  # one more than there are parts

    def __post_init__(self) -> None:
        expected = parts_of(self.interval.length, self.k) + 1
        if len(self.boundaries) != expected:
            raise WrongRootCount(expected, len(self.boundaries))

    @property
    def start_root(self) -> bytes:
        return self.boundaries[0]

    @property
    def end_root(self) -> bytes:
        return self.boundaries[-1]

    @property
    def parts(self) -> int:
        return len(self.boundaries) - 1

    def cuts(self) -> tuple[int, ...]:
        return cuts(self.interval, self.k)

    def part(self, index: int) -> Disputed:
        """Part `index` as the position that selecting it leads to."""
        if not 0 <= index < self.parts:
            raise PartOutOfRange(self.parts, index)
        at = self.cuts()
        whole = self.interval
        interval = Interval(
            whole.level, whole.segment, at[index], at[index + 1] - at[index]
        )
        return Disputed(interval, *self.boundaries[index : index + 2])

    def root(self) -> bytes:
        """Merkle root of the parts."""
        return self._layers()[-1][0]

    def path(self, index: int) -> tuple[bytes, ...]:
        """Siblings of part `index`, lowest first."""
        if not 0 <= index < self.parts:
            raise PartOutOfRange(self.parts, index)
        layers = self._layers()[:-1]
        return tuple(layer[(index >> level) ^ 1] for level, layer in enumerate(layers))

    def commitment(self) -> bytes:
        """What the game stores of this position."""
        position = words(DISSECTED, *self.interval.abi(), self.root(), bytes(32))
        return keccak256(position)

    def _layers(self) -> list[list[bytes]]:
        pairs = zip(self.boundaries, self.boundaries[1:], strict=False)
        return merkle_layers([keccak256(start + end) for start, end in pairs])


Position = Disputed | Dissection
