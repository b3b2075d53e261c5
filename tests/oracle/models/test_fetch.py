"""Images from anywhere: checked, gone on with, and never without an end."""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import (
    BaseHTTPRequestHandler,
    SimpleHTTPRequestHandler,
    ThreadingHTTPServer,
)
from pathlib import Path
from threading import Event
from typing import BinaryIO

import pytest
from support.testbeds.embedded import tiny_image

import tinynn
from oracle.errors import NotFetched, WrongImage
from oracle.models import model_store
from oracle.models.fetch import Place, Sources, fetch, gather
from oracle.models.limits import UNHURRIED, Limits, Turn
from oracle.models.model_store import ModelStore
from oracle.models.reach import Reach
from oracle.models.web import Web

IMAGE = tiny_image()
ROOT = tinynn.load(IMAGE).model_root
WEB = Web(Reach.of(["file", "localhost"]))


def sources(limits: Limits = UNHURRIED, gateways: Sequence[str] = ()) -> Sources:
    """Of this machine, as its operator allows in these tests."""
    return Sources(limits, gateways, WEB)


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


class Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Endless(Quiet):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(bytes(1 << 16))
        except OSError:
            pass


class Breaking(Ranged):
    """Promises all of it, and breaks off in the middle, the first time."""

    def do_GET(self) -> None:
        if self.headers["Range"]:
            super().do_GET()
            return
        self.asked.append(None)
        self.send_response(200)
        self.send_header("Content-Length", str(len(IMAGE)))
        self.end_headers()
        self.wfile.write(IMAGE[:100])


class Huge(Quiet):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(10**12))
        self.end_headers()


class Dripping(Quiet):
    """A byte now and then: each comes well before anyone would call it a stall."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(200):
                self.wfile.write(b"x")
                time.sleep(0.05)
        except OSError:
            pass


class Halting(Ranged):
    """Gives half of it, and the rest when it is told to go on."""

    halfway: Event
    go_on: Event

    def do_GET(self) -> None:
        if self.asked:
            super().do_GET()
            return
        self.asked.append(None)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(IMAGE[:100])
        self.halfway.set()
        assert self.go_on.wait(20)
        self.wfile.write(IMAGE[100:])


class Gateway(Quiet):
    """Has one content; a bad one has something else in its place."""

    content = "/ipfs/bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
    bad = False

    def do_GET(self) -> None:
        if self.path not in (self.content, self.content + "/a%20model.plumb"):
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>no" if self.bad else IMAGE)


class BadGateway(Gateway):
    bad = True


def test_fetch_passes_over_a_card(store: ModelStore, tmp_path: Path) -> None:
    """Else the reasons would name it."""
    card = f"{(tmp_path / 'x.card.json').as_uri()}#card=sha256:{'0' * 64}"
    absent = (tmp_path / "absent.plumb").as_uri()
    with pytest.raises(NotFetched) as caught:
        fetch(store, ROOT, [card, absent], sources(UNHURRIED))
    assert list(caught.value.reasons) == [absent]


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
def halting() -> Iterator[str]:
    Halting.asked, Halting.halfway, Halting.go_on = [], Event(), Event()
    yield from served(Halting)


@pytest.fixture
def endless() -> Iterator[str]:
    yield from served(Endless)


def test_fetch_file_comes_into_the_store(store: ModelStore, tmp_path: Path) -> None:
    source = tmp_path / "an image.plumb"
    source.write_bytes(IMAGE)
    fetch(store, ROOT, [source.as_uri()], sources())
    assert store.path_of(ROOT).read_bytes() == IMAGE
    assert list(store.roots()) == [ROOT]
    assert store.load(ROOT).name == "tiny"


def test_fetch_first_uri_that_has_it_is_taken(
    store: ModelStore, tmp_path: Path, ranged: str
) -> None:
    other = tmp_path / "other"
    other.write_bytes(IMAGE[:-1] + b"?")
    uris = ["gopher://x", (tmp_path / "none").as_uri(), other.as_uri(), ranged]
    fetch(store, ROOT, uris, sources())
    assert store.holds(ROOT)
    assert [path.name for path in store.folder.iterdir()] == [f"{ROOT.hex()}.plumb"]


def test_fetch_goes_on_where_it_was_interrupted(
    store: ModelStore, tmp_path: Path, ranged: str
) -> None:
    part = tmp_path / "part"
    part.write_bytes(IMAGE[:100])
    turn = Turn(Limits(), 60.0, Event())
    gather(Place(ranged), part, WEB, turn)
    assert part.read_bytes() == IMAGE
    gather(Place(ranged), part, WEB, turn)
    assert part.read_bytes() == IMAGE
    assert Ranged.asked == ["bytes=100-", f"bytes={len(IMAGE)}-"]


def test_fetch_endless_uri_is_left(store: ModelStore, endless: str) -> None:
    with pytest.raises(NotFetched, match="expected at most 1000000 bytes"):
        fetch(store, ROOT, [endless], sources(Limits(size_bytes=10**6)))
    assert sum(path.stat().st_size for path in store.folder.iterdir()) == 0


def test_fetch_slow_uri_is_left(store: ModelStore, endless: str) -> None:
    with pytest.raises(NotFetched, match="not there after 0.05 seconds"):
        fetch(store, ROOT, [endless], sources(Limits(seconds=0.05)))


def test_fetch_that_broke_off_is_gone_on_with(store: ModelStore) -> None:
    Breaking.asked = []
    for url in served(Breaking):
        with pytest.raises(NotFetched, match="broke off: expected .* bytes, got 100"):
            fetch(store, ROOT, [url], sources())
        fetch(store, ROOT, [url], sources())
    assert store.holds(ROOT)
    assert Breaking.asked == [None, "bytes=100-"]


def test_fetch_by_two_at_once_waits_for_nobody(store: ModelStore, halting: str) -> None:
    """Each has a part of its own; while a stranger halts the one, the other is done."""
    with ThreadPoolExecutor(1) as both:
        one = both.submit(fetch, store, ROOT, [halting], sources())
        assert Halting.halfway.wait(20)
        try:
            fetch(ModelStore(store.folder), ROOT, [halting], sources())
            image = store.path_of(ROOT)
            inode = image.stat().st_ino
        finally:
            Halting.go_on.set()
        one.result()
    assert Halting.asked == [None, None]
    assert image.read_bytes() == IMAGE
    assert image.stat().st_ino == inode, "nodes may map the first"
    assert list(store.folder.iterdir()) == [image]


def test_part_that_was_left_is_gone_on_with_by_one_alone(store: ModelStore) -> None:
    with store.part(ROOT, "source") as part:
        part.write_bytes(b"half")
    with store.part(ROOT, "source") as one, store.part(ROOT, "source") as other:
        assert (one, one.read_bytes()) == (part, b"half")
        assert other != part and other.read_bytes() == b""
        with store.part(ROOT, "another") as third:
            assert third.read_bytes() == b""


def test_part_that_became_an_image_is_never_gone_on_with(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened while it was a part, marked when nodes map it already."""
    with store.part(ROOT, "source") as part:
        part.write_bytes(IMAGE)
    mark, marked = model_store.flock, []

    def finished_just_then(file: BinaryIO, how: int) -> None:
        if not marked:
            marked.append(file)
            os.replace(part, store.path_of(ROOT))
        mark(file, how)

    monkeypatch.setattr(model_store, "flock", finished_just_then)
    with store.part(ROOT, "source") as mine:
        assert mine != part
        mine.write_bytes(b"anything")
    assert store.path_of(ROOT).read_bytes() == IMAGE


def test_fetch_announced_as_too_long_is_not_begun(store: ModelStore) -> None:
    for url in served(Huge):
        with pytest.raises(NotFetched, match="got 1000000000000 or more"):
            fetch(store, ROOT, [url], sources())


def test_fetch_dripping_uri_is_left_in_time(store: ModelStore) -> None:
    begin = time.monotonic()
    for url in served(Dripping):
        with pytest.raises(NotFetched, match="not there after 0.2 seconds"):
            fetch(store, ROOT, [url], sources(Limits(seconds=0.2)))
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize("inside", ["", "/a model.plumb"])
def test_fetch_ipfs_asks_each_gateway_in_turn(store: ModelStore, inside: str) -> None:
    """One that is away, one that has something else; what counts is the root."""
    uri = "ipfs://" + Gateway.content.removeprefix("/ipfs/") + inside
    for bad in served(BadGateway):
        bad = bad.removesuffix("/image")
        nobody = "http://127.0.0.1:9"
        with pytest.raises(NotFetched) as failed:
            fetch(store, ROOT, [uri], sources(gateways=[nobody, bad]))
        assert len(failed.value.reasons) == 2
        for good in served(Gateway):
            gateways = [nobody, bad, good.removesuffix("image")]
            fetch(store, ROOT, [uri], sources(gateways=gateways))
    assert store.holds(ROOT)


@pytest.mark.parametrize(
    "uri",
    [
        "ipfs://",
        "ipfs://../../admin",
        "ipfs://Qm?x=1",
        f"ipfs://{Gateway.content[6:]}/../../admin",
    ],
)
def test_fetch_ipfs_without_a_cid_goes_nowhere(store: ModelStore, uri: str) -> None:
    with pytest.raises(NotFetched, match="ipfs with a CID, got ipfs"):
        fetch(store, ROOT, [uri], sources(gateways=["http://127.0.0.1:9"]))


def test_fetch_device_is_not_read(store: ModelStore) -> None:
    with pytest.raises(NotFetched, match="expected a plain file"):
        fetch(store, ROOT, ["file:///dev/zero"], sources())


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
    stored = store.path_of(ROOT)
    stored.unlink()  # it is read-only
    stored.write_bytes(changed)
    with pytest.raises(WrongImage, match="delete the file"):
        store.load(ROOT)
