"""The same senders and nodes against anvil, a node that is not ours."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.programs.anvil import anvil
from support.testbeds.embedded import ETHER, FEE, NO_CAPS, WINDOW, tiny_image
from web3.types import RPCEndpoint

import tinynn
from oracle.chain.chain import Chain
from oracle.chain.contracts import Contracts
from oracle.chain.errors import NotMined
from oracle.chain.events import ModelRegistered
from oracle.chain.local.accounts import development_accounts
from oracle.chain.providers.failover import FailoverEndpoint
from oracle.models.library import Library
from oracle.node.honest import Honest
from oracle.node.worker.worker import Worker
from oracle.record.record import Status
from oracle.requester.requests import Terms, ask
from oracle.sending import sender as plain
from oracle.sending.deploy import deploy
from oracle.sending.durable import DurableSender
from oracle.store.outbox import Outbox
from oracle.store.store import Store
from solidity.deployment import Parameters

pytestmark = pytest.mark.toolchain


@dataclass
class Foreign:
    """A chain that mines when it is told to, and a database."""

    endpoint: FailoverEndpoint
    store: Store
    chain: Chain
    contracts: Contracts

    def sender(self, index: int) -> DurableSender:
        account = development_accounts(index + 1)[index]
        address = bytes.fromhex(account.address[2:])
        outbox = Outbox(self.store, self.endpoint.chain_id, address)
        return DurableSender(self.chain, account, outbox)

    def rpc(self, method: str, *params: Any) -> Any:
        return self.endpoint.web3.manager.request_blocking(
            RPCEndpoint(method), list(params)
        )

    def deposit(self, sender: DurableSender, amount: int = ETHER) -> Any:
        staking, account = self.contracts.staking, sender.address
        return sender.send(staking, "deposit", account, value=amount)

    def staked(self, sender: DurableSender) -> int:
        staking = self.contracts.staking
        return int(self.chain.call(staking, "balanceOf", sender.address)[0])

    def mined(self, sender: DurableSender) -> int:
        account = sender._account.address
        return int(self.endpoint.web3.eth.get_transaction_count(account, "latest"))


def waits(sender: DurableSender) -> bool:
    """Whether anything is on its way still, after looking after it."""
    sender.settle()
    return bool(sender.on_its_way)


def acted(worker: Worker) -> list[str]:
    """What came true in a few turns."""
    return [done.action.function for _ in range(5) for done in worker.act()]


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Foreign]:
    with anvil() as url:
        endpoint = FailoverEndpoint([url])
        endpoint.poll_seconds = 0.02  # type: ignore[misc]
        store = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
        chain = Chain(endpoint)
        made = Foreign(endpoint, store, chain, None)  # type: ignore[arg-type]
        made.contracts = deploy(made.sender(0), Parameters(8, 600)).contracts
        monkeypatch.setattr(plain, "RECEIPT_SECONDS", 0.2)
        yield made
        endpoint.close()
        store.close()


def registered(foreign: Foreign, folder: Path) -> tuple[Path, bytes]:
    """A tiny model's image, and its id."""
    image = folder / "tiny.plumb"
    image.write_bytes(tiny_image())
    model = tinynn.load(image)
    identity = (model.model_root, model.program_root, 0, [])
    registry = foreign.contracts.registry
    receipt = foreign.sender(0).send(registry, "register", *identity)
    (told,) = (e for e in receipt.events if isinstance(e, ModelRegistered))
    return image, told.model_id


def test_anvil_many_requests_are_answered_in_two_blocks(
    foreign: Foreign, tmp_path: Path
) -> None:
    """One with all leases, one with all answers."""
    image, model_id = registered(foreign, tmp_path)
    sender, asker = foreign.sender(2), foreign.sender(1)
    foreign.deposit(sender)
    terms = Terms(fee_wei=FEE, window=WINDOW)
    for n in range(12):
        ask(asker, foreign.contracts, model_id, bytes([n, 1, 2, 3]), terms)
    foreign.rpc("evm_setAutomine", False)
    worker = Worker(sender, foreign.contracts, Honest(Library([image])), NO_CAPS)
    assert acted(worker) == []
    foreign.rpc("evm_mine")
    assert acted(worker) == ["accept"] * 12
    foreign.rpc("evm_mine")
    assert acted(worker) == ["submit"] * 12
    assert len(worker.record.requests(Status.CLAIMED)) == 12


def test_anvil_worker_answers_and_is_paid(foreign: Foreign, tmp_path: Path) -> None:
    image, model_id = registered(foreign, tmp_path)
    sender = foreign.sender(2)
    foreign.deposit(sender)
    terms = Terms(fee_wei=FEE, window=WINDOW)
    asker = foreign.sender(1)
    request, _ = ask(asker, foreign.contracts, model_id, b"abcd", terms)
    worker = Worker(sender, foreign.contracts, Honest(Library([image])))
    assert acted(worker) == ["accept", "submit"]
    foreign.rpc("evm_increaseTime", WINDOW)
    foreign.rpc("evm_mine")
    assert acted(worker) == ["finalize"]
    worker.record.refresh()
    assert worker.record.tables.requests[request].status is Status.FINAL


def test_anvil_stuck_transaction_is_replaced_and_mined_once(foreign: Foreign) -> None:
    foreign.rpc("evm_setAutomine", False)
    sender = foreign.sender(2)
    with pytest.raises(NotMined):
        foreign.deposit(sender)
    (entry,) = sender.outbox.open()
    for _ in range(3):  # blocks that leave it out: its base fee is too high for it
        foreign.rpc("anvil_setNextBlockBaseFeePerGas", hex(2 * entry.last.max_fee))
        foreign.rpc("evm_mine")
    assert waits(sender)
    (raised,) = sender.outbox.open()
    assert raised.nonce == entry.nonce
    assert raised.last.max_fee > entry.last.max_fee
    foreign.rpc("evm_mine")
    assert not waits(sender)
    assert (foreign.staked(sender), foreign.mined(sender)) == (ETHER, 1)


def test_anvil_new_process_finds_what_the_last_one_sent(foreign: Foreign) -> None:
    foreign.rpc("evm_setAutomine", False)
    with pytest.raises(NotMined):
        foreign.deposit(foreign.sender(2))
    reborn = foreign.sender(2)
    assert waits(reborn)
    foreign.rpc("evm_mine")
    assert not waits(reborn)
    assert (foreign.staked(reborn), foreign.mined(reborn)) == (ETHER, 1)


def test_anvil_dropped_transaction_is_offered_again(foreign: Foreign) -> None:
    foreign.rpc("evm_setAutomine", False)
    sender = foreign.sender(2)
    with pytest.raises(NotMined):
        foreign.deposit(sender)
    foreign.rpc("anvil_dropAllTransactions")
    foreign.rpc("evm_mine")
    assert foreign.mined(sender) == 0
    assert waits(sender)
    foreign.rpc("evm_mine")
    assert not waits(sender)
    assert (foreign.staked(sender), foreign.mined(sender)) == (ETHER, 1)


def test_anvil_reorg_undone_transaction_is_mined_again(foreign: Foreign) -> None:
    sender = foreign.sender(2)
    foreign.deposit(sender)
    foreign.rpc("anvil_reorg", 1, [])
    assert foreign.mined(sender) == 0
    for _ in range(3):
        waiting = waits(sender)
        foreign.rpc("evm_mine")
    assert not waiting
    assert (foreign.staked(sender), foreign.mined(sender)) == (ETHER, 1)
