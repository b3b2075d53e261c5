"""One process at a time acts for an account in a role; the others stand by.

The holder is who last said so in the database, by the database's clock. Whoever loses
it can write nothing down any more, and so send nothing: what is written is checked in
the same transaction. A holder that was killed on this machine is known to be gone, so
that the next process need not wait.
"""

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from oracle.store.errors import LeaseLost
from oracle.store.store import Store
from oracle.store.tables import leases

SECONDS: Final = 60
"""Without a word from its holder. A look takes seconds, and clocks of games hours."""

START_TIME: Final = 19
"""Of the fields of `stat` behind the name, in ticks since the machine started."""

NOW: Final = {
    "sqlite": text("SELECT CAST((julianday('now') - 2440587.5) * 86400 AS INTEGER)"),
    "postgresql": text("SELECT CAST(extract(epoch FROM clock_timestamp()) AS BIGINT)"),
}
"""The database's clock, in seconds."""


@dataclass(slots=True)
class Lease:
    """Of the account `sender` (20 bytes) on a chain, in a role. `holder` is us."""

    store: Store
    chain_id: int
    sender: bytes
    role: str
    holder: str = field(default_factory=lambda: this_process())

    def take(self) -> bool:
        """Whether we hold it from now on, for so many seconds again."""
        try:
            with self.store.begin() as connection:
                row = self._row(connection)
                if row is None:
                    until = self._now(connection) + SECONDS
                    connection.execute(insert(leases).values(self._new(until)))
                    return True
                if row.holder != self.holder and not self._is_free(connection, row):
                    return False
                self._renew(connection)
                return True
        except IntegrityError:
            return False  # another was quicker to make the row

    def check(self, connection: Connection) -> None:
        """INVARIANT: whoever writes down what is to be sent holds the lease until that
        is written: the row is locked. Raises `LeaseLost`."""
        row = self._row(connection)
        if row is None or row.holder != self.holder:
            raise LeaseLost(self.role, "nobody" if row is None else row.holder)
        self._renew(connection)

    def release(self) -> None:
        """The next one need not wait."""
        ours = and_(self._key, leases.c.holder == self.holder)
        with self.store.begin() as connection:
            connection.execute(delete(leases).where(ours))

    def _row(self, connection: Connection) -> Row[Any] | None:
        query = select(leases).where(self._key).with_for_update()
        return connection.execute(query).first()

    def _renew(self, connection: Connection) -> None:
        values = {"holder": self.holder, "until": self._now(connection) + SECONDS}
        connection.execute(update(leases).where(self._key).values(values))

    def _is_free(self, connection: Connection, row: Row[Any]) -> bool:
        return row.until <= self._now(connection) or is_gone(row.holder)

    def _now(self, connection: Connection) -> int:
        return int(connection.scalar(NOW[connection.dialect.name]) or 0)

    @property
    def _key(self) -> Any:
        own = leases.c.chain_id == self.chain_id, leases.c.sender == self.sender
        return and_(*own, leases.c.role == self.role)

    def _new(self, until: int) -> dict[str, object]:
        account = {"chain_id": self.chain_id, "sender": self.sender}
        return account | {"role": self.role, "holder": self.holder, "until": until}


def this_process() -> str:
    """A name that no other process has, ever, on any machine."""
    return f"{_machine()} {os.getpid()} {_started(os.getpid())}"


def is_gone(holder: str) -> bool:
    """Whether that was a process of this machine, and is no more. Of another machine,
    or container, nothing is known."""
    machine, _, rest = holder.partition(" ")
    process, _, started = rest.partition(" ")
    return machine == _machine() and _started(int(process)) != started


@cache
def _machine() -> str:
    """Since it was started, and as whose processes are numbered; where nobody tells, a
    name that is only ours."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return token_hex(16)


def _started(process: int) -> str:
    """When, in ticks; empty if there is no such process."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[START_TIME]
