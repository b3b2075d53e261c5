"""One account's durable sender behind a mempool, and new processes on its database.

`Killed` stands for `kill -9`: the sender is gone, its database is what it was.
"""

from pathlib import Path
from typing import Any

import pytest
from support.endpoints.mempool import MempoolEndpoint
from support.testbeds.embedded import ETHER, EmbeddedTestbed

from oracle.chain.chain import Chain
from oracle.chain.errors import NotMined
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.known import CHAIN_ID
from oracle.sending import sender as plain
from oracle.sending.durable import DurableSender
from oracle.store.outbox import Outbox
from oracle.store.store import Store

ACCOUNT = development_accounts(3)[2]
ADDRESS = bytes.fromhex(ACCOUNT.address[2:])


class Killed(BaseException):
    """Nobody catches it."""


class Bench:
    """A world behind a mempool; `sender` is a new process on the same database."""

    def __init__(self, world: EmbeddedTestbed, folder: Path, monkeypatch: Any) -> None:
        self.world, self.monkeypatch = world, monkeypatch
        self.url = f"sqlite:///{folder / 'plumb.db'}"
        self.endpoint = MempoolEndpoint(world.embedded)
        self.node = self.endpoint.provider
        self.stores: list[Store] = []
        monkeypatch.setattr(plain, "RECEIPT_SECONDS", 3)

    def sender(self, fee_cap: int | None = None) -> DurableSender:
        self.stores.append(Store(self.url))
        outbox = Outbox(self.stores[-1], CHAIN_ID, ADDRESS)
        chain = Chain(self.endpoint)
        return DurableSender(chain, ACCOUNT, outbox, fee_cap)

    def deposit(self, sender: DurableSender, amount: int = ETHER, key: str = "") -> Any:
        staking = self.world.contracts.staking
        return sender.send(staking, "deposit", ADDRESS, value=amount, key=key)

    def post(self, sender: DurableSender, amount: int = ETHER, key: str = "") -> None:
        """A deposit that stays in the mempool."""
        with pytest.raises(NotMined):
            self.deposit(sender, amount, key)

    def staked(self) -> int:
        staking = self.world.contracts.staking
        return int(self.world.chain.call(staking, "balanceOf", ADDRESS)[0])

    def nonce(self) -> int:
        return int(self.world.embedded.state().get_nonce(ADDRESS))

    def kill(self, owner: Any, method: str, after: bool) -> None:
        """Makes the process die before or after that call, once."""
        real = getattr(owner, method)

        def deadly(*arguments: Any, **options: Any) -> Any:
            self.monkeypatch.setattr(owner, method, real)
            if after:
                real(*arguments, **options)
            raise Killed

        self.monkeypatch.setattr(owner, method, deadly)

    def close(self) -> None:
        for store in self.stores:
            store.close()


def waits(sender: DurableSender) -> bool:
    """Whether anything is on its way still, after looking after it."""
    sender.settle()
    return bool(sender.on_its_way)


class Immediate:
    """A mempool that is mined at once."""

    def __init__(self, bench: Bench) -> None:
        take = bench.node._take

        def take_and_mine(raw: bytes) -> Any:
            answer = take(raw)
            bench.node.mine()
            return answer

        bench.monkeypatch.setattr(bench.node, "_take", take_and_mine)
