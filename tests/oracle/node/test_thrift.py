"""What a node asks the chain, and keeps in strategy: no more than what is under way."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support.testbeds.embedded import ETHER, WINDOW, EmbeddedTestbed

from challenge.lies import LIES
from oracle.chain.chain import Chain
from oracle.chain.head import MOST_AGE_SECONDS, Head, Known
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.endpoint import EmbeddedEndpoint
from oracle.chain.local.known import CHAIN_ID
from oracle.chain.local.rpc import EmbeddedProvider, Handler
from oracle.node.challenger.challenger import Challenger
from oracle.node.node import Node
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record.bloom import bloom_of
from oracle.record.quiet import LONGEST_SECONDS, Quiet
from oracle.record.record import Record, Status
from oracle.sending.durable import DurableSender
from oracle.store.outbox import Outbox
from oracle.store.store import Store


@pytest.fixture
def calls(world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Requests to the world's chain, by method; web3's own about its id aside."""
    found: Counter[str] = Counter()
    provider = world.endpoint.web3.provider
    assert isinstance(provider, EmbeddedProvider)

    def counted(method: str, handler: Handler) -> Handler:
        def handle(*params: Any) -> Any:
            found[method] += method != "eth_chainId"
            return handler(*params)

        return handle

    for method, handler in provider.handlers.items():
        monkeypatch.setitem(provider.handlers, method, counted(method, handler))
    return found


def until_idle(*nodes: Node) -> None:
    while any([node.step() is not None for node in nodes]):
        pass


def turn(node: Node, calls: Counter[str]) -> dict[str, int]:
    """What one idle look asks for."""
    calls.clear()
    assert list(node.act()) == []
    return dict(+calls)


def durable_worker(world: EmbeddedTestbed, folder: Path) -> Worker:
    account = development_accounts(3)[2]
    store = Store(f"sqlite:///{folder / 'plumb.db'}")
    outbox = Outbox(store, CHAIN_ID, bytes.fromhex(account.address[2:]))
    world.stake(world.senders[2])
    sender = DurableSender(world.chain, account, outbox)
    return Worker(sender, world.contracts, world.honest())


def test_node_idle_turn_looks_at_the_head_only(
    world: EmbeddedTestbed, calls: Counter[str], tmp_path: Path
) -> None:
    """However much has been done, and while claims stand."""
    worker = durable_worker(world, tmp_path)
    for n in range(3):
        world.ask(bytes([n, 1, 2, 3]))
        while len(worker.record.tables.standing()) <= n or worker.posted.actions:
            list(worker.act())
        turn(worker, calls)
        assert turn(worker, calls) == {"eth_getBlockByNumber": 1}


def test_worker_asks_as_much_of_few_requests_as_of_many(
    world: EmbeddedTestbed, calls: Counter[str], tmp_path: Path
) -> None:
    """Each wants a bond of its own; all are declined, look after look."""
    worker = durable_worker(world, tmp_path)
    deadline, asker = world.chain.now() + 3600, world.senders[1]
    asked = []
    for n in range(9):
        terms = (world.model_id, b"\1\2\3\4", 0, deadline, 600, 90 * ETHER + n)
        asker.send(world.contracts.oracle, "request", *terms, asker.address, value=1)
        until_idle(worker)
        world.travel(12)
        asked.append(turn(worker, calls))
    assert len(worker.declined) == 9
    assert asked[-1] == asked[0]


def test_node_turn_after_a_block_that_tells_nothing_reads_its_header_only(
    world: EmbeddedTestbed, calls: Counter[str], tmp_path: Path
) -> None:
    """Its stake is asked for again when an event of its own may have changed it."""
    worker = durable_worker(world, tmp_path)
    world.ask()
    while not worker.record.requests(Status.CLAIMED):
        list(worker.act())
    turn(worker, calls)
    world.travel(1)
    assert turn(worker, calls) == {"eth_getBlockByNumber": 1}
    world.stake(world.senders[3])
    assert turn(worker, calls) == {"eth_getBlockByNumber": 1}
    free = worker.seen.free_wei
    staking = world.contracts.staking
    world.senders[3].send(staking, "deposit", worker.address, value=ETHER)
    assert turn(worker, calls) == {"eth_getBlockByNumber": 1, "eth_call": 1}
    assert worker.seen.free_wei == free + ETHER


def test_answer_that_an_event_changes_is_asked_for_when_there_may_be_one() -> None:
    contract, account, other = b"\1" * 20, b"\2" * 32, b"\3" * 32
    clock, asked = [0.0], []

    def ask() -> int:
        asked.append(clock[0])
        return len(asked)

    def head(number: int, *items: bytes, parent: int | None = None) -> Head:
        before = number - 1 if parent is None else parent
        names = bytes([number]) * 32, bytes([before]) * 32
        return Head(number, *names, number, 0, bloom_of(items))

    quiet = Quiet((contract, account), lambda: clock[0])
    rows = [
        (head(1), True, 1),
        (head(1), True, 1),
        (head(2, contract, other), True, 1),
        (head(3, account), True, 1),
        (head(4, contract, account), True, 2),
        (head(6), True, 3),  # what was in the fifth is not known
        (head(7, parent=99), True, 4),  # of another branch
        (head(8), False, 5),  # blooms say nothing here
        (head(9), True, 5),
    ]
    for number, (latest, blooms, expected) in enumerate(rows):
        assert quiet.get(latest, blooms, ask) == expected, number
    clock[0] += LONGEST_SECONDS + 1
    assert quiet.get(head(10), True, ask) == 6
    quiet.forget()
    assert quiet.get(head(10), True, ask) == 7


def test_node_game_is_asked_about_when_something_was_told_of_it(
    world: EmbeddedTestbed, calls: Counter[str]
) -> None:
    world.ask()
    world.stake(world.senders[2])
    strategy = LyingWorker(world.honest(), LIES["activation"], 8, 1)
    liar = Worker(world.senders[2], world.contracts, strategy)
    until_idle(liar)
    challenger = Challenger(world.senders[3], world.contracts, world.honest())
    assert challenger.step() is not None
    turn(challenger, calls)
    assert turn(challenger, calls)["eth_getBlockByNumber"] == 1
    assert "eth_call" not in +calls
    world.travel(1)
    assert "eth_call" not in turn(challenger, calls)
    assert liar.step() is not None  # it opens
    calls.clear()
    assert challenger.step() is not None
    assert calls["eth_call"] == 2  # game and dispute


def test_record_of_a_quiet_chain_costs_a_header_a_block(
    world: EmbeddedTestbed, calls: Counter[str]
) -> None:
    """While others fill it, too. What tells of us is asked for, and once a minute the
    contracts are."""
    record = Challenger(world.senders[3], world.contracts, world.honest()).record

    def look() -> dict[str, int]:
        calls.clear()
        record.refresh()
        return dict(+calls)

    look()
    for _ in range(3):
        world.stake(world.senders[2])  # logs of a contract that nobody listens to
        assert look() == {"eth_getBlockByNumber": 1}
    world.ask()
    assert look() == {"eth_getBlockByNumber": 1, "eth_getLogs": 1}
    world.stake(world.senders[2])
    # How many requests there are, and where the one stands.
    assert look() == {"eth_getBlockByNumber": 1, "eth_call": 2}
    world.travel(12)
    assert look() == {"eth_getBlockByNumber": 1}


def test_known_answers_go_with_their_head_and_with_time() -> None:
    clock, asked = [0.0], []

    def ask() -> int:
        asked.append(clock[0])
        return len(asked)

    known = Known(lambda: clock[0])
    known.notice(b"one")
    assert [known.get("x", ask) for _ in range(3)] == [1, 1, 1]
    known.notice(b"two")
    assert known.get("x", ask) == 2
    clock[0] += MOST_AGE_SECONDS + 1
    known.notice(b"two")
    assert known.get("x", ask) == 3
    known.forget()
    assert known.get("x", ask) == 4


def test_chain_own_transaction_makes_known_answers_old(world: EmbeddedTestbed) -> None:
    chain = Chain(EmbeddedEndpoint.over(world.embedded))
    sender = type(world.senders[2])(chain, development_accounts(3)[2])
    staking = world.contracts.staking
    chain.head()
    assert chain.known(staking, "balanceOf", sender.address) == (0, 0)
    sender.send(staking, "deposit", sender.address, value=ETHER)
    assert chain.known(staking, "balanceOf", sender.address) == (ETHER, 0)


def test_record_forgets_what_has_ended_until_that_is_undone(
    world: EmbeddedTestbed,
) -> None:
    """A false claim, the games about it, the true one after it, and what was paid."""
    record = Record(world.chain, world.contracts)
    record.forgets = True
    request = world.ask()
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    world.stake(world.senders[2], bond)
    world.stake(world.senders[3])
    liar = Worker(
        world.senders[2],
        world.contracts,
        LyingWorker(world.honest(), LIES["activation"], 8, 1),
    )
    until_idle(liar)
    challengers = [
        Challenger(sender, world.contracts, world.honest())
        for sender in world.senders[4:6]
    ]
    until_idle(liar, *challengers)
    record.refresh()
    assert len(record.tables.claims) == 1 and len(record.tables.games) == 2
    worker = Worker(world.senders[3], world.contracts, world.honest())
    until_idle(worker)
    height = world.chain.height
    record.refresh()
    (standing,) = record.tables.standing()
    assert standing.claim.worker == worker.address
    world.travel(WINDOW)
    until_idle(worker)
    record.refresh()
    tables = record.tables
    for ended in (tables.requests, tables.claims, tables.games, tables.openings):
        assert not ended
    assert record.requests(Status.FINAL) == [] and tables.earned[worker.address] > 0
    world.embedded.rewind(height)
    record.refresh()
    assert [a.request.id for a in record.requests(Status.CLAIMED)] == [request]
    assert record.tables.standing() == [standing]
