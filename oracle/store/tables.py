"""The tables, and how values that databases lack are kept in them."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    text,
)
from sqlalchemy.engine import Dialect

VERSION = 1
WORD_DIGITS = 78

metadata = MetaData()


class Wei(TypeDecorator[int]):
    """Amounts of up to 256 bits, in decimal digits."""

    impl = String(WORD_DIGITS)
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        return None if value is None else int(value)


OPEN = text("state = 'open'")

version = Table("version", metadata, Column("number", Integer, primary_key=True))

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chain_id", BigInteger, nullable=False),
    Column("sender", LargeBinary, nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("key", String, nullable=False),
    Column("action", String, nullable=False),
    Column("to", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("value", Wei, nullable=False),
    Column("gas", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False, default=""),
    Column("block", BigInteger),
    Column("block_hash", LargeBinary),
    Column("succeeded", Boolean),
    Column("fee_wei", Wei),
)
"""A row a transaction, however often it was signed anew with a higher fee."""

# INVARIANT: of what is open, no two share a nonce, and no two mean the same move.
Index(
    "one_open_a_nonce",
    *(outbox.c[name] for name in ("chain_id", "sender", "nonce")),
    unique=True,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
Index(
    "one_open_a_key",
    *(outbox.c[name] for name in ("chain_id", "sender", "key")),
    unique=True,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)

# What is asked in each turn must not take longer with each transaction ever sent.
for found_by in (("nonce",), ("state", "nonce"), ("state", "block")):
    Index(
        "_".join(("outbox", "by", *found_by)),
        *(outbox.c[name] for name in ("chain_id", "sender", *found_by)),
    )

attempts = Table(
    "attempts",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("outbox_id", ForeignKey(outbox.c.id), nullable=False, index=True),
    Column("raw", LargeBinary, nullable=False),
    Column("max_fee", Wei, nullable=False),
    Column("tip", Wei, nullable=False),
    Column("block", BigInteger, nullable=False),
)
"""Each signing of a transaction; `block` was the head then."""

leases = Table(
    "leases",
    metadata,
    Column("chain_id", BigInteger, primary_key=True),
    Column("sender", LargeBinary, primary_key=True),
    Column("role", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("until", BigInteger, nullable=False),
)
"""Which process acts for an account; `until` in seconds, by the database's clock."""

blocks = Table(
    "blocks",
    metadata,
    Column("log", String, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
)
"""Up to where a log was read, with the hashes that were seen there."""

logs = Table(
    "logs",
    metadata,
    Column("log", String, primary_key=True),
    Column("block", BigInteger, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("address", LargeBinary, nullable=False),
    Column("topics", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("transaction", LargeBinary, nullable=False),
)
"""`topics` are words of 32 bytes, one after the other."""
