"""Many questions in one request of HTTP, where the node takes that; else one by one."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.endpoints.faulty import Fault, Proxy, proxy
from support.testbeds.embedded import ETHER, EmbeddedTestbed

from oracle.chain.chain import Chain
from oracle.chain.errors import Refused
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.known import CHAIN_ID
from oracle.chain.local.rpc import EmbeddedProvider
from oracle.chain.providers import failover
from oracle.chain.providers.failover import FailoverEndpoint
from oracle.node.worker.worker import Worker
from oracle.record.audit import Auditor
from oracle.record.record import Record, Status
from oracle.sending.durable import DurableSender
from oracle.sending.sender import Post
from oracle.store.outbox import Outbox
from oracle.store.store import Store

ACCOUNT = development_accounts(3)[2]
ADDRESS = bytes.fromhex(ACCOUNT.address[2:])


@pytest.fixture
def node(world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    monkeypatch.setattr(failover, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(failover, "LONGEST_WAIT_SECONDS", 0.05)
    provider: Any = EmbeddedProvider(world.embedded)
    with proxy(provider.make_request) as made:
        yield made


@pytest.fixture
def endpoint(node: Proxy) -> Iterator[FailoverEndpoint]:
    made = FailoverEndpoint([node.url], CHAIN_ID, 1.0, patience_seconds=0.5)
    made.poll_seconds = 0.01  # type: ignore[misc]
    yield made
    made.close()


def asked(world: EmbeddedTestbed, chain: Chain) -> list[object]:
    """Balances, a view, and a view that refuses; as it was answered."""
    calls = [
        partial(chain.balance, ADDRESS),
        partial(chain.call, world.contracts.game, "k"),
        partial(chain.call, world.contracts.registry, "model", b"\1" * 32),
        partial(chain.count, ADDRESS, "latest"),
        partial(chain.call, world.contracts.game, "k"),
    ]
    chain.ahead(calls)
    found: list[object] = []
    for call in calls:
        try:
            found.append(call())
        except Refused as refused:
            found.append(str(refused))
    return found


@pytest.mark.parametrize("kind", ["array", "shuffled", "none", "some", "odd"])
def test_batch_gives_what_each_question_would_have(
    world: EmbeddedTestbed, node: Proxy, endpoint: FailoverEndpoint, kind: str
) -> None:
    """Whatever the node makes of arrays."""
    chain = Chain(endpoint)
    chain.head()
    node.batches = kind
    before = endpoint.posts
    expected = [100 * ETHER, 8, f"ModelRegistry.model refused: UnknownModel({ID})", 0]
    assert asked(world, chain) == [*expected, 8]
    posts = endpoint.posts - before
    # Twice the same question is asked again: nobody knows what happened between.
    assert posts == 2 if kind in ("array", "shuffled") else posts >= 6
    before = endpoint.posts
    assert asked(world, chain) == [*expected, 8]
    if kind == "none":
        assert endpoint.posts - before == 5, "it is not tried again"


ID = "modelId 0x" + "01" * 32


FAULTS = [f for f in Fault if f not in (Fault.HANG, Fault.TRICKLE, Fault.SWALLOWED)]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_batch_that_goes_wrong_is_asked_one_by_one(
    world: EmbeddedTestbed, node: Proxy, endpoint: FailoverEndpoint, fault: Fault
) -> None:
    chain = Chain(endpoint)
    chain.head()
    node.fault, node.times = fault, 1
    assert asked(world, chain)[1] == 8
    # What is wrong for a moment is no reason to do without batches for good.
    assert endpoint.provider.endpoints[0].transport.takes_several == (
        fault is not Fault.NO_JSON
    )


def test_full_audit_takes_a_request_for_a_hundred(
    world: EmbeddedTestbed, node: Proxy, endpoint: FailoverEndpoint
) -> None:
    for n in range(12):
        world.ask(bytes([n, 1, 2, 3]))
    record = Record(Chain(endpoint), world.contracts)
    record.refresh()
    auditor = Auditor(record.chain, world.contracts)
    before, calls = endpoint.posts, Counter(endpoint.calls)
    assert auditor.disagreement(record.tables, record.height, all_of_it=True) == ""
    assert endpoint.posts - before == 2
    assert endpoint.calls["eth_call"] - calls["eth_call"] == 13
    asked = record.tables.requests[7]
    record.tables.requests[7] = replace(asked, attempt=1)
    problem = auditor.disagreement(record.tables, record.height, all_of_it=True)
    assert problem == "request 7: expected open after 0 attempts, got open after 1"


@pytest.mark.parametrize("kind", ["array", "none"])
def test_worker_sends_what_it_can_at_once(
    world: EmbeddedTestbed,
    node: Proxy,
    endpoint: FailoverEndpoint,
    tmp_path: Path,
    kind: str,
) -> None:
    """Estimates in one request and transactions in another, of which each is mined;
    without batches the same happens in more."""
    node.batches = kind
    world.stake(world.senders[2], 10 * ETHER)
    for n in range(5):
        world.ask(bytes([n, 1, 2, 3]))
    store = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
    outbox = Outbox(store, CHAIN_ID, ADDRESS)
    worker = Worker(
        DurableSender(Chain(endpoint), ACCOUNT, outbox),
        world.contracts,
        world.honest(),
    )
    for _ in range(6):
        list(worker.act())
    found = world.record().requests(Status.CLAIMED)
    assert len(found) == 5
    sends = endpoint.calls["eth_sendRawTransaction"]
    assert sends == 10 and endpoint.calls["eth_estimateGas"] == 10
    assert int(world.embedded.state().get_nonce(ADDRESS)) == 11
    estimated = [a for a in node.arrays if a[:5] == ["eth_estimateGas"] * 5]
    sent = [a for a in node.arrays if a == ["eth_sendRawTransaction"] * 5]
    assert [len(estimated), len(sent)] == ([2, 2] if kind == "array" else [0, 0])
    assert all(set(a[5:]) == {"eth_getTransactionCount"} for a in estimated)
    store.close()


def test_transaction_takes_two_requests(
    world: EmbeddedTestbed, endpoint: FailoverEndpoint, tmp_path: Path
) -> None:
    """One for its gas and its nonce, and its sending; fees are known from the head."""
    store = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
    outbox = Outbox(store, CHAIN_ID, ADDRESS)
    sender = DurableSender(Chain(endpoint), ACCOUNT, outbox)
    for _ in range(2):
        sender.settle()
        before = endpoint.posts
        sender.post(Post(world.contracts.staking, "deposit", (ADDRESS,), ETHER))
    assert endpoint.posts - before == 2
    assert [entry.nonce for entry in outbox.open()] == [1]
    store.close()


def test_batch_answers_that_nobody_came_for_are_of_another_time(
    world: EmbeddedTestbed, endpoint: FailoverEndpoint
) -> None:
    """They are gone with the head, and when somebody says that it is over."""
    chain, sender = Chain(endpoint), world.senders[2]
    assert sender.address == ADDRESS
    asks = [partial(chain.balance, ADDRESS), partial(chain.count, ADDRESS, "latest")]
    for count, over in enumerate((chain.head, partial(chain.ahead, ()))):
        assert chain.ahead(asks)
        sender.send(world.contracts.staking, "deposit", ADDRESS, value=ETHER)
        over()
        assert chain.count(ADDRESS, "latest") == count + 1
