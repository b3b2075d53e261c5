"""The embedded chain's database in one SQLite file.

py-evm writes keys one by one; what one request to the chain changed becomes permanent
together, so a process that is killed leaves the chain as it was between two requests.
"""

import sqlite3
from pathlib import Path

from eth.db.backends.base import BaseDB

from oracle.chain.errors import BadState


class DiskDB(BaseDB):
    """Keys and values on disk. The file is made if there is none.

    Raises `BadState` for a file that is no such database, or that another has open.
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
        self._file.execute("COMMIT")
        self._file.execute("BEGIN IMMEDIATE")

    def forget(self) -> None:
        """Takes back what was written since the last `keep`."""
        self._file.execute("ROLLBACK")
        self._file.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        self._file.close()

    def __getitem__(self, key: bytes) -> bytes:
        found = self._file.execute(
            "SELECT value FROM pairs WHERE key = ?", (key,)
        ).fetchone()
        if found is None:
            raise KeyError(key)
        value: bytes = found[0]
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._file.execute("REPLACE INTO pairs VALUES (?, ?)", (key, value))

    def __delitem__(self, key: bytes) -> None:
        self._file.execute("DELETE FROM pairs WHERE key = ?", (key,))

    def _exists(self, key: bytes) -> bool:
        sought = self._file.execute("SELECT 1 FROM pairs WHERE key = ?", (key,))
        return sought.fetchone() is not None
