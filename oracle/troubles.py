"""Jobs that went wrong: each is told once and then left alone, and stops no other."""

from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

from challenge.errors import ChallengeError
from mips_vm.errors import MachineError
from oracle.chain.errors import ChainError
from oracle.errors import OracleError
from oracle.logs import logger
from tinynn.errors import TinynnError

T = TypeVar("T")
OWN = (ChallengeError, MachineError, OracleError, TinynnError)
"""A job's own errors. The chain's are no job's fault: those are tried again."""

log = logger(__name__)


class Troubles:
    """What was given up, and why."""

    def __init__(self) -> None:
        self.reasons: dict[Hashable, str] = {}

    def safely(
        self, job: Hashable, wishes: Callable[[], Iterator[T]], **about: object
    ) -> Iterator[T]:
        """The job's wishes; none from the first that cannot be worked out."""
        if job in self.reasons:
            return
        try:
            yield from wishes()
        except ChainError:
            raise
        except OWN as error:
            self.reasons[job] = str(error)
            log.error("given up", reason=str(error), **about)
