"""Fetches the models that a node lacks, beside the node: it plays meanwhile.

Each model has a thread of its own, so that none waits behind a slow one; there are no
more of them than the operator names. Threads do, not processes: they wait for strangers
nearly all the time, and what is costly, an image's root, is computed without Python's
lock.
"""

import time
from collections.abc import Callable, Iterable
from threading import Event, Lock, Thread
from typing import Protocol, Self

from oracle.chain.events import ModelRegistered
from oracle.errors import FetchStopped
from oracle.logs import logger
from oracle.models.library import Library
from oracle.models.models import Named
from tinynn import Model

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 10.0, 1800.0
LAST_SECONDS = 1.0
FETCHING = "being fetched"

log = logger(__name__)


class Fetches(Protocol):
    """`oracle.models.models.ModelProvider`."""

    def fetch(self, named: Named, stop: Event | None = None) -> Model: ...


class Stocker:
    """Adds models to a library as they come. A context: at its end it stops, within a
    second, whatever strangers do."""

    def __init__(
        self,
        library: Library,
        connect: Callable[[], Fetches],
        news: Callable[[], None],
        first_pause_seconds: float = FIRST_PAUSE_SECONDS,
    ) -> None:
        """`connect` gives each attempt a provider of its own: the node's connection to
        the chain is the node's. `news` is called when a model has come."""
        self._library, self._connect, self._news = library, connect, news
        self._first_pause_seconds = first_pause_seconds
        self._stop, self._lock = Event(), Lock()
        self._awaited: dict[bytes, tuple[str, str]] = {}
        self._threads: list[Thread] = []
        library.wanted = self._want

    @property
    def awaited(self) -> dict[str, str]:
        """The models that aren't here yet, by name: what came of the last attempt."""
        with self._lock:
            return dict(self._awaited.values())

    def order(self, models: Iterable[Named]) -> None:
        """Fetches them from now on, until they are here."""
        for named in models:
            with self._lock:
                if named.root in self._awaited:
                    continue
                self._awaited[named.root] = named.name, FETCHING
            log.info("model not here yet", model=named.name, root=_hex(named.root))
            # What hangs in a resolver can't be woken: it must not keep the program.
            thread = Thread(target=self._run, args=(named,), name="fetch", daemon=True)
            self._threads.append(thread)
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        end = time.monotonic() + LAST_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _want(self, registered: ModelRegistered) -> None:
        """For a claim or a game of one's own; it isn't offered."""
        named = Named.registered(registered)
        cure = "it is fetched now; if that fails, put it there by --model FILE"
        log.error("own claims need an image", model=named.name, cure=cure)
        self.order([named])

    def _run(self, named: Named) -> None:
        pause = self._first_pause_seconds
        while not self._stop.is_set():
            try:
                model = self._connect().fetch(named, self._stop)
            except FetchStopped:
                return
            except Exception as error:  # whatever it is, the model is wanted still
                reason = str(error) or type(error).__name__
                self._put_off(named, reason, pause)
            else:
                self._arrived(named, model)
                return
            self._stop.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _put_off(self, named: Named, reason: str, pause: float) -> None:
        with self._lock:
            self._awaited[named.root] = named.name, reason
        log.warning(
            "model not fetched", model=named.name, reason=reason, retry_in=pause
        )

    def _arrived(self, named: Named, model: Model) -> None:
        self._library.add(model)
        with self._lock:
            del self._awaited[named.root]
        log.info("model is here", model=named.name, root=_hex(named.root))
        self._news()


def _hex(root: bytes) -> str:
    return "0x" + root.hex()
