"""Fetching a model image from where its publisher says it is.

Nobody is trusted: an image is what has the right root. Whoever wrote the URIs may want
us to read forever, or to read what is none of theirs: `limits` and `reach` say how far
that goes.
"""

import errno
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from threading import Event
from typing import Protocol
from urllib.parse import quote, unquote, urlsplit

from oracle.cards import is_card_uri
from oracle.errors import ImageTooLong, NotFetched, OutOfReach, WrongImage
from oracle.logs import logger
from oracle.models.limits import UNHURRIED, Limits, Turn
from oracle.models.model_store import ModelStore
from oracle.models.reach import GATEWAYS
from oracle.models.web import Web

CHUNK_BYTES = 1 << 20

log = logger(__name__)


class Stream(Protocol):
    def read1(self, size: int, /) -> bytes:
        """What is there now, without waiting for all of it: it may come by drops."""
        ...


FAILURES = (OSError, ValueError, HTTPException, WrongImage, ImageTooLong, OutOfReach)
CID = re.compile(r"[A-Za-z0-9]{32,128}")


@dataclass(frozen=True, slots=True)
class Sources:
    """Whom to ask, and what they may cost. `gateways` are the operator's to name."""

    limits: Limits = UNHURRIED
    gateways: Sequence[str] = GATEWAYS
    web: Web = field(default_factory=Web)


PUBLISHED = Sources()


@dataclass(frozen=True, slots=True)
class Place:
    """One address of an image. `named`: its host is the operator's choice."""

    uri: str
    named: bool = False


def fetch(
    store: ModelStore,
    model_root: bytes,
    uris: Iterable[str],
    sources: Sources = PUBLISHED,
    stop: Event | None = None,
) -> None:
    """Puts the image into the store, from the first address that has it; an `ipfs` URI
    is asked of each gateway in turn.

    The time is the model's: each address has an even share of what is left of it. What
    an address gave in an earlier attempt is gone on with. Raises `NotFetched` with each
    one's reason; `FetchStopped` soon after `stop` is set.
    """
    stop = stop or Event()
    images = [uri for uri in uris if not is_card_uri(uri)]
    places = [place for uri in images for place in addresses(uri, sources.gateways)]
    reasons: dict[str, str] = {}
    begun = now = time.monotonic()
    for number, place in enumerate(places):
        share = (begun + sources.limits.seconds - now) / (len(places) - number)
        turn = Turn(sources.limits, max(share, 0.0), stop, now)
        if store.holds(model_root):
            return  # another process was quicker
        if not (reason := _attempted(store, model_root, place, sources, turn)):
            return
        reasons[place.uri] = reason
        now = time.monotonic()
    raise NotFetched(model_root, reasons)


def _attempted(
    store: ModelStore, model_root: bytes, place: Place, sources: Sources, turn: Turn
) -> str:
    """Why this address didn't give the image; empty if it did."""
    name = sha256(place.uri.encode()).hexdigest()[:8]
    try:
        with store.part(model_root, name) as part:
            gather(place, part, sources.web, turn)
            store.finish(part, model_root)
    except FAILURES as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise  # no other address would fare better
        reason = str(error) or type(error).__name__
        log.warning("not fetched", uri=place.uri, reason=reason)
        return reason
    log.info("fetched", uri=place.uri, model_root="0x" + model_root.hex())
    return ""


def addresses(uri: str, gateways: Sequence[str]) -> list[Place]:
    """Where the URI leads to: itself, unless it is IPFS's."""
    scheme, _, path = uri.partition("://")
    if scheme.lower() != "ipfs":
        return [Place(uri)]
    content, _, inside = path.removeprefix("ipfs/").partition("/")
    if not CID.fullmatch(content) or ".." in inside.split("/"):
        return [Place(uri)]  # which `gather` then complains about
    place = f"{content}/{quote(inside)}" if inside else content
    asked = [f"{gateway.rstrip('/')}/ipfs/{place}" for gateway in gateways]
    return [Place(each, named=True) for each in asked]


def gather(place: Place, part: Path, web: Web, turn: Turn) -> None:
    """What the address has, in the file `part`, which may hold its beginning."""
    parts = urlsplit(place.uri)
    scheme = parts.scheme.lower()
    if scheme == "file" and parts.netloc in ("", "localhost"):
        if not web.reach.files:
            raise OutOfReach("http, https or ipfs", "a file of this machine")
        _copy(Path(unquote(parts.path)), part, turn)
    elif scheme in ("http", "https"):
        _download(place, part, web, turn)
    else:
        told = scheme or place.uri
        raise ValueError(f"expected file, http, https or ipfs with a CID, got {told}")


def _copy(source: Path, part: Path, turn: Turn) -> None:
    if not source.is_file():
        # A device or a pipe may have no end.
        raise ValueError(f"expected a plain file, got none at {source}")
    with source.open("rb") as stream:
        _pour(stream, part, 0, turn)


def _download(place: Place, part: Path, web: Web, turn: Turn) -> None:
    begun, most = part.stat().st_size, turn.limits.size_bytes
    with web.get(place.uri, begun, turn, place.named) as answer:
        status = HTTPStatus(answer.status)
        if status is HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return  # it was whole, or belongs to something else: its root will tell
        if status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            raise ConnectionError(f"expected status 200, got {status.value}")
        if (packed := answer.headers.get("Content-Encoding", "identity")) != "identity":
            # Never asked for, and it may unpack to any length.
            raise ValueError(f"expected no content encoding, got {packed}")
        first = begun if status is HTTPStatus.PARTIAL_CONTENT else 0
        whole = None if answer.length is None else first + answer.length
        if whole is not None and whole > most:
            raise ImageTooLong(most, whole)
        _pour(answer, part, first, turn)
        if whole is not None and (size := part.stat().st_size) < whole:
            raise ConnectionError(f"broke off: expected {whole} bytes, got {size}")


def _pour(stream: Stream, part: Path, begun: int, turn: Turn) -> None:
    """Appends the stream to the first `begun` bytes of the file."""
    with part.open("r+b") as file:
        file.seek(begun)
        file.truncate()
        size = begun
        while chunk := stream.read1(CHUNK_BYTES):
            size += len(chunk)
            if size > turn.limits.size_bytes:
                file.truncate(0)
                raise ImageTooLong(turn.limits.size_bytes, size)
            turn.note_image(len(chunk))
            turn.heed()
            file.write(chunk)
