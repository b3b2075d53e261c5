"""The journal: what was read is not read again, what was undone is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.testbeds.embedded import EmbeddedTestbed

from oracle.chain.chain import Log
from oracle.chain.journal import Tip
from oracle.record.record import Record
from oracle.store import journal as stored
from oracle.store.journal import StoredJournal
from oracle.store.store import Store


def log(block: int, position: int = 0) -> Log:
    return Log(
        address=b"\xaa" * 20,
        topics=(bytes([block]) * 32, bytes([position]) * 32),
        data=b"data",
        block=block,
        position=position,
        transaction=bytes([block]) * 32,
    )


def tip(block: int) -> Tip:
    return Tip(block, bytes([block]) * 32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
    yield made
    made.close()


def test_journal_read_back_in_order(store: Store) -> None:
    journal = StoredJournal(store, "a")
    assert journal.tip is None
    journal.append(tip(5), [log(2), log(4, 1), log(4, 0)])
    journal.append(tip(6), [])
    again = StoredJournal(store, "a")
    assert again.tip == tip(6)
    assert again.logs() == [log(2), log(4, 0), log(4, 1)]
    assert StoredJournal(store, "b").tip is None


def test_journal_drop_goes_back_tip_by_tip(store: Store) -> None:
    journal = StoredJournal(store, "a")
    for block in (3, 5, 9):
        journal.append(tip(block), [log(block)])
    journal.drop()
    assert (journal.tip, journal.logs()) == (tip(5), [log(3), log(5)])
    journal.append(tip(7), [log(7)])
    assert StoredJournal(store, "a").logs() == [log(3), log(5), log(7)]
    for _ in range(3):
        journal.drop()
    assert (journal.tip, journal.logs()) == (None, [])


def test_journal_old_tips_are_pruned_but_not_their_logs(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "MOST_TIPS", 2)
    journal = StoredJournal(store, "a")
    for block in (3, 5, 9):
        journal.append(tip(block), [log(block)])
    assert journal.logs() == [log(3), log(5), log(9)]
    journal.drop()
    journal.drop()
    assert (journal.tip, journal.logs()) == (None, [])


def test_journal_second_writer_makes_the_first_go_on_alone(store: Store) -> None:
    first, second = StoredJournal(store, "a"), StoredJournal(store, "a")
    first.append(tip(3), [log(3)])
    second.append(tip(4), [log(3), log(4)])  # it had not seen the first's
    assert second.tip == tip(4)
    first.append(tip(5), [log(5)])
    assert StoredJournal(store, "a").logs() == [log(3), log(5)]
    second.drop()
    assert (second.tip, second.logs()) == (None, [])
    assert StoredJournal(store, "a").tip == tip(5)


def record_of(world: EmbeddedTestbed, store: Store) -> Record:
    return Record(world.chain, world.contracts, StoredJournal(store, "a"))


def asked_blocks(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch
) -> list[bytes]:
    """The hashes of the blocks whose logs are asked for from now on."""
    asked: list[bytes] = []
    real = world.chain.block_logs

    def block_logs(block: bytes) -> list[Log]:
        asked.append(block)
        return real(block)

    def logs(*_: Any) -> list[Log]:
        raise AssertionError("a range was asked for")

    monkeypatch.setattr(world.chain, "block_logs", block_logs)
    monkeypatch.setattr(world.chain, "logs", logs)
    return asked


def test_record_restarted_reads_only_what_is_new(
    world: EmbeddedTestbed, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.ask(b"abcd")
    record = record_of(world, store)
    record.refresh()
    height = world.chain.height
    world.ask(b"efgh")
    asked = asked_blocks(world, monkeypatch)
    again = record_of(world, store)
    again.refresh()
    assert asked == [world.chain.block_hash(height + 1)]
    assert again.tables == world.record().tables
    assert [a.input for a in again.tables.requests.values()] == [b"abcd", b"efgh"]


def test_record_reorg_reads_again_from_where_branches_part(
    world: EmbeddedTestbed, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = record_of(world, store)
    world.ask(b"kept")
    record.refresh()
    height = world.chain.height
    for _ in range(3):
        world.ask(b"lost")
        record.refresh()
    world.embedded.rewind(height)
    world.ask(b"new")
    asked = asked_blocks(world, monkeypatch)
    record.refresh()
    assert asked == [world.chain.block_hash(height + 1)]
    assert record.tables == world.record().tables
    assert [a.input for a in record.tables.requests.values()] == [b"kept", b"new"]


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_record_block_undone_while_its_logs_are_asked_for_is_not_kept(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    """Logs come by the block's hash, so they are of that block or none."""
    record = Record(world.chain, world.contracts)
    record.refresh()
    height = world.chain.height
    world.ask(b"lost")
    real = world.chain.block_logs

    def reorganised(block: bytes) -> list[Log]:
        monkeypatch.setattr(world.chain, "block_logs", real)
        found = [] if before else real(block)
        world.embedded.rewind(height)
        world.stake(world.senders[3])
        return real(block) if before else found

    monkeypatch.setattr(world.chain, "block_logs", reorganised)
    record.refresh()
    assert len(record.tables.requests) == (0 if before else 1)
    record.refresh()
    assert record.tables.requests == {}
    assert record.tables == world.record().tables
