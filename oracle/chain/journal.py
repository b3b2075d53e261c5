"""How far a log has been read, and what it said; kept for the next time, or not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from oracle.chain.chain import Log


@dataclass(frozen=True, slots=True)
class Tip:
    """A block up to which the log was read, and its hash at that time."""

    block: int
    hash: bytes


class Journal(Protocol):
    """The log as read so far, with tips to go back to."""

    @property
    def tip(self) -> Tip | None:
        """The last; None if nothing was read."""
        ...

    def append(self, tip: Tip, logs: Sequence[Log]) -> None:
        """What was read since the last tip."""
        ...

    def drop(self) -> None:
        """Goes back to the tip before the last, or to the beginning."""
        ...

    def logs(self) -> Iterable[Log]:
        """Everything up to the tip, in order."""
        ...


class Forgetful:
    """Keeps the last tip only: after a reorg, all is read again."""

    def __init__(self) -> None:
        self.tip: Tip | None = None

    def append(self, tip: Tip, logs: Sequence[Log]) -> None:
        self.tip = tip

    def drop(self) -> None:
        self.tip = None

    def logs(self) -> Iterable[Log]:
        assert self.tip is None, "there is nothing to fold but at the beginning"
        return ()
