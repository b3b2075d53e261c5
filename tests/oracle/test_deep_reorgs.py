"""Reorgs after each kind of move, shallow and deep: the same end, nothing twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.world import World

from challenge.lies import FALSE_CHALLENGERS, LIES
from oracle.chain.accounts import development_accounts
from oracle.chain.embedded import CHAIN_ID
from oracle.chain.events import ChallengerLost, ClaimKilled
from oracle.challenger import Challenger
from oracle.demo.liars import LyingChallenger, LyingWorker
from oracle.durable import DurableSender
from oracle.node import Node
from oracle.record import Status
from oracle.store.outbox import Outbox
from oracle.store.store import Store
from oracle.worker import Worker

K, MOST_TURNS = 8, 300
WORKER, CHALLENGER, LIAR, SLANDERER = 2, 3, 4, 5
MOVES = [
    *((CHALLENGER, move) for move in ("challenge", "select", "prove", "withdraw")),
    *((WORKER, move) for move in ("accept", "submit", "open", "descend", "prove")),
    (WORKER, "finalize"),
]
DEPTHS = (1, 4, 16)
CASES = [(*made, DEPTHS[place % len(DEPTHS)]) for place, made in enumerate(MOVES)]


class Play:
    """A lie must fall, then a truth that is slandered must be paid. After the first
    `move` of the account `mover`, the last `depth` blocks are undone, once."""

    def __init__(self, world: World, stores: list[Store]) -> None:
        self.world, self.mover, self.move, self.depth = world, 0, "", 0
        contracts, senders = world.contracts, world.senders
        bond, _ = world.chain.call(contracts.oracle, "bondFor", 0)
        world.stake(senders[WORKER])
        world.stake(senders[LIAR], bond)
        belief = LIES["activation"]
        lying = LyingWorker(world.honest(), belief, K, seed=1)
        manner = FALSE_CHALLENGERS["random"]
        slander = LyingChallenger(world.honest(), manner, belief, K, seed=1)
        self.liar = Worker(senders[LIAR], contracts, lying)
        self.slanderer = Challenger(senders[SLANDERER], contracts, slander)
        worker, challenger = (
            self.durable(index, store)
            for index, store in zip((WORKER, CHALLENGER), stores, strict=True)
        )
        self.worker = Worker(worker, contracts, world.honest())
        self.challenger = Challenger(challenger, contracts, world.honest())
        self.request, self.floor = world.ask(), world.chain.height

    def durable(self, index: int, store: Store) -> DurableSender:
        account = development_accounts(index + 1)[index]
        address = self.world.senders[index].address
        outbox = Outbox(store, CHAIN_ID, address)
        return DurableSender(self.world.chain, account, outbox)

    def perform(self) -> None:
        self.until(self.lie_has_fallen, self.liar, self.challenger)
        self.until(self.truth_is_paid, self.worker, self.slanderer, self.challenger)

    def until(self, done: Callable[[], bool], *nodes: Node) -> None:
        for _ in range(MOST_TURNS):
            height = self.world.chain.height
            for node in nodes:
                self.turn(node)
            if self.world.chain.height == height:
                if done():
                    return
                self.world.travel(30)
        raise AssertionError(f"not within {MOST_TURNS} turns")

    def turn(self, node: Node) -> None:
        done = node.step()
        if done is None or done.wish.function != self.move:
            return
        if node.address == self.world.senders[self.mover].address:
            self.move = ""
            chain = self.world.embedded
            chain.rewind(max(self.floor, self.world.chain.height - self.depth))

    def lie_has_fallen(self) -> bool:
        record = self.world.record()
        dead = any(not claim.alive for claim in record.tables.claims.values())
        _, locked = self.challenger.stake()
        return dead and not locked

    def truth_is_paid(self) -> bool:
        asked = self.world.record().tables.requests[self.request]
        return asked.status is Status.FINAL and not any(self.world.record().games())


@pytest.fixture
def play(world: World, tmp_path: Path) -> Iterator[Play]:
    stores = [Store(f"sqlite:///{tmp_path / name}.db") for name in ("w", "c")]
    yield Play(world, stores)
    for store in stores:
        store.close()


@pytest.mark.slow
@pytest.mark.parametrize(("mover", "move", "depth"), CASES)
def test_reorg_after_a_move_changes_no_end(
    play: Play, mover: int, move: str, depth: int
) -> None:
    world = play.world
    play.mover, play.move, play.depth = mover, move, depth
    play.perform()
    assert play.move == "", "the move was made"
    asked = world.record().tables.requests[play.request]
    assert asked.output == world.honest().answer(asked)
    told = world.chain.events(world.contracts.telling, 0, world.chain.height)
    worker, challenger = play.worker.address, play.challenger.address
    assert worker not in {e.worker for e in told if isinstance(e, ClaimKilled)}
    losers = {e.challenger for e in told if isinstance(e, ChallengerLost)}
    assert losers == {play.slanderer.address}
    sent = Counter(
        (bytes(mined.transaction.sender), bytes(mined.transaction.data))
        for mined in world.embedded.mined.values()
        if bytes(mined.transaction.sender) in (worker, challenger)
    )
    assert set(sent.values()) == {1}, "nothing was said twice"
