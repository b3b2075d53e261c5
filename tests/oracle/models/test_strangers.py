"""What strangers' servers try, and what comes of it: a reason, in time, and no more."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from types import MappingProxyType

import pytest
from support.endpoints.strangers import (
    INSIDE,
    OUTSIDE,
    Act,
    Server,
    Stranger,
    chunks_of_nothing,
    continuing_for_ever,
    dripping,
    dripping_headers,
    giving,
    leading_to,
    packed,
    silent,
    stranger,
    trailers_for_ever,
)
from support.testbeds.embedded import tiny_image

import tinynn
from oracle.errors import FetchStopped, NotFetched
from oracle.models.fetch import Sources, fetch
from oracle.models.limits import UNHURRIED, Limits
from oracle.models.model_store import ModelStore
from oracle.models.reach import Reach
from oracle.models.web import MOST_REDIRECTS, Web

IMAGE = tiny_image()
ROOT = tinynn.load(IMAGE).model_root
IMPATIENT = Limits(size_bytes=10**6, seconds=60.0, least_bytes=1000, window_seconds=0.3)


class Resolver:
    """Names' addresses: the next of a list each time, the last for ever."""

    def __init__(self, names: Mapping[str, list[str]] = MappingProxyType({})) -> None:
        self._names, self.asked = names, list[str]()

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        found = self._names.get(host, [host])
        return [found.pop(0) if len(found) > 1 else found[0]]


def outside(limits: Limits = UNHURRIED, resolver: Resolver | None = None) -> Sources:
    """As if `OUTSIDE` were a public address; what isn't named is as private as ever."""
    web = Web(Reach.of([OUTSIDE]), resolver or Resolver())
    return Sources(limits, gateways=(), web=web)


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


@pytest.fixture
def secret() -> Iterator[Server]:
    """A service that only this machine should reach; it would even serve the image."""
    with stranger(giving(IMAGE), INSIDE) as server:
        yield server


def reason(store: ModelStore, uri: str, sources: Sources) -> str:
    """Why nothing came from there."""
    with pytest.raises(NotFetched) as failed:
        fetch(store, ROOT, [uri], sources)
    assert not store.holds(ROOT)
    (told,) = failed.value.reasons.values()
    return told


TARGETS = [
    ("http://{inside}:{port}/", "expected a public address, got 127.0.0.1"),
    ("http://localhost:{port}/", "got localhost at 127.0.0.1"),
    ("http://inside.example:{port}/", "got inside.example at 127.0.0.1"),
    ("http://[::ffff:{inside}]:{port}/", "expected a public address"),
    ("http://169.254.169.254/latest/meta-data/", "got 169.254.169.254 at"),
    ("http://0.0.0.0:{port}/", "expected a public address"),
    ("https://{inside}:{port}/", "expected a public address"),
]


@pytest.mark.parametrize("target, told", TARGETS, ids=[t for t, _ in TARGETS])
def test_fetch_from_inside_is_refused_named_or_led_to(
    store: ModelStore, secret: Server, target: str, told: str
) -> None:
    target = target.format(inside=INSIDE, port=secret.server_port)

    names = Resolver({"inside.example": [INSIDE], "localhost": [INSIDE]})
    assert told in reason(store, target, outside(resolver=names))
    with stranger(leading_to(target)) as server:
        assert told in reason(store, server.url, outside(resolver=names))
        assert server.asked == ["/image"]
    assert secret.asked == []


@pytest.mark.parametrize("target", ["file:///etc/hostname", "gopher://x", "//", ""])
def test_redirect_to_what_is_no_web_refused(store: ModelStore, target: str) -> None:
    with stranger(leading_to(target)) as server:
        told = reason(store, server.url, outside())
    assert "expected" in told and "/etc/hostname" not in told


def test_fetch_from_a_file_is_refused_unless_the_operator_allows_it(
    store: ModelStore, tmp_path: Path
) -> None:
    source = tmp_path / "image.plumb"
    source.write_bytes(IMAGE)
    told = reason(store, source.as_uri(), outside())
    assert "got a file of this machine" in told and "--fetch-from" in told
    fetch(store, ROOT, [source.as_uri()], Sources(web=Web(Reach.of(["file"]))))
    assert store.holds(ROOT)


def test_fetch_from_a_name_that_is_rebound_reaches_what_was_checked(
    store: ModelStore,
) -> None:
    """First it is a public name; whoever asked again would be led inside."""
    names = Resolver({"models.example": [OUTSIDE, INSIDE]})
    with stranger(giving(IMAGE)) as server:
        port = server.server_port
        with stranger(giving(b"secret"), INSIDE, port) as secret:
            uri = f"http://models.example:{port}/"
            fetch(store, ROOT, [uri], outside(resolver=names))
            assert secret.asked == []
            assert names.asked == ["models.example"]
    assert store.holds(ROOT)


def test_fetch_from_a_name_with_several_addresses_takes_a_public_one(
    store: ModelStore, secret: Server
) -> None:
    with stranger(giving(IMAGE), OUTSIDE, secret.server_port) as server:
        web = Web(Reach.of([OUTSIDE]), lambda host, port: [INSIDE, "::1", OUTSIDE])
        uri = f"http://both.example:{server.server_port}/"
        fetch(store, ROOT, [uri], Sources(gateways=(), web=web))
    assert store.holds(ROOT) and secret.asked == []


def test_fetch_behind_redirects_comes_up_to_a_number(store: ModelStore) -> None:
    with stranger(giving(IMAGE)) as server, ExitStack() as stack:
        url = server.url
        for _ in range(MOST_REDIRECTS):
            url = stack.enter_context(stranger(leading_to(url, 307))).url
        with stranger(leading_to(url)) as one_more:
            told = reason(store, one_more.url, outside())
            assert told == f"expected at most {MOST_REDIRECTS} redirects, got more"
        assert server.asked == []
        fetch(store, ROOT, [url], outside())
    assert store.holds(ROOT)


def test_fetch_behind_a_redirect_to_itself_ends(store: ModelStore) -> None:
    with stranger(leading_to("/again")) as server:
        assert "redirects" in reason(store, server.url, outside())
        assert server.asked == ["/image"] + ["/again"] * MOST_REDIRECTS


def test_gateway_of_the_operator_may_be_local_but_leads_nowhere_else(
    store: ModelStore, secret: Server
) -> None:
    uri = "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
    web = Web(resolve=Resolver())
    with stranger(leading_to(secret.url), INSIDE) as gateway:
        named = Sources(UNHURRIED, [gateway.url.removesuffix("/image")], web)
        told = reason(store, uri, named)
        assert "expected a public address, got 127.0.0.1" in told
        assert len(gateway.asked) == 1 and secret.asked == []
    with stranger(giving(IMAGE), INSIDE) as gateway:
        named = Sources(UNHURRIED, [gateway.url.removesuffix("/image")], web)
        fetch(store, ROOT, [uri], named)
    assert store.holds(ROOT)


@pytest.mark.parametrize(
    "act, told",
    [
        (silent, "too slow: expected 1000 bytes in 0.3 seconds, got 0"),
        (dripping, "too slow: expected 1000 bytes in 0.3 seconds, got"),
        (dripping_headers, "too slow: expected 1000 bytes in 0.3 seconds, got 0"),
        (continuing_for_ever, ""),
        (trailers_for_ever, ""),
        (chunks_of_nothing, ""),
        (packed, "expected no content encoding, got gzip"),
        (lambda asked: asked.begin(204), "expected status 200, got 204"),
        (lambda asked: asked.begin(299), "299"),
        (lambda asked: asked.wfile.write(b"220 mail\r\n"), "220 mail"),
    ],
)
def test_fetch_from_a_server_that_misbehaves_is_left(
    store: ModelStore, act: Act, told: str
) -> None:
    """Long before the model's minute is over."""
    with stranger(act) as server:
        found = reason(store, server.url, outside(IMPATIENT))
    assert told in found and "not there after" not in found
    parts = list(store.folder.iterdir())
    assert sum(part.stat().st_size for part in parts) <= IMPATIENT.size_bytes


@pytest.mark.parametrize(
    "act", [continuing_for_ever, trailers_for_ever, chunks_of_nothing]
)
def test_fetch_frames_count_as_well(store: ModelStore, act: Act) -> None:
    """Fast enough for any least rate, and nothing of the image in it."""
    limits = Limits(size_bytes=10**6, seconds=60.0, least_bytes=0)
    with stranger(act) as server:
        found = reason(store, server.url, outside(limits))
    assert f"image too long: expected at most {limits.wire_bytes} bytes" in found


def test_fetch_slow_addresses_leave_the_others_their_share(store: ModelStore) -> None:
    """Three that are just fast enough; the model's time is for all of them together."""
    limits = Limits(seconds=2.0, least_bytes=1, window_seconds=0.2)
    with stranger(dripping) as slow, stranger(giving(IMAGE)) as good:
        uris = [f"{slow.url}/{n}" for n in range(3)] + [good.url]
        fetch(store, ROOT, uris, outside(limits))
        assert len(slow.asked) == 3 and good.asked == ["/image"]
    assert store.holds(ROOT)
    assert [path.name for path in store.folder.iterdir()] == [f"{ROOT.hex()}.plumb"]


def test_fetch_whose_time_is_over_says_so_for_each(store: ModelStore) -> None:
    """An hour for each address would be another eight."""
    limits = Limits(seconds=0.4, least_bytes=0)
    with stranger(dripping) as slow:
        uris = [f"{slow.url}/{n}" for n in range(4)]
        with pytest.raises(NotFetched) as failed:
            fetch(store, ROOT, uris, outside(limits))
    shares = [
        float(told.removeprefix("not there after ").removesuffix(" seconds"))
        for told in failed.value.reasons.values()
    ]
    assert len(shares) == 4 and sum(shares) <= limits.seconds


def test_fetch_goes_on_in_the_next_attempt_with_what_a_slow_address_gave(
    store: ModelStore,
) -> None:
    ranges: list[str | None] = []

    def act(asked: Stranger) -> None:
        wanted = asked.headers["Range"]
        ranges.append(wanted)
        first = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        asked.begin(206 if wanted else 200)
        asked.wfile.write(IMAGE[first : first + len(IMAGE) // 2 + 1])
        if not wanted:
            asked.server.closing.wait()

    with stranger(act) as server:
        limits = Limits(seconds=0.3, least_bytes=0)
        assert "not there after" in reason(store, server.url, outside(limits))
        fetch(store, ROOT, [server.url], outside())
    assert ranges == [None, f"bytes={len(IMAGE) // 2 + 1}-"]
    assert store.holds(ROOT)


@pytest.mark.parametrize("act", [silent, dripping, dripping_headers])
def test_fetch_that_is_stopped_ends_whatever_the_server_does(
    store: ModelStore, act: Act
) -> None:
    stop, stopped = Event(), Event()

    def fetching() -> None:
        with pytest.raises(FetchStopped):
            fetch(store, ROOT, [server.url], outside(Limits()), stop)
        stopped.set()

    with stranger(act) as server:
        thread = threading.Thread(target=fetching, daemon=True)
        thread.start()
        while not server.asked:
            pass
        stop.set()
        assert stopped.wait(20)
        thread.join()
