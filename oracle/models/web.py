"""HTTP to strangers: only to addresses that were checked, and never for ever.

A name is resolved once, its addresses are checked, and one of them is connected to: a
name that resolves to another address a moment later (DNS rebinding) gains nothing. Each
redirect starts anew. Proxies that the environment names aren't used: they would resolve
names by themselves.
"""

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from io import BufferedReader, RawIOBase
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from oracle.errors import OutOfReach
from oracle.models.limits import NAP_SECONDS, Turn
from oracle.models.reach import PUBLIC, Address, Reach, parsed

CONNECT_SECONDS = 10.0
MOST_REDIRECTS = 5
MOST_PLACES = 4
"""Addresses of one name that are tried."""
PORTS = {"http": 80, "https": 443}
REDIRECTS = (301, 302, 303, 307, 308)

Resolve = Callable[[str, int], Sequence[str]]


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a name, by the system's resolver. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


@dataclass(frozen=True, slots=True)
class Web:
    """What can be reached, and how names become addresses."""

    reach: Reach = PUBLIC
    resolve: Resolve = resolved

    @contextmanager
    def get(
        self, uri: str, first_byte: int, turn: Turn, named: bool = False
    ) -> Iterator[HTTPResponse]:
        """The answer, behind at most five redirects.

        `named`: the operator named the URI's host and port, which may be local; what
        it leads to elsewhere may not. Raises `OutOfReach`, `OSError`, `ValueError`,
        `HTTPException`.
        """
        own = _origin(urlsplit(uri)) if named else None
        for _ in range(MOST_REDIRECTS + 1):
            parts = urlsplit(uri)
            trusted = own is not None and _origin(parts) == own
            with self._asked(parts, first_byte, turn, trusted) as answer:
                if answer.status not in REDIRECTS:
                    yield answer
                    return
                uri = urljoin(uri, answer.headers.get("Location", ""))
        raise ConnectionError(f"expected at most {MOST_REDIRECTS} redirects, got more")

    @contextmanager
    def _asked(
        self, parts: SplitResult, first_byte: int, turn: Turn, trusted: bool
    ) -> Iterator[HTTPResponse]:
        scheme, host, port = _origin(parts)
        with self._connected(host, port, turn, trusted) as plain:
            with _secured(plain, host, turn) if scheme == "https" else plain as socket_:
                connection = HTTPConnection(host, port)
                connection.sock = Line(socket_, turn)
                path = parts._replace(scheme="", netloc="", fragment="").geturl()
                headers = {"Range": f"bytes={first_byte}-"} if first_byte else {}
                connection.request("GET", path or "/", headers=headers)
                with connection.getresponse() as answer:
                    yield answer

    @contextmanager
    def _connected(
        self, host: str, port: int, turn: Turn, trusted: bool
    ) -> Iterator[socket.socket]:
        """To the first address that may be reached and answers."""
        found = [parsed(text) for text in self.resolve(host, port)]
        allowed = [a for a in found if trusted or self.reach.allows(a)]
        if not allowed:
            raise OutOfReach("a public address", f"{host} at {_listed(found)}")
        failed: OSError | None = None
        for address in allowed[:MOST_PLACES]:
            seconds = turn.left(CONNECT_SECONDS)
            try:
                line = socket.create_connection((str(address), port), seconds)
            except OSError as error:
                failed = error
                continue
            with line:
                yield line
            return
        assert failed is not None, "one was tried"
        raise failed


class Line:
    """A connection as `http.client` wants it, whose every byte is heeded."""

    def __init__(self, line: socket.socket, turn: Turn) -> None:
        self._line, self._turn = line, turn

    def sendall(self, data: bytes) -> None:
        self._line.settimeout(self._turn.left(CONNECT_SECONDS))
        self._line.sendall(data)

    def makefile(self, mode: str) -> BufferedReader:
        assert mode == "rb", "nothing is written by file"
        return BufferedReader(Flow(self._line, self._turn))

    def close(self) -> None:
        """Left to who connected: the answer is still to be read."""


class Flow(RawIOBase):
    """What comes through a connection."""

    def __init__(self, line: socket.socket, turn: Turn) -> None:
        self._line, self._turn = line, turn

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        """What is there now, waited for as long as the turn allows."""
        while True:
            self._line.settimeout(self._turn.left(NAP_SECONDS))
            try:
                size = self._line.recv_into(buffer)
            except TimeoutError:
                continue
            self._turn.note_wire(size)
            return size


def _secured(line: socket.socket, host: str, turn: Turn) -> socket.socket:
    """Behind a handshake, which has a time limit of its own as a whole."""
    line.settimeout(turn.left(CONNECT_SECONDS))
    return ssl.create_default_context().wrap_socket(line, server_hostname=host)


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    """Scheme, host and port. Raises `ValueError`."""
    scheme = parts.scheme.lower()
    if scheme not in PORTS:
        raise ValueError(f"expected http or https, got {scheme or 'none'}")
    if not parts.hostname:
        raise ValueError(f"expected a host, got none in {parts.geturl()}")
    return scheme, parts.hostname, parts.port or PORTS[scheme]


def _listed(addresses: Sequence[Address]) -> str:
    return ", ".join(map(str, addresses)) or "no address"
