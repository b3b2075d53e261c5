"""A JSON-RPC proxy that does what bad endpoints do, one fault at a time."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Upstream = Callable[[str, list[Any]], dict[str, Any]]


class Fault(Enum):
    """What happens to a request."""

    SERVER_ERROR = "answers with HTTP status 500"
    TOO_MANY = "answers with HTTP status 429"
    THROTTLED = "answers with a JSON error about its rate limit"
    HANG = "never answers"
    TRICKLE = "answers a byte at a time, for ever"
    TRUNCATED = "breaks off in the midst of the answer"
    NO_JSON = "answers with a page for people"
    BEHIND = "doesn't have the block"
    LOST_ANSWER = "passes the request on, and hangs up"
    SWALLOWED = "says that it took the transaction, and forgets it"


@dataclass
class Proxy:
    """Set `fault` (for the methods in `only`, if any), `chain_id`, `frozen_at`, ..."""

    upstream: Upstream
    url: str = ""
    fault: Fault | None = None
    only: tuple[str, ...] = ()
    times: int = 1 << 60
    chain_id: int | None = None
    frozen_at: int | None = None
    most_blocks: int | None = None
    batches: str = "array"
    """What it makes of several calls at once: an `array` of answers, a `shuffled` one,
    one of `some`, an error (`none`), or something `odd`."""
    hangs_up: bool = False
    """After each answer: what comes next comes through a new connection."""
    hung_up: threading.Event = field(default_factory=threading.Event)
    """Set once a connection has ended: whoever goes on with it sees that."""
    asked: list[str] = field(default_factory=list)
    arrays: list[list[str]] = field(default_factory=list)
    """The methods of each batch."""
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault_of(self, method: str) -> Fault | None:
        """The fault that this request meets."""
        with self.lock:
            self.asked.append(method)
            if self.fault is None or (self.only and method not in self.only):
                return None
            if self.times <= 0:
                return None
            self.times -= 1
            return self.fault

    def answer(self, method: str, params: list[Any]) -> dict[str, Any]:
        """Upstream's answer, with our lies in it."""
        if method == "eth_chainId" and self.chain_id is not None:
            return {"result": hex(self.chain_id)}
        if self.frozen_at is not None:
            if method == "eth_blockNumber":
                return {"result": hex(self.frozen_at)}
            if method == "eth_getBlockByNumber" and params[0] == "latest":
                params = [hex(self.frozen_at), *params[1:]]
        if method == "eth_getLogs" and self.most_blocks is not None:
            first, last = (int(params[0][k], 16) for k in ("fromBlock", "toBlock"))
            if last - first >= self.most_blocks:
                message = f"query exceeds max block range {self.most_blocks}"
                return {"error": {"code": -32005, "message": message}}
        with self.lock:
            return self.upstream(method, params)

    def heal(self) -> None:
        self.fault = self.chain_id = self.frozen_at = self.most_blocks = None
        self.only, self.times = (), 1 << 60


class Handler(BaseHTTPRequestHandler):
    proxy: Proxy
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    """One packet an answer: of two, the second waits for the client's word of the
    first, which takes it 40 ms."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        calls = asked if isinstance(asked, list) else [asked]
        self.close_connection = self.close_connection or self.proxy.hangs_up
        faults = [self.proxy.fault_of(call["method"]) for call in calls]
        fault = next(filter(None, faults), None)  # one fault is all of theirs
        if isinstance(asked, list):
            self.proxy.arrays.append([call["method"] for call in calls])
        if fault in (Fault.SERVER_ERROR, Fault.TOO_MANY):
            self.send_response(500 if fault is Fault.SERVER_ERROR else 429)
            self.send_header("Retry-After", "1")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif fault is Fault.HANG:
            self.proxy.released.wait(60)
            self.close_connection = True
        elif fault is Fault.TRICKLE:
            self.trickle()
        elif fault is Fault.NO_JSON:
            self.reply(b"<html>please log in</html>")
        elif fault is Fault.THROTTLED:
            self.complain(-32005, "rate limit exceeded")
        elif fault is Fault.BEHIND:
            self.complain(-32000, "header not found")
        elif isinstance(asked, list) and self.proxy.batches == "none":
            self.complain(-32600, "batch requests are not supported")
        else:
            answers: list[Any] = [
                self.answer(call, one is Fault.SWALLOWED)
                for call, one in zip(calls, faults, strict=True)
            ]
            told = self.arranged(answers) if isinstance(asked, list) else answers[0]
            self.pass_on(fault, json.dumps(told).encode())

    def answer(self, call: dict[str, Any], swallowed: bool) -> dict[str, Any]:
        identity = {"jsonrpc": "2.0", "id": call["id"]}
        if swallowed:
            return {**identity, "result": "0x" + "ab" * 32}
        return identity | self.proxy.answer(call["method"], call["params"]) | identity

    def arranged(self, answers: list[Any]) -> list[Any]:
        """As this node likes arrays."""
        match self.proxy.batches:
            case "shuffled":
                return answers[::-1]
            case "some":
                return [answers[0], *answers[2:]]
            case "odd":
                return [answers[0], "what?", *answers[2:]]
            case _:
                return answers

    def pass_on(self, fault: Fault | None, body: bytes) -> None:
        if fault is Fault.LOST_ANSWER:
            self.close_connection = True
        elif fault is Fault.TRUNCATED:
            self.reply(body[: len(body) // 2], length=len(body))
            self.close_connection = True
        else:
            self.reply(body)

    def complain(self, code: int, message: str) -> None:
        self.reply(json.dumps({"error": {"code": code, "message": message}}).encode())

    def trickle(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 20))
        self.end_headers()
        try:
            while not self.proxy.released.wait(0.02):
                self.wfile.write(b" " * 70_000)
        except OSError:
            pass  # whoever asked has had enough
        self.close_connection = True

    def reply(self, body: bytes, length: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    proxy: Proxy

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self.proxy.hung_up.set()

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are what we are here for."""


@contextmanager
def proxy(upstream: Upstream) -> Iterator[Proxy]:
    """The proxy, behind a port, until the end of the block."""
    made = Proxy(upstream)
    handler = type("Handler", (Handler,), {"proxy": made})
    with Server(("127.0.0.1", 0), handler) as server:
        server.proxy = made
        made.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield made
        finally:
            made.released.set()  # whoever hangs
            server.shutdown()
            thread.join()
