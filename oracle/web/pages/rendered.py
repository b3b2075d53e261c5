"""Pages of the latest block as they were rendered: two hundred who look at one cost
hardly more than one who does."""

from dataclasses import dataclass
from threading import Lock
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from oracle.web.scene.onlooker import Onlooker, Scene

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
        self._kept: dict[tuple[str, bytes], bytes] = {}
        self._lock = Lock()

    def find(self, scene: Scene, asked: Scope) -> bytes | None:
        with self._lock:
            if self._of != _state(scene):
                self._of, self._kept = _state(scene), {}
            return self._kept.get(_key(asked))

    def keep(self, scene: Scene, asked: Scope, answer: Answer) -> None:
        with self._lock:
            if self._of == _state(scene) and len(self._kept) < MOST_KEPT:
                self._kept[_key(asked)] = answer.text.encode()


class AtHand:
    """In front of an application: what is kept needs no route, thread or template."""

    def __init__(self, app: ASGIApp, onlooker: Onlooker, rendered: Rendered) -> None:
        self._app, self._onlooker, self._rendered = app, onlooker, rendered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["method"] == "GET"
        page = self._rendered.find(self._onlooker.scene, scope) if asked else None
        if page is None:
            await self._app(scope, receive, send)
            return
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(page)).encode()),
            (b"cache-control", b"no-store"),
        ]
        start = {"type": "http.response.start", "status": 200, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": page})


def _key(asked: Scope) -> tuple[str, bytes]:
    return asked["path"], asked["query_string"]


def _state(scene: Scene) -> tuple[bytes, bool, str]:
    """What a page depends on besides its address."""
    return scene.head.hash, scene.stale, scene.problem
