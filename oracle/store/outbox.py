"""The outbox: every transaction is written down, signed, before it is sent.

So a process may be killed at any instant. What it signed is here with its hash, and
whoever comes next looks for that hash on the chain, or sends the same bytes again: they
are the same transaction, which no chain takes twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from oracle.store.errors import NonceTaken, OnItsWay
from oracle.store.lease import Lease
from oracle.store.store import Store
from oracle.store.tables import attempts, outbox

OPEN, MINED, DROPPED, REJECTED = "open", "mined", "dropped", "rejected"
GIVEN_UP = (DROPPED, REJECTED)


@dataclass(frozen=True, slots=True)
class Draft:
    """What to send. `key` names the move: of one key at most one is on its way.

    `to` is empty for a creation; `value` is in wei.
    """

    key: str
    action: str
    to: bytes
    data: bytes
    value: int
    gas: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One signing: fees are wei a gas unit, `block` was the head then."""

    hash: bytes
    raw: bytes
    max_fee: int
    tip: int
    block: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A transaction and its signings, the latest last."""

    id: int
    draft: Draft
    nonce: int
    attempts: tuple[Attempt, ...]
    block: int | None = None
    block_hash: bytes = b""

    @property
    def last(self) -> Attempt:
        return self.attempts[-1]


class Outbox:
    """The transactions of one account (20 bytes) on one chain."""

    def __init__(self, store: Store, chain_id: int, sender: bytes) -> None:
        self.store, self.chain_id, self.sender = store, chain_id, sender
        self.lease: Lease | None = None
        """What is needed to write anything down; nothing, if there is none."""

    def open(self) -> list[Entry]:
        """What is signed and not settled, by nonce."""
        return self._entries(outbox.c.state == OPEN)

    def find(self, key: str) -> Entry | None:
        """The open transaction of that key."""
        wanted = and_(outbox.c.state == OPEN, outbox.c.key == key)
        return next(iter(self._entries(wanted)), None)

    def given_up(self, key: str, before: int) -> list[Entry]:
        """What had that key and a nonce below, and is not to be sent again."""
        dropped = and_(outbox.c.state == DROPPED, outbox.c.nonce < before)
        return self._entries(and_(dropped, outbox.c.key == key))

    def last_mined(self) -> Entry | None:
        """The mined transaction in the highest block."""
        with self.store.begin() as connection:
            mined = self._own(outbox.c.state == MINED)
            highest = select(func.max(outbox.c.block)).where(mined)
            at = connection.scalar(highest)
        if at is None:
            return None
        return self._entries(and_(outbox.c.state == MINED, outbox.c.block == at))[-1]

    def mined_nonces(self) -> int:
        """The nonce after the highest that was mined, as far as is known here."""
        with self.store.begin() as connection:
            mined = self._own(outbox.c.state == MINED)
            highest = connection.scalar(select(func.max(outbox.c.nonce)).where(mined))
            return 0 if highest is None else int(highest) + 1

    def dropped_nonces(self, first: int) -> set[int]:
        """Nonces from `first` on that were given to what was then given up."""
        with self.store.begin() as connection:
            dropped = self._own(
                and_(outbox.c.state.in_(GIVEN_UP), outbox.c.nonce >= first)
            )
            return set(connection.scalars(select(outbox.c.nonce).where(dropped)))

    def attempts_at(self, nonce: int) -> list[Attempt]:
        """All that was signed for a nonce and may be with nodes: a replacement pays
        more. What was rejected is with none, and need not be outbid."""
        wanted = and_(outbox.c.nonce == nonce, outbox.c.state != REJECTED)
        return [
            attempt for entry in self._entries(wanted) for attempt in entry.attempts
        ]

    def add(self, draft: Draft, nonce: int, attempt: Attempt) -> Entry:
        """Writes it down, to be sent after. Raises `OnItsWay`, `NonceTaken`, or
        `LeaseLost`.

        If the very same bytes were signed before, and given up, that is open again.
        """
        row = {
            "chain_id": self.chain_id,
            "sender": self.sender,
            "nonce": nonce,
            "state": OPEN,
            **{name: getattr(draft, name) for name in Draft.__slots__},
        }
        try:
            with self.store.begin() as connection:
                self._check_lease(connection)
                made = connection.execute(insert(outbox).values(row))
                assert made.inserted_primary_key is not None
                identity = int(made.inserted_primary_key[0])
                _add_attempt(connection, identity, attempt)
        except IntegrityError:
            return self._again(draft, nonce, attempt)
        return Entry(identity, draft, nonce, (attempt,))

    def _again(self, draft: Draft, nonce: int, attempt: Attempt) -> Entry:
        """What is not open any more, and has this attempt."""
        if self.find(draft.key) is not None:
            raise OnItsWay(draft.key)
        same = select(attempts.c.outbox_id).where(attempts.c.hash == attempt.hash)
        known = self._entries(and_(outbox.c.state != OPEN, outbox.c.id.in_(same)))
        if not known:
            raise NonceTaken(nonce)
        # What is in no transaction's bytes may differ: the key that a move goes by.
        anew = {"key": draft.key, "action": draft.action, "reason": ""}
        try:
            self._change(known[0], state=OPEN, block=None, block_hash=None, **anew)
        except IntegrityError:
            raise NonceTaken(nonce) from None
        return self._entries(outbox.c.id == known[0].id)[0]

    def add_attempt(self, entry: Entry, attempt: Attempt) -> Entry:
        """The same transaction, signed with other fees. If another process has signed
        the same meanwhile, that is it."""
        try:
            with self.store.begin() as connection:
                self._check_lease(connection)
                _add_attempt(connection, entry.id, attempt)
        except IntegrityError:
            return self._entries(outbox.c.id == entry.id)[0]
        known = (*entry.attempts, attempt)
        return Entry(entry.id, entry.draft, entry.nonce, known)

    def mined(
        self, entry: Entry, block: int, block_hash: bytes, succeeded: bool, fee_wei: int
    ) -> None:
        self._change(
            entry,
            state=MINED,
            block=block,
            block_hash=block_hash,
            succeeded=succeeded,
            fee_wei=fee_wei,
        )

    def dropped(self, entry: Entry, reason: str) -> None:
        """It will not be sent again. Should it be mined after all, nothing is lost."""
        self._change(entry, state=DROPPED, reason=reason)

    def rejected(self, entry: Entry, complaint: str) -> None:
        """Dropped before any node took it."""
        self._change(entry, state=REJECTED, reason=complaint)

    def reopen(self, entry: Entry) -> None:
        """Its block is gone. What took its place meanwhile stays open."""
        try:
            self._change(entry, state=OPEN, block=None, block_hash=None)
        except IntegrityError:
            self.dropped(entry, "undone by a reorg, and replaced")

    def _check_lease(self, connection: Connection) -> None:
        if self.lease is not None:
            self.lease.check(connection)

    def _entries(self, wanted: ColumnElement[bool]) -> list[Entry]:
        with self.store.begin() as connection:
            query = select(outbox).where(self._own(wanted)).order_by(outbox.c.nonce)
            rows = connection.execute(query).all()
            return [_entry(row, _attempts(connection, row.id)) for row in rows]

    def _own(self, wanted: ColumnElement[bool]) -> ColumnElement[bool]:
        own = and_(outbox.c.chain_id == self.chain_id, outbox.c.sender == self.sender)
        return and_(own, wanted)

    def _change(self, entry: Entry, **values: Any) -> None:
        with self.store.begin() as connection:
            change = update(outbox).where(outbox.c.id == entry.id).values(**values)
            connection.execute(change)


def _add_attempt(connection: Connection, identity: int, attempt: Attempt) -> None:
    values = {name: getattr(attempt, name) for name in Attempt.__slots__}
    connection.execute(insert(attempts).values(outbox_id=identity, **values))


def _attempts(connection: Connection, identity: int) -> Iterable[Row[Any]]:
    """Oldest first: each pays more than the one before."""
    query = select(attempts).where(attempts.c.outbox_id == identity)
    return sorted(connection.execute(query), key=lambda row: (row.max_fee, row.tip))


def _entry(row: Row[Any], signed: Iterable[Row[Any]]) -> Entry:
    return Entry(
        id=row.id,
        draft=Draft(*(getattr(row, name) for name in Draft.__slots__)),
        nonce=row.nonce,
        attempts=tuple(
            Attempt(*(getattr(a, name) for name in Attempt.__slots__)) for a in signed
        ),
        block=row.block,
        block_hash=row.block_hash or b"",
    )
