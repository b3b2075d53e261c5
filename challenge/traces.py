"""Traces that a process keeps, by what was run: a dispute goes on from snapshots."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, Protocol, TypeVar

MOST_BYTES: Final = 1 << 30
"""Of memory that all of them hold together, beside files that are mapped."""


class Held(Protocol):
    """What knows how much it holds."""

    @property
    def held_bytes(self) -> int: ...


T = TypeVar("T", bound=Held)


class Traces(Generic[T]):
    """As many as memory has room for; those that were not asked for longest go first.

    A trace grows while it is used, so all are looked at whenever one is asked for. That
    one stays, however large it is.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[Hashable, T] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, run: Hashable, make: Callable[[], T]) -> T:
        """The trace of a run, made if it is not there."""
        if run not in self._kept:
            self._kept[run] = make()
        self._kept.move_to_end(run)
        total = sum(trace.held_bytes for trace in self._kept.values())
        while total > self._most and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            total -= gone.held_bytes
        return self._kept[run]
