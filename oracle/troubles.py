"""Jobs that went wrong: each is told and put off, longer each time, and stops no other.

None is given up for good: what looks hopeless may have been a full disk, and a game
that nobody plays any more is lost.
"""

import time
from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

from challenge.errors import ChallengeError
from mips_vm.errors import MachineError
from oracle.chain.errors import ChainError
from oracle.errors import OracleError
from oracle.logs import logger
from tinynn.errors import TinynnError

T = TypeVar("T")
OWN = (ChallengeError, MachineError, OracleError, TinynnError, MemoryError)
"""A job's own errors. The chain's are no job's fault: those are the loop's to wait out.
"""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 300.0

log = logger(__name__)


class Troubles:
    """What was put off, and why."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.reasons: dict[Hashable, str] = {}
        self._clock = clock
        self._pauses: dict[Hashable, float] = {}
        self._until: dict[Hashable, float] = {}

    def puts_off(self, job: Hashable) -> bool:
        """Whether the job went wrong, and is not to be tried again yet."""
        return self._clock() < self._until.get(job, 0.0)

    def safely(
        self, job: Hashable, wishes: Callable[[], Iterator[T]], **about: object
    ) -> Iterator[T]:
        """The job's wishes, up to the first that cannot be worked out."""
        if self.puts_off(job):
            return
        try:
            yield from wishes()
        except ChainError:
            raise
        except OWN as error:
            self._put_off(job, str(error) or type(error).__name__, about)
        else:
            for kept in (self.reasons, self._pauses, self._until):
                kept.pop(job, None)

    def _put_off(self, job: Hashable, reason: str, about: dict[str, object]) -> None:
        pause = min(
            2 * self._pauses.get(job, FIRST_PAUSE_SECONDS / 2), LONGEST_PAUSE_SECONDS
        )
        self.reasons[job], self._pauses[job] = reason, pause
        self._until[job] = self._clock() + pause
        log.error("put off", reason=reason, retry_in=pause, **about)
