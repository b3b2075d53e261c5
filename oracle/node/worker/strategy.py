"""What a worker thinks with."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from challenge.claim import Work
from challenge.precedence import Run
from oracle.node.actions import Player
from oracle.record.record import Answered, Asked


class Strategy(Protocol):
    """What a worker thinks; `oracle.node.honest.Honest`, or a liar."""

    @property
    def models(self) -> int:
        """How many it serves."""
        ...

    def can(self, asked: Asked) -> bool:
        """Whether it could answer this request."""
        ...

    def serves(self, asked: Asked) -> bool:
        """Whether it should."""
        ...

    def objection(self, asked: Asked) -> str:
        """Why an answer could not be defended here; empty if it could."""
        ...

    def keep(self, asked: Asked) -> None:
        """Sees to it that it can, for it owes the answer or its defence."""
        ...

    def ready(self, asked: Asked) -> bool:
        """Whether the answer is there; if not, someone is working on it now."""
        ...

    def answer(self, asked: Asked) -> bytes: ...

    def seconds(self, asked: Asked) -> float | None:
        """How long the answer takes to compute, once it is begun; None while that is
        being found out."""
        ...

    @property
    def width(self) -> int:
        """How many answers are computed at a time."""
        ...

    def elsewhere(self, held: Iterable[Asked]) -> Sequence[float | None]:
        """What it is computing that is for none of these: seconds of each answer, None
        where nobody knows; no more than its width."""
        ...

    def output_bytes(self, asked: Asked) -> int:
        """How long the answer will be at most."""
        ...

    def work(self, asked: Asked) -> Work:
        """What the model's runs take, by its image."""
        ...

    def passes(self, asked: Asked) -> int:
        """How many passes the run has: about, and at most."""
        ...

    def defender(self, answered: Answered) -> Player: ...

    def longest_run(self, asked: Asked) -> Run:
        """How long the run is at most."""
        ...
