"""Looks at every claim and tells which are false; has no account, sends nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from mips_vm.json_text import JsonObject
from oracle.logs import logger
from oracle.node.challenger.choice import EVERY_CLAIM, Choice
from oracle.record.record import Answered, Asked, Record
from oracle.sending.troubles import Troubles

T = TypeVar("T")

log = logger(__name__)


class Strategy(Protocol):
    """What a watcher thinks with."""

    def can(self, asked: Asked) -> bool: ...

    def ready(self, asked: Asked) -> bool:
        """Whether its own answer is there; if not, someone is working on it now."""
        ...

    def doubts(self, answered: Answered) -> bool: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim that was checked. `disputed`: somebody acts against it."""

    answered: Answered
    true: bool
    disputed: bool

    def as_json(self) -> JsonObject:
        claim = self.answered.claim
        return {
            "request_id": claim.request_id,
            "claim": f"0x{self.answered.hash.hex()}",
            "worker": f"0x{claim.worker.hex()}",
            "window_end": claim.window_end,
            "bond_wei": claim.bond,
            "true": self.true,
            "may_be_test": self.answered.may_be_test,
            "disputed": self.disputed,
        }


class Watcher:
    """Checks each claim of a model that it holds, once."""

    def __init__(
        self, record: Record, strategy: Strategy, choice: Choice = EVERY_CLAIM
    ) -> None:
        self.record, self._strategy, self._choice = record, strategy, choice
        self.troubles = Troubles(reachable=record.chain.reachable)
        self._seen: set[bytes] = set()
        self._unchecked: set[bytes] = set()
        """Told to be so, until their model's image is here."""

    def look(self) -> Iterator[Finding]:
        """What has been claimed since the last look, and is not dead yet."""
        self.record.refresh()
        disputed = {answered.hash for _, answered in self.record.games()}
        fresh = list(self._fresh())
        for answered in fresh:  # all are worked on at once
            self._tried(
                "begin", answered, partial(self._strategy.ready, answered.asked)
            )
        for answered in fresh:
            check = partial(self._checked, answered, answered.hash in disputed)
            if (finding := self._tried("check", answered, check)) is not None:
                yield finding

    def _tried(self, job: str, answered: Answered, work: Callable[[], T]) -> T | None:
        """What goes wrong about one claim keeps no other from being checked."""
        about = {"request_id": answered.claim.request_id}
        return self.troubles.tried((job, answered.hash), work, **about)

    def _fresh(self) -> Iterator[Answered]:
        """What was not checked yet, and can be."""
        for answered in list(self.record.tables.claims.values()):
            if answered.hash in self._seen or not answered.alive:
                continue
            if not self._choice.takes(answered):
                continue
            can = self._tried(
                "hold", answered, partial(self._strategy.can, answered.asked)
            )
            if can:
                yield answered
            elif can is not None and answered.hash not in self._unchecked:
                request_id = answered.claim.request_id
                log.info("unchecked", request_id=request_id, reason="no image held")
                self._unchecked.add(answered.hash)

    def _checked(self, answered: Answered, disputed: bool) -> Finding:
        finding = Finding(answered, not self._strategy.doubts(answered), disputed)
        self._seen.add(answered.hash)
        return finding
