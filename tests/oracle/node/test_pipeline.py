"""Several transactions of one account on their way at once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.testbeds.embedded import ETHER, WINDOW, EmbeddedTestbed
from support.testbeds.mempool import CHALLENGER, WORKER, MempoolTestbed, acted

from challenge.lies import LIES
from oracle.chain.head import Head
from oracle.node.actions import MOST_ON_THEIR_WAY
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.pricing.guard import Guard
from oracle.record.record import Status
from oracle.sending.durable import PATIENCE_BLOCKS, DurableSender
from oracle.store.store import Store


@pytest.fixture
def testbed(world: EmbeddedTestbed, tmp_path: Path) -> Iterator[MempoolTestbed]:
    store = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
    yield MempoolTestbed(world, store)
    store.close()


def test_worker_accepts_and_submits_many_at_once(testbed: MempoolTestbed) -> None:
    for n in range(5):
        testbed.world.ask(bytes([n, 1, 2, 3]))
    worker = testbed.worker()
    assert acted(worker) == [] and testbed.waiting() == [1, 2, 3, 4, 5]
    assert acted(worker) == [] and testbed.waiting() == [1, 2, 3, 4, 5]
    testbed.mine_all()
    assert acted(worker) == ["accept"] * 5
    assert testbed.waiting() == [6, 7, 8, 9, 10]
    testbed.mine_all()
    assert acted(worker) == ["submit"] * 5
    testbed.world.travel(WINDOW)
    assert acted(worker) == [] and len(testbed.waiting()) == 5
    testbed.mine_all()
    assert acted(worker) == ["finalize"] * 5
    assert set(testbed.statuses()) == {Status.FINAL}


def test_worker_on_their_way_has_a_limit(testbed: MempoolTestbed) -> None:
    for n in range(MOST_ON_THEIR_WAY + 2):
        testbed.world.ask(bytes([n, 1, 2, 3]))
    worker = testbed.worker(10 * ETHER)
    acted(worker)
    assert len(testbed.waiting()) == MOST_ON_THEIR_WAY


def test_worker_stake_on_its_way_is_not_staked_twice(testbed: MempoolTestbed) -> None:
    """Each `accept` by itself would succeed: the chain knows of none of the others."""
    bond, _ = testbed.world.chain.call(testbed.world.contracts.oracle, "bondFor", 0)
    for n in range(5):
        testbed.world.ask(bytes([n, 1, 2, 3]))
    worker = testbed.worker(2 * bond, Guard(requester_share=1))
    for _ in range(3):
        acted(worker)
    assert len(testbed.waiting()) == 2
    testbed.mine_all()
    assert acted(worker) == ["accept"] * 2
    assert all("free stake" in why for why in worker.declined.values())


def test_worker_has_no_more_leases_than_it_wants(testbed: MempoolTestbed) -> None:
    """Counted are those on their way, those held, but not those answered."""
    for n in range(5):
        testbed.world.ask(bytes([n, 1, 2, 3]))
    testbed.world.stake(testbed.world.senders[WORKER])
    strategy, guard = testbed.world.honest(), Guard(most_leases=2)
    worker = Worker(testbed.sender(WORKER), testbed.world.contracts, strategy, guard)
    acted(worker)
    acted(worker)
    assert len(testbed.waiting()) == 2
    assert all(why.startswith("busy: ") for why in worker.declined.values())
    strategy.ready = lambda asked: False  # type: ignore[method-assign]
    testbed.mine_all()
    assert acted(worker) == ["accept"] * 2 and testbed.waiting() == []
    del strategy.ready
    acted(worker)
    testbed.mine_all()
    assert acted(worker) == ["submit"] * 2 and len(testbed.waiting()) == 2


def test_worker_reborn_sends_nothing_before_it_knows_what_came(
    testbed: MempoolTestbed,
) -> None:
    requests = [testbed.world.ask(bytes([n, 1, 2, 3])) for n in range(2)]
    acted(testbed.worker())
    testbed.world.ask(b"\7\7\7\7")
    reborn = testbed.worker(stake=0)
    assert acted(reborn) == [] and testbed.waiting() == [1, 2]
    testbed.mine_all()
    assert acted(reborn) == ["accept"] * 2
    assert len(requests) == 2 and len(testbed.waiting()) == 3


def test_challenger_each_challenge_brings_its_own_bond(testbed: MempoolTestbed) -> None:
    """Free stake is enough for one; both are on their way before either is mined."""
    world = testbed.world
    for n in range(2):
        world.ask(bytes([n, 7, 9, 200]))
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    world.stake(world.senders[WORKER], 2 * bond)
    strategy = LyingWorker(world.honest(), LIES["activation"], 8, 1)
    guard = Guard(requester_share=1)
    liar = Worker(world.senders[WORKER], world.contracts, strategy, guard)
    while liar.step() is not None:
        pass
    own, *_ = world.chain.call(world.contracts.game, "challengerBond", bond)
    world.stake(world.senders[CHALLENGER], own)
    challenger = testbed.challenger()
    assert acted(challenger) == [] and testbed.waiting() == [1, 2]
    testbed.mine_all()
    assert acted(challenger) == ["challenge"] * 2
    refused = list(challenger.refused)
    for _ in range(60):
        liar.step()
        acted(challenger)
        refused += challenger.refused
        testbed.mine_all()
    assert sum(challenger.stake()) == 0
    assert refused == []


def test_outbox_dear_times_raise_the_lowest_and_those_that_would_wait(
    testbed: MempoolTestbed,
) -> None:
    for n in range(3):
        testbed.world.ask(bytes([n, 1, 2, 3]))
    worker = testbed.worker()
    acted(worker)
    first = {n: w.max_fee for (_, n), w in testbed.node.pool.items()}
    for _ in range(PATIENCE_BLOCKS + 1):
        testbed.node.mine(empty=True)
    acted(worker)
    then = {n: w.max_fee for (_, n), w in testbed.node.pool.items()}
    assert then[1] > first[1]
    assert (then[2], then[3]) == (first[2], first[3])
    dear = 2 * max(then.values())
    chain, real = worker.sender.chain, worker.sender.chain.head

    def dearer() -> Head:
        chain.latest = replace(real(), base_fee=dear)
        return chain.latest

    chain.head = dearer  # type: ignore[method-assign]
    for _ in range(PATIENCE_BLOCKS + 1):
        testbed.node.mine(empty=True)
    acted(worker)
    finally_ = {n: w.max_fee for (_, n), w in testbed.node.pool.items()}
    assert all(fee >= dear for fee in finally_.values())


def test_outbox_gap_in_the_middle_is_closed(testbed: MempoolTestbed) -> None:
    """The second of three loses its cause; the third must not wait for ever."""
    for n in range(3):
        testbed.world.ask(bytes([n, 1, 2, 3]))
    worker = testbed.worker()
    acted(worker)
    sender = worker.sender
    assert isinstance(sender, DurableSender)
    second = sender.outbox.open()[1]
    sender.outbox.dropped(second, "test")
    del testbed.node.pool["0x" + sender.address.hex(), second.nonce]
    for _ in range(6):
        acted(worker)
        testbed.mine_all()
    acted(worker)
    assert set(testbed.statuses()) == {Status.CLAIMED}
    assert not sender.outbox.open()


def test_node_behind_an_endpoint_that_lags_sends_nothing(
    testbed: MempoolTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It knows that its `accept` was mined, but reads a chain that lacks it."""
    testbed.world.ask()
    worker = testbed.worker()
    acted(worker)
    testbed.mine_all()
    monkeypatch.setattr(type(worker.record), "height", 1)
    assert acted(worker) == ["accept"] and testbed.waiting() == []
    monkeypatch.undo()
    acted(worker)
    assert len(testbed.waiting()) == 1


def test_node_whose_transactions_fail_again_and_again_waits_between_them(
    testbed: MempoolTestbed,
) -> None:
    """An endpoint foretells too little gas: each fails, and is paid for."""
    testbed.world.ask(patience=3600)
    worker = testbed.worker()
    acted(worker)
    testbed.mine_all()
    testbed.node.handlers["eth_estimateGas"] = lambda *_: hex(40_000)
    failed = []
    for block in range(30):
        acted(worker)
        failed += [block for _ in worker.refused]
        testbed.node.mine(empty=not testbed.node.pool)
    assert failed == [1, 2, 4, 10, 24]
    assert testbed.statuses() == [Status.ACCEPTED]


@pytest.mark.parametrize("looks", [1, 8])
def test_node_that_was_told_of_too_many_nonces_goes_on_when_the_truth_is_told(
    testbed: MempoolTestbed, looks: int
) -> None:
    """It isn't to close a gap of a thousand nonces, one transfer after the other."""
    request = testbed.world.ask()
    worker = testbed.worker()
    handlers = testbed.node.handlers
    truth = handlers["eth_getTransactionCount"]
    handlers["eth_getTransactionCount"] = lambda *_: hex(1000)
    for _ in range(looks):
        acted(worker)
    handlers["eth_getTransactionCount"] = truth
    done = []
    for _ in range(5):
        done += acted(worker)
        testbed.node.mine()
        testbed.node.mine(empty=True)  # what was told of this block is believed in it
    assert done == ["accept", "submit"]
    assert testbed.world.record().tables.requests[request].status is Status.CLAIMED
    assert testbed.world.embedded.state().get_nonce(worker.address) == 3
