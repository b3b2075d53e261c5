"""The database: SQLite in WAL mode by default, Postgres by URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, create_engine, event, insert, select
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    IntegrityError,
    NoSuchModuleError,
)

from oracle.store import tables
from oracle.store.errors import StoreError, StoreOfAnotherTime, StoreUnusable

BUSY_SECONDS = 30
CURES = {
    "not a database": "move the file away: a node reads the chain again",
    "malformed": "move the file away: a node reads the chain again",
    "no space": "make room on the disk, and start again",
    "full": "make room on the disk, and start again",
    "readonly": "make the file and its folder writable for this user",
    "read-only": "make the file and its folder writable for this user",
    "unable to open": "make the folder, and make it writable for this user",
    "locked": "end the other program that writes to it",
    "disk i/o": "make room on the disk, or look after it",
    "connect": "start the server, or look into the URL",
    "password": "look into the URL",
    "[errno": "choose a --home or --database that this user can write to",
}
"""What may help, by what a complaint contains."""


class Store:
    """One database, its tables made if they are not there. Raises `StoreError`s."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.where = self.engine.url.render_as_string(hide_password=True)
        try:
            with self.begin() as connection:
                tables.metadata.create_all(connection)
                for index in tables.outbox.indexes:
                    index.create(connection, checkfirst=True)
                self._check_version(connection)
        except StoreError:
            self.close()
            raise

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction: all of it is kept, on the disk, or nothing.

        Violated uniqueness, and a value that a column can't hold, are the caller's
        business and come through: nothing is wrong with the database.
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        except (IntegrityError, DataError):
            raise
        except DatabaseError as error:
            raise _unusable(self.where, error.orig) from None

    def close(self) -> None:
        self.engine.dispose()

    def _check_version(self, connection: Connection) -> None:
        actual = connection.scalar(select(tables.version.c.number))
        if actual is None:
            connection.execute(insert(tables.version).values(number=tables.VERSION))
        elif actual != tables.VERSION:
            raise StoreOfAnotherTime(self.where, tables.VERSION, actual)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql" and "+" not in parsed.drivername:
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        cure = (
            "write sqlite:///FILE, or postgresql://... after, in Plumbline's folder, "
            "pip install -e '.[postgres]'"
        )
        raise StoreUnusable("database", str(error).split(" from ")[0], cure) from None
    if engine.dialect.name == "sqlite":
        _make_folder(parsed.database)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_writing)
    return engine


def _make_folder(file: str | None) -> None:
    if not file or file == ":memory:":
        return
    try:
        Path(file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(file, error) from None


def _prepare_sqlite(connection: SqliteConnection, _: Any) -> None:
    connection.isolation_level = None  # `_begin_writing` says when one begins
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = WAL",
        # What was signed must be on the disk before it is sent, even in a power cut.
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_writing(connection: Connection) -> None:
    """Takes the write lock at once: two readers that both then write would clash."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _unusable(where: str, error: BaseException | None) -> StoreUnusable:
    problem = " ".join(str(error).split())
    found = (cure for sign, cure in CURES.items() if sign in problem.lower())
    return StoreUnusable(where, problem, next(found, "look into the database's log"))
