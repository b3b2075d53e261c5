"""Chains without fees: base fee 0, tip 0. What costs nothing can still be sent."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.endpoints.mempool import Waiting
from support.testbeds.bench import Bench, Immediate, waits
from support.testbeds.embedded import ETHER, WINDOW, EmbeddedTestbed
from support.testbeds.mempool import CHALLENGER, WORKER, MempoolTestbed, acted

from challenge.lies import LIES
from oracle.chain.errors import Rejected
from oracle.chain.head import Head
from oracle.devnet.setup import set_up
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record.record import Status
from oracle.sending.durable import PATIENCE_BLOCKS
from oracle.store.store import Store
from solidity.deployment import Parameters

LIAR = 4
STUCK_EVERY, MOST_TURNS = 3, 200


@pytest.fixture
def world(tmp_path: Path) -> EmbeddedTestbed:
    return EmbeddedTestbed.made(tmp_path, first_base_fee=0)


@pytest.fixture
def bench(
    world: EmbeddedTestbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    made = Bench(world, tmp_path, monkeypatch)
    yield made
    made.close()


def waiting_fee(bench: Bench) -> int:
    (waiting,) = bench.node.pool.values()
    return waiting.max_fee


def test_feeless_chain_has_no_fees_however_full_its_blocks(
    world: EmbeddedTestbed,
) -> None:
    """Neither base fee nor advised tip, and nobody has paid for gas."""
    chain = world.chain
    assert chain.height > 5
    assert [chain.base_fee(n) for n in range(chain.height + 1)] == [0] * (
        chain.height + 1
    )
    assert (chain.tip(), world.embedded.next_base_fee) == (0, 0)
    assert {sender.spent_wei for sender in world.senders} == {0}
    assert chain.balance(world.senders[0].address) == 100 * ETHER


def test_feeless_block_without_a_base_fee_has_none(world: EmbeddedTestbed) -> None:
    """As nodes of such chains show it."""
    block = dict(world.endpoint.web3.eth.get_block("latest"))
    del block["baseFeePerGas"]
    assert Head.of(block).base_fee == 0  # type: ignore[arg-type]


def test_feeless_devnet_goes_on_without_fees(tmp_path: Path) -> None:
    """From its state, whatever the next process would have begun with."""
    state = tmp_path / "state"
    for first_base_fee in (0, 10**9):
        ready = set_up(Parameters(8, 600), state, first_base_fee=first_base_fee)
        asked = ready.devnet.handlers
        sender = ready.devnet.addresses()[3]
        action = {"from": sender, "to": sender, "value": "0x1"}
        identity = asked["eth_sendTransaction"](action)
        receipt = asked["eth_getTransactionReceipt"](identity)
        assert (receipt["status"], receipt["effectiveGasPrice"]) == ("0x1", "0x0")
        assert asked["eth_gasPrice"]() == asked["eth_maxPriorityFeePerGas"]() == "0x0"
        assert ready.disk is not None
        ready.disk.keep()
        ready.disk.close()


def test_durable_feeless_stuck_is_signed_anew_for_more(bench: Bench) -> None:
    """By a wei at least: an eighth of nothing would be the same bytes."""
    bench.post(bench.sender())
    fees = [waiting_fee(bench)]
    for _ in range(6 * PATIENCE_BLOCKS):
        bench.node.mine(empty=True)
        assert waits(bench.sender()), "each time another process"
        if fees[-1] != waiting_fee(bench):
            fees.append(waiting_fee(bench))
    assert fees[:3] == [0, 1, 2] and fees == sorted(fees)
    bench.node.mine()
    assert not waits(bench.sender())
    assert (bench.staked(), bench.nonce()) == (ETHER, 1)


def test_durable_feeless_stuck_under_a_cap_of_nothing_waits(bench: Bench) -> None:
    bench.post(bench.sender(fee_cap=0))
    for _ in range(3 * PATIENCE_BLOCKS):
        bench.node.mine(empty=True)
        assert waits(bench.sender(fee_cap=0))
    assert len(set(bench.node.offers)) == 1
    bench.node.mine()
    assert not waits(bench.sender(fee_cap=0))
    assert (bench.staked(), bench.nonce()) == (ETHER, 1)


@pytest.mark.parametrize("fee_cap", [None, 0])
def test_durable_refused_once_is_offered_again(
    bench: Bench, fee_cap: int | None
) -> None:
    """The same bytes: no node has them, so there is nothing to outbid."""
    bench.node.complaint = "tx rejected by the mempool for a moment"
    for _ in range(3):
        with pytest.raises(Rejected):
            bench.deposit(bench.sender(fee_cap))
    bench.node.complaint = ""
    Immediate(bench)
    bench.deposit(bench.sender(fee_cap))
    assert len(set(bench.node.offers)) == 1
    assert (bench.staked(), bench.nonce()) == (ETHER, 1)


def test_durable_given_up_and_wanted_again_at_the_cap_is_offered_again(
    bench: Bench,
) -> None:
    """Also by another name: a name is not in the bytes."""
    sender = bench.sender(fee_cap=0)
    bench.post(sender, key="first")
    (entry,) = sender.outbox.open()
    sender.outbox.dropped(entry, "test")
    bench.node.pool.clear()
    bench.post(sender, key="second")
    (again,) = sender.outbox.open()
    assert (again.id, again.draft.key, again.attempts) == (
        entry.id,
        "second",
        entry.attempts,
    )
    bench.node.mine()
    assert not waits(sender)
    assert (bench.staked(), bench.nonce()) == (ETHER, 1)


def test_durable_rejections_do_not_drive_up_the_fee(bench: Bench) -> None:
    """Else a node that always says no would make the account pay without end."""
    bench.node.complaint = "no, thank you"
    sender = bench.sender()
    for amount in range(1, 40):
        with pytest.raises(Rejected):
            bench.deposit(sender, amount)
    bench.node.complaint = ""
    bench.post(sender, 40)
    assert waiting_fee(bench) == 0


def test_durable_replacements_of_one_nonce_have_an_end(bench: Bench) -> None:
    """Whatever a node says of those before it."""
    sender = bench.sender()
    for amount in range(1, 40):
        bench.post(sender, amount)
        sender.outbox.dropped(sender.outbox.open()[0], "test")
    assert waiting_fee(bench) < 20


def test_durable_absurd_count_of_what_waits_is_no_endless_search(bench: Bench) -> None:
    """An endpoint's nonsense costs no time."""
    sender = bench.sender()
    eth = sender.chain.endpoint.web3.eth
    real = eth.get_transaction_count
    bench.monkeypatch.setattr(
        eth,
        "get_transaction_count",
        lambda who, block: 2**62 if block == "pending" else real(who, block),
    )
    assert sender.nonce == 2**62


class Jammed:
    """A mempool that takes its time: every third transaction waits for long."""

    def __init__(self, testbed: MempoolTestbed) -> None:
        self._testbed, self._mined = testbed, 0
        self.fees: set[int] = set()

    def pass_time(self) -> None:
        node = self._testbed.node
        self.fees |= {waiting.max_fee for waiting in node.pool.values()}
        stuck = self._stuck(node.pool)
        if stuck or not node.pool:
            node.mine(empty=True)
        else:
            node.mine()
            self._mined += 1

    def _stuck(self, pool: dict[tuple[str, int], Waiting]) -> bool:
        if not pool or self._mined % STUCK_EVERY:
            return False
        return max(waiting.max_fee for waiting in pool.values()) == 0


def test_feeless_story_is_played_to_its_end(
    world: EmbeddedTestbed, tmp_path: Path
) -> None:
    """A lie falls and a true answer is paid, by default nodes that are born again at
    each turn, while transactions get stuck until they offer more."""
    store = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
    testbed = MempoolTestbed(world, store)
    request = world.ask()
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    assert bond > 0, "the contracts have a least price of gas of their own"
    world.stake(world.senders[LIAR], bond)
    strategy = LyingWorker(world.honest(), LIES["activation"], 8, 1)
    liar = Worker(world.senders[LIAR], world.contracts, strategy)
    while liar.step() is not None:
        pass
    jammed, seen = Jammed(testbed), set()
    world.stake(world.senders[WORKER])
    for _ in range(MOST_TURNS):
        for node in (testbed.challenger(), testbed.worker(stake=0)):
            acted(node)
        liar.step()
        jammed.pass_time()
        record = world.record()
        seen |= {type(e).__name__ for e in told(world)}
        status = record.tables.requests[request].status
        if status is Status.CLAIMED and not list(record.games()):
            world.travel(WINDOW // 10)
        if status is Status.FINAL:
            break
    store.close()
    assert status is Status.FINAL
    assert {"Claimed", "Challenged", "WorkerLost", "ClaimKilled", "Finalized"} <= seen
    assert jammed.fees >= {0, 1}, "some were signed anew"
    assert sum(liar.stake()) == 0
    assert world.chain.balance(world.senders[CHALLENGER].address) > 100 * ETHER


def told(world: EmbeddedTestbed) -> list[object]:
    chain, contracts = world.chain, world.contracts
    return list(chain.events(contracts.telling, contracts.block, chain.height))
