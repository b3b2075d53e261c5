"""Fetching a model image from where its publisher says it is.

Nobody is trusted: an image is what has the right root. Whoever wrote the URIs may want
us to read forever, so there are limits to size and time.
"""

import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from oracle.errors import ImageTooLong, NotFetched, WrongImage
from oracle.logs import logger
from oracle.model_store import ModelStore

CHUNK_BYTES = 1 << 20
STALL_SECONDS = 30.0
RANGE_NOT_SATISFIABLE = 416
PARTIAL = 206

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    size_bytes: int = 1 << 31
    """No image is longer: the machine has no room for more."""
    seconds: float = 3600.0


UNHURRIED = Limits()


def fetch(
    store: ModelStore,
    model_root: bytes,
    uris: Iterable[str],
    limits: Limits = UNHURRIED,
) -> None:
    """Puts the image into the store, from the first URI that has it.

    What an earlier attempt got is gone on with. Raises `NotFetched` with each URI's
    reason.
    """
    reasons: dict[str, str] = {}
    for uri in uris:
        name = sha256(uri.encode()).hexdigest()[:8]
        part = store.begin(model_root, name)
        try:
            gather(uri, part, limits)
            store.finish(part, model_root)
        except (OSError, ValueError, WrongImage, ImageTooLong) as error:
            reasons[uri] = str(error) or type(error).__name__
            log.warning("not fetched", uri=uri, reason=reasons[uri])
        else:
            log.info("fetched", uri=uri, model_root="0x" + model_root.hex())
            return
    raise NotFetched(model_root, reasons)


def gather(uri: str, part: Path, limits: Limits) -> None:
    """What the URI has, in the file `part`, which may hold its beginning already."""
    parts = urlsplit(uri)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        _copy(Path(unquote(parts.path)), part, limits)
    elif parts.scheme in ("http", "https"):
        _download(uri, part, limits)
    else:
        raise ValueError(f"expected file, http or https, got {parts.scheme or uri}")


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
            _pour(answer, part, begun if answer.status == PARTIAL else 0, limits)
    except urllib.error.HTTPError as error:
        if error.code != RANGE_NOT_SATISFIABLE:
            raise
        # It was whole, or belongs to something else: its root will tell.


def _pour(stream: IO[bytes], part: Path, begun: int, limits: Limits) -> None:
    """Appends the stream to the first `begun` bytes of the file."""
    end = time.monotonic() + limits.seconds
    with part.open("r+b" if begun else "wb") as file:
        file.seek(begun)
        file.truncate()
        size = begun
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if size > limits.size_bytes:
                file.truncate(0)
                raise ImageTooLong(limits.size_bytes, size)
            if time.monotonic() > end:
                raise TimeoutError(f"not there after {limits.seconds:g} seconds")
            file.write(chunk)
