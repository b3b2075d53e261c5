"""Several transactions of one account on their way at once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.street import CHALLENGER, WORKER, Street, acted
from support.world import ETHER, WINDOW, World

from challenge.lies import LIES
from oracle.chain.head import Head
from oracle.node.node import MOST_ON_THEIR_WAY
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.pricing.guard import Guard
from oracle.record.record import Status
from oracle.sending.durable import PATIENCE_BLOCKS, DurableSender
from oracle.store.store import Store


@pytest.fixture
def street(world: World, tmp_path: Path) -> Iterator[Street]:
    store = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
    yield Street(world, store)
    store.close()


def test_worker_accepts_and_submits_many_at_once(street: Street) -> None:
    for n in range(5):
        street.world.ask(bytes([n, 1, 2, 3]))
    worker = street.worker()
    assert acted(worker) == [] and street.waiting() == [1, 2, 3, 4, 5]
    assert acted(worker) == [] and street.waiting() == [1, 2, 3, 4, 5]
    street.mine_all()
    assert acted(worker) == ["accept"] * 5
    assert street.waiting() == [6, 7, 8, 9, 10]
    street.mine_all()
    assert acted(worker) == ["submit"] * 5
    street.world.travel(WINDOW)
    assert acted(worker) == [] and len(street.waiting()) == 5
    street.mine_all()
    assert acted(worker) == ["finalize"] * 5
    assert set(street.statuses()) == {Status.FINAL}


def test_worker_on_their_way_has_a_limit(street: Street) -> None:
    for n in range(MOST_ON_THEIR_WAY + 2):
        street.world.ask(bytes([n, 1, 2, 3]))
    worker = street.worker(10 * ETHER)
    acted(worker)
    assert len(street.waiting()) == MOST_ON_THEIR_WAY


def test_worker_stake_on_its_way_is_not_staked_twice(street: Street) -> None:
    """Each `accept` by itself would succeed: the chain knows of none of the others."""
    bond, _ = street.world.chain.call(street.world.contracts.oracle, "bondFor", 0)
    for n in range(5):
        street.world.ask(bytes([n, 1, 2, 3]))
    worker = street.worker(2 * bond, Guard(requester_share=1))
    for _ in range(3):
        acted(worker)
    assert len(street.waiting()) == 2
    street.mine_all()
    assert acted(worker) == ["accept"] * 2
    assert all("free stake" in why for why in worker.declined.values())


def test_worker_has_no_more_leases_than_it_wants(street: Street) -> None:
    """Counted are those on their way, those held, but not those answered."""
    for n in range(5):
        street.world.ask(bytes([n, 1, 2, 3]))
    street.world.stake(street.world.senders[WORKER])
    mind, guard = street.world.honest(), Guard(most_leases=2)
    worker = Worker(street.sender(WORKER), street.world.contracts, mind, guard)
    acted(worker)
    acted(worker)
    assert len(street.waiting()) == 2
    assert all(why.startswith("busy: ") for why in worker.declined.values())
    mind.ready = lambda asked: False  # type: ignore[method-assign]
    street.mine_all()
    assert acted(worker) == ["accept"] * 2 and street.waiting() == []
    del mind.ready
    acted(worker)
    street.mine_all()
    assert acted(worker) == ["submit"] * 2 and len(street.waiting()) == 2


def test_worker_reborn_sends_nothing_before_it_knows_what_came(street: Street) -> None:
    requests = [street.world.ask(bytes([n, 1, 2, 3])) for n in range(2)]
    acted(street.worker())
    street.world.ask(b"\7\7\7\7")
    reborn = street.worker(stake=0)
    assert acted(reborn) == [] and street.waiting() == [1, 2]
    street.mine_all()
    assert acted(reborn) == ["accept"] * 2
    assert len(requests) == 2 and len(street.waiting()) == 3


def test_challenger_each_challenge_brings_its_own_bond(street: Street) -> None:
    """Free stake is enough for one; both are on their way before either is mined."""
    world = street.world
    for n in range(2):
        world.ask(bytes([n, 7, 9, 200]))
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    world.stake(world.senders[WORKER], 2 * bond)
    mind = LyingWorker(world.honest(), LIES["activation"], 8, 1)
    guard = Guard(requester_share=1)
    liar = Worker(world.senders[WORKER], world.contracts, mind, guard)
    while liar.step() is not None:
        pass
    own, *_ = world.chain.call(world.contracts.game, "challengerBond", bond)
    world.stake(world.senders[CHALLENGER], own)
    challenger = street.challenger()
    assert acted(challenger) == [] and street.waiting() == [1, 2]
    street.mine_all()
    assert acted(challenger) == ["challenge"] * 2
    refused = list(challenger.refused)
    for _ in range(60):
        liar.step()
        acted(challenger)
        refused += challenger.refused
        street.mine_all()
    assert sum(challenger.stake()) == 0
    assert refused == []


def test_outbox_dear_times_raise_the_lowest_and_those_that_would_wait(
    street: Street,
) -> None:
    for n in range(3):
        street.world.ask(bytes([n, 1, 2, 3]))
    worker = street.worker()
    acted(worker)
    first = {n: w.max_fee for (_, n), w in street.node.pool.items()}
    for _ in range(PATIENCE_BLOCKS + 1):
        street.node.mine(empty=True)
    acted(worker)
    then = {n: w.max_fee for (_, n), w in street.node.pool.items()}
    assert then[1] > first[1]
    assert (then[2], then[3]) == (first[2], first[3])
    dear = 2 * max(then.values())
    chain, real = worker.sender.chain, worker.sender.chain.head

    def dearer() -> Head:
        chain.latest = replace(real(), base_fee=dear)
        return chain.latest

    chain.head = dearer  # type: ignore[method-assign]
    for _ in range(PATIENCE_BLOCKS + 1):
        street.node.mine(empty=True)
    acted(worker)
    finally_ = {n: w.max_fee for (_, n), w in street.node.pool.items()}
    assert all(fee >= dear for fee in finally_.values())


def test_outbox_gap_in_the_middle_is_closed(street: Street) -> None:
    """The second of three loses its cause; the third must not wait for ever."""
    for n in range(3):
        street.world.ask(bytes([n, 1, 2, 3]))
    worker = street.worker()
    acted(worker)
    sender = worker.sender
    assert isinstance(sender, DurableSender)
    second = sender.outbox.open()[1]
    sender.outbox.dropped(second, "test")
    del street.node.pool["0x" + sender.address.hex(), second.nonce]
    for _ in range(6):
        acted(worker)
        street.mine_all()
    acted(worker)
    assert set(street.statuses()) == {Status.CLAIMED}
    assert not sender.outbox.open()


def test_node_behind_an_endpoint_that_lags_sends_nothing(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It knows that its `accept` was mined, but reads a chain that lacks it."""
    street.world.ask()
    worker = street.worker()
    acted(worker)
    street.mine_all()
    monkeypatch.setattr(type(worker.record), "height", 1)
    assert acted(worker) == ["accept"] and street.waiting() == []
    monkeypatch.undo()
    acted(worker)
    assert len(street.waiting()) == 1


def test_node_whose_transactions_fail_again_and_again_waits_between_them(
    street: Street,
) -> None:
    """An endpoint foretells too little gas: each fails, and is paid for."""
    street.world.ask(patience=3600)
    worker = street.worker()
    acted(worker)
    street.mine_all()
    street.node.handlers["eth_estimateGas"] = lambda *_: hex(40_000)
    failed = []
    for block in range(30):
        acted(worker)
        failed += [block for _ in worker.refused]
        street.node.mine(empty=not street.node.pool)
    assert failed == [1, 2, 4, 10, 24]
    assert street.statuses() == [Status.ACCEPTED]


@pytest.mark.parametrize("looks", [1, 8])
def test_node_that_was_told_of_too_many_nonces_goes_on_when_the_truth_is_told(
    street: Street, looks: int
) -> None:
    """It isn't to close a gap of a thousand nonces, one transfer after the other."""
    request = street.world.ask()
    worker = street.worker()
    handlers = street.node.handlers
    truth = handlers["eth_getTransactionCount"]
    handlers["eth_getTransactionCount"] = lambda *_: hex(1000)
    for _ in range(looks):
        acted(worker)
    handlers["eth_getTransactionCount"] = truth
    done = []
    for _ in range(5):
        done += acted(worker)
        street.node.mine()
    assert done == ["accept", "submit"]
    assert street.world.record().tables.requests[request].status is Status.CLAIMED
    assert street.world.embedded.state().get_nonce(worker.address) == 3
