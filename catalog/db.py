"""The connection to the database: SQLite by default, PostgreSQL by its address; the same program on both.

On SQLite a write transaction begins with BEGIN IMMEDIATE (`session(engine, write=True)`), so that it waits for its turn
instead of failing half way; reads see one snapshot (WAL) and never wait.
"""

from __future__ import annotations

import fcntl
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event, make_url, text
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT_MS = 30_000
_LONG_NUMBER = re.compile(r"\d{20}")  # one that may need more than 64 bits
CIVIL = timezone(timedelta(hours=8))  # the clock on the wall in China
NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of the models; constraints are named so that migrations can name them too."""

    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored without zone as UTC, always aware in Python. Raises ValueError for one without zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a moment without zone: {value}")
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def moment_text(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second: `2019-01-20T01:00:00Z`."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def open_database(url: str) -> Engine:
    """An engine with the pragmas and transaction rules that the portal relies on."""
    parsed = make_url(url)
    # values have no place in logs
    shared: dict[str, Any] = {"hide_parameters": True, "json_serializer": _json, "json_deserializer": _read_json}
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, pool_size=4, max_overflow=8, **shared)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    busy = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    engine = create_engine(url, connect_args=busy, **shared)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _json(value: Any) -> str:
    """What a JSON column holds. orjson is ten times quicker, but refuses very long numbers."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return json.dumps(value)


def _read_json(kept: str | bytes) -> Any:
    """What a JSON column holds, from its text. orjson would make long numbers floats, and refuses NaN."""
    written = kept if isinstance(kept, str) else kept.decode()
    if _LONG_NUMBER.search(written):
        return json.loads(written)
    try:
        return orjson.loads(written)
    except orjson.JSONDecodeError:
        return json.loads(written)


@contextmanager
def session(engine: Engine, *, write: bool = False) -> Iterator[Session]:
    """A session that is rolled back unless its user commits. With `write`, SQLite takes its write lock at once."""
    with open_session(engine, write=write) as opened:
        yield opened


def open_session(engine: Engine, *, write: bool = False) -> Session:
    """The same, for whoever closes it himself."""
    bound = engine.execution_options(portal_write=True) if write else engine
    return Session(bound, expire_on_commit=False)


@contextmanager
def alone(engine: Engine, what: str) -> Iterator[None]:
    """Only one process and thread at a time does `what` on this database; the others wait for it.

    It holds no transaction. The lock goes with the process that holds it.
    """
    if engine.dialect.name == "sqlite":
        with Path(f"{engine.url.database}.{what}.lock").open("wb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        return
    key = {"key": zlib.crc32(what.encode())}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), key)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin, not by the driver
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Any) -> None:
    immediate = connection.get_execution_options().get("portal_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
