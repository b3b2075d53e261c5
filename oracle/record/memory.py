"""What contracts answered about a claim, until the log tells of something new about it.

A game's position, and a dispute's, change by moves only, and each move is an event of
its claim. So what was asked once need not be asked with each block.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from oracle.chain.events import Event
from oracle.record.tables import Tables

LONGEST_SECONDS = 60.0
"""An endpoint that lags may have answered: it is not believed for longer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`heard`: how many events of each subject, when it was asked for; `until` when, by
    the process's steady clock, it is believed."""

    subjects: tuple[bytes, ...]
    heard: tuple[int, ...]
    until: float
    value: Any


class Memory:
    """Answers by question; each is about subjects, which are claims (by their hashes)
    and games (by their ids)."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._heard: Counter[bytes] = Counter()
        self._answers: dict[Hashable, Answer] = {}

    def hear(self, told: Iterable[Event]) -> None:
        """A move in one game leaves the others of its claim as they are; what concerns
        the claim concerns all of its games."""
        for event in told:
            about = getattr(event, "claim_hash", None) or getattr(
                event, "game_id", None
            )
            if about is not None:
                self._heard[about] += 1

    def get(
        self, subjects: tuple[bytes, ...], question: Hashable, ask: Callable[[], Any]
    ) -> Any:
        """The answer, asked for unless nothing has been heard of its subjects since."""
        heard, now = tuple(self._heard[each] for each in subjects), self._clock()
        known = self._answers.get(question)
        if known is None or known.heard != heard or now > known.until:
            known = Answer(subjects, heard, now + LONGEST_SECONDS, ask())
            self._answers[question] = known
        return known.value

    def doubt(self, subject: bytes) -> None:
        """What was answered doesn't fit what was heard."""
        self._heard[subject] += 1

    def forget_all_but(self, tables: Tables) -> None:
        """What has ended."""
        kept = tables.claims.keys() | tables.games.keys()
        self._heard = Counter({s: n for s, n in self._heard.items() if s in kept})
        self._answers = {
            question: answer
            for question, answer in self._answers.items()
            if kept.issuperset(answer.subjects)
        }

    def clear(self) -> None:
        """Blocks are gone: whatever was heard may not be so."""
        self._answers.clear()
