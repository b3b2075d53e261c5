"""Several JSON-RPC addresses as one: the first that is healthy answers.

Reads are tried again, elsewhere and later. A send is made once: whoever sends must
know first what became of it. An endpoint is left alone for a while after it failed,
when it is of another chain, or when its head is behind what others have shown.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_delay,
    wait_random_exponential,
)
from web3 import Web3
from web3.providers import BaseProvider
from web3.types import RPCEndpoint, RPCResponse

from oracle.chain.errors import (
    NoTimeTravel,
    OtherChain,
    Unanswered,
    Unavailable,
    WrongChain,
)
from oracle.chain.providers.batch import MOST, Ahead, Asked
from oracle.chain.providers.http import TIMEOUT_SECONDS, HttpTransport, chain_id_of

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 30.0
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 5.0
LONGEST_REST_SECONDS = 60.0
PROBE_SECONDS = 15.0
PROBE_TIMEOUT_SECONDS = 3.0
MOST_LAG_BLOCKS = 3
"""An endpoint may be so far behind another: blocks take a moment to get around."""
SENDS = ("eth_sendRawTransaction", "eth_sendTransaction")
POLL_SECONDS = 1.0


@dataclass(slots=True)
class Health:
    """One endpoint, and how it has been. Instants are the process's steady clock's."""

    transport: HttpTransport
    failures: int = 0
    errors: int = 0
    rests_until: float = 0.0
    checked_at: int | None = None
    """The connection behind which the right chain was found."""
    wrong_chain: int | None = None
    other_chain: OtherChain | None = None
    head: int = 0

    @property
    def rests(self) -> bool:
        return time.monotonic() < self.rests_until

    @property
    def checked(self) -> bool:
        """Whether it is of our chain, as far as is known without asking."""
        return self.checked_at == self.transport.connections

    def failed(self, reason: Unanswered) -> None:
        rest = max(min(2.0**self.failures, LONGEST_REST_SECONDS), reason.retry_after)
        if not self.failures:
            log.warning("endpoint rests for %g seconds: %s", rest, reason)
        self.failures += 1
        self.errors += 1
        self.rests_until = time.monotonic() + rest
        self.checked_at = None  # another node may be there when it comes back

    def answered(self) -> None:
        if self.failures:
            log.warning("endpoint %s is back", self.transport.name)
        self.failures, self.rests_until = 0, 0.0


@dataclass(eq=False)
class FailoverProvider(BaseProvider):
    """Answers web3's requests from the first healthy endpoint of one chain."""

    endpoints: list[Health]
    chain_id: int
    patience_seconds: float = PATIENCE_SECONDS
    most_lag: int = MOST_LAG_BLOCKS
    global_ccip_read_enabled: bool = False  # a contract must not make us dial anyone
    known_blocks: dict[int, bytes] = field(default_factory=dict)
    """Hashes of blocks that are of this chain and stay so, by number: an endpoint that
    has others there is of another chain, whatever its id."""
    _ahead: Ahead = field(default_factory=Ahead, init=False)
    _head: int = field(default=0, init=False)
    _probed_at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        super().__init__()

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Raises `Unavailable`, or `WrongChain` if that is all that is to be had."""
        if asks_for_head(method, params):
            self._ahead.forget()  # what was answered is of the head before
        if method != "eth_chainId":  # which is answered here
            if (known := self._ahead.answer(method, params)) is not None:
                return known
        if method in SENDS:
            return self._send(method, params)
        trying = Retrying(
            retry=retry_if_exception_type(Unavailable),
            stop=stop_after_delay(self.patience_seconds),
            wait=wait_random_exponential(FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS),
            reraise=True,
        )
        response: RPCResponse = trying(self._read, method, params)
        return response

    def ahead(self, asks: Sequence[Callable[[], object]]) -> bool:
        """Has what these ask for first answered at once, for when they ask; whether it
        was. Where the best endpoint takes no batches, or doesn't answer, they ask for
        themselves."""
        self._ahead.forget()
        endpoint = self._in_order()[0]
        if len(asks) < 2 or not endpoint.transport.takes_several:
            return False
        asked = self._ahead.note(asks)
        try:
            for part in batched(asked, MOST):
                self._check(endpoint)
                answers = endpoint.transport.ask_all(part)
                if answers is None:
                    return False
                if not endpoint.checked:
                    self._check_chain(endpoint)
                self._ahead.keep(part, answers)
        except Unanswered as reason:
            endpoint.failed(reason)
            return False
        return True

    def meet(self) -> None:
        """Asks once, without patience, whether any endpoint is there and of the chain.

        Raises `Unavailable` or `WrongChain`.
        """
        self._read(RPCEndpoint("eth_chainId"), [])

    def is_connected(self, show_traceback: bool = False) -> bool:
        try:
            self.meet()
        except (Unavailable, WrongChain):
            return False
        return True

    def _read(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """One round over the endpoints; those that rest come last."""
        complaints: dict[str, str] = {}
        behind: list[tuple[int, RPCResponse]] = []
        if asks_for_head(method, params):
            self._probe()
        for endpoint in self._in_order():
            try:
                response = self._ask(endpoint, method, params)
                head = head_of(endpoint.transport.name, method, params, response)
            except Unanswered as reason:
                endpoint.failed(reason)
                complaints[endpoint.transport.name] = reason.actual
                continue
            if head is not None and head + self.most_lag < self._head:
                behind.append((head, response))
                endpoint.failed(self._lagging(endpoint, head))
                continue
            self._head = max(self._head, head or 0)
            endpoint.answered()
            return response
        if behind:
            return self._believe(behind)
        self._check_any_of_this_chain()
        raise Unavailable(method, complaints)

    def _send(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        complaints: dict[str, str] = {}
        for endpoint in self._in_order():
            try:
                self._check(endpoint)
            except Unanswered as reason:  # nothing was sent yet: the next may have it
                endpoint.failed(reason)
                complaints[endpoint.transport.name] = reason.actual
                continue
            try:
                return endpoint.transport.ask(method, params)
            except Unanswered as reason:
                endpoint.failed(reason)
                name = endpoint.transport.name
                raise Unavailable(method, {name: reason.actual}) from None
        self._check_any_of_this_chain()
        raise Unavailable(method, complaints)

    def _in_order(self) -> list[Health]:
        return sorted(self.endpoints, key=lambda e: e.rests_until if e.rests else 0.0)

    def _ask(self, endpoint: Health, method: str, params: Any) -> RPCResponse:
        self._check(endpoint)
        if method == "eth_chainId":  # web3 asks before each call
            return {"jsonrpc": "2.0", "id": 1, "result": hex(self.chain_id)}
        response = endpoint.transport.ask(method, params)
        if not endpoint.checked:
            self._check_chain(endpoint)  # it came through a new connection
        return response

    def _check(self, endpoint: Health) -> None:
        """Raises `Unanswered` unless the endpoint is of our chain, and keeps up."""
        if endpoint.checked_at is not None:
            return
        self._check_chain(endpoint)
        answer = endpoint.transport.ask("eth_blockNumber", [])
        name = endpoint.transport.name
        head = head_of(name, "eth_blockNumber", [], answer) or 0
        others = (e for e in self.endpoints if e is not endpoint and not e.rests)
        if head + self.most_lag < self._head and any(others):
            raise self._lagging(endpoint, head)

    def _check_chain(self, endpoint: Health) -> None:
        """Asks for the chain's id, through the connection that is used from now on."""
        actual = chain_id_of(endpoint.transport)
        endpoint.wrong_chain = None if actual == self.chain_id else actual
        if endpoint.wrong_chain is not None:
            reason = f"wrong chain id: expected {self.chain_id}, got {actual}"
            raise Unanswered(endpoint.transport.name, reason, LONGEST_REST_SECONDS)
        self._check_blocks(endpoint)
        endpoint.checked_at = endpoint.transport.connections

    def _check_blocks(self, endpoint: Health) -> None:
        """What it doesn't know, old or new, tells nothing."""
        endpoint.other_chain = None
        for number, expected in self.known_blocks.items():
            asked = [hex(number), False]
            answer = endpoint.transport.ask("eth_getBlockByNumber", asked)
            block: Any = answer.get("result")
            if block is None or (actual := _bytes(block["hash"])) == expected:
                continue
            endpoint.other_chain = OtherChain(number, expected, actual)
            name, told = endpoint.transport.name, str(endpoint.other_chain)
            raise Unanswered(name, told, LONGEST_REST_SECONDS)

    def _lagging(self, endpoint: Health, head: int) -> Unanswered:
        actual = f"the head {head} after {self._head} elsewhere"
        return Unanswered(endpoint.transport.name, actual)

    def _check_any_of_this_chain(self) -> None:
        wrong = list(filter(None, map(self._wrong, self.endpoints)))
        if len(wrong) == len(self.endpoints):
            raise wrong[0]

    def _wrong(self, endpoint: Health) -> WrongChain | None:
        """Why the endpoint is of no use, whatever it answers."""
        if endpoint.wrong_chain is not None:
            return WrongChain(self.chain_id, endpoint.wrong_chain)
        return endpoint.other_chain

    def _probe(self) -> None:
        """Now and then all are asked for their head: a stuck one doesn't say so."""
        now = time.monotonic()
        if len(self.endpoints) < 2 or now - self._probed_at < PROBE_SECONDS:
            return
        self._probed_at = now
        for endpoint in self.endpoints:
            if endpoint.rests:
                continue
            try:
                self._check(endpoint)
                response = endpoint.transport.ask(
                    "eth_blockNumber", [], PROBE_TIMEOUT_SECONDS
                )
                name = endpoint.transport.name
                head = head_of(name, "eth_blockNumber", [], response)
                self._head = max(self._head, head or 0)
            except Unanswered as reason:
                endpoint.failed(reason)

    def _believe(self, behind: list[tuple[int, RPCResponse]]) -> RPCResponse:
        """All who answer agree that the chain is shorter: it was reorganised."""
        head, response = max(behind, key=lambda found: found[0])
        log.warning("head went back from %d to %d", self._head, head)
        self._head = head
        return response


class FailoverEndpoint:
    """The chain behind several addresses. Dials only when first asked."""

    poll_seconds = POLL_SECONDS

    def __init__(
        self,
        urls: Sequence[str],
        chain_id: int | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._transports = [HttpTransport(url, timeout_seconds) for url in urls]
        known = chain_id if chain_id is not None else self._asked_chain_id()
        endpoints = list(map(Health, self._transports))
        self.chain_id = known
        self.provider = FailoverProvider(endpoints, known, patience_seconds)
        self.web3 = Web3(self.provider)

    def travel(self, seconds: int) -> None:
        raise NoTimeTravel

    def hold_to(self, block: int, block_hash: bytes) -> None:
        """From now on only endpoints are asked that have this block there, or none."""
        self.provider.known_blocks[block] = block_hash

    @property
    def errors(self) -> dict[str, int]:
        """How often each endpoint failed, by its name."""
        return {e.transport.name: e.errors for e in self.provider.endpoints}

    @property
    def posts(self) -> int:
        """Requests of HTTP, each with one call in it or several."""
        return sum(transport.posts for transport in self._transports)

    @property
    def calls(self) -> Counter[str]:
        """Calls by method."""
        return sum((Counter(dict(t.calls)) for t in self._transports), Counter())

    def close(self) -> None:
        for transport in self._transports:
            transport.close()

    def _asked_chain_id(self) -> int:
        """What the first that answers says; it is held to from then on."""
        complaints = {}
        for transport in self._transports:
            try:
                return chain_id_of(transport)
            except Unanswered as reason:
                complaints[transport.name] = reason.actual
        raise Unavailable("eth_chainId", complaints)


def batched(asked: Sequence[Asked], most: int) -> Iterator[Sequence[Asked]]:
    for start in range(0, len(asked), most):
        yield asked[start : start + most]


def _bytes(value: str) -> bytes:
    return bytes.fromhex(value.removeprefix("0x"))


def asks_for_head(method: str, params: Any) -> bool:
    return method == "eth_blockNumber" or (
        method == "eth_getBlockByNumber" and params[0] == "latest"
    )


def head_of(name: str, method: str, params: Any, response: RPCResponse) -> int | None:
    """The head's number, where the answer of the endpoint of that name tells it."""
    result: Any = response.get("result")
    if not asks_for_head(method, params):
        return None
    if isinstance(result, Mapping):
        result = result.get("number")
    try:
        return int(str(result), 16)
    except ValueError:
        raise Unanswered(name, f"the head {result}") from None
