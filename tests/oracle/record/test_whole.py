"""Whole blocks: what the bloom must explain, and who is asked when it doesn't."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from eth_bloom import BloomFilter
from support.endpoints.late import Ills, LateEndpoint
from support.testbeds.embedded import EmbeddedTestbed
from web3.exceptions import Web3RPCError

from oracle.chain.chain import Chain
from oracle.chain.errors import Unavailable
from oracle.chain.head import Head
from oracle.chain.journal import Forgetful
from oracle.chain.local.embedded import EmbeddedChain
from oracle.chain.local.rpc import EmbeddedProvider
from oracle.node.worker.worker import Worker
from oracle.record.audit import Auditor
from oracle.record.bloom import bits_of, bloom_of, may_hold
from oracle.record.record import Record
from oracle.record.whole import Blocks


def test_bloom_equals_another_implementation() -> None:
    random = Random(5)
    for size in (0, 1, 20, 32, 200):
        items = [random.randbytes(size) for _ in range(random.randrange(6))]
        expected: Any = BloomFilter()
        for item in items:
            expected.add(item)
        assert bloom_of(items) == int(expected)
        assert all(may_hold(bloom_of(items), item) for item in items)
    assert not may_hold(0, b"") and bits_of(b"\1").bit_count() <= 3


def test_bloom_of_headers_is_that_of_their_logs(world: EmbeddedTestbed) -> None:
    """The embedded chain's, which py-evm makes."""
    world.ask()
    for number in range(1, world.chain.height + 1):
        head = world.chain.header(number)
        assert head is not None
        logs = world.chain.block_logs(head.hash)
        items = [item for log in logs for item in (log.address, *log.topics)]
        assert head.bloom == bloom_of(items)


def busy_block(world: EmbeddedTestbed) -> Head:
    """One in which a worker accepted: two contracts of ours have logged."""
    world.stake(world.senders[2])
    world.ask()
    assert Worker(world.senders[2], world.contracts, world.honest()).step()
    return world.chain.head()


class Case:
    """The reader of one block, and what it asks a node with these ills for."""

    def __init__(
        self,
        world: EmbeddedTestbed,
        monkeypatch: pytest.MonkeyPatch,
        ills: Ills,
        *without: str,
    ) -> None:
        self.endpoint = LateEndpoint(world.embedded, ills)
        self.chain = Chain(self.endpoint)
        self.blocks = Blocks(self.chain, world.contracts.telling)
        self.asked: Counter[str] = Counter()
        provider = self.endpoint.provider
        for method in without:
            del provider.handlers[method]
        real = provider.make_request

        def make_request(method: Any, params: Any) -> Any:
            self.asked[method] += method not in ("eth_chainId", "eth_getBlockByNumber")
            return real(method, params)

        monkeypatch.setattr(provider, "make_request", make_request)

    def read(self) -> tuple[int | None, dict[str, int]]:
        """How many logs of the head, and by which methods."""
        found = self.blocks.logs(self.chain.head())
        return None if found is None else len(found), dict(+self.asked)


LOGS, RECEIPTS, ONE = "eth_getLogs", "eth_getBlockReceipts", "eth_getTransactionReceipt"
HIDDEN = Ills(lag_blocks=9)
HIDDEN_ALL = Ills(lag_blocks=9, receipts=True)


@pytest.mark.parametrize(
    ("ills", "without", "found", "asked"),
    [
        (Ills(), (), 1, [LOGS]),
        (Ills(), (LOGS,), 1, [LOGS, RECEIPTS]),
        (HIDDEN, (), 1, [LOGS, RECEIPTS]),
        (HIDDEN, (RECEIPTS,), 1, [LOGS, RECEIPTS, ONE]),
        (HIDDEN, (RECEIPTS, ONE), None, [LOGS, RECEIPTS, ONE]),
        (HIDDEN_ALL, (), None, [LOGS, RECEIPTS]),
        (Ills(halved=True), (), 1, [LOGS, RECEIPTS]),
        (Ills(bloom="0"), (), 1, [RECEIPTS]),
        (Ills(bloom="f"), (), 1, [RECEIPTS]),
        (Ills(bloom="5"), (), None, [LOGS, RECEIPTS]),
    ],
)
@pytest.mark.parametrize("blooms", [False, True])
def test_whole_block_is_asked_for_until_its_bloom_is_explained(
    world: EmbeddedTestbed,
    monkeypatch: pytest.MonkeyPatch,
    ills: Ills,
    without: tuple[str, ...],
    found: int | None,
    asked: list[str],
    blooms: bool,
) -> None:
    busy_block(world)
    case = Case(world, monkeypatch, ills, *without)
    case.blocks.blooms = blooms and not ills.bloom
    assert case.read() == (found, dict.fromkeys(asked, 1))
    proved = found is not None and not ills.bloom and (blooms or asked == [LOGS])
    assert case.blocks.blooms == (proved or (blooms and not ills.bloom))


@pytest.mark.parametrize("blooms", [False, True])
def test_whole_block_of_nothing_of_ours_costs_no_request(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch, blooms: bool
) -> None:
    world.travel(12)
    case = Case(world, monkeypatch, Ills())
    case.blocks.blooms = blooms
    assert case.read() == (0, {})
    world.stake(world.senders[2])  # logged by a contract that we don't listen to
    assert case.read() == (0, {} if blooms else {LOGS: 1})
    assert case.blocks.blooms


def test_whole_block_one_topic_missing_among_others_is_noticed(
    world: EmbeddedTestbed,
) -> None:
    """Each log of the block in turn; then each receipt without one."""
    head = busy_block(world)
    logs = world.chain.block_logs(head.hash)
    assert len(logs) == 2, "Accepted, and the staking contract's Locked"
    for missing in logs:
        ills = Ills(lacks=missing.topics[0], receipts=True)
        chain = Chain(LateEndpoint(world.embedded, ills))
        assert Blocks(chain, world.contracts.telling).logs(head) is None


def test_whole_block_that_is_undone_is_of_nobody(world: EmbeddedTestbed) -> None:
    head = busy_block(world)
    world.embedded.rewind(head.number - 1)
    world.ask(b"other")
    assert Blocks(world.chain, world.contracts.telling).logs(head) is None


def test_whole_block_a_gap_that_the_bloom_hides_is_noticed(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missing has no bit of its own, as the second of two equal topics."""
    head = busy_block(world)
    (ours, other) = world.chain.block_logs(head.hash)
    alike = replace(head, bloom=bloom_of([other.address, *other.topics]))
    monkeypatch.setattr(world.chain, "block_logs", lambda _: [other])
    assert Blocks(world.chain, world.contracts.telling).logs(alike) == [ours]


def test_whole_block_receipts_must_explain_a_bloom_that_is_believed(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They agree with themselves, and lack a log."""
    head = busy_block(world)
    provider = world.endpoint.web3.provider
    assert isinstance(provider, EmbeddedProvider)
    real = provider.handlers["eth_getBlockReceipts"]
    nothing = {"logs": [], "logsBloom": "0x" + "00" * 256}
    handlers = provider.handlers | {
        "eth_getLogs": lambda wanted: [],
        "eth_getBlockReceipts": lambda block: [real(block)[0] | nothing],
    }
    monkeypatch.setattr(provider, "handlers", handlers)
    blocks = Blocks(world.chain, world.contracts.telling)
    blocks.blooms = True
    assert blocks.logs(head) is None


RECEIPT_LIES: dict[str, Callable[[dict[str, Any]], list[Any]]] = {
    "none": lambda receipt: [],
    "of another block": lambda receipt: [receipt | {"blockHash": "0x" + "11" * 32}],
    "without its logs": lambda receipt: [receipt | {"logs": []}],
}


@pytest.mark.parametrize("name", RECEIPT_LIES)
def test_whole_block_receipts_must_be_all_and_of_the_block(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Where no bloom says what there is."""
    head = replace(busy_block(world), bloom=0)
    provider = world.endpoint.web3.provider
    assert isinstance(provider, EmbeddedProvider)
    real = provider.handlers["eth_getBlockReceipts"]
    for lie, found in ((RECEIPT_LIES[name], None), (lambda receipt: [receipt], 1)):
        handlers = provider.handlers | {
            "eth_getBlockReceipts": lambda block, lie=lie: lie(real(block)[0])
        }
        monkeypatch.setattr(provider, "handlers", handlers)
        logs = Blocks(world.chain, world.contracts.telling).logs(head)
        assert found == (None if logs is None else len(logs))


class Monster:
    """A node for which all that a block has logged is too much: it says so, or breaks
    off; of some contracts alone it tells, `all_but` a topic."""

    def __init__(
        self,
        chain: EmbeddedChain,
        monkeypatch: pytest.MonkeyPatch,
        complaint: Exception,
        all_but: bytes = b"",
    ) -> None:
        self.endpoint = LateEndpoint(chain, Ills(lacks=all_but))
        self.complaint: Exception | None = complaint
        provider = self.endpoint.provider
        real = provider.make_request

        def make_request(method: Any, params: Any) -> Any:
            everyones = method == LOGS and "address" not in params[0]
            if self.complaint and (everyones or method in (RECEIPTS, ONE)):
                raise self.complaint
            return real(method, params)

        monkeypatch.setattr(provider, "make_request", make_request)


TOO_MUCH = [
    Web3RPCError("query returned more than 10000 results"),
    Unavailable("eth_getLogs", {"node": "HTTP status 413"}),
]


@pytest.mark.parametrize("complaint", TOO_MUCH, ids=lambda e: type(e).__name__)
def test_whole_block_of_too_many_logs_is_asked_for_ours_alone(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch, complaint: Exception
) -> None:
    head = busy_block(world)
    monster = Monster(world.embedded, monkeypatch, complaint)
    blocks = Blocks(Chain(monster.endpoint), world.contracts.telling)
    found = blocks.logs(head)
    assert found == world.chain.logs(world.contracts.telling, head.number, head.number)
    assert found and not blocks.proved
    monster.complaint = None
    blocks.proved = True
    assert blocks.logs(head) and blocks.proved


@pytest.mark.parametrize("complaint", TOO_MUCH, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("whole", [True, False])
def test_record_block_of_too_many_logs_is_believed_if_the_contracts_agree(
    world: EmbeddedTestbed,
    monkeypatch: pytest.MonkeyPatch,
    complaint: Exception,
    whole: bool,
) -> None:
    """However lately they were asked: what is kept back is not taken for read."""
    (requested,) = (
        e.id
        for e in world.contracts.oracle.abi.events.values()
        if e.name == "Requested"
    )
    lacks = b"" if whole else requested
    monster = Monster(world.embedded, monkeypatch, complaint, lacks)
    monster.complaint = None
    chain, kept = Chain(monster.endpoint), Forgetful()
    record = Record(chain, world.contracts, kept, Auditor(chain, world.contracts))
    record.refresh()
    assert kept.tip is not None
    monster.complaint = complaint
    request = world.ask()
    record.refresh()
    assert record.height == world.chain.height
    assert (request in record.tables.requests) is whole
    assert (kept.tip is not None) is whole
