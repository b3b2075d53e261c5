"""The journal in the database: a node that starts again reads only what is new.

One process writes to a journal at a time. Should a second one do so, the first notices
that the tip is no longer its own, and goes on without the database.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from mips_vm.json_text import JsonObject
from oracle.chain.chain import Log
from oracle.chain.journal import Tip
from oracle.store.store import Store
from oracle.store.tables import blocks, logs

MOST_TIPS = 128
"""So many are kept: a reorg that undoes more has everything read again."""
WORD_BYTES = 32


class StoredJournal:
    """The log of that name. `tip` is as this process left it."""

    def __init__(self, store: Store, name: str) -> None:
        self._store, self._name = store, name
        self._alone = True
        with store.begin() as connection:
            self.tip = self._last(connection)

    def append(self, tip: Tip, found: Sequence[Log]) -> None:
        with self._store.begin() as connection:
            if self._is_mine(connection):
                if found:
                    rows = [_row(self._name, log) for log in found]
                    connection.execute(insert(logs), rows)
                row = {"log": self._name, "number": tip.block, "hash": tip.hash}
                connection.execute(insert(blocks).values(row))
                self._prune(connection)
        self.tip = tip

    def drop(self) -> None:
        with self._store.begin() as connection:
            if not self._is_mine(connection):
                self.tip = None
                return
            own = blocks.c.log == self._name
            last = connection.scalars(
                select(blocks.c.number).where(own).order_by(blocks.c.number.desc())
            ).first()
            connection.execute(delete(blocks).where(own, blocks.c.number == last))
            self.tip = self._last(connection)
            kept = -1 if self.tip is None else self.tip.block
            gone = (logs.c.log == self._name, logs.c.block > kept)
            connection.execute(delete(logs).where(*gone))

    def logs(self) -> Iterable[Log]:
        if self.tip is None:
            return []
        query = (
            select(logs)
            .where(logs.c.log == self._name, logs.c.block <= self.tip.block)
            .order_by(logs.c.block, logs.c.position)
        )
        with self._store.begin() as connection:
            return [_log(row) for row in connection.execute(query)]

    def _is_mine(self, connection: Connection) -> bool:
        """Whether nobody else has written since; once somebody has, never again."""
        self._alone = self._alone and self._last(connection) == self.tip
        return self._alone

    def _last(self, connection: Connection) -> Tip | None:
        query = (
            select(blocks.c.number, blocks.c.hash)
            .where(blocks.c.log == self._name)
            .order_by(blocks.c.number.desc())
        )
        row = connection.execute(query).first()
        return None if row is None else Tip(row.number, row.hash)

    def _prune(self, connection: Connection) -> None:
        own = blocks.c.log == self._name
        newest = select(blocks.c.number).where(own).order_by(blocks.c.number.desc())
        oldest_kept = connection.scalar(newest.offset(MOST_TIPS - 1).limit(1))
        if oldest_kept is not None:
            connection.execute(delete(blocks).where(own, blocks.c.number < oldest_kept))


def _row(name: str, log: Log) -> JsonObject:
    return {
        "log": name,
        "block": log.block,
        "position": log.position,
        "address": log.address,
        "topics": b"".join(log.topics),
        "data": log.data,
        "transaction": log.transaction,
    }


def _log(row: Row[Any]) -> Log:
    places = range(0, len(row.topics), WORD_BYTES)
    return Log(
        address=row.address,
        topics=tuple(row.topics[place : place + WORD_BYTES] for place in places),
        data=row.data,
        block=row.block,
        position=row.position,
        transaction=row.transaction,
    )
