"""Short plays of one honest node and its opponents, with a reorg at a chosen move."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Any

from support.testbeds.embedded import PATIENCE, EmbeddedTestbed

from challenge.lies import FALSE_CHALLENGERS, LIES
from challenge.moves import Move
from oracle.chain.chain import Contract
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.known import CHAIN_ID
from oracle.node.actions import Action, Done, Player
from oracle.node.challenger.challenger import Challenger
from oracle.node.loop import OUTAGES
from oracle.node.node import Node
from oracle.node.worker.liars import LyingChallenger, LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record.record import Answered, Status
from oracle.sending.durable import DurableSender
from oracle.sending.sender import Post, Receipt
from oracle.store.outbox import Outbox
from oracle.store.store import Store

K, MOST_TURNS, TURN_SECONDS = 8, 200, 60
ASKER, WORKER, CHALLENGER, LIAR, OTHER = 1, 2, 3, 4, 5
BELIEF = LIES["activation"]


class Instant(StrEnum):
    """When the blocks go: as a move is about to be sent, when it is mined and its
    sender has not noticed, or when it has."""

    BEFORE = "before"
    UNSEEN = "unseen"
    AFTER = "after"


class Speechless(LyingWorker):
    """Lies, and never defends it."""

    def defender(self, answered: Answered) -> Player:
        return _Mute()


class _Mute:
    def attempts(self, view: Any, now: int) -> tuple[Move, ...]:
        return ()


class Leaser(Worker):
    """Accepts, and never answers."""

    def actions(self) -> Iterator[Action]:
        return self._leases()


class Shaken(DurableSender):
    """A durable sender that has blocks undone around one of its moves, once."""

    shake: Callable[[str, Instant], None]

    def post(self, post: Post, listening: Sequence[Contract] = ()) -> Receipt | None:
        self.shake(post.function, Instant.BEFORE)
        receipt = super().post(post, listening)
        self.shake(post.function, Instant.UNSEEN)
        return receipt


class Act:
    """`ours` is the honest node. When it makes `move`, the last `depth` blocks are
    undone, down to those before the request; `undone` is how many that were."""

    def __init__(
        self, world: EmbeddedTestbed, store: Store, role: str, against: str
    ) -> None:
        self.world, self._store = world, store
        self.move, self.instant, self.depth = "", Instant.AFTER, 0
        self.undone = 0
        self._asker = self._durable(ASKER)
        index = WORKER if role == "worker" else CHALLENGER
        sender = self._durable(index)
        sender.shake = self._shake
        if role == "worker":
            world.stake(world.senders[WORKER])
        self._others: Sequence[Node] = self._opponents(against)
        self.before = self._wealth(sender.address)
        self._floor = world.chain.height
        self._ask()
        node = Worker if role == "worker" else Challenger
        self.ours = node(sender, world.contracts, world.honest())

    def perform(self) -> None:
        """Until nothing is left to be done. Time passes when nobody acts."""
        for _ in range(MOST_TURNS):
            height = self.world.chain.height
            self._asker.settle()
            for node in (*self._others, self.ours):
                self._turn(node)
            if self.world.chain.height == height:
                if self._over():
                    return
                self.world.travel(TURN_SECONDS)
        raise AssertionError(f"not within {MOST_TURNS} turns")

    def lost_wei(self) -> int:
        """By how much it is poorer than the gas that it paid for explains."""
        sent = [
            mined
            for mined in self.world.embedded.mined.values()
            if bytes(mined.transaction.sender) == self.ours.address
        ]
        eth = self.world.chain.endpoint.web3.eth
        fees = 0
        for mined in sent:
            receipt = eth.get_transaction_receipt(mined.hash)  # type: ignore[arg-type]
            fees += receipt["gasUsed"] * receipt["effectiveGasPrice"]
        return self.before - fees - self._wealth(self.ours.address)

    def _turn(self, node: Node) -> None:
        with suppress(*OUTAGES):  # as the loop has it: the next turn is another
            done: Done | None = node.step()
            if done is not None and node is self.ours:
                self._shake(done.action.function, Instant.AFTER)

    def _shake(self, function: str, instant: Instant) -> None:
        if (function, instant) != (self.move, self.instant):
            return
        self.move = ""
        height = self.world.chain.height
        head = max(self._floor, height - self.depth)
        self.undone = height - head
        self.world.embedded.rewind(head)

    def _over(self) -> bool:
        """A worker is paid, a challenger has taken its money home."""
        record = self.world.record()
        if any(record.games()) or any(self.ours.stake()) != isinstance(
            self.ours, Worker
        ):
            return False
        statuses = {asked.status for asked in record.tables.requests.values()}
        dead = any(not claim.alive for claim in record.tables.claims.values())
        return dead or statuses == {Status.FINAL}

    def _opponents(self, against: str) -> Sequence[Node]:
        contracts, honest = self.world.contracts, self.world.honest()
        liar, other = self.world.senders[LIAR], self.world.senders[OTHER]
        bond, _ = self.world.chain.call(contracts.oracle, "bondFor", 0)
        match against:
            case "liar" | "rival" | "mute":
                self.world.stake(liar, bond)
                kind = Speechless if against == "mute" else LyingWorker
                lying = Worker(liar, contracts, kind(honest, BELIEF, K, seed=1))
                rival = Challenger(other, contracts, self.world.honest())
                return (rival, lying) if against == "rival" else (lying,)
            case "leaser":
                self.world.stake(liar, bond)
                return (Leaser(liar, contracts, honest),)
            case _:
                manner = FALSE_CHALLENGERS[against]
                slander = LyingChallenger(honest, manner, BELIEF, K, seed=1)
                return (Challenger(other, contracts, slander),)

    def _ask(self) -> None:
        """Who asked is asked again by the nodes that had the transaction."""
        world = self.world
        deadline = world.chain.now() + PATIENCE
        terms = (world.model_id, b"\x10\x80\x00\xff", 50_000, deadline, 600, 0)
        oracle, whom = world.contracts.oracle, self._asker.address
        self._asker.send(oracle, "request", *terms, whom, value=10**15)

    def _durable(self, index: int) -> Shaken:
        account = development_accounts(index + 1)[index]
        address = self.world.senders[index].address
        sender = Shaken(
            self.world.chain, account, Outbox(self._store, CHAIN_ID, address)
        )
        sender.shake = lambda function, instant: None
        return sender

    def _wealth(self, address: bytes) -> int:
        staking = self.world.contracts.staking
        stake = self.world.chain.call(staking, "balanceOf", address)
        return self.world.chain.balance(address) + sum(map(int, stake))
