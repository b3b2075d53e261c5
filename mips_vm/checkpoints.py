"""Snapshots of a run at some of its boundaries, so that one can go back."""

from collections.abc import Iterable
from typing import Final

from mips_vm.constants import PAGE_BYTES
from mips_vm.machine import Snapshot

MAX_KEPT: Final = 64

MAX_BYTES: Final = 1 << 28
"""Of pages that differ, in all snapshots together."""


class Checkpoints:
    """The first boundary, the latest, and between them at most MAX_KEPT, evenly spaced.

    Of a short run that is all of them; of a long one, or where they hold more than
    MAX_BYTES, each second, fourth, ...: so memory is bounded, and going back costs as
    many boundaries as lie between two.
    """

    def __init__(self, start: Snapshot, boundaries: int = 0) -> None:
        """`boundaries` of the run, if that is known: it spaces the first ones."""
        self._snapshots = {0: start}
        self._bytes = 0
        self.spacing = 1
        """Boundaries that are no multiple of it are not kept for long."""
        while boundaries > MAX_KEPT * self.spacing:
            self.spacing *= 2

    @property
    def held_bytes(self) -> int:
        """Of pages that differ, at most."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._snapshots)

    def keep(self, boundary: int, snapshot: Snapshot) -> None:
        """Adds the boundary that the run has come to."""
        before = self._snapshots[max(self._snapshots)]
        self._bytes += PAGE_BYTES * _fresh(before, snapshot)
        if boundary > MAX_KEPT * self.spacing:
            self.spacing *= 2
        self._thin(boundary, snapshot)
        while self._bytes > MAX_BYTES and len(self._snapshots) > 2:
            self._bytes = PAGE_BYTES * _pages(self._snapshots.values())
            if self._bytes > MAX_BYTES:
                self.spacing *= 2
                self._thin(boundary, snapshot)

    def _thin(self, boundary: int, snapshot: Snapshot) -> None:
        kept = self._snapshots.items()
        self._snapshots = {at: s for at, s in kept if at % self.spacing == 0}
        self._snapshots[boundary] = snapshot

    def nearest(self, boundary: int) -> tuple[int, Snapshot]:
        """The last one that is kept at or before `boundary`."""
        at = max(at for at in self._snapshots if at <= boundary)
        return at, self._snapshots[at]

    @property
    def latest(self) -> int:
        """The furthest boundary that is kept."""
        return max(self._snapshots)


def _fresh(before: Snapshot, after: Snapshot) -> int:
    """Pages that a snapshot does not share with the one before."""
    known = before.memory.pages
    return sum(known.get(at) is not page for at, page in after.memory.pages.items())


def _pages(snapshots: Iterable[Snapshot]) -> int:
    """Different pages that are held."""
    return len({id(page) for one in snapshots for page in one.memory.pages.values()})
