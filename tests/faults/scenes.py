"""A worker and a challenger with several things to do, none of which waits for another.

A scene begins anew for each fault: the chain goes back, and the database is a copy.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from faults.injector import (
    JOURNAL,
    OUTBOX,
    FaultyEndpoint,
    FaultyMind,
    Injector,
)
from support.testbeds.embedded import CLOCK, NO_CAPS, WINDOW, EmbeddedTestbed
from support.testbeds.mempool import CHALLENGER, WORKER

from challenge.lies import LIES
from oracle.chain.chain import Chain
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.known import CHAIN_ID
from oracle.node.challenger.challenger import Challenger
from oracle.node.loop import Loop
from oracle.node.node import Node
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record.record import Answered, Record, Status
from oracle.sending.durable import PATIENCE_BLOCKS, DurableSender
from oracle.sending.troubles import Troubles
from oracle.store.outbox import Entry, Outbox
from oracle.store.store import Store

SLANDERER, SILENT, LIAR = 3, 4, 5
MARGIN_SECONDS = 60
TURN_SECONDS = 3.0
"""Of the clock by which troubles are put off."""
STUCK_TURNS = PATIENCE_BLOCKS + 1
"""In which nothing is mined: what was sent is looked after, and signed anew."""
Make = Callable[[DurableSender, FaultyMind], Node]


class Wall:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Scene:
    """`make` brings its node, `done` says what of its work is on the chain."""

    world: EmbeddedTestbed
    folder: Path
    index: int
    make: Make
    done: Callable[[Record], set[str]]
    works: frozenset[str]

    def __post_init__(self) -> None:
        self.height = self.world.chain.height
        self.honest = self.world.honest()

    @contextmanager
    def played(self, injector: Injector) -> Iterator["Play"]:
        """From the beginning."""
        self.world.embedded.rewind(self.height)
        store = Store(f"sqlite:///{self.folder / 'plumb.db'}")
        try:
            yield Play(self, injector, store)
        finally:
            store.close()
            shutil.rmtree(self.folder)


class Play:
    """One node's turns, with whatever goes wrong."""

    def __init__(self, scene: Scene, injector: Injector, store: Store) -> None:
        self.scene = scene
        self.endpoint = FaultyEndpoint(scene.world.embedded)
        account = development_accounts(scene.index + 1)[scene.index]
        outbox = Outbox(store, CHAIN_ID, bytes.fromhex(account.address[2:]))
        sender = DurableSender(Chain(self.endpoint), account, outbox)
        self.wall = Wall()
        sender.troubles = Troubles(self.wall, sender.chain.reachable)
        self.node = scene.make(sender, FaultyMind(scene.honest, injector))
        injector.watch(outbox, "outbox", OUTBOX)
        injector.watch(self.node.record._journal, "journal", JOURNAL)
        self.endpoint.provider.injector = injector  # type: ignore[attr-defined]
        self.loop = Loop(self.node, poll_seconds=0.0)
        self._turns = 0

    def turn(self) -> None:
        """A look, then what it sent is mined, if it is time, and time passes."""
        self.loop._turn()
        self._turns += 1
        if self._turns <= STUCK_TURNS or not self._mine_all():
            self.endpoint.provider.mine(empty=True)
        self.wall.now += TURN_SECONDS

    def _mine_all(self) -> bool:
        """Whether anything could be mined."""
        before = height = self.scene.world.chain.height
        self.endpoint.provider.mine()
        while (mined := self.scene.world.chain.height) > height:
            height = mined
            self.endpoint.provider.mine()
        return height > before

    def missing(self) -> set[str]:
        """What is not done yet."""
        return set(self.scene.works) - self.scene.done(self.scene.world.record())

    def unsettled(self) -> list[Entry]:
        """What the node itself holds open still."""
        sender = self.node.sender
        assert isinstance(sender, DurableSender)
        return sender.outbox.open()

    def turns(self, most: int) -> set[str]:
        """What is not done after so many turns, or fewer if all is."""
        for _ in range(most):
            self.turn()
            if self._turns > STUCK_TURNS and not self.missing():
                break
        return self.missing()


def worker_scene(folder: Path) -> Scene:
    """Two games to defend; a lease to answer, a claim to finalise, one to accept."""
    world = EmbeddedTestbed.made(folder)
    world.stake(world.senders[WORKER])
    worker = Worker(world.senders[WORKER], world.contracts, world.honest())
    disputed = [world.ask(bytes([n, 7, 9, 200])) for n in range(2)]
    final = world.ask(b"\x03\x07\x09\x20")
    until_idle(worker)
    world.travel(WINDOW - MARGIN_SECONDS)
    slandered = [a for a in claims(world) if a.claim.request_id in disputed]
    for answered in slandered:
        challenge(world, SLANDERER, answered)
    world.travel(MARGIN_SECONDS)
    leased = world.ask(b"\x04\x07\x09\x20")
    request = world.record().tables.requests[leased].request
    oracle = world.contracts.oracle
    bond, _ = world.chain.call(oracle, "bondFor", 0)
    world.senders[WORKER].send(oracle, "accept", request.abi(), 0, 0, bond)
    fresh = world.ask(b"\x05\x07\x09\x20")

    def done(record: Record) -> set[str]:
        status = {n: asked.status for n, asked in record.tables.requests.items()}
        opened = {a.claim.request_id for a in slandered} & {
            record.tables.claims[claim].claim.request_id
            for claim in record.tables.openings
        }
        found = {f"open {request}" for request in opened}
        found |= {"finalize"} if status[final] is Status.FINAL else set()
        found |= {"submit"} if status[leased] is Status.CLAIMED else set()
        found |= set() if status[fresh] is Status.OPEN else {"accept"}
        return found

    def make(sender: DurableSender, strategy: FaultyMind) -> Node:
        return Worker(sender, world.contracts, strategy)

    works = {*(f"open {n}" for n in disputed), "finalize", "submit", "accept"}
    return Scene(world, folder / "home", WORKER, make, done, frozenset(works))


def challenger_scene(folder: Path) -> Scene:
    """Two lies to challenge, a game in which it must move, a silent one to end."""
    world = EmbeddedTestbed.made(folder)
    silent = world.ask(b"\x00\x07\x09\x20")
    until_idle(liar(world, SILENT))
    (claim,) = claims(world)
    challenge(world, CHALLENGER, claim)
    world.travel(CLOCK)
    played = world.ask(b"\x01\x07\x09\x20")
    talkative = liar(world, LIAR)
    until_idle(talkative)
    (claim,) = (a for a in claims(world) if a.claim.request_id == played)
    challenge(world, CHALLENGER, claim)
    until_idle(talkative)
    lies = [world.ask(bytes([n, 7, 9, 200])) for n in (2, 3)]
    until_idle(talkative)

    def done(record: Record) -> set[str]:
        tables = record.tables
        games = {
            tables.claims[game.claim_hash].claim.request_id: game
            for game in tables.games.values()
        }
        found = {f"challenge {request}" for request in games.keys() & set(lies)}
        found |= {"timeout"} if games[silent].over else set()
        found |= {"select"} if games[played].shown else set()
        return found

    def make(sender: DurableSender, strategy: FaultyMind) -> Node:
        return Challenger(sender, world.contracts, strategy)

    works = {*(f"challenge {n}" for n in lies), "timeout", "select"}
    return Scene(world, folder / "home", CHALLENGER, make, done, frozenset(works))


def until_idle(node: Node) -> None:
    while node.step() is not None:
        pass


def claims(world: EmbeddedTestbed) -> list[Answered]:
    return list(world.record().tables.claims.values())


def challenge(world: EmbeddedTestbed, index: int, answered: Answered) -> None:
    game = world.contracts.game
    bond, *_ = world.chain.call(game, "challengerBond", answered.claim.bond)
    world.senders[index].send(game, "challenge", answered.claim.abi(), value=bond)


def liar(world: EmbeddedTestbed, index: int) -> Worker:
    """With stake for a few lies."""
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    world.stake(world.senders[index], 5 * bond)
    strategy = LyingWorker(world.honest(), LIES["activation"], 8, 1)
    return Worker(world.senders[index], world.contracts, strategy, NO_CAPS)
