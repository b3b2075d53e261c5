"""One JSON-RPC address over HTTP: a whole, sane answer within a deadline, or none."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from web3 import Web3
from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from mips_vm.json_text import parse
from oracle.chain.errors import Unanswered
from oracle.chain.providers.answers import oddity

TIMEOUT_SECONDS = 20.0
MOST_BYTES = 1 << 26
CHUNK_BYTES = 1 << 16
TOO_MANY_REQUESTS, TOO_LARGE = 429, 413
LIMIT_EXCEEDED = -32005
THROTTLED = ("rate limit", "too many requests", "throttle", "capacity", "try again")
BEHIND = (
    "header not found",
    "unknown block",
    "missing trie node",
    "block not found",
    "failed to fetch header by number",
    "failed to get receipts from comet block",
)
"""What nodes say of blocks that another node may have, or they themselves in a moment:
the last two are a Cosmos EVM node's, of a block that it hasn't indexed yet."""


class HttpTransport:
    """Asks one URL. `name` tells it apart without the provider's key in its path.

    `calls` counts requests by method, `posts` those of HTTP, each with one of them or
    several; `connections` how often it has connected: behind a new connection may be
    another node. `takes_several`: whether it does, as far as is known.
    """

    def __init__(self, url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self.url, self.timeout_seconds = url, timeout_seconds
        parts = urlsplit(url)
        self.name = parts.hostname or url
        if parts.port is not None:
            self.name += f":{parts.port}"
        self.calls: Counter[str] = Counter()
        self.posts = 0
        self.takes_several = True
        self.connections = 0
        self._socket: object = None
        self._session = requests.Session()
        self._encoder = JSONBaseProvider()

    def ask(
        self, method: str, params: Any, timeout_seconds: float | None = None
    ) -> RPCResponse:
        """The answer, which may be an error of the call's own.

        Raises `Unanswered` for everything that another try, or node, may do better.
        """
        timeout = timeout_seconds or self.timeout_seconds
        self.calls[method] += 1
        body = self._encoder.encode_rpc_request(RPCEndpoint(method), params)
        try:
            answer = self._post(body, timeout)
        except requests.RequestException as error:
            raise Unanswered(self.name, _briefly(error, timeout)) from None
        if answer is None:
            return _too_large()
        response = self._read(answer)
        self._check_result(method, response)
        return response

    def ask_all(self, asked: Sequence[tuple[str, Any]]) -> list[RPCResponse] | None:
        """The answers to all, in their order (a JSON-RPC batch); None where the node
        takes no batches. Raises `Unanswered` unless each has a whole, sane answer."""
        bodies = []
        for place, (method, params) in enumerate(asked):
            body = self._encoder.encode_rpc_request(RPCEndpoint(method), params)
            bodies.append(json.loads(body) | {"id": place})
        try:
            answer = self._post(json.dumps(bodies).encode(), self.timeout_seconds)
            told = [] if answer is None else parse(answer)
        except requests.RequestException as error:
            raise Unanswered(self.name, _briefly(error, self.timeout_seconds)) from None
        except ValueError:
            told = None
        if isinstance(told, dict):
            self._told(told)  # which raises if the complaint is about the node
        found = _by_place(told)
        if found is None:
            self.takes_several = False
            return None
        self.calls.update(method for method, _ in asked)
        if found.keys() != set(range(len(asked))):
            raise Unanswered(self.name, f"{len(found)} answers of {len(asked)}")
        responses = []
        for place, (method, _) in enumerate(asked):
            response = self._told(found[place])
            self._check_result(method, response)
            responses.append(response)
        return responses

    def close(self) -> None:
        self._session.close()

    def _post(self, body: bytes, timeout: float) -> bytes | None:
        """The answer's bytes; None if there are more than anyone should read."""
        self.posts += 1
        deadline = time.monotonic() + timeout
        headers = {"Content-Type": "application/json"}
        with self._session.post(
            self.url, data=body, headers=headers, timeout=timeout, stream=True
        ) as response:
            self._note_connection(response.raw.connection)
            if response.status_code == TOO_LARGE:
                return None
            if response.status_code == TOO_MANY_REQUESTS:
                after = _seconds(response.headers.get("Retry-After"))
                raise Unanswered(self.name, "too many requests", after)
            if response.status_code >= 500 or response.status_code in (401, 403, 404):
                raise Unanswered(self.name, f"HTTP status {response.status_code}")
            return _gathered(self._chunks(response, deadline))

    def _note_connection(self, connection: Any) -> None:
        """One that is closed already was for this answer only."""
        socket = getattr(connection, "sock", None)
        if socket is None or socket is not self._socket:
            self.connections += 1
        self._socket = socket

    def _chunks(self, response: requests.Response, deadline: float) -> Iterator[bytes]:
        """A trickle is no answer either: the deadline is for the whole."""
        for chunk in response.iter_content(CHUNK_BYTES):
            if time.monotonic() > deadline:
                raise Unanswered(self.name, "no end of the answer in time")
            yield chunk

    def _read(self, answer: bytes) -> RPCResponse:
        try:
            response = parse(answer)
        except ValueError:
            actual = f"{len(answer)} bytes that are no JSON"
            raise Unanswered(self.name, actual) from None
        return self._told(response)

    def _told(self, response: Any) -> RPCResponse:
        if not isinstance(response, dict) or not {"result", "error"} & set(response):
            raise Unanswered(self.name, "JSON without result or error")
        complaint = response.get("error")
        if complaint:
            self._check_complaint(complaint)
            return _response("error", complaint)
        return _response("result", response.get("result"))

    def _check_result(self, method: str, response: RPCResponse) -> None:
        if "error" not in response and (odd := oddity(method, response["result"])):
            raise Unanswered(self.name, f"{odd} as the result of {method}")

    def _check_complaint(self, complaint: Any) -> None:
        """Raises for complaints about the node, not about what it was asked."""
        if not isinstance(complaint, dict) or "code" not in complaint:
            raise Unanswered(self.name, f"the error {complaint}")
        message = str(complaint.get("message", ""))
        code = complaint.get("code")
        if code == TOO_MANY_REQUESTS or _says(message, THROTTLED):
            raise Unanswered(self.name, message or "too many requests")
        if _says(message, BEHIND):
            raise Unanswered(self.name, message)


def chain_id_of(transport: HttpTransport) -> int:
    """What chain the node says it is of. Raises `Unanswered`."""
    result = transport.ask("eth_chainId", []).get("result")
    try:
        return Web3.to_int(hexstr=cast(Any, result))
    except (TypeError, ValueError):
        raise Unanswered(transport.name, f"the chain id {result}") from None


def _by_place(answers: Any) -> dict[int, Any] | None:
    """By the ids that they were asked with; None for what is no batch's answer."""
    if not isinstance(answers, list):
        return None
    found = {}
    for answer in answers:
        place = answer.get("id") if isinstance(answer, dict) else None
        if not isinstance(place, int):
            return None
        found[place] = answer
    return found


def _gathered(chunks: Iterator[bytes]) -> bytes | None:
    gathered = bytearray()
    for chunk in chunks:
        gathered += chunk
        if len(gathered) > MOST_BYTES:
            return None
    return bytes(gathered)


def _too_large() -> RPCResponse:
    """In the form of a provider's own limit, which asking for less will cure."""
    message = f"response size exceeds {MOST_BYTES} bytes"
    return _response("error", {"code": LIMIT_EXCEEDED, "message": message})


def _response(kind: str, content: Any) -> RPCResponse:
    """In full form, which some nodes don't care for and web3 insists on."""
    return cast(RPCResponse, {"jsonrpc": "2.0", "id": 1, kind: content})


def _says(message: str, signs: tuple[str, ...]) -> bool:
    lower = message.lower()
    return any(sign in lower for sign in signs)


def _briefly(error: requests.RequestException, timeout: float) -> str:
    if isinstance(error, requests.Timeout):
        return f"no answer within {timeout:g} seconds"
    if isinstance(error, requests.ConnectionError):
        return "no connection, or one that broke off"
    return type(error).__name__


def _seconds(header: str | None) -> float:
    return float(header) if header and header.isdecimal() else 0.0
