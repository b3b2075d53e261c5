"""Images from anywhere: checked, gone on with, and never without an end."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import (
    BaseHTTPRequestHandler,
    SimpleHTTPRequestHandler,
    ThreadingHTTPServer,
)
from pathlib import Path

import pytest
from support.world import tiny_image

import tinynn
from oracle.errors import NotFetched, WrongImage
from oracle.fetch import Limits, fetch, gather
from oracle.model_store import ModelStore

IMAGE = tiny_image()
ROOT = tinynn.load(IMAGE).model_root


class Ranged(SimpleHTTPRequestHandler):
    """One image for everyone, from wherever they want it."""

    asked: list[str | None]

    def do_GET(self) -> None:
        wanted = self.headers["Range"]
        self.asked.append(wanted)
        first = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        if first >= len(IMAGE):
            self.send_error(416)
            return
        self.send_response(206 if wanted else 200)
        self.end_headers()
        self.wfile.write(IMAGE[first:])

    def log_message(self, *_: object) -> None:
        pass


class Endless(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(bytes(1 << 16))
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=partial(server.serve_forever, 0.01)).start()
    yield f"http://127.0.0.1:{server.server_port}/image"
    server.shutdown()
    server.server_close()


@pytest.fixture
def ranged() -> Iterator[str]:
    Ranged.asked = []
    yield from served(Ranged)


@pytest.fixture
def endless() -> Iterator[str]:
    yield from served(Endless)


def test_fetch_file_comes_into_the_store(store: ModelStore, tmp_path: Path) -> None:
    source = tmp_path / "an image.plumb"
    source.write_bytes(IMAGE)
    fetch(store, ROOT, [source.as_uri()])
    assert store.path_of(ROOT).read_bytes() == IMAGE
    assert list(store.roots()) == [ROOT]
    assert store.load(ROOT).name == "tiny"


def test_fetch_first_uri_that_has_it_is_taken(
    store: ModelStore, tmp_path: Path, ranged: str
) -> None:
    other = tmp_path / "other"
    other.write_bytes(IMAGE[:-1] + b"?")
    uris = ["gopher://x", (tmp_path / "none").as_uri(), other.as_uri(), ranged]
    fetch(store, ROOT, uris)
    assert store.holds(ROOT)
    assert [path.name for path in store.folder.iterdir()] == [f"{ROOT.hex()}.plumb"]


def test_fetch_goes_on_where_it_was_interrupted(
    store: ModelStore, tmp_path: Path, ranged: str
) -> None:
    part = tmp_path / "part"
    part.write_bytes(IMAGE[:100])
    gather(ranged, part, Limits())
    assert part.read_bytes() == IMAGE
    gather(ranged, part, Limits())
    assert part.read_bytes() == IMAGE
    assert Ranged.asked == ["bytes=100-", f"bytes={len(IMAGE)}-"]


def test_fetch_endless_uri_is_left(store: ModelStore, endless: str) -> None:
    with pytest.raises(NotFetched, match="expected at most 1000000 bytes"):
        fetch(store, ROOT, [endless], Limits(size_bytes=10**6))
    assert sum(path.stat().st_size for path in store.folder.iterdir()) == 0


def test_fetch_slow_uri_is_left(store: ModelStore, endless: str) -> None:
    with pytest.raises(NotFetched, match="not there after 0.05 seconds"):
        fetch(store, ROOT, [endless], Limits(seconds=0.05))


def test_fetch_device_is_not_read(store: ModelStore) -> None:
    with pytest.raises(NotFetched, match="expected a plain file"):
        fetch(store, ROOT, ["file:///dev/zero"])


def test_fetch_no_uri_is_told(store: ModelStore) -> None:
    with pytest.raises(NotFetched, match="no URIs"):
        fetch(store, ROOT, [])


@pytest.mark.parametrize("place", [0, 200, -1])
def test_store_image_tampered_with_is_not_loaded(
    store: ModelStore, tmp_path: Path, place: int
) -> None:
    source = tmp_path / "image"
    source.write_bytes(IMAGE)
    store.add(source)
    changed = bytearray(IMAGE)
    changed[place] ^= 1
    store.path_of(ROOT).write_bytes(changed)
    with pytest.raises(WrongImage, match="delete the file"):
        store.load(ROOT)
