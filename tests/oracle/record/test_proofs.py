"""Blooms and headers that prove logs, and what is done where they do not."""

from pathlib import Path
from typing import Any

import pytest
from support.endpoints.late import Ills, LateEndpoint
from support.testbeds.embedded import EmbeddedTestbed
from support.testbeds.late_plays import audited, topic

from oracle.chain.head import Head
from oracle.record import record as recording
from oracle.record.record import Record, Status
from oracle.store.journal import StoredJournal
from oracle.store.store import Store


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
