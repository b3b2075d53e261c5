"""How long answers take here: measured, never guessed."""

import time
from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from oracle.compute.task import Task, Timing

KEPT = 8
"""Of the latest runs of a model the slowest counts."""
MOST_AGE_SECONDS = 3600.0
"""After that a figure is measured anew: a machine that was busy once isn't for ever."""


class Foretelling(Protocol):
    """Who foretells how long a task takes, once it is begun."""

    def seconds(self, task: Task) -> float | None:
        """With its image read and hashed first; None if nobody knows yet."""
        ...

    def rate(self) -> float | None:
        """Instructions a second, bounded ones, of the longest run that was timed."""
        ...


@dataclass(slots=True)
class Runs:
    """Seconds of the latest; `at`: when the last ended, by a steady clock."""

    at: float = 0.0
    instructions: int = 0  # bounded, of each; none of inputs that don't fit
    loads: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    runs: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))


class Pace:
    """What was measured, by model. Inputs that don't fit are another matter: those are
    answered at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._measured: defaultdict[Hashable, Runs] = defaultdict(Runs)

    def note(self, task: Task, timing: Timing) -> None:
        """Called by whoever has carried a task out; by any thread."""
        with self._lock:
            known = self._measured[task.kind]
            known.at = self._clock()
            if task.model.tables.accepts(len(task.data)):
                known.instructions = task.model.most_instructions
            known.runs.append(timing.run_seconds)
            if timing.load_seconds:
                known.loads.append(timing.load_seconds)

    def rate(self) -> float | None:
        """Short runs say little about long ones, so the longest is what counts."""
        with self._lock:
            runs = [known for known in self._measured.values() if any(known.runs)]
            longest = max(runs, key=lambda known: known.instructions, default=Runs())
            if not longest.instructions:
                return None
            return longest.instructions / max(longest.runs)

    def seconds(self, task: Task) -> float | None:
        with self._lock:
            known = self._measured.get(task.kind)
            if known is None or self._clock() - known.at > MOST_AGE_SECONDS:
                return None
            return max(known.runs) + max(known.loads, default=0.0)
