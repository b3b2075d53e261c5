"""Pages of the latest block as they were rendered: two hundred who look at one cost as
much as one who does."""

from dataclasses import dataclass
from threading import Lock
from typing import Final

from starlette.datastructures import URL

from oracle.web.scene.onlooker import Scene

MOST_KEPT: Final = 128


@dataclass(frozen=True, slots=True)
class Answer:
    """A page; where it is elsewhere, its path."""

    status: int
    text: str


class Rendered:
    """By path and query, until there is another block or the chain falls silent."""

    def __init__(self) -> None:
        self._of: tuple[bytes, bool, str] | None = None
        self._kept: dict[tuple[str, str], Answer] = {}
        self._lock = Lock()

    def find(self, scene: Scene, url: URL) -> Answer | None:
        with self._lock:
            if self._of != _state(scene):
                self._of, self._kept = _state(scene), {}
            return self._kept.get((url.path, url.query))

    def keep(self, scene: Scene, url: URL, answer: Answer) -> None:
        with self._lock:
            if self._of == _state(scene) and len(self._kept) < MOST_KEPT:
                self._kept[(url.path, url.query)] = answer


def _state(scene: Scene) -> tuple[bytes, bool, str]:
    """What a page depends on besides its address."""
    return scene.head.hash, scene.stale, scene.problem
