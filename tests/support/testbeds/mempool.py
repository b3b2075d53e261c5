"""Nodes behind a mempool whose transactions are kept in one database."""

from dataclasses import dataclass, field

from support.endpoints.mempool import MempoolEndpoint
from support.testbeds.embedded import ETHER, EmbeddedTestbed

from oracle.chain.chain import Chain
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.known import CHAIN_ID
from oracle.node.challenger.challenger import Challenger
from oracle.node.node import Node
from oracle.node.worker.worker import NO_GUARD, Worker
from oracle.pricing.guard import Guard
from oracle.record.record import Status
from oracle.sending.durable import DurableSender
from oracle.store.outbox import Outbox
from oracle.store.store import Store

WORKER, CHALLENGER = 2, 3


@dataclass
class MempoolTestbed:
    """A world behind a mempool, and one database."""

    world: EmbeddedTestbed
    store: Store
    endpoint: MempoolEndpoint = field(init=False)

    def __post_init__(self) -> None:
        self.endpoint = MempoolEndpoint(self.world.embedded)
        self.node = self.endpoint.provider

    def sender(self, index: int) -> DurableSender:
        account = development_accounts(index + 1)[index]
        address = bytes.fromhex(account.address[2:])
        outbox = Outbox(self.store, CHAIN_ID, address)
        return DurableSender(Chain(self.endpoint), account, outbox)

    def worker(self, stake: int = ETHER, guard: Guard = NO_GUARD) -> Worker:
        if stake:
            self.world.stake(self.world.senders[WORKER], stake)
        strategy = self.world.honest()
        return Worker(self.sender(WORKER), self.world.contracts, strategy, guard)

    def challenger(self) -> Challenger:
        strategy = self.world.honest()
        return Challenger(self.sender(CHALLENGER), self.world.contracts, strategy)

    def waiting(self) -> list[int]:
        """Nonces in the mempool."""
        return sorted(nonce for _, nonce in self.node.pool)

    def mine_all(self) -> None:
        while self.node.pool:
            self.node.mine()

    def statuses(self) -> list[Status]:
        tables = self.world.record().tables
        return [tables.requests[request].status for request in self.world.requests]


def acted(node: Node) -> list[str]:
    return [done.action.function for done in node.act()]
