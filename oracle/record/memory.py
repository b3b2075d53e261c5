"""What contracts answered about a claim, until the log tells of something new about it.

A game's position, and a dispute's, change by moves only, and each move is an event of
its claim. So what was asked once need not be asked with each block.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from time import monotonic
from typing import Any

from oracle.chain.events import Event
from oracle.record.tables import Tables

LONGEST_SECONDS = 60.0
"""An endpoint that lags may have answered: it is not believed for longer."""


class Memory:
    """Answers by claim and question."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._heard: Counter[bytes] = Counter()
        self._answers: dict[Hashable, tuple[int, float, Any]] = {}

    def hear(self, told: Iterable[Event], tables: Tables) -> None:
        """Events that the tables have learned."""
        for event in told:
            claim = getattr(event, "claim_hash", None)
            played = tables.games.get(getattr(event, "game_id", b""))
            if claim is None and played is not None:
                claim = played.claim_hash
            if claim is not None:
                self._heard[claim] += 1

    def get(self, claim: bytes, question: Hashable, ask: Callable[[], Any]) -> Any:
        """The answer, asked for unless nothing has been heard of the claim since."""
        heard, now = self._heard[claim], self._clock()
        known = self._answers.get((claim, question))
        if known is None or known[0] != heard or now - known[1] > LONGEST_SECONDS:
            known = self._answers[claim, question] = heard, now, ask()
        return known[2]

    def doubt(self, claim: bytes) -> None:
        """What was answered doesn't fit what was heard."""
        self._heard[claim] += 1

    def forget(self, claims: Iterable[bytes]) -> None:
        """All but what is about these claims."""
        kept = set(claims)
        self._answers = {q: a for q, a in self._answers.items() if q[0] in kept}  # type: ignore[index]
        self._heard = Counter({c: n for c, n in self._heard.items() if c in kept})

    def clear(self) -> None:
        """Blocks are gone: whatever was heard may not be so."""
        self._answers.clear()
