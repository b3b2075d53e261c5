"""The embedded chain's database in one SQLite file.

py-evm writes keys one by one; what one request to the chain changed becomes permanent
together, so a process that is killed leaves the chain as it was between two requests.
"""

import sqlite3
from pathlib import Path

from eth.db.backends.base import BaseDB

from oracle.chain.errors import BadState, DiskUnusable


class DiskDB(BaseDB):
    """Keys and values on disk. The file is made if there is none.

    Raises `BadState` for a file that is no such database, or that another has open;
    later `DiskUnusable`, after which nobody knows what is kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        # Requests come from several threads, one at a time: the devnet has a lock.
        self._file = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=0
        )
        try:
            # One chain, one process: nobody else may write between our blocks.
            self._file.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._file.execute("PRAGMA journal_mode = WAL")
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS pairs "
                "(key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
            )
            self._file.execute("BEGIN IMMEDIATE")
        except sqlite3.DatabaseError as error:
            raise BadState(path, str(error)) from error

    def keep(self) -> None:
        """Makes all that was written so far permanent."""
        self._run("COMMIT")
        self._run("BEGIN IMMEDIATE")

    def forget(self) -> None:
        """Takes back what was written since the last `keep`."""
        self._run("ROLLBACK")
        self._run("BEGIN IMMEDIATE")

    def close(self) -> None:
        self._file.close()

    def _run(self, statement: str, values: tuple[bytes, ...] = ()) -> sqlite3.Cursor:
        try:
            return self._file.execute(statement, values)
        except sqlite3.DatabaseError as error:
            raise DiskUnusable(self._path, str(error)) from error

    def __getitem__(self, key: bytes) -> bytes:
        found = self._run("SELECT value FROM pairs WHERE key = ?", (key,)).fetchone()
        if found is None:
            raise KeyError(key)
        value: bytes = found[0]
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._run("REPLACE INTO pairs VALUES (?, ?)", (key, value))

    def __delitem__(self, key: bytes) -> None:
        self._run("DELETE FROM pairs WHERE key = ?", (key,))

    def _exists(self, key: bytes) -> bool:
        sought = self._run("SELECT 1 FROM pairs WHERE key = ?", (key,))
        return sought.fetchone() is not None
