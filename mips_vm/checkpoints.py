"""Snapshots of a run at some of its boundaries, so that one can go back."""

from typing import Final

from mips_vm.machine import Snapshot

MAX_KEPT: Final = 64


class Checkpoints:
    """The first boundary, the latest, and between them at most MAX_KEPT, evenly spaced.

    Of a short run that is all of them; of a long one each second, fourth, ...: so
    memory is bounded, and going back costs as many boundaries as lie between two.
    """

    def __init__(self, start: Snapshot) -> None:
        self._snapshots = {0: start}
        self._spacing = 1

    def __len__(self) -> int:
        return len(self._snapshots)

    def keep(self, boundary: int, snapshot: Snapshot) -> None:
        """Adds the boundary that the run has come to."""
        if boundary > MAX_KEPT * self._spacing:
            self._spacing *= 2
        kept = self._snapshots.items()
        self._snapshots = {at: s for at, s in kept if at % self._spacing == 0}
        self._snapshots[boundary] = snapshot

    def nearest(self, boundary: int) -> tuple[int, Snapshot]:
        """The last one that is kept at or before `boundary`."""
        at = max(at for at in self._snapshots if at <= boundary)
        return at, self._snapshots[at]
