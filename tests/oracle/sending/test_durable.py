"""Sending that survives: kills, lost answers, what is stuck or displaced, reorgs."""

from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from support.testbeds.bench import ADDRESS, Bench, Immediate, Killed, waits
from support.testbeds.embedded import ETHER, EmbeddedTestbed

from oracle.chain.errors import (
    Displaced,
    FeeAboveCap,
    Refused,
    Rejected,
    WentBack,
)
from oracle.sending import durable
from oracle.sending import sender as plain
from oracle.sending.durable import MOST_TRIES
from oracle.sending.receipts import MISSES
from oracle.sending.sender import Post
from oracle.sending.signer import MOST_ATTEMPTS
from oracle.store.errors import NonceTaken, OnItsWay
from oracle.store.outbox import Outbox


@pytest.fixture
def bench(
    world: EmbeddedTestbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Any:
    made = Bench(world, tmp_path, monkeypatch)
    yield made
    made.close()


def test_durable_send_receipt_equals_a_plain_senders(bench: Bench) -> None:
    Immediate(bench)
    receipt = bench.deposit(bench.sender())
    assert (receipt.action, receipt.sender) == ("deposit", ADDRESS)
    assert bench.staked() == ETHER
    data = bench.world.contracts.staking.abi.calldata("deposit", [ADDRESS])
    assert receipt.calldata_gas == plain.calldata_gas(data)


def test_durable_send_refusal_writes_nothing_down(bench: Bench) -> None:
    sender = bench.sender()
    with pytest.raises(Refused, match="InsufficientBalance"):
        sender.send(bench.world.contracts.staking, "withdraw", ADDRESS, 5)
    assert not sender.outbox.open()
    assert not bench.node.offers


KILLS = [
    (Outbox, "add", False, 1),
    (Outbox, "add", True, 2),
    ("node", "_take", False, 2),
    ("node", "_take", True, 2),
    (Outbox, "mined", False, 2),
    (Outbox, "mined", True, 2),
]


@pytest.mark.parametrize("owner, method, after, deposits", KILLS)
def test_durable_send_killed_anywhere_is_sent_once(
    bench: Bench, owner: Any, method: str, after: bool, deposits: int
) -> None:
    """One deposit in all, unless the first died before it was written down.

    `deposits` counts the nonces used after the next process made another deposit.
    """
    Immediate(bench)
    bench.kill(bench.node if owner == "node" else owner, method, after)
    with pytest.raises(Killed):
        bench.deposit(bench.sender(), key="first")
    reborn = bench.sender()
    assert not waits(reborn) or not waits(reborn)  # sent again, then mined
    bench.deposit(reborn, 7, key="second")
    assert bench.nonce() == deposits
    assert bench.staked() == 7 + ETHER * (deposits - 1)
    assert not reborn.outbox.open()


def test_durable_send_same_key_on_its_way_is_not_made_again(bench: Bench) -> None:
    sender = bench.sender()
    bench.post(sender, key="move")
    bench.post(bench.sender(), ETHER + 1, key="move")  # another process, the same move
    assert len(bench.node.pool) == 1
    bench.node.mine()
    assert not waits(sender)
    assert bench.staked() == ETHER


def test_durable_send_other_key_takes_the_next_nonce(bench: Bench) -> None:
    sender = bench.sender()
    bench.post(sender, 1)
    bench.post(sender, 2)
    assert sorted(nonce for _, nonce in bench.node.pool) == [0, 1]
    bench.node.mine()
    bench.node.mine()
    assert not waits(sender)
    assert bench.staked() == 3


def test_durable_send_no_answer_is_no_reason_to_send_another(bench: Bench) -> None:
    bench.node.down = True
    sender = bench.sender()
    bench.post(sender)
    assert len(set(bench.node.offers)) == 1
    bench.node.down = False
    bench.node.mine()
    assert not waits(sender)
    assert (bench.staked(), bench.nonce()) == (ETHER, 1)


def test_durable_send_forgotten_by_the_mempool_is_offered_again(bench: Bench) -> None:
    sender = bench.sender()
    bench.post(sender)
    bench.node.pool.clear()
    bench.node.mine(empty=True)
    assert waits(sender)
    assert len(bench.node.pool) == 1
    assert len(set(bench.node.offers)) == 1


def test_durable_send_behind_a_lost_one_has_that_offered_again(bench: Bench) -> None:
    bench.post(bench.sender(), 3)
    bench.node.pool.clear()
    Immediate(bench)
    bench.deposit(bench.sender(), 4)
    assert (bench.staked(), bench.nonce()) == (7, 2)


def test_durable_send_stuck_pays_more_up_to_the_cap(bench: Bench) -> None:
    bench.post(bench.sender())
    (first,) = (waiting.max_fee for waiting in bench.node.pool.values())
    cap = 2 * first
    sender = bench.sender(fee_cap=cap)
    fees = set()
    for _ in range(30):
        bench.node.mine(empty=True)
        assert waits(sender)
        fees |= {waiting.max_fee for waiting in bench.node.pool.values()}
    assert cap * 7 // 8 < max(fees) <= cap
    assert len(bench.node.pool) == 1
    bench.node.mine()
    assert not waits(sender)
    assert (bench.staked(), bench.nonce()) == (ETHER, 1)


def test_durable_send_underpriced_replacement_raised_until_taken(bench: Bench) -> None:
    """What another program left in the mempool under a nonce that we dropped."""
    sender = bench.sender()
    bench.post(sender, 5)
    (entry,) = sender.outbox.open()
    sender.outbox.dropped(entry, "test")
    place, waiting = next(iter(bench.node.pool.items()))
    dear = type(waiting)(b"", waiting.sender, 0, 2 * waiting.max_fee)
    bench.node.pool[place] = dear
    bench.post(sender)
    assert bench.node.pool[place].max_fee * 10 >= dear.max_fee * 11
    bench.node.mine()
    assert not waits(sender)
    assert bench.staked() == ETHER


def test_durable_send_displaced_by_another_program_is_told(bench: Bench) -> None:
    sender = bench.sender()
    bench.post(sender)
    plain_sender = bench.world.senders[2]
    bench.node.pool.clear()
    bench.world.stake(plain_sender, 3)
    with pytest.raises(Displaced, match="expected nonce 0 for it"):
        for _ in range(MISSES):
            head, mined = sender.chain.head(), sender._nonces.used()
            sender._advance(sender.outbox.open()[0], head, mined)
    assert not waits(sender)
    Immediate(bench)
    bench.deposit(sender)
    assert (bench.staked(), bench.nonce()) == (ETHER + 3, 2)


def test_durable_send_foreign_pending_transaction_is_left_alone(bench: Bench) -> None:
    other = bench.sender()
    bench.post(other, 3)
    for store in bench.stores:
        store.close()
    bench.url += "x"  # the other program has a database of its own
    bench.post(bench.sender(), 4)
    assert sorted(nonce for _, nonce in bench.node.pool) == [0, 1]


def test_durable_send_rejected_says_why_and_frees_the_nonce(bench: Bench) -> None:
    bench.node.complaint = "insufficient funds for gas * price + value"
    sender = bench.sender()
    with pytest.raises(Rejected, match="got: .*insufficient funds"):
        bench.deposit(sender)
    bench.node.complaint = ""
    Immediate(bench)
    bench.deposit(sender)
    assert bench.nonce() == 1


def test_durable_send_base_fee_above_cap_refused(bench: Bench) -> None:
    with pytest.raises(FeeAboveCap):
        bench.deposit(bench.sender(fee_cap=1))


def test_durable_nonce_that_others_always_take_is_not_tried_for_ever(
    bench: Bench,
) -> None:
    sender, tries = bench.sender(), []

    def add(draft: Any, nonce: int, attempt: Any) -> Any:
        tries.append(nonce)
        raise NonceTaken(nonce)

    bench.monkeypatch.setattr(sender.outbox, "add", add)
    with pytest.raises(NonceTaken):
        bench.deposit(sender)
    assert len(tries) == MOST_TRIES


def test_durable_node_that_always_wants_more_is_not_heard_for_ever(
    bench: Bench,
) -> None:
    """Though its base fee rises with each look, so that there is more to be had."""
    bench.node.complaint = "transaction underpriced"
    sender, fee = bench.sender(), (2**n for n in count(30))
    recent = sender.chain.recent
    dearer = lambda **_: replace(recent(), base_fee=next(fee))  # noqa: E731
    bench.monkeypatch.setattr(sender.chain, "recent", dearer)
    staking = bench.world.contracts.staking
    sender.post(Post(staking, "deposit", (ADDRESS,), ETHER, "move"))
    assert len(bench.node.offers) == MOST_ATTEMPTS + 1


def test_durable_reorg_undone_move_is_offered_again(bench: Bench) -> None:
    Immediate(bench)
    sender = bench.sender()
    height = bench.world.chain.height
    bench.deposit(sender)
    bench.world.embedded.rewind(height)
    bench.node.mine(empty=True)
    assert bench.staked() == 0
    assert waits(sender)  # offered again
    assert not waits(sender)
    assert (bench.staked(), bench.nonce()) == (ETHER, 1)
    assert len(set(bench.node.offers)) == 1


def test_durable_reorg_move_without_its_cause_is_dropped(bench: Bench) -> None:
    Immediate(bench)
    sender = bench.sender()
    staking = bench.world.contracts.staking
    height = bench.world.chain.height
    bench.world.stake(bench.world.senders[1], 0)
    bench.world.senders[1].send(staking, "deposit", ADDRESS, value=5)
    sender.send(staking, "withdraw", ADDRESS, 5)
    bench.world.embedded.rewind(height)
    assert not waits(sender)
    assert bench.nonce() == 0
    bench.deposit(sender)
    assert (bench.staked(), bench.nonce()) == (ETHER, 1)


def test_outbox_same_key_twice_refused(bench: Bench) -> None:
    sender = bench.sender()
    bench.post(sender, key="move")
    (entry,) = sender.outbox.open()
    with pytest.raises(OnItsWay, match="expected no transaction of move on its way"):
        sender.outbox.add(entry.draft, 9, entry.last)


def test_durable_reorg_gap_before_a_move_is_closed(bench: Bench) -> None:
    """The first lost its cause, the second did not: it must not wait for ever."""
    Immediate(bench)
    sender = bench.sender()
    staking = bench.world.contracts.staking
    height = bench.world.chain.height
    bench.world.senders[1].send(staking, "deposit", ADDRESS, value=5)
    sender.send(staking, "withdraw", ADDRESS, 5)
    bench.deposit(sender)
    bench.world.embedded.rewind(height)
    for _ in range(4):
        waiting = waits(sender)
    assert not waiting
    assert (bench.staked(), bench.nonce()) == (ETHER, 2)


def test_durable_reorg_under_a_waiting_send_brings_back_what_came_before(
    bench: Bench,
) -> None:
    """Else the nonce that is waited for would never be the next."""
    sender, height = bench.sender(), bench.world.chain.height
    bench.monkeypatch.setattr(durable.time, "sleep", lambda _: bench.node.mine())
    bench.deposit(sender)
    assert bench.nonce() == 1

    def reorganise(_: float) -> None:
        bench.world.embedded.rewind(height)
        bench.monkeypatch.setattr(durable.time, "sleep", lambda _: bench.node.mine())

    bench.monkeypatch.setattr(durable.time, "sleep", reorganise)
    bench.monkeypatch.setattr(plain, "RECEIPT_SECONDS", 9)
    bench.deposit(sender, amount=7)
    assert (bench.staked(), bench.nonce()) == (ETHER + 7, 2)


def test_durable_reorg_all_without_cause_leave_no_gap(bench: Bench) -> None:
    Immediate(bench)
    sender = bench.sender()
    staking = bench.world.contracts.staking
    height = bench.world.chain.height
    bench.world.senders[1].send(staking, "deposit", ADDRESS, value=10)
    for amount in (4, 3, 2, 1):
        sender.send(staking, "withdraw", ADDRESS, amount)
    bench.world.embedded.rewind(height)
    assert not waits(sender), "one look is enough, however many there are"
    assert bench.nonce() == 0


def test_durable_reorg_since_the_last_look_sends_nothing(bench: Bench) -> None:
    """What was to be sent may make no sense any more, though its estimate did."""
    Immediate(bench)
    sender = bench.sender()
    height = bench.world.chain.height
    bench.deposit(sender)
    offers = len(bench.node.offers)
    bench.world.embedded.rewind(height)
    with pytest.raises(WentBack, match="expected nonce 1 or more, got 0"):
        bench.deposit(sender, 3)
    assert len(bench.node.offers) == offers
    assert waits(sender) and not waits(sender)
    bench.deposit(sender, 3)
    assert (bench.staked(), bench.nonce()) == (ETHER + 3, 2)
