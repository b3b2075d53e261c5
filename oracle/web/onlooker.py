"""Follows the chain in a thread of its own, so that no visitor makes it ask anything.

What is known is in the record's tables and in `told`, the events with their times; who
reads either holds `reading`.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Event, RLock, Thread
from typing import Self

import tinynn
from challenge.errors import PositionMismatch, PositionMissing
from oracle.chain import events
from oracle.chain.head import NOTHING, Head
from oracle.chain.words import said
from oracle.errors import OracleError
from oracle.logs import logger
from oracle.models.library import Library
from oracle.node.loop import OUTAGES
from oracle.record.record import Record, Tables
from oracle.record.site import Site

STALE_SECONDS = 30.0
"""A look that is older is told to be."""
FIRST_LOOK_SECONDS = 30.0

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """An event, and the instant of its block."""

    event: events.Event
    time: int


class Onlooker:
    """A context: within it the thread runs."""

    def __init__(self, site: Site, library: Library, poll: float = 1.0) -> None:
        self.site, self.library = site, library
        self.record: Record = site.record()
        self.told: list[Told] = []
        self.head: Head = NOTHING
        self.problem = ""
        """Why the last look failed; empty if it didn't."""
        self.version = 0
        """Grows with each look that found a block."""
        self._poll, self._looked_at = poll, 0.0
        self._lock, self._changed = RLock(), Condition()
        self._seen, self._seen_hash = -1, b""
        self._times: dict[int, int] = {}
        self._stop = Event()
        self._thread = Thread(target=self._follow, name="onlooker", daemon=True)

    @property
    def tables(self) -> Tables:
        return self.record.tables

    @property
    def names(self) -> Mapping[bytes, str]:
        """Of models, as the deployment has them."""
        named = self.site.deployments.models
        return {identity: name for name, identity in named.items()}

    @property
    def seconds_ago(self) -> float:
        """Since the last look that went well."""
        return time.monotonic() - self._looked_at

    @property
    def stale(self) -> bool:
        return bool(self.problem) or self.seconds_ago > STALE_SECONDS

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Within it nothing changes."""
        with self._lock:
            yield

    def model_of(self, registered: events.ModelRegistered) -> tinynn.Model | None:
        """The model, if its image is here."""
        held = self.library.holds(registered)
        return self.library.find(registered) if held else None

    def look(self) -> None:
        """Once; raises what goes wrong."""
        with self._lock:
            self.record.refresh()
            self._read_events()
            fresh = self.record.head.hash != self.head.hash
            self.head, self.problem = self.record.head, ""
            self._looked_at = time.monotonic()
        if fresh:
            self._tell()

    def wait(self, version: int, seconds: float) -> int:
        """Until the version is another, or so long; which it is then."""
        with self._changed:
            self._changed.wait_for(
                lambda: self.version != version or self._stop.is_set(), seconds
            )
            return self.version

    def _tell(self) -> None:
        with self._changed:
            self.version += 1
            self._changed.notify_all()

    def _read_events(self) -> None:
        """What was told since, or everything again if what was read last is gone."""
        chain, contracts = self.site.chain, self.site.deployments.contracts
        if self._seen >= 0 and chain.block_hash(self._seen) != self._seen_hash:
            self.told, self._seen = [], -1
            self._times.clear()
        last = self.record.head.number
        first = max(self._seen + 1, contracts.block)
        if first <= last:
            found = chain.events(list(contracts.telling), first, last)
            self.told += [Told(event, self._time_of(event.block)) for event in found]
        self._seen, self._seen_hash = last, self.record.head.hash

    def _time_of(self, block: int) -> int:
        if block not in self._times:
            header = self.site.chain.header(block)
            self._times[block] = header.timestamp if header else 0
        return self._times[block]

    def _follow(self) -> None:
        while not self._stop.wait(self._poll):
            try:
                self.look()
            except (*OUTAGES, OracleError, PositionMismatch, PositionMissing) as error:
                if not self.problem:
                    log.warning("chain unavailable", reason=said(error))
                self.problem = said(error) or type(error).__name__
                self._tell()

    def __enter__(self) -> Self:
        try:
            self.look()
        except OUTAGES as error:  # the page says so, and goes on trying
            self.problem = said(error) or type(error).__name__
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._tell()
        self._thread.join()
