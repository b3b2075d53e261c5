"""Logs that come late, or not whole, without an error: nothing stays unseen.

Each play has a liar whose every answer is a lie and who defends them, on a healthy
node, and one challenger behind an ailing one.
"""

from contextlib import ExitStack
from typing import Any

import pytest
from support.endpoints.faulty import proxy
from support.endpoints.late import Ills, LateEndpoint, LateProvider
from support.testbeds.embedded import EmbeddedTestbed
from support.testbeds.late_plays import MOST_TURNS, Play, a_game, audited, topic

from oracle.chain.contracts import Contracts
from oracle.chain.journal import Tip
from oracle.chain.local.known import CHAIN_ID
from oracle.chain.providers import failover
from oracle.chain.providers.failover import FailoverEndpoint
from oracle.record import record as recording
from oracle.store.journal import StoredJournal
from oracle.store.store import Store

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
