"""Follows the chain in a thread of its own, so that no visitor makes it ask anything.

What is known is in a scene, which is replaced as a whole: who reads one waits for
nobody, and sees one block.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import Event, Thread
from typing import Self

import tinynn
from challenge import game
from oracle.chain import events
from oracle.chain.head import NOTHING, Head
from oracle.chain.words import said
from oracle.errors import OracleError
from oracle.logs import logger
from oracle.models.library import Library
from oracle.node.loop import OUTAGES
from oracle.record.record import Played, Tables
from oracle.record.site import Site
from oracle.swarm.reader import Reader
from oracle.swarm.record import Round

STALE_SECONDS = 30.0
"""A look that is older is told to be."""
FIRST_LOOK_SECONDS = 30.0

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """An event, and the instant of its block."""

    event: events.Event
    time: int


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is known as of one block. Nobody changes it any more, so it is read
    without waiting for the chain."""

    site: Site
    library: Library
    head: Head = NOTHING
    tables: Tables = field(default_factory=Tables)
    told: tuple[Told, ...] = ()
    k: int = 0
    """Into how many parts a dissection cuts at most."""
    clock_seconds: int = 0
    """One side's time for a whole game."""
    looked_at: float = 0.0
    problem: str = ""
    """Why the last look failed; empty if it didn't."""
    rounds: Mapping[int, Round] | None = None
    """Of the swarm, as of this block or the next; None where there is no swarm."""

    @property
    def names(self) -> Mapping[bytes, str]:
        """Of models, as the deployment has them."""
        named = self.site.deployments.models
        return {identity: name for name, identity in named.items()}

    @property
    def seconds_ago(self) -> float:
        """Since the last look that went well."""
        return time.monotonic() - self.looked_at

    @property
    def stale(self) -> bool:
        return bool(self.problem) or self.seconds_ago > STALE_SECONDS

    def model_of(self, registered: events.ModelRegistered) -> tinynn.Model | None:
        """The model, if its image is here."""
        held = self.library.holds(registered)
        return self.library.find(registered) if held else None

    def shown(self, played: Played) -> tuple[game.Event, ...]:
        """Every position of the game, from the claim's opening on."""
        opening = self.tables.openings.get(played.claim_hash)
        return played.shown if opening is None else (opening, *played.shown)


class Onlooker:
    """A context: within it the thread runs."""

    def __init__(
        self,
        site: Site,
        library: Library,
        poll: float = 1.0,
        swarm: Reader | None = None,
    ) -> None:
        self.scene = Scene(site, library)
        """As it was last seen; another one after each look."""
        self.version = 0
        """Grows with each scene of another block, or with a problem."""
        self.listeners: list[Callable[[], None]] = []
        """Called when the version grows, and at the end."""
        self._site, self._record = site, site.record()
        self._poll, self._swarm = poll, swarm
        self._told: list[Told] = []
        self._seen, self._seen_hash = -1, b""
        self._times: dict[int, int] = {}
        self._stop = Event()
        self._thread = Thread(target=self._follow, name="onlooker", daemon=True)

    @property
    def ended(self) -> bool:
        """Whether it looks no more: then nobody need wait for what comes."""
        return self._stop.is_set()

    def look(self) -> None:
        """Once; raises what goes wrong."""
        record = self._record
        record.refresh()
        now = time.monotonic()
        if record.head.hash == self.scene.head.hash:
            self.scene = replace(self.scene, looked_at=now, problem="")
            return
        self._read_events()
        self._look_at_swarm()
        self.scene = replace(
            self.scene,
            head=record.head,
            tables=_copied(record.tables),
            told=tuple(self._told),
            k=record.k,
            clock_seconds=record.clock_seconds,
            looked_at=now,
            problem="",
            rounds=None if self._swarm is None else self._swarm.rounds.by_id,
        )
        self._tell()

    def _look_at_swarm(self) -> None:
        """What goes wrong there keeps nobody from seeing the rest: its rounds stay as
        they were last seen."""
        if self._swarm is None:
            return
        try:
            self._swarm.look()
        except Exception as error:
            log.warning("swarm not read", reason=said(error) or type(error).__name__)

    def _read_events(self) -> None:
        """What was told since, or everything again if what was read last is gone."""
        chain, contracts = self._site.chain, self._site.deployments.contracts
        if self._seen >= 0 and chain.block_hash(self._seen) != self._seen_hash:
            self._told, self._seen = [], -1
            self._times.clear()
        last = self._record.head.number
        first = max(self._seen + 1, contracts.block)
        if first <= last:
            found = chain.events(list(contracts.telling), first, last)
            self._told += [Told(event, self._time_of(event.block)) for event in found]
        self._seen, self._seen_hash = last, self._record.head.hash

    def _time_of(self, block: int) -> int:
        if block not in self._times:
            header = self._site.chain.header(block)
            self._times[block] = header.timestamp if header else 0
        return self._times[block]

    def _follow(self) -> None:
        while not self._stop.wait(self._poll):
            try:
                self.look()
            except (*OUTAGES, OracleError) as error:
                if not self.scene.problem:
                    log.warning("chain unavailable", reason=said(error))
                self._complain(error)
            except Exception as error:  # a page that stands still tells nobody why
                log.exception("look failed")
                self._complain(error)

    def _complain(self, error: Exception) -> None:
        problem = said(error) or type(error).__name__
        if problem != self.scene.problem:
            self.scene = replace(self.scene, problem=problem)
            self._tell()

    def _tell(self) -> None:
        self.version += 1
        for listener in self.listeners:
            listener()

    def __enter__(self) -> Self:
        try:
            self.look()
        except OUTAGES as error:  # the page says so, and goes on trying
            self._complain(error)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for listener in self.listeners:
            listener()
        self._thread.join()


def _copied(tables: Tables) -> Tables:
    """What pages look at, which the record goes on changing."""
    return Tables(
        models=dict(tables.models),
        requests=dict(tables.requests),
        claims=dict(tables.claims),
        games=dict(tables.games),
        openings=dict(tables.openings),
        programs=dict(tables.programs),
    )
