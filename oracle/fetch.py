"""Fetching a model image from where its publisher says it is.

Nobody is trusted: an image is what has the right root. Whoever wrote the URIs may want
us to read forever, so there are limits to size and time.
"""

import errno
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote, urlsplit

from oracle.cards import is_card_uri
from oracle.errors import ImageTooLong, NotFetched, WrongImage
from oracle.logs import logger
from oracle.model_store import ModelStore

CHUNK_BYTES = 1 << 20
STALL_SECONDS = 30.0
RANGE_NOT_SATISFIABLE = 416
PARTIAL = 206

log = logger(__name__)


class Stream(Protocol):
    def read1(self, size: int, /) -> bytes:
        """What is there now, without waiting for all of it: it may come by drops."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    size_bytes: int = 1 << 31
    """No image is longer: the machine has no room for more."""
    seconds: float = 3600.0


UNHURRIED = Limits()
GATEWAYS = ("http://127.0.0.1:8080", "https://ipfs.io", "https://dweb.link")
"""To IPFS: this machine's own node first, if there is one."""
FAILURES = (OSError, ValueError, HTTPException, WrongImage, ImageTooLong)
CID = re.compile(r"[A-Za-z0-9]{32,128}")


def fetch(
    store: ModelStore,
    model_root: bytes,
    uris: Iterable[str],
    limits: Limits = UNHURRIED,
    gateways: Sequence[str] = GATEWAYS,
) -> None:
    """Puts the image into the store, from the first URI that has it; an `ipfs` URI is
    asked of each gateway in turn.

    What an earlier attempt got is gone on with; while another process fetches, this one
    waits. Raises `NotFetched` with each URI's reason.
    """
    with store.alone():
        if not store.holds(model_root):  # the other one may have got it
            _fetch(store, model_root, uris, limits, gateways)


def _fetch(
    store: ModelStore,
    model_root: bytes,
    uris: Iterable[str],
    limits: Limits,
    gateways: Sequence[str],
) -> None:
    reasons: dict[str, str] = {}
    images = [named for named in uris if not is_card_uri(named)]
    for uri in [place for named in images for place in addresses(named, gateways)]:
        name = sha256(uri.encode()).hexdigest()[:8]
        part = store.begin(model_root, name)
        try:
            gather(uri, part, limits)
            store.finish(part, model_root)
        except FAILURES as error:
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise  # no other URI would fare better
            reasons[uri] = str(error) or type(error).__name__
            log.warning("not fetched", uri=uri, reason=reasons[uri])
        else:
            log.info("fetched", uri=uri, model_root="0x" + model_root.hex())
            return
    raise NotFetched(model_root, reasons)


def addresses(uri: str, gateways: Sequence[str]) -> list[str]:
    """Where the URI leads to: itself, unless it is IPFS's."""
    scheme, _, path = uri.partition("://")
    if scheme.lower() != "ipfs":
        return [uri]
    content, _, inside = path.removeprefix("ipfs/").partition("/")
    if not CID.fullmatch(content):
        return [uri]  # which `gather` then complains about
    place = f"{content}/{quote(inside)}" if inside else content
    return [f"{gateway.rstrip('/')}/ipfs/{place}" for gateway in gateways]


def gather(uri: str, part: Path, limits: Limits) -> None:
    """What the URI has, in the file `part`, which may hold its beginning already."""
    parts = urlsplit(uri)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        _copy(Path(unquote(parts.path)), part, limits)
    elif parts.scheme in ("http", "https"):
        _download(uri, part, limits)
    else:
        raise ValueError(
            f"expected file, http, https or ipfs with a CID, got {parts.scheme or uri}"
        )


def _copy(source: Path, part: Path, limits: Limits) -> None:
    if not source.is_file():
        # A device or a pipe may have no end.
        raise ValueError(f"expected a plain file, got none at {source}")
    with source.open("rb") as stream:
        _pour(stream, part, 0, limits)


def _download(uri: str, part: Path, limits: Limits) -> None:
    begun = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={begun}-"} if begun else {}
    asked = urllib.request.Request(uri, headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=STALL_SECONDS) as answer:
            first = begun if answer.status == PARTIAL else 0
            whole = None if answer.length is None else first + answer.length
            if whole is not None and whole > limits.size_bytes:
                raise ImageTooLong(limits.size_bytes, whole)
            _pour(answer, part, first, limits)
            if whole is not None and (size := part.stat().st_size) < whole:
                raise ConnectionError(f"broke off: expected {whole} bytes, got {size}")
    except urllib.error.HTTPError as error:
        if error.code != RANGE_NOT_SATISFIABLE:
            raise
        # It was whole, or belongs to something else: its root will tell.


def _pour(stream: Stream, part: Path, begun: int, limits: Limits) -> None:
    """Appends the stream to the first `begun` bytes of the file."""
    end = time.monotonic() + limits.seconds
    with part.open("r+b" if begun else "wb") as file:
        file.seek(begun)
        file.truncate()
        size = begun
        while chunk := stream.read1(CHUNK_BYTES):
            size += len(chunk)
            if size > limits.size_bytes:
                file.truncate(0)
                raise ImageTooLong(limits.size_bytes, size)
            if time.monotonic() > end:
                raise TimeoutError(f"not there after {limits.seconds:g} seconds")
            file.write(chunk)
