"""What a node does when it can't act: it waits and says why, and looks again."""

import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from support.endpoints.faulty import proxy
from support.testbeds.devnet import DevnetTestbed
from support.testbeds.embedded import EmbeddedTestbed
from support.testbeds.mempool import MempoolTestbed
from web3.types import RPCEndpoint

from oracle.chain.chain import Chain
from oracle.chain.errors import OtherChain, Refused
from oracle.chain.local.known import CHAIN_ID
from oracle.chain.local.rpc import EmbeddedProvider
from oracle.chain.providers import failover
from oracle.chain.providers.failover import FailoverEndpoint
from oracle.devnet.serving import serving
from oracle.node.loop import Loop
from oracle.operator.metrics import application
from oracle.record.record import Status
from oracle.sending.connection import hold_to_chain
from oracle.store.store import Store

GWEI = 10**9


@pytest.fixture
def mempool(world: EmbeddedTestbed, tmp_path: Path) -> Iterator[MempoolTestbed]:
    store = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
    yield MempoolTestbed(world, store)
    store.close()


def test_fee_above_the_cap_is_waited_for_and_told(
    mempool: MempoolTestbed, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    mempool.world.ask()
    worker = mempool.worker()
    fee = mempool.world.embedded.head.base_fee_per_gas or 0
    worker.sender._fee_cap = fee // 2
    loop = Loop(worker, poll_seconds=0.0)
    told = f"the fee is above --max-fee: expected at most {fee // 2} wei, got"
    estimates: Counter[str] = Counter()
    real = mempool.node.make_request

    def counted(method: RPCEndpoint, params: Any) -> Any:
        estimates[method] += 1
        return real(method, params)

    mempool.node.make_request = counted  # type: ignore[method-assign]
    with serving(application(loop), "127.0.0.1", 0) as url:
        for _ in range(3):
            loop._turn()
            mempool.node.mine(empty=True)
        with pytest.raises(HTTPError) as unready:
            urlopen(f"{url}/readyz")
        assert json.loads(unready.value.read())["waits"].startswith(told)
        assert "plumb_waits_for_fee 1.0" in urlopen(f"{url}/metrics").read().decode()
        assert "unavailable" not in caplog.text
        (said,) = [r for r in caplog.records if r.getMessage() == "waits"]
        assert said.reason.startswith(told)  # type: ignore[attr-defined]
        assert mempool.waiting() == [] and not estimates["eth_estimateGas"]
        worker.sender._fee_cap = 10 * fee
        loop._turn()
        assert mempool.waiting() == [1]
        assert urlopen(f"{url}/readyz").status == 200
    assert "goes on" in [record.getMessage() for record in caplog.records]


def test_fee_above_the_cap_is_told_by_status_and_doctor(testbed: DevnetTestbed) -> None:
    testbed.json("worker", "stake", "1ether", account=14)
    cap = ("--max-fee", "1wei")
    told = "the fee is above --max-fee: expected at most 1 wei, got"
    for role in ("worker", "challenger"):
        found = testbed.json(role, "status", "--model", "mnist", *cap, account=14)
        assert found["waits"].startswith(told)
        assert found["verdict"].startswith(f"It waits: {told}")
    looked = testbed.plumb("worker", "doctor", "--model", "mnist", *cap, account=14)
    assert looked.status == 1 and f"waits: {told[:30]}" in " ".join(looked.out.split())
    refused = testbed.plumb("worker", "stake", "1ether", *cap, account=14)
    assert refused.status == 1 and refused.err.startswith(f"plumb: {told}")


def test_moves_that_a_rollback_made_vain_are_told_with_their_reasons(
    mempool: MempoolTestbed, caplog: pytest.LogCaptureFixture
) -> None:
    """The first is asked about before it is offered again, and so are those behind it:
    none is offered in vain."""
    worker = mempool.worker()
    before = mempool.world.embedded.head.block_number
    for n in range(4):
        mempool.world.ask(bytes([n, 1, 2, 3]))
    list(worker.act())
    mempool.mine_all()
    list(worker.act())
    assert mempool.statuses() == [Status.ACCEPTED] * 4
    mempool.world.embedded.rewind(before)
    mempool.node.pool.clear()
    offers = len(mempool.node.offers)
    sender = worker.sender
    caplog.clear()
    list(worker.act())
    assert sender.on_its_way == frozenset()
    assert len(mempool.node.offers) == offers
    told = [r.getMessage() for r in caplog.records if "refused" in r.getMessage()]
    assert len(told) == 8
    reason = re.compile(r"InferenceOracle.(accept|submit) refused: \w+\(requestId")
    assert all(map(reason.match, told)), told


@pytest.fixture
def nodes(world: EmbeddedTestbed) -> Iterator[Any]:
    provider: Any = EmbeddedProvider(world.embedded)
    with proxy(provider.make_request) as first, proxy(provider.make_request) as second:
        yield first, second


def test_endpoint_of_another_chain_with_the_same_id_is_left_and_then_fatal(
    world: EmbeddedTestbed, nodes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a development node was started anew behind the same address."""
    monkeypatch.setattr(failover, "FIRST_WAIT_SECONDS", 0.01)
    urls = [node.url for node in nodes]
    endpoint = FailoverEndpoint(urls, CHAIN_ID, 5.0, patience_seconds=2.0)
    chain = Chain(endpoint)
    hold_to_chain(chain, world.contracts, None)
    assert set(endpoint.provider.known_blocks) == {0, world.contracts.block}
    assert chain.now() == world.chain.now()
    made = EmbeddedTestbed.made(tmp_path, first_base_fee=7)
    other: Any = EmbeddedProvider(made.embedded)
    strangers = [other.make_request, moved_blocks(nodes[1].upstream)]
    for node, stranger in zip(nodes, strangers, strict=True):
        replace(node, chain, stranger)
    with pytest.raises(OtherChain, match="another chain of the same id: block"):
        chain.now()
    with pytest.raises(OtherChain):
        endpoint.web3.eth.send_raw_transaction(b"\2\1")
    assert "eth_sendRawTransaction" not in nodes[0].asked + nodes[1].asked
    endpoint.close()


def moved_blocks(upstream: Any) -> Any:
    """The same genesis is not enough: other blocks lie on it."""

    def ask(method: str, params: list[Any]) -> Any:
        answer = upstream(method, params)
        if method == "eth_getBlockByNumber" and params[0] not in ("latest", "0x0"):
            answer["result"]["hash"] = "0x" + "ab" * 32
        return answer

    return ask


def replace(node: Any, chain: Chain, upstream: Any) -> None:
    """Behind a new connection, as after a restart."""
    node.hangs_up = True
    node.hung_up.clear()
    chain.height  # noqa: B018
    node.hung_up.wait(1)
    node.upstream, node.hangs_up = upstream, False


def test_refusal_is_decoded_as_far_as_the_abi_is_known(world: EmbeddedTestbed) -> None:
    with pytest.raises(Refused, match=r"UnknownModel\("):
        world.chain.call(world.contracts.registry, "model", b"\1" * 32)
