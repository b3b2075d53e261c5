"""Bad endpoints, one fault at a time: the node waits, asks elsewhere, loses nothing."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from support.endpoints.faulty import Fault, Proxy, proxy
from support.testbeds.embedded import ETHER, EmbeddedTestbed
from web3.exceptions import Web3RPCError

from oracle.chain.chain import Chain
from oracle.chain.errors import Refused, Unavailable, WrongChain
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.known import CHAIN_ID
from oracle.chain.local.rpc import EmbeddedProvider
from oracle.chain.providers import failover, http
from oracle.chain.providers.failover import FailoverEndpoint
from oracle.chain.ranges import Ranges
from oracle.node.worker.worker import Worker
from oracle.record.record import Record
from oracle.sending import offers
from oracle.sending.durable import DurableSender
from oracle.store.outbox import Outbox
from oracle.store.store import Store

ACCOUNT = development_accounts(3)[2]
ADDRESS = bytes.fromhex(ACCOUNT.address[2:])
TIMEOUT = 0.4


@pytest.fixture
def proxies(world: EmbeddedTestbed) -> Iterator[list[Proxy]]:
    """Two endpoints of the world's chain."""
    provider: Any = EmbeddedProvider(world.embedded)
    with ExitStack() as stack:
        made = [stack.enter_context(proxy(provider.make_request)) for _ in range(2)]
        yield made


@pytest.fixture
def endpoint(
    proxies: list[Proxy], monkeypatch: pytest.MonkeyPatch
) -> Iterator[FailoverEndpoint]:
    monkeypatch.setattr(failover, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(failover, "LONGEST_WAIT_SECONDS", 0.1)
    urls = [made.url for made in proxies]
    endpoint = FailoverEndpoint(urls, CHAIN_ID, TIMEOUT, patience_seconds=1.0)
    endpoint.poll_seconds = 0.01  # type: ignore[misc]
    yield endpoint
    endpoint.close()


@pytest.fixture
def alone(proxies: list[Proxy]) -> Iterator[FailoverEndpoint]:
    """The first of the proxies, with nothing to fall back on."""
    endpoint = FailoverEndpoint([proxies[0].url], CHAIN_ID, TIMEOUT, 5.0)
    yield endpoint
    endpoint.close()


READ_FAULTS = [f for f in Fault if f not in (Fault.LOST_ANSWER, Fault.SWALLOWED)]


@pytest.mark.parametrize("fault", READ_FAULTS, ids=lambda fault: fault.name)
def test_failover_read_is_answered_by_the_other(
    world: EmbeddedTestbed,
    proxies: list[Proxy],
    endpoint: FailoverEndpoint,
    fault: Fault,
) -> None:
    chain = Chain(endpoint)
    assert chain.height == world.chain.height
    assert not proxies[1].asked or set(proxies[1].asked) <= {
        "eth_chainId",
        "eth_blockNumber",
    }
    proxies[0].fault = fault
    assert chain.balance(ADDRESS, 1) == 100 * ETHER
    assert "eth_getBalance" in proxies[1].asked
    asked = len(proxies[0].asked)
    assert chain.now() == world.chain.now()
    assert len(proxies[0].asked) == asked  # it is left alone for a while


def test_failover_healed_endpoint_is_asked_again(
    world: EmbeddedTestbed,
    proxies: list[Proxy],
    endpoint: FailoverEndpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(failover, "LONGEST_REST_SECONDS", 0.0)
    chain = Chain(endpoint)
    proxies[0].fault = Fault.SERVER_ERROR
    chain.now()
    proxies[0].heal()
    proxies[1].fault = Fault.SERVER_ERROR
    assert chain.now() == world.chain.now()


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.TRUNCATED, Fault.HANG])
def test_failover_single_endpoint_read_waits_until_it_recovers(
    world: EmbeddedTestbed, proxies: list[Proxy], alone: FailoverEndpoint, fault: Fault
) -> None:
    proxies[0].fault, proxies[0].times = fault, 2
    assert Chain(alone).height == world.chain.height


def test_failover_too_many_requests_leaves_alone_as_long_as_asked(
    proxies: list[Proxy], endpoint: FailoverEndpoint
) -> None:
    chain = Chain(endpoint)
    chain.now()
    health = endpoint.provider.endpoints[0]
    proxies[0].fault = Fault.TOO_MANY
    chain.now()
    assert health.rests
    assert health.failures == 1


def test_failover_nobody_answers_says_what_each_did(
    proxies: list[Proxy], endpoint: FailoverEndpoint
) -> None:
    proxies[0].fault, proxies[1].fault = Fault.HANG, Fault.NO_JSON
    with pytest.raises(Unavailable) as unavailable:
        Chain(endpoint).now()
    complaints = unavailable.value.complaints.values()
    assert sorted(complaints) == [
        "26 bytes that are no JSON",
        "no answer within 0.4 seconds",
    ]


def test_failover_complaint_hides_the_providers_key() -> None:
    endpoint = FailoverEndpoint(["http://127.0.0.1:9/v3/my-key"], 1, TIMEOUT, 0.1)
    with pytest.raises(Unavailable, match="127.0.0.1:9: no connection") as unavailable:
        Chain(endpoint).now()
    assert "my-key" not in str(unavailable.value)
    endpoint.close()


def test_failover_wrong_chain_is_never_read(
    world: EmbeddedTestbed, proxies: list[Proxy], endpoint: FailoverEndpoint
) -> None:
    proxies[0].chain_id = 1
    assert Chain(endpoint).now() == world.chain.now()
    assert set(proxies[0].asked) == {"eth_chainId"}


def test_failover_only_wrong_chains_refused(
    proxies: list[Proxy], endpoint: FailoverEndpoint
) -> None:
    for each in proxies:
        each.chain_id = 1
    with pytest.raises(WrongChain, match="expected 31337, got 1"):
        Chain(endpoint).now()


def test_failover_endpoint_that_changed_chain_is_noticed_when_it_is_back(
    world: EmbeddedTestbed, proxies: list[Proxy], endpoint: FailoverEndpoint
) -> None:
    chain = Chain(endpoint)
    chain.now()
    health = endpoint.provider.endpoints[0]
    proxies[0].fault = Fault.SERVER_ERROR
    chain.now()
    proxies[0].heal()
    proxies[0].chain_id, health.rests_until = 1, 0.0
    assert chain.now() == world.chain.now()
    assert health.wrong_chain == 1


def test_failover_other_chain_behind_a_new_connection_is_not_believed(
    world: EmbeddedTestbed, proxies: list[Proxy], endpoint: FailoverEndpoint
) -> None:
    """Nothing failed: a node was replaced between two requests."""
    chain = Chain(endpoint)
    chain.balance(ADDRESS, 1)
    proxies[0].hangs_up = True
    chain.balance(ADDRESS, 1)
    assert proxies[0].hung_up.wait(5)
    proxies[0].hangs_up = False
    proxies[0].chain_id = 1
    assert chain.balance(ADDRESS, 1) == 100 * ETHER
    assert endpoint.provider.endpoints[0].wrong_chain == 1
    assert "eth_getBalance" in proxies[1].asked


def test_failover_chain_id_is_asked_for_once_a_connection(
    world: EmbeddedTestbed, proxies: list[Proxy], endpoint: FailoverEndpoint
) -> None:
    chain = Chain(endpoint)
    for _ in range(5):
        chain.call(world.contracts.game, "k")
        assert endpoint.web3.eth.chain_id == CHAIN_ID
    assert proxies[0].asked.count("eth_chainId") == 1
    proxies[0].hangs_up = True
    chain.balance(ADDRESS, 1)
    assert proxies[0].hung_up.wait(5)
    proxies[0].hangs_up = False
    chain.balance(ADDRESS, 1)
    assert proxies[0].asked.count("eth_chainId") == 2
    assert endpoint.calls["eth_chainId"] == 2


def test_failover_chain_id_is_asked_for_where_none_is_set(
    proxies: list[Proxy],
) -> None:
    proxies[0].fault = Fault.SERVER_ERROR
    made = FailoverEndpoint([each.url for each in proxies], None, TIMEOUT)
    assert made.chain_id == CHAIN_ID
    made.close()
    proxies[1].fault = Fault.NO_JSON
    with pytest.raises(Unavailable):
        FailoverEndpoint([each.url for each in proxies], None, TIMEOUT)


def test_failover_stale_head_is_not_believed_while_another_is_ahead(
    world: EmbeddedTestbed, proxies: list[Proxy], endpoint: FailoverEndpoint
) -> None:
    proxies[0].frozen_at = 2
    chain = Chain(endpoint)
    assert chain.height == world.chain.height
    assert endpoint.provider.endpoints[0].rests
    assert chain.now() == world.chain.now()


def test_failover_head_that_went_back_everywhere_is_a_reorg(
    world: EmbeddedTestbed, endpoint: FailoverEndpoint
) -> None:
    chain = Chain(endpoint)
    height = chain.height
    world.embedded.rewind(height - 5)
    assert chain.height == height - 5
    assert chain.now() == world.chain.now()


def test_failover_revert_is_an_answer(
    world: EmbeddedTestbed, proxies: list[Proxy], endpoint: FailoverEndpoint
) -> None:
    with pytest.raises(Refused, match="UnknownModel"):
        Chain(endpoint).call(world.contracts.registry, "model", b"\1" * 32)
    assert "eth_call" not in proxies[1].asked


def test_failover_endpoints_that_disagree_make_the_record_start_over(
    world: EmbeddedTestbed,
    proxies: list[Proxy],
    endpoint: FailoverEndpoint,
    tmp_path: Path,
) -> None:
    """The second is on another branch: what the first told is read again there."""
    record = Record(Chain(endpoint), world.contracts)
    fork = EmbeddedTestbed.made(tmp_path)
    fork.ask(b"fork")
    other: Any = EmbeddedProvider(fork.embedded)
    proxies[1].upstream = other.make_request
    world.ask(b"main")
    record.refresh()
    assert [a.input for a in record.tables.requests.values()] == [b"main"]
    proxies[0].fault = Fault.SERVER_ERROR
    record.refresh()
    assert [a.input for a in record.tables.requests.values()] == [b"fork"]


@pytest.fixture
def sender(endpoint: FailoverEndpoint, tmp_path: Path) -> Iterator[DurableSender]:
    store = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
    outbox = Outbox(store, CHAIN_ID, ADDRESS)
    yield DurableSender(Chain(endpoint), ACCOUNT, outbox)
    store.close()


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name)
def test_failover_send_with_a_fault_is_mined_once(
    world: EmbeddedTestbed,
    proxies: list[Proxy],
    sender: DurableSender,
    fault: Fault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever becomes of the send itself, the move is made, and made once."""
    proxies[0].fault, proxies[0].only = fault, ("eth_sendRawTransaction",)
    proxies[0].times = 1
    staking = world.contracts.staking
    monkeypatch.setattr(offers, "OFFER_AGAIN_SECONDS", 0.1)
    offered = sender.chain.height
    receipt = None
    for _ in range(3):
        try:
            receipt = sender.send(staking, "deposit", ADDRESS, value=ETHER, key="move")
            break
        except Unavailable:
            continue
    assert receipt is not None
    assert receipt.block > offered
    assert int(world.embedded.state().get_nonce(ADDRESS)) == 1
    assert world.chain.call(staking, "balanceOf", ADDRESS) == (ETHER, 0)


def test_failover_send_is_made_once_by_the_provider(
    proxies: list[Proxy], endpoint: FailoverEndpoint
) -> None:
    """Never again by itself, nor elsewhere: the sender decides."""
    for each in proxies:
        each.fault, each.only = Fault.LOST_ANSWER, ("eth_sendRawTransaction",)
    with pytest.raises(Unavailable):
        endpoint.web3.eth.send_raw_transaction(b"\2\1")
    asked = proxies[0].asked + proxies[1].asked
    assert asked.count("eth_sendRawTransaction") == 1


def test_failover_worker_earns_through_faults(
    world: EmbeddedTestbed, proxies: list[Proxy], sender: DurableSender
) -> None:
    """Each request of the first endpoint fails; a fault after the other."""
    world.stake(world.senders[2])
    request = world.ask()
    worker = Worker(sender, world.contracts, world.honest())
    faults = iter(READ_FAULTS * 3)
    done = []
    for _ in range(12):
        proxies[0].fault = next(faults)
        endpoint = sender.chain.endpoint
        assert isinstance(endpoint, FailoverEndpoint)
        endpoint.provider.endpoints[0].rests_until = 0.0
        if (act := worker.step()) is not None:
            done.append(act.action.function)
    assert done == ["accept", "submit"]
    assert request in world.record().tables.requests
    assert int(world.embedded.state().get_nonce(ADDRESS)) == 3


@pytest.mark.parametrize("most", [1, 3, 1000])
def test_ranges_are_halved_until_the_node_grants_them(
    world: EmbeddedTestbed, proxies: list[Proxy], alone: FailoverEndpoint, most: int
) -> None:
    proxies[0].most_blocks = most
    world.ask()
    chain, telling = Chain(alone), world.contracts.telling
    told = chain.events(telling, 0, world.chain.height)
    assert told == world.chain.events(telling, 0, world.chain.height)


def test_ranges_grow_again(world: EmbeddedTestbed) -> None:
    ranges = Ranges(most=64)
    ranges.size = 1
    asked: list[tuple[int, int]] = []

    def ask(first: int, last: int) -> list[Any]:
        asked.append((first, last))
        return []

    assert list(ranges.read(ask, 0, 20)) == []
    assert asked == [(0, 0), (1, 2), (3, 6), (7, 14), (15, 20)]


def test_http_answer_without_end_is_cut_off(
    proxies: list[Proxy], alone: FailoverEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 100)
    with pytest.raises(Web3RPCError, match="response size exceeds 100 bytes"):
        alone.web3.eth.get_block(1)
