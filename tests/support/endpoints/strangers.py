"""Servers of strangers who want more than to give an image away."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OUTSIDE, INSIDE = "127.0.0.2", "127.0.0.1"
"""Stand-ins, for nothing else can be reached: a public address, and a private one."""
NAP_SECONDS = 0.02

Act = Callable[["Stranger"], None]


class Stranger(BaseHTTPRequestHandler):
    """Answers each GET by `act`, on a server that notes what was asked."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.close_connection = True
        try:
            self.server.act(self)
        except OSError:
            pass  # who asked has hung up

    def begin(self, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def drip(self, data: bytes) -> None:
        """A byte at a time, for ever."""
        while not self.server.closing.wait(NAP_SECONDS):
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, act: Act, host: str, port: int) -> None:
        self.act, self.asked = act, list[str]()
        self.closing = threading.Event()
        super().__init__((host, port), Stranger)

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]}:{self.server_port}/image"


@contextmanager
def stranger(act: Act, host: str = OUTSIDE, port: int = 0) -> Iterator[Server]:
    """A server that does `act` whenever it is asked."""
    with Server(act, host, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


def giving(image: bytes) -> Act:
    """The image, as it should be."""

    def act(asked: Stranger) -> None:
        asked.begin(Content_Length=str(len(image)))
        asked.wfile.write(image)

    return act


def leading_to(target: str, status: int = 302) -> Act:
    return lambda asked: asked.begin(status, Location=target, Content_Length="0")


def dripping(asked: Stranger) -> None:
    """Headers at once, then a byte now and then."""
    asked.begin()
    asked.drip(b"x")


def dripping_headers(asked: Stranger) -> None:
    asked.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    asked.drip(b"x")


def silent(asked: Stranger) -> None:
    asked.server.closing.wait()


def continuing_for_ever(asked: Stranger) -> None:
    while not asked.server.closing.is_set():
        asked.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def chunks_of_nothing(asked: Stranger) -> None:
    """A byte of the image, and 60,000 about it."""
    asked.begin(Transfer_Encoding="chunked")
    while not asked.server.closing.is_set():
        asked.wfile.write(b"1;" + b"x" * 60_000 + b"\r\nx\r\n")


def trailers_for_ever(asked: Stranger) -> None:
    asked.begin(Transfer_Encoding="chunked")
    asked.wfile.write(b"1\r\nx\r\n0\r\n")
    while not asked.server.closing.is_set():
        asked.wfile.write(b"X: y\r\n" * 1000)


def packed(asked: Stranger) -> None:
    """As if it unpacked to something huge."""
    asked.begin(Content_Encoding="gzip", Content_Length="3")
    asked.wfile.write(b"\x1f\x8b\x08")
