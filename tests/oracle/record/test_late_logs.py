"""Logs that come late, or not whole, without an error: nothing stays unseen.

Each play has a liar whose every answer is a lie and who defends them, on a healthy
node, and one challenger behind an ailing one.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from support.embedded_testbed import NO_CAPS, EmbeddedTestbed
from support.faulty import proxy
from support.late import Ills, LateEndpoint, LateProvider
from web3.exceptions import Web3RPCError

from challenge.lies import LIES
from oracle.chain.chain import Chain
from oracle.chain.contracts import Contracts
from oracle.chain.endpoint import Endpoint
from oracle.chain.events import ChallengerLost, Finalized
from oracle.chain.head import Head
from oracle.chain.journal import Tip
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.known import CHAIN_ID
from oracle.chain.providers import failover
from oracle.chain.providers.failover import FailoverEndpoint
from oracle.node.challenger.challenger import Challenger
from oracle.node.loop import OUTAGES
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record import record as recording
from oracle.record.audit import Auditor
from oracle.record.record import AUDIT_SECONDS, MOST_UNANSWERED, Record, Status
from oracle.sending.durable import DurableSender
from oracle.store.journal import StoredJournal
from oracle.store.outbox import Outbox
from oracle.store.store import Store

LIAR, OURS = 2, 3
MOST_TURNS = 150
TURN_SECONDS = 2


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'node.db'}")
    yield opened
    opened.close()


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


ILLS = {
    "two blocks late": Ills(lag_blocks=2),
    "two blocks late, receipts too": Ills(lag_blocks=2, receipts=True),
    "three seconds late, receipts too": Ills(lag_seconds=3, receipts=True),
    "halved": Ills(halved=True),
    "without claims": Ills(lacks=b"Claimed"),
    "without games": Ills(lacks=b"Challenged"),
    "a fresh and a stale replica": Ills(stale_blocks=3),
    "two blocks late, no blooms": Ills(lag_blocks=2, bloom="0"),
    "three seconds late, blooms of ones": Ills(lag_seconds=3, bloom="f"),
    "without claims, no blooms": Ills(lacks=b"Claimed", bloom="0"),
    "stale replica, no blooms": Ills(stale_blocks=3, bloom="0"),
}


def of(ills: Ills, contracts: Contracts) -> Ills:
    """With the topic in the place of the event's name."""
    if not ills.lacks:
        return ills
    return Ills(**{**vars(ills), "lacks": topic(contracts, ills.lacks.decode())})


@pytest.mark.parametrize("name", ILLS)
def test_challenger_whose_logs_ail_wins_every_game(
    world: EmbeddedTestbed, store: Store, name: str
) -> None:
    endpoint = LateEndpoint(world.embedded, of(ILLS[name], world.contracts))
    play = Play(world, store, lies=3 if name == "two blocks late" else 1)

    def tick() -> None:
        endpoint.provider.seconds += 1

    play.perform(play.challenger(endpoint), tick)
    play.assert_won()


def test_challenger_with_two_late_endpoints_wins_every_game(
    world: EmbeddedTestbed, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind the failover: one always late, one that alternates."""
    monkeypatch.setattr(failover, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(failover, "LONGEST_WAIT_SECONDS", 0.05)
    ills = (Ills(lag_blocks=2, receipts=True), Ills(stale_blocks=3))
    providers = [LateProvider(world.embedded, each) for each in ills]
    play = Play(world, store)
    with ExitStack() as stack:
        asks = [p.make_request for p in providers]
        urls = [stack.enter_context(proxy(ask)).url for ask in asks]  # type: ignore[arg-type]
        endpoint = FailoverEndpoint(urls, CHAIN_ID, 5.0, patience_seconds=0.2)
        endpoint.poll_seconds = 0.01  # type: ignore[misc]
        turn = iter(range(MOST_TURNS))

        def tick() -> None:
            """Which of the two is asked first changes."""
            monkeypatch.setattr(
                endpoint.provider,
                "endpoints",
                endpoint.provider.endpoints[:: -1 if next(turn) % 5 == 0 else 1],
            )
            for health in endpoint.provider.endpoints:
                health.rests_until = 0.0

        play.perform(play.challenger(endpoint), tick)
        endpoint.close()
    play.assert_won()


DARK = {
    "logs": Ills(lag_blocks=1 << 20),
    "receipts too": Ills(lag_blocks=1 << 20, receipts=True),
    "no blooms either": Ills(lag_blocks=1 << 20, receipts=True, bloom="0"),
    "one topic": Ills(lacks=b"Claimed", receipts=True, bloom="0"),
}


@pytest.mark.parametrize("name", DARK)
def test_challenger_restarted_on_a_healthy_endpoint_wins_every_game(
    world: EmbeddedTestbed, store: Store, name: str
) -> None:
    """What the ailing one kept back is not taken for read."""
    ills = of(DARK[name], world.contracts)
    ailing = LateEndpoint(world.embedded, ills)
    play = Play(world, store)
    play.perform(play.challenger(ailing), lambda: None, turns=10)
    assert name == "logs" or not play.is_over()
    healthy = LateEndpoint(world.embedded, Ills())
    play.perform(play.challenger(healthy), lambda: None)
    play.assert_won()


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


HOLES = ("ModelRegistered", "Requested", "Accepted", "Claimed", "Challenged", "Opened")
"""What the journal lacks; then the moves, as far as they are the last."""


@pytest.mark.parametrize("event", [*HOLES, "Selected", "Dissected", ""])
def test_journal_with_a_hole_is_healed_at_the_next_start(
    world: EmbeddedTestbed, store: Store, event: str
) -> None:
    """As earlier versions kept them: "read up to here", and it was not so."""
    a_game(world, store, last="" if event in HOLES else event)
    telling, height = world.contracts.telling, world.chain.height
    logs = world.chain.logs(telling, 0, height)
    if event:
        missing = topic(world.contracts, event)
        last = max(log.block for log in logs if log.topics[0] == missing)
        # Of moves in a game, only the last is what the contract remembers.
        at = height if event in HOLES else last
        logs = [g for g in logs if g.topics[0] != missing and g.block <= at]
        height = at
    else:
        logs = []
    StoredJournal(store, "old").append(
        Tip(height, world.chain.block_hash(height)), logs
    )
    record = audited(world, store, LateEndpoint(world.embedded, Ills()))
    record.refresh()
    assert record.tables == world.record().tables
    kept = list(StoredJournal(store, "old").logs())
    assert kept == world.chain.logs(telling, 0, world.chain.height)
    again = audited(world, store, LateEndpoint(world.embedded, Ills()))
    again.refresh()
    assert again.tables == record.tables


def test_record_far_behind_reads_ranges_and_asks_the_contracts(
    world: EmbeddedTestbed, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_game(world, store)
    height = world.chain.height
    endpoint = LateEndpoint(world.embedded, Ills())
    asked: list[str] = []
    for method, handler in list(endpoint.provider.handlers.items()):
        monkeypatch.setitem(
            endpoint.provider.handlers,
            method,
            lambda *p, h=handler, m=method: asked.append(m) or h(*p),
        )
    monkeypatch.setattr("oracle.record.reading.FAR_BLOCKS", 16)
    record = audited(world, store, endpoint)
    record.refresh()
    assert record.tables == world.record().tables
    assert record.height == height
    assert asked.count("eth_getBlockByNumber") <= 12 < height
    # One count, two requests, and of each the dispute and the game; and k.
    assert asked.count("eth_call") == 1 + 2 * 3 + 1


def test_record_range_that_lacks_a_topic_is_looked_at_block_by_block(
    world: EmbeddedTestbed,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    a_game(world, store)
    monkeypatch.setattr("oracle.record.reading.FAR_BLOCKS", 16)
    ills = Ills(lacks=topic(world.contracts, "Claimed"))
    record = audited(world, store, LateEndpoint(world.embedded, ills))
    record.refresh()
    assert record.tables == world.record().tables
    assert "expected what comes before Challenged" in str(vars(caplog.records[0]))


def test_record_that_is_never_told_makes_do_and_keeps_nothing(
    world: EmbeddedTestbed, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All else is known; when patience is over it is tried again."""
    a_game(world, store)
    ills = Ills(lacks=topic(world.contracts, "Claimed"), receipts=True, bloom="0")
    endpoint = LateEndpoint(world.embedded, ills)
    record = audited(world, store, endpoint)
    record.refresh()
    assert [a.request.id for a in record.tables.requests.values()] == [1, 2]
    assert record.tables.claims == {} and list(record.games()) == []
    assert record.height == world.chain.height
    assert StoredJournal(store, "old").tip is None
    request = world.ask(b"more")
    record.refresh()
    assert request in record.tables.requests
    assert StoredJournal(store, "old").tip is None
    endpoint.provider.ills = Ills()
    monkeypatch.setattr(recording, "monotonic", lambda: float("inf"))
    record.refresh()
    assert record.tables == world.record().tables
    assert StoredJournal(store, "old").tip is not None


def untelling(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its endpoint tells of no request how it stands; all else it answers."""
    real = record.chain.call

    def call(contract: Any, function: str, *arguments: Any, **at: Any) -> Any:
        if function == "lastRequestId":
            raise Web3RPCError("the frobnicator is out")
        return real(contract, function, *arguments, **at)

    monkeypatch.setattr(record.chain, "call", call)


def test_record_whose_audit_is_never_answered_makes_do_and_keeps_nothing(
    world: EmbeddedTestbed, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that stood still for it would lose its games."""
    a_game(world, store)
    record = audited(world, store, LateEndpoint(world.embedded, Ills()))
    with monkeypatch.context() as patch:
        untelling(record, patch)
        for _ in range(MOST_UNANSWERED - 1):
            with pytest.raises(Web3RPCError):
                record.refresh()
        record.refresh()
        assert record.tables == world.record().tables
        assert StoredJournal(store, "old").tip is None
    monkeypatch.setattr(recording, "monotonic", lambda: float("inf"))
    record.refresh()
    assert StoredJournal(store, "old").tip is not None


@pytest.mark.parametrize("bloom", ["", "0"])
def test_record_is_audited_whole_once_then_in_part_and_no_more_than_it_must(
    world: EmbeddedTestbed, store: Store, monkeypatch: pytest.MonkeyPatch, bloom: str
) -> None:
    """With each new block, or, where blooms prove the logs, once a minute."""
    record = audited(world, store, LateEndpoint(world.embedded, Ills(bloom=bloom)))
    audits: list[bool] = []

    def disagreement(tables: Any, block: int, all_of_it: bool) -> str:
        audits.append(all_of_it)
        return ""

    monkeypatch.setattr(record._auditor, "disagreement", disagreement)
    for seconds in (0, 0, AUDIT_SECONDS // 2, AUDIT_SECONDS):
        world.travel(seconds) if seconds else None
        record.refresh()
    assert audits == ([True, False, False] if bloom else [True, False])


def test_record_whose_audit_nothing_answers_waits(
    world: EmbeddedTestbed, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it isn't this that the endpoint doesn't tell."""
    record = audited(world, store, LateEndpoint(world.embedded, Ills()))
    untelling(record, monkeypatch)
    monkeypatch.setattr(record.chain, "reachable", lambda: False)
    for _ in range(2 * MOST_UNANSWERED):
        with pytest.raises(Web3RPCError):
            record.refresh()


def test_record_that_blooms_prove_does_not_wait_for_an_audit(
    world: EmbeddedTestbed, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once all was well; and it is asked for again in the next minute."""
    record = audited(world, store, LateEndpoint(world.embedded, Ills()))
    record.refresh()
    assert record.blooms
    with monkeypatch.context() as patch:
        untelling(record, patch)
        for n in range(2 * MOST_UNANSWERED):
            world.travel(2 * AUDIT_SECONDS)
            request = world.ask(bytes([n, 1, 2, 3]))
            record.refresh()
            assert request in record.tables.requests
            assert record.blooms, "it doesn't make do"
    record.tables.last_request -= 1
    world.travel(AUDIT_SECONDS)
    record.refresh()
    assert record.tables == world.record().tables


@pytest.mark.parametrize("far_blocks", [16, 1000])
def test_journal_never_holds_what_the_contracts_deny(
    world: EmbeddedTestbed,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    far_blocks: int,
) -> None:
    """Not even for a moment, in which the process might be killed."""
    a_game(world, store)
    missing = topic(world.contracts, "Selected")
    telling, height = world.contracts.telling, world.chain.height
    logs = world.chain.logs(telling, 0, height)
    first = min(log.block for log in logs if log.topics[0] == missing)
    kept: list[int] = []
    real = StoredJournal.append

    def append(self: StoredJournal, tip: Tip, found: Any) -> None:
        kept.append(tip.block)
        real(self, tip, found)

    monkeypatch.setattr(StoredJournal, "append", append)
    monkeypatch.setattr("oracle.record.reading.FAR_BLOCKS", far_blocks)
    ills = Ills(lacks=missing, receipts=True, bloom="0")
    record = audited(world, store, LateEndpoint(world.embedded, ills))
    record.refresh()
    assert record.height == height
    assert [block for block in kept if block >= first] == []


def test_record_block_that_stays_unproved_is_not_waited_for_for_ever(
    world: EmbeddedTestbed, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its logs never come; those after it are known all the same, and not kept."""
    monkeypatch.setattr("oracle.record.reading.FAR_BLOCKS", 16)
    ills = Ills(lacks=topic(world.contracts, "Requested"), receipts=True)
    endpoint = LateEndpoint(world.embedded, ills)
    record = audited(world, store, endpoint)
    request, before = world.ask(), world.chain.height - 1
    record.refresh()
    assert (record.height, record.tables.requests) == (before, {})
    for _ in range(16):
        world.travel(12)
    identity = (b"\1" * 32, b"\2" * 32, 0, [])
    world.senders[0].send(world.contracts.registry, "register", *identity)
    for _ in range(8):
        world.travel(12)
    record.refresh()
    assert len(record.tables.models) == 2
    tip = StoredJournal(store, "old").tip
    assert tip is None or tip.block == before
    endpoint.provider.ills = Ills()
    monkeypatch.setattr(recording, "monotonic", lambda: float("inf"))
    record.refresh()
    assert record.tables.requests[request].status is Status.OPEN


def test_record_headers_of_two_branches_are_not_put_together(
    world: EmbeddedTestbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The head is of one, the block before it, for a while, of another."""
    record = Record(world.chain, world.contracts)
    record.refresh()
    height = world.chain.height
    (tmp_path / "fork").mkdir()
    fork = EmbeddedTestbed.made(tmp_path / "fork")
    fork.travel(13)  # where the other branch has the request, it has nothing
    world.ask(b"main")
    world.travel(12)
    real = world.chain.header

    def header(block: Any) -> Head | None:
        return fork.chain.header(block) if block == height + 1 else real(block)

    monkeypatch.setattr(world.chain, "header", header)
    record.refresh()
    assert record.height < world.chain.height and record.tables.requests == {}
    monkeypatch.setattr(world.chain, "header", real)
    record.refresh()
    assert [a.input for a in record.tables.requests.values()] == [b"main"]


def test_record_disagreement_about_a_block_that_is_undone_is_none(
    world: EmbeddedTestbed,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The contracts were asked on the next branch."""
    record = audited(world, store, LateEndpoint(world.embedded, Ills()))
    height = world.chain.height
    world.ask(b"lost")
    real = record.chain.call

    def call(contract: Any, function: str, *arguments: Any, **at: Any) -> Any:
        if function == "lastRequestId" and world.chain.height == height + 1:
            world.embedded.rewind(height)
            world.stake(world.senders[4])
        return real(contract, function, *arguments, **at)

    monkeypatch.setattr(record.chain, "call", call)
    record.refresh()
    assert caplog.records == []
    record.refresh()
    assert (record.height, record.tables.requests) == (height + 1, {})


def test_record_blooms_that_end_are_not_taken_for_silence(
    world: EmbeddedTestbed, store: Store
) -> None:
    """A chain that gives them up: a minute later the contracts tell."""
    endpoint = LateEndpoint(world.embedded, Ills())
    record = audited(world, store, endpoint)
    record.refresh()
    endpoint.provider.ills = Ills(bloom="0")
    world.ask(b"unseen")
    record.refresh()
    assert record.tables.requests == {}
    world.travel(60)
    record.refresh()
    assert record.tables == world.record().tables
    assert StoredJournal(store, "old").tip is not None
