"""Jobs that went wrong: each is told and put off, longer each time, and stops no other.

Whatever goes wrong about one job is its own trouble, be it a bug of ours: an entry of
the outbox, a game, a request, the sending of an action. Only what is plainly everyone's
comes through, for the loop to wait out. No job is given up for good: what looks
hopeless may have been a full disk, and a game that nobody plays any more is lost.
"""

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from web3.exceptions import Web3Exception

from challenge.errors import ChallengeError
from mips_vm.errors import MachineError
from oracle.chain.errors import Unanswered, Unavailable, WentBack, WrongChain
from oracle.chain.words import said
from oracle.errors import OracleError
from oracle.logs import logger
from oracle.store.errors import StoreUnusable
from tinynn.errors import TinynnError

T = TypeVar("T")
EVERYONES = (WrongChain, WentBack, StoreUnusable)
"""No other job would fare better."""
OUTAGES = (Unavailable, Unanswered, Web3Exception, OSError)
"""Everyone's only if the endpoint doesn't answer anything else either."""
FORESEEN = (ChallengeError, MachineError, OracleError, TinynnError, MemoryError)
"""These say what is wrong; anything else is told with its traceback."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 120.0
"""The longest is a part of the clock of a game, which goes on meanwhile."""
MOST_KEPT = 4096
MOST_CHARACTERS = 300

log = logger(__name__)


class Troubles:
    """What was put off, and why. `reachable` tells whether the endpoint answers."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        reachable: Callable[[], bool] = lambda: True,
    ) -> None:
        self.reasons: dict[Hashable, str] = {}
        self.count = 0
        """How often something went wrong, ever."""
        self._clock, self._reachable = clock, reachable
        self._pauses: dict[Hashable, float] = {}
        self._until: dict[Hashable, float] = {}
        self._everyones: Exception | None = None

    @property
    def waiting(self) -> int:
        """How many jobs are put off, or were until a while ago: what was not tried
        again since then, nobody wants any more."""
        since = self._clock() - LONGEST_PAUSE_SECONDS
        return sum(until > since for until in self._until.values())

    def puts_off(self, job: Hashable) -> bool:
        """Whether it is too early to try the job again."""
        return self._clock() < self._until.get(job, 0.0)

    def safely(
        self, job: Hashable, actions: Callable[[], Iterator[T]], **about: object
    ) -> Iterator[T]:
        """The job's actions, up to the first that cannot be worked out."""
        if not self.puts_off(job):
            with self.facing(job, **about):
                yield from actions()

    def tried(
        self,
        job: Hashable,
        work: Callable[[], T],
        longest: float = LONGEST_PAUSE_SECONDS,
        /,
        **about: object,
    ) -> T | None:
        """What the work gives; None if it goes wrong, or is put off, for `longest`
        seconds at most."""
        if not self.puts_off(job):
            with self.facing(job, longest, **about):
                return work()
        return None

    @contextmanager
    def facing(
        self, job: Hashable, longest: float = LONGEST_PAUSE_SECONDS, /, **about: object
    ) -> Iterator[None]:
        """Takes what goes wrong inside for the job's own trouble, told with `about`.

        Raises what is everyone's.
        """
        try:
            yield
        except Exception as error:
            if self._is_everyones(error):
                raise
            self._put_off(job, error, longest, about)
        else:
            self._forget(job)

    def _is_everyones(self, error: Exception) -> bool:
        """Judged once, however many jobs it comes through."""
        if error is self._everyones:
            return True
        if isinstance(error, EVERYONES) or (
            isinstance(error, OUTAGES) and not self._reachable()
        ):
            self._everyones = error
            return True
        return False

    def _put_off(
        self,
        job: Hashable,
        error: Exception,
        longest: float,
        about: dict[str, object],
    ) -> None:
        pause = min(2 * self._pauses.get(job, FIRST_PAUSE_SECONDS / 2), longest)
        self._forget(job)
        if len(self.reasons) >= MOST_KEPT:
            self._forget(next(iter(self.reasons)))
        foreseen = isinstance(error, (*FORESEEN, *OUTAGES))
        reason = _told(error, foreseen)
        self.reasons[job], self._pauses[job] = reason, pause
        self._until[job] = self._clock() + pause
        self.count += 1
        facts = {"reason": reason, "retry_in": pause, **about}
        log.error("put off", exc_info=not foreseen, **facts)

    def _forget(self, job: Hashable) -> None:
        for kept in (self.reasons, self._pauses, self._until):
            kept.pop(job, None)


def _told(error: Exception, foreseen: bool) -> str:
    text = " ".join(said(error).split())[:MOST_CHARACTERS]
    return text if foreseen and text else f"{type(error).__name__}: {text}"
