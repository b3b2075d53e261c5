"""Who acts for an account: one process at a time, and who lost it writes nothing."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, update
from support.programs.postgres import GIVEN, postgres, programs

from oracle.store import lease as module
from oracle.store import tables
from oracle.store.errors import LeaseLost
from oracle.store.lease import Lease, is_gone, this_process
from oracle.store.outbox import Attempt, Draft, Outbox
from oracle.store.store import Store

SENDER = b"\xaa" * 20
DRAFT = Draft("key", "Staking.deposit", b"\1" * 20, b"data", 1, 21_000)
ATTEMPT = Attempt(b"\1" * 32, b"raw", 10, 5, 3)
ELSEWHERE = "another-machine/pid:[1] 7 99"


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    import os

    if programs() is None and GIVEN not in os.environ:
        pytest.skip(f"no Postgres here: install it, or set {GIVEN} to a URL")
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        made = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
    else:
        made = Store(request.getfixturevalue("postgres_url"))
    yield made
    with made.begin() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(delete(table))
    made.close()


def lease_of(store: Store, holder: str, role: str = "worker") -> Lease:
    return Lease(store, 31337, SENDER, role, holder)


def test_lease_is_held_by_one_until_it_is_released(store: Store) -> None:
    ours, theirs = lease_of(store, this_process()), lease_of(store, ELSEWHERE)
    assert ours.take() and ours.take() and not theirs.take()
    theirs.release()
    assert not theirs.take()
    ours.release()
    assert theirs.take() and not ours.take()


def test_lease_is_of_an_account_in_a_role(store: Store) -> None:
    assert lease_of(store, ELSEWHERE).take()
    assert lease_of(store, this_process(), "challenger").take()
    assert Lease(store, 31337, b"\xbb" * 20, "worker").take()
    assert Lease(store, 1, SENDER, "worker").take()


def test_lease_of_a_silent_holder_ends(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = lease_of(store, this_process()), lease_of(store, ELSEWHERE)
    assert theirs.take() and not ours.take()
    with store.begin() as connection:
        seconds = tables.leases.c.until - module.SECONDS
        connection.execute(update(tables.leases).values(until=seconds))
    assert ours.take() and not theirs.take()


def test_holder_that_lost_its_lease_writes_nothing_down(store: Store) -> None:
    outbox = Outbox(store, 31337, SENDER)
    outbox.lease = ours = lease_of(store, this_process())
    with pytest.raises(LeaseLost, match="expected to be the worker of this account"):
        outbox.add(DRAFT, 0, ATTEMPT)
    assert ours.take()
    entry = outbox.add(DRAFT, 0, ATTEMPT)
    with store.begin() as connection:
        connection.execute(update(tables.leases).values(holder=ELSEWHERE))
    other = Draft("other", "x", b"", b"", 0, 1)
    with pytest.raises(LeaseLost, match="another-machine"):
        outbox.add(other, 1, Attempt(b"\2" * 32, b"raw", 10, 5, 3))
    with pytest.raises(LeaseLost):
        outbox.add_attempt(entry, Attempt(b"\3" * 32, b"raw", 12, 5, 3))
    assert outbox.open() == [entry]


def test_process_of_this_machine_that_is_gone_holds_nothing(store: Store) -> None:
    code = "from oracle.store.lease import this_process; print(this_process())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    dead = told.stdout.strip()
    assert is_gone(dead) and not is_gone(this_process()) and not is_gone(ELSEWHERE)
    assert lease_of(store, dead).take()
    assert lease_of(store, this_process()).take()


def test_of_many_at_once_one_takes_the_lease(store: Store) -> None:
    barrier, taken = Barrier(8), []

    def race(number: int) -> None:
        lease = lease_of(store, f"machine{number}/pid:[1] 7 99")
        barrier.wait()
        if lease.take():
            taken.append(number)

    racers = [Thread(target=race, args=(number,)) for number in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert len(taken) == 1
