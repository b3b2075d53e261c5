"""The database: what it keeps, on SQLite and Postgres, and how it fails."""

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DataError
from support.programs.postgres import GIVEN, postgres, programs

from oracle.store import tables
from oracle.store.errors import (
    NonceTaken,
    OnItsWay,
    StoreOfAnotherTime,
    StoreUnusable,
)
from oracle.store.outbox import Attempt, Draft, Outbox
from oracle.store.store import Store

SENDER = b"\xaa" * 20
WEI = 2**255 + 1
DRAFT = Draft("key", "Staking.deposit", b"\1" * 20, b"data", WEI, 21_000)


def attempt(mark: int, fee: int = 10) -> Attempt:
    return Attempt(bytes([mark]) * 32, bytes([mark]) * 5, fee, fee // 2, block=3)


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    if programs() is None and GIVEN not in os.environ:
        pytest.skip(f"no Postgres here: install it, or set {GIVEN} to a URL")
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        made = Store(f"sqlite:///{tmp_path / 'deep' / 'plumb.db'}")
    else:
        made = Store(request.getfixturevalue("postgres_url"))
    yield made
    with made.begin() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(delete(table))
    made.close()


def test_outbox_entry_read_back_as_written(store: Store) -> None:
    outbox = Outbox(store, 31337, SENDER)
    entry = outbox.add(DRAFT, 4, attempt(1))
    assert outbox.open() == [entry]
    assert outbox.find("key") == entry
    raised = outbox.add_attempt(entry, attempt(2, fee=12))
    assert outbox.open() == [raised]
    assert raised.last.max_fee == 12
    assert outbox.attempts_at(4) == [attempt(1), attempt(2, fee=12)]
    assert outbox.attempts_at(5) == []


def test_outbox_accounts_and_chains_are_apart(store: Store) -> None:
    outbox = Outbox(store, 31337, SENDER)
    outbox.add(DRAFT, 0, attempt(1))
    for other in (Outbox(store, 1, SENDER), Outbox(store, 31337, b"\xbb" * 20)):
        assert other.open() == []
        assert other.attempts_at(0) == []
    Outbox(store, 1, SENDER).add(DRAFT, 0, attempt(2))


def test_outbox_one_open_a_nonce_and_a_key(store: Store) -> None:
    outbox = Outbox(store, 31337, SENDER)
    entry = outbox.add(DRAFT, 0, attempt(1))
    other = Draft("other", "x", b"", b"", 0, 1)
    with pytest.raises(NonceTaken, match="expected nonce 0 to be free"):
        outbox.add(other, 0, attempt(2))
    with pytest.raises(OnItsWay):
        outbox.add(DRAFT, 1, attempt(3))
    outbox.dropped(entry, "test")
    assert outbox.dropped_nonces(0) == {0}
    assert outbox.dropped_nonces(1) == set()
    outbox.add(DRAFT, 0, attempt(4))


def test_outbox_same_bytes_open_again_what_was_given_up(store: Store) -> None:
    """They are one transaction, under whatever key; two rows would share a hash."""
    outbox = Outbox(store, 31337, SENDER)
    for give_up in (outbox.dropped, outbox.rejected):
        entry = outbox.add(DRAFT, 0, attempt(1))
        give_up(entry, "test")
        assert outbox.open() == [] and outbox.dropped_nonces(0) == {0}
        renamed = replace(DRAFT, key="other")
        again = outbox.add(renamed, 0, attempt(1))
        assert again == replace(entry, draft=renamed)
        assert outbox.open() == [again]
        give_up(again, "test")
    taken = outbox.add(replace(DRAFT, key="third"), 0, attempt(2))
    with pytest.raises(NonceTaken):
        outbox.add(DRAFT, 0, attempt(1))
    assert outbox.open() == [taken]


def test_outbox_rejected_need_not_be_outbid(store: Store) -> None:
    outbox = Outbox(store, 31337, SENDER)
    outbox.rejected(outbox.add(DRAFT, 0, attempt(1)), "test")
    assert outbox.attempts_at(0) == []
    outbox.dropped(outbox.add(DRAFT, 0, attempt(2)), "test")
    assert outbox.attempts_at(0) == [attempt(2)]


def test_outbox_attempt_that_is_there_already_is_not_added_twice(store: Store) -> None:
    """Another process of the account was quicker to sign the same."""
    outbox = Outbox(store, 31337, SENDER)
    entry = outbox.add(DRAFT, 0, attempt(1))
    raised = outbox.add_attempt(entry, attempt(2, fee=12))
    assert outbox.add_attempt(entry, attempt(2, fee=12)) == raised
    assert outbox.open() == [raised]


def test_outbox_last_attempt_is_the_dearest_whichever_was_written_last(
    store: Store,
) -> None:
    """Two processes of the account may write theirs in either order."""
    outbox = Outbox(store, 31337, SENDER)
    entry = outbox.add(DRAFT, 0, attempt(1, fee=12))
    outbox.add_attempt(entry, attempt(2, fee=10))
    (found,) = outbox.open()
    assert found.attempts == (attempt(2, fee=10), attempt(1, fee=12))
    assert found.last == attempt(1, fee=12)


def test_outbox_mined_and_undone(store: Store) -> None:
    outbox = Outbox(store, 31337, SENDER)
    assert outbox.last_mined() is None
    for nonce, block in enumerate((5, 9, 7)):
        draft = Draft(str(nonce), "x", b"", b"", 0, 1)
        entry = outbox.add(draft, nonce, attempt(nonce + 1))
        outbox.mined(entry, block, bytes([block]) * 32, True, WEI)
    last = outbox.last_mined()
    assert last is not None
    assert (last.nonce, last.block, last.block_hash) == (1, 9, b"\x09" * 32)
    outbox.reopen(last)
    assert [e.nonce for e in outbox.open()] == [1]
    earlier = outbox.last_mined()
    assert earlier is not None
    assert earlier.block == 7


def test_outbox_counts_the_nonces_that_were_mined(store: Store) -> None:
    outbox = Outbox(store, 31337, SENDER)
    assert outbox.mined_nonces() == 0
    for nonce in (0, 6, 7):
        draft = Draft(str(nonce), "x", b"", b"", 0, 1)
        entry = outbox.add(draft, nonce, attempt(nonce + 1))
        if nonce < 7:
            outbox.mined(entry, 9 - nonce, bytes(32), True, 1)
    assert outbox.mined_nonces() == 7


def test_outbox_undone_entry_gives_way_to_its_replacement(store: Store) -> None:
    outbox = Outbox(store, 31337, SENDER)
    entry = outbox.add(DRAFT, 0, attempt(1))
    outbox.mined(entry, 5, b"\5" * 32, True, 1)
    replacement = outbox.add(DRAFT, 0, attempt(2))
    outbox.reopen(entry)
    assert outbox.open() == [replacement]


def test_store_of_another_version_refused(store: Store) -> None:
    with store.begin() as connection:
        connection.execute(update(tables.version).values(number=7))
    with pytest.raises(StoreOfAnotherTime, match="of version 1, got 7"):
        Store(store.engine.url.render_as_string(hide_password=False))


def test_store_transaction_all_or_nothing(store: Store) -> None:
    outbox = Outbox(store, 31337, SENDER)
    outbox.add(DRAFT, 0, attempt(1))
    other = Draft("other", "x", b"", b"", 0, 1)
    with pytest.raises(NonceTaken):  # the hash is there already: the row must go too
        outbox.add(other, 1, attempt(1))
    assert [e.nonce for e in outbox.open()] == [0]


def test_store_value_that_is_too_large_is_no_fault_of_the_database(
    store: Store,
) -> None:
    """One entry's trouble: an endpoint may name any number as a block's."""
    outbox = Outbox(store, 31337, SENDER)
    entry = outbox.add(DRAFT, 0, attempt(1))
    with pytest.raises((DataError, OverflowError)):
        outbox.mined(entry, 2**70, b"\5" * 32, True, 1)
    assert outbox.open() == [entry]


def test_store_file_is_in_wal_mode_and_synchronous(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
    with store.begin() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2
    store.close()


def test_store_corrupted_file_says_what_helps(tmp_path: Path) -> None:
    file = tmp_path / "plumb.db"
    file.write_bytes(b"no database " * 1000)
    with pytest.raises(StoreUnusable, match="move the file away: a node reads the"):
        Store(f"sqlite:///{file}")


def test_store_damaged_page_says_what_helps(tmp_path: Path) -> None:
    file = tmp_path / "plumb.db"
    store = Store(f"sqlite:///{file}")
    Outbox(store, 1, SENDER).add(DRAFT, 0, attempt(1))
    store.close()
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(StoreUnusable, match="move the file away"):
        Store(f"sqlite:///{file}")


def test_store_full_disk_says_what_helps(tmp_path: Path) -> None:
    """SQLite is told that the disk ends here."""
    store = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
    big = Draft("big", "x", b"", bytes(1 << 20), 0, 1)
    with store.begin() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    with pytest.raises(StoreUnusable, match="make room on the disk"):
        Outbox(store, 1, SENDER).add(big, 0, attempt(1))
    store.close()


def test_store_folder_that_cannot_be_made_says_what_helps(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnusable, match="expected a usable database, got"):
        Store(f"sqlite:///{tmp_path / 'file' / 'plumb.db'}")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreUnusable, match="make the folder"):
        Store(f"sqlite:///{tmp_path / 'folder'}")


@pytest.mark.parametrize("url", ["nonsense", "nodb://x", "oracle+nothing://x"])
def test_store_url_that_is_none_says_how_to_write_it(url: str) -> None:
    with pytest.raises(StoreUnusable, match="write sqlite:///FILE, or postgresql"):
        Store(url)


def test_store_absent_server_keeps_the_password_to_itself() -> None:
    with pytest.raises(StoreUnusable, match="start the server") as refused:
        Store("postgresql://me:hidden@127.0.0.1:1/plumb")
    assert "hidden" not in str(refused.value)


def test_store_read_while_another_writes(tmp_path: Path) -> None:
    """Two processes of one node's database wait for each other, and both succeed."""
    url = f"sqlite:///{tmp_path / 'plumb.db'}"
    first, second = Store(url), Store(url)
    Outbox(first, 1, SENDER).add(DRAFT, 0, attempt(1))
    with pytest.raises(OnItsWay):
        Outbox(second, 1, SENDER).add(DRAFT, 1, attempt(2))
    plain = sqlite3.connect(tmp_path / "plumb.db")
    assert plain.execute("SELECT count(*) FROM outbox").fetchone() == (1,)
    plain.close()
    first.close()
    second.close()


def test_store_in_a_folder_that_cannot_be_made_names_the_cure(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StoreUnusable, match="choose a --home or --database that this"):
        Store(f"sqlite:///{tmp_path}/home/deeper/31337.db")
