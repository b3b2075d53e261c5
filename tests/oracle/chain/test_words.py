"""What providers say, in words that were seen in the wild: halved, waited out, told.

The table has each provider's own complaint about a query of logs that was too large for
it; none of them may matter.
"""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from support.endpoints.faulty import Proxy, proxy
from support.programs.command import Ended, plumb_in
from support.testbeds.devnet import DevnetTestbed
from support.testbeds.embedded import EmbeddedTestbed
from web3.exceptions import Web3RPCError

from oracle.chain.chain import Chain
from oracle.chain.errors import LogsRefused, OddAnswer, Unavailable
from oracle.chain.local.known import CHAIN_ID
from oracle.chain.local.rpc import EmbeddedProvider
from oracle.chain.providers import failover
from oracle.chain.providers.answers import CHECKS, oddity
from oracle.chain.providers.failover import FailoverEndpoint
from oracle.chain.ranges import AGAIN, Ranges
from oracle.record.audit import Auditor
from oracle.record.record import AUDIT_SECONDS, Record
from oracle.sending import connection, sender
from oracle.sending.troubles import Troubles

COMPLAINTS = [
    (-32000, "block interval must be less than 500"),
    (-32000, "request timed out"),
    (-32001, "exceeded maximum blocks per request"),
    (-32000, "maximum [from, to] blocks distance: 50"),
    (-32602, "range 1000000 exceeds limit of 10000"),
    (-32005, "query returned more than 10000 results"),
    (-32005, "limit exceeded"),
    (-32600, "block range too high"),
    (-32600, "You can make eth_getLogs requests with up to a 500 block range."),
    (-32602, "invalid params"),
    (-32614, "eth_getLogs is limited to a 10,000 range"),
    (-32000, "block range is bigger than maxBlockRange"),
    (-32000, "block range is larger than max block range, block range = 5120"),
    (-32602, "Log response size exceeded. Please reduce query block range."),
    (-32000, "query timeout of 10 seconds exceeded"),
    (-32603, "Internal error"),
    (-32000, "requested too many blocks from 0 to 16777216, maximum is set to 2048"),
    (-32020, "backend response too large"),
    (-32011, "no backends available for method"),
    (-32000, "context deadline exceeded"),
    (-32000, "too wide blocks range, the limit is 100"),
    (-32062, "Block range is too large"),
    (-32000, "exceed maximum block range: 50000"),
    (-32701, "Please specify an address in your request or, to remove restrictions"),
    (30, "Request timeout on the free tier, please upgrade your tier"),
    (-32047, "Invalid eth_getLogs request. 'fromBlock'-'toBlock' range too large."),
    (-32002, "request timeout"),
    (-39001, ""),
]  # fmt: skip


@pytest.mark.parametrize("code, message", COMPLAINTS, ids=lambda given: str(given)[:30])
def test_ranges_any_complaint_halves_the_range(code: int, message: str) -> None:
    asked: list[int] = []

    def ask(first: int, last: int) -> list[Any]:
        asked.append(last - first + 1)
        if last - first >= 50:
            details = {"code": code, "message": message}
            response: Any = {"jsonrpc": "2.0", "id": 1, "error": details}
            raise Web3RPCError(message, rpc_response=response)
        return [{"logIndex": n} for n in range(first, last + 1)]

    ranges = Ranges(most=10_000)
    found = [entry["logIndex"] for entry in ranges.read(ask, 7, 4000)]  # type: ignore[typeddict-item]
    assert found == list(range(7, 4001))
    refused = [size for size in asked if size > 50]
    # What was refused is remembered, also for the next catch-up.
    assert len(refused) <= 7 + len(asked) // AGAIN
    assert len(asked) - len(refused) <= 4000 // 25
    before = len(asked)
    list(ranges.read(ask, 4001, 5000))
    tries = asked[before:]
    assert sum(size > 50 for size in tries) <= 2 + len(tries) // AGAIN


def test_ranges_large_queries_are_tried_again_in_the_end() -> None:
    most = [50]

    def ask(first: int, last: int) -> list[Any]:
        if last - first >= most[0]:
            raise Web3RPCError("too dense here")
        return []

    ranges = Ranges(most=1000)
    list(ranges.read(ask, 0, 999))
    assert ranges.size < 50
    most[0] = 10_000
    list(ranges.read(ask, 0, 100_000))
    assert ranges.size == 1000


def test_ranges_query_that_nobody_answers_in_time_is_halved() -> None:
    """By HTTP alone; unless nothing else is answered either."""
    reachable = [True]

    def ask(first: int, last: int) -> list[Any]:
        if last > first:
            raise Unavailable("eth_getLogs", {"node": "no answer within 20 seconds"})
        return []

    ranges = Ranges(most=4, reachable=lambda: reachable[0])
    assert list(ranges.read(ask, 0, 8)) == []
    reachable[0] = False
    with pytest.raises(Unavailable):
        list(Ranges(most=4, reachable=lambda: reachable[0]).read(ask, 0, 8))


@pytest.fixture
def node(world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    monkeypatch.setattr(failover, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(failover, "LONGEST_WAIT_SECONDS", 0.05)
    provider: Any = EmbeddedProvider(world.embedded)
    with proxy(provider.make_request) as made:
        yield made


@pytest.fixture
def chain(node: Proxy) -> Iterator[Chain]:
    endpoint = FailoverEndpoint([node.url], CHAIN_ID, 1.0, patience_seconds=0.5)
    yield Chain(endpoint)
    endpoint.close()


def test_logs_of_one_block_that_are_too_many_are_asked_for_by_contract(
    world: EmbeddedTestbed, node: Proxy, chain: Chain
) -> None:
    """In their order, as if they had come at once."""
    world.ask()
    telling, height = world.contracts.telling, world.chain.height
    upstream = node.upstream

    def capped(method: str, params: list[Any]) -> dict[str, Any]:
        if method == "eth_getLogs" and len(params[0]["address"]) > 1:
            return {"error": {"code": -32005, "message": "more than 10000 results"}}
        return upstream(method, params)

    node.upstream = capped
    assert chain.logs(telling, 0, height) == world.chain.logs(telling, 0, height)


def test_logs_that_are_refused_altogether_say_so(
    world: EmbeddedTestbed, node: Proxy, chain: Chain
) -> None:
    node.most_blocks = 0
    with pytest.raises(LogsRefused) as told:
        chain.logs(world.contracts.telling, 3, 9)
    assert told.value.block == 3
    assert str(told.value).startswith(
        "logs of block 3: expected them, got: query exceeds max block range 0: if"
    )


ODD: list[Any] = [None, "", "0x", "latest", {}, [], [{}], 7, "0xzz", [None], True]
ALLOWED = {
    "eth_call": ["0x"],
    "eth_getCode": ["0x"],
    "eth_getLogs": [[]],
    "eth_getBlockByHash": [None],
    "eth_getBlockByNumber": [None],
    "eth_getBlockReceipts": [None, []],
    "eth_getTransactionReceipt": [None],
}


@pytest.mark.parametrize("method", CHECKS)
def test_results_of_another_shape_are_odd(method: str) -> None:
    passed = [value for value in ODD if not oddity(method, value)]
    assert passed == ALLOWED.get(method, [])


def test_results_of_real_nodes_are_not_odd(world: EmbeddedTestbed) -> None:
    """The embedded chain's, which clients in Rust and Go take."""
    world.ask()
    provider = EmbeddedProvider(world.embedded)
    head = provider.make_request("eth_getBlockByNumber", ["latest", False])["result"]  # type: ignore[arg-type]
    block: Any = head
    asked: dict[str, list[Any]] = {
        "eth_getBlockByNumber": ["latest", False],
        "eth_getBlockReceipts": [block["hash"]],
        "eth_getTransactionReceipt": [block["transactions"][0]],
        "eth_getLogs": [{"blockHash": block["hash"]}],
        "eth_blockNumber": [],
        "eth_chainId": [],
        "eth_maxPriorityFeePerGas": [],
    }
    for method, params in asked.items():
        result = provider.make_request(method, params)["result"]  # type: ignore[arg-type]
        assert result and oddity(method, result) == ""


@pytest.mark.parametrize("method", ["eth_getBlockByNumber", "eth_blockNumber"])
def test_head_that_is_null_now_and_then_is_asked_for_again(
    world: EmbeddedTestbed,
    node: Proxy,
    chain: Chain,
    method: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    upstream, nulls = node.upstream, [2]

    def absent(asked: str, params: list[Any]) -> dict[str, Any]:
        if asked == method and nulls[0]:
            nulls[0] -= 1
            return {"result": None}
        return upstream(asked, params)

    node.upstream = absent
    assert chain.head() == world.chain.head()
    assert chain.height == world.chain.height
    where = chain.endpoint.provider.endpoints[0].transport.name  # type: ignore[attr-defined]
    if method == "eth_getBlockByNumber":
        assert f"{where}: expected an answer, got the head None" in caplog.text


NOT_INDEXED = (
    "failed to fetch header by number (latest): failed to get rpc block from comet "
    "block: failed to get receipts from comet block: tx not found: hash=0xeecc65"
)


def test_logs_of_a_block_that_is_not_indexed_yet_are_asked_for_again(
    world: EmbeddedTestbed, node: Proxy, chain: Chain
) -> None:
    """A Cosmos EVM node tells of a block a moment before it has its receipts."""
    world.ask()
    telling, height = world.contracts.telling, world.chain.height
    upstream, early = node.upstream, [3]

    def late(method: str, params: list[Any]) -> dict[str, Any]:
        if method == "eth_getLogs" and early[0]:
            early[0] -= 1
            return {"error": {"code": -32000, "message": NOT_INDEXED}}
        return upstream(method, params)

    node.upstream = late
    expected = world.chain.logs(telling, height, height)
    assert expected and chain.logs(telling, height, height) == expected
    assert early == [0]


def test_view_of_another_length_is_no_traceback(
    world: EmbeddedTestbed, node: Proxy, chain: Chain
) -> None:
    """As where the contract isn't, or the node has forgotten the state."""
    node.upstream = lambda method, params: {"result": "0x"}
    chain.endpoint.provider.endpoints[0].checked_at = 1  # type: ignore[attr-defined]
    with pytest.raises(OddAnswer, match="DisputeGame.k: expected what its ABI says"):
        chain.call(world.contracts.game, "k")


GETH_AFTER_A_KILL = "historical state 51ab..c0 is not available"


def test_complaint_is_told_in_the_nodes_words_alone(node: Proxy, chain: Chain) -> None:
    """As geth's, of blocks that it had before it was killed: no Python around them."""
    chain.reachable()
    details = {"code": -32000, "message": GETH_AFTER_A_KILL}
    node.upstream = lambda method, params: {"error": details}
    troubles = Troubles()
    assert troubles.tried("job", lambda: chain.balance(bytes(20))) is None
    assert troubles.reasons["job"] == GETH_AFTER_A_KILL


def test_audit_that_a_node_refuses_is_told_in_its_words(
    world: EmbeddedTestbed, node: Proxy, chain: Chain, caplog: pytest.LogCaptureFixture
) -> None:
    """And what was read before stays."""
    auditor = Auditor(chain, world.contracts)
    record = Record(chain, world.contracts, auditor=auditor)
    record.refresh()
    upstream = node.upstream

    def forgetful(method: str, params: list[Any]) -> dict[str, Any]:
        if method == "eth_call":
            return {"error": {"code": -32000, "message": GETH_AFTER_A_KILL}}
        return upstream(method, params)

    node.upstream = forgetful
    world.ask()
    world.endpoint.travel(AUDIT_SECONDS)
    record.refresh()
    (told,) = (each for each in caplog.records if each.message == "not audited")
    assert told.__dict__["reason"] == GETH_AFTER_A_KILL
    assert len(record.tables.requests) == 1


BROKEN = [
    {"error": {"code": -32601, "message": "the method is not available here"}},
    {"error": {"code": -32000, "message": "insufficient balance for transfer"}},
    {"error": {"code": 3, "message": "execution reverted"}},
    {"error": {"code": -32603, "message": "Internal error", "data": {"odd": [1]}}},
    {"error": "no"},
    {"result": None},
    {"result": "0x"},
    {"result": []},
    {"result": {"number": "0x1"}},
]
COMMANDS: list[list[object]] = [
    ["request", "status", 1],
    ["request", "send", "mnist", Path(__file__).parents[3] / "docs" / "seven.json"],
    ["watch", "--once"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: "-".join(map(str, c[:2])))
def test_command_meets_any_answer_without_a_traceback(
    testbed: DevnetTestbed,
    command: list[object],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each method that the command asks for goes wrong, one at a time, each in another
    way. (Every command, in every way at every method, takes minutes: so it was tried
    when this was written.)"""
    hasty = partial(FailoverEndpoint, patience_seconds=0.0)
    monkeypatch.setattr(connection, "FailoverEndpoint", hasty)
    monkeypatch.setattr(sender, "RECEIPT_SECONDS", 1.0)
    plumb, shared = plumb_in(capsys), list(testbed.shared)
    session = requests.Session()
    url = str(shared[1])

    def upstream(method: str, params: list[Any]) -> dict[str, Any]:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer: dict[str, Any] = session.post(url, data=json.dumps(body)).json()
        return answer

    def run() -> Ended:
        return plumb(*command, "--account", "dev:9", *shared)

    with proxy(upstream) as node:
        shared[1] = node.url
        run()
        methods = sorted(set(node.asked))
        assert "eth_call" in methods and "eth_getBlockByNumber" in methods
        for place, method in enumerate(methods, COMMANDS.index(command)):
            broken = BROKEN[place % len(BROKEN)]
            node.upstream = lambda asked, params, m=method, b=broken: (  # type: ignore[misc]
                b if asked == m else upstream(asked, params)
            )
            ended = run()
            assert ended.status in (0, 1), (method, broken, ended.err)
            assert "Traceback" not in ended.err
