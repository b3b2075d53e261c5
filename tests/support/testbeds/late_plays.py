"""A liar, and a challenger behind an endpoint that ails: what they do in turn."""

from collections.abc import Callable
from contextlib import suppress
from itertools import cycle

from support.endpoints.late import Ills, LateEndpoint
from support.testbeds.embedded import NO_CAPS, EmbeddedTestbed

from challenge.lies import LIES
from oracle.chain.chain import Chain
from oracle.chain.contracts import Contracts
from oracle.chain.endpoint import Endpoint
from oracle.chain.events import ChallengerLost, Finalized
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.known import CHAIN_ID
from oracle.node.challenger.challenger import Challenger
from oracle.node.loop import OUTAGES
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record.audit import Auditor
from oracle.record.record import Record
from oracle.sending.durable import DurableSender
from oracle.store.journal import StoredJournal
from oracle.store.outbox import Outbox
from oracle.store.store import Store

LIAR, OURS = 2, 3
MOST_TURNS = 150
TURN_SECONDS = 2


def topic(contracts: Contracts, event: str) -> bytes:
    (found,) = {
        entry.id
        for contract in contracts.telling
        for entry in contract.abi.events.values()
        if entry.name == event
    }
    return found


class Play:
    """The liar and its requests; challengers come and go with their endpoints."""

    def __init__(self, world: EmbeddedTestbed, store: Store, lies: int = 1) -> None:
        self.world, self._store, self._lies = world, store, lies
        bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
        world.stake(world.senders[LIAR], lies * bond)
        world.stake(world.senders[OURS])
        strategy = LyingWorker(world.honest(), LIES["activation"], 8, seed=1)
        self.liar = Worker(world.senders[LIAR], world.contracts, strategy, NO_CAPS)
        for n in range(lies):
            world.ask(bytes([n, 128, 0, 255]))

    def challenger(self, endpoint: Endpoint) -> Challenger:
        account = development_accounts(OURS + 1)[OURS]
        address = self.world.senders[OURS].address
        outbox = Outbox(self._store, CHAIN_ID, address)
        sender = DurableSender(Chain(endpoint), account, outbox)
        return Challenger(sender, self.world.contracts, self.world.honest())

    def perform(
        self, ours: Challenger, tick: Callable[[], None], turns: int = MOST_TURNS
    ) -> None:
        """Until every claim is dead. Time passes when nobody acts."""
        for _ in range(turns):
            tick()
            height = self.world.chain.height
            self.liar.step()
            with suppress(*OUTAGES):  # as the loop has it: the next turn is another
                ours.step()
            if self.world.chain.height == height:
                self.world.travel(TURN_SECONDS)
            if self.is_over():
                return

    def is_over(self) -> bool:
        record = self.world.record()
        claims = record.tables.claims.values()
        dead = sum(not answered.alive for answered in claims)
        return dead == self._lies and not any(record.games())

    def assert_won(self) -> None:
        assert self.is_over()
        telling, height = self.world.contracts.telling, self.world.chain.height
        told = self.world.chain.events(telling, 0, height)
        bad = [e for e in told if isinstance(e, ChallengerLost | Finalized)]
        assert bad == []


def a_game(world: EmbeddedTestbed, store: Store, last: str = "") -> None:
    """Two lies and a game about each, in which moves have been made; if it is told,
    which event the last of them was."""
    play = Play(world, store, lies=2)
    ours = play.challenger(LateEndpoint(world.embedded, Ills()))
    turns = cycle((play.liar, ours))
    while world.embedded.head.block_number < 32 or (last and not ended_by(world, last)):
        next(turns).step()
    assert len(world.record().tables.open_games()) == 2


def ended_by(world: EmbeddedTestbed, event: str) -> bool:
    """Whether that is what the last block tells."""
    chain, contracts = world.chain, world.contracts
    logs = chain.logs(contracts.telling, chain.height, chain.height)
    return bool(logs) and logs[-1].topics[0] == topic(contracts, event)


def audited(world: EmbeddedTestbed, store: Store, endpoint: Endpoint) -> Record:
    chain = Chain(endpoint)
    journal = StoredJournal(store, "old")
    auditor = Auditor(chain, world.contracts)
    return Record(chain, world.contracts, journal, auditor)
