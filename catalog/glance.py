"""One row of the database, asked again and again, without a session or a transaction of its own."""

from __future__ import annotations

import mmap
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, Select

_HEADER: Final = 48  # bytes of one copy of the header of SQLite's index of its write-ahead log
_FORM: Final = (3007000).to_bytes(4, "little"), (3007000).to_bytes(4, "big")  # of that index, whatever the machine
_MOST_MARKS: Final = 16  # databases that a process watches
_MOST_ROWS: Final = 10_000
_LONGEST_KEY: Final = 200  # characters of what is asked for that are remembered
_marks: Final[dict[tuple[int, int], mmap.mmap]] = {}  # by device and number of the file; never closed, see `_map`


class Glance:
    """A statement that reads one row. What it found is given again as long as nothing was committed since.

    SQLite says so itself: with every commit, whichever process makes it, it changes a header in shared memory, and
    readers see the commit by that very change. It is compared before each answer, so no answer is older than the
    question. With PostgreSQL, and where that memory cannot be read, the statement runs each time.

    The statement is compiled once. With SQLite it has connections of its own, as many as ask at once: the pool's way of
    handing one out costs several times what the statement does.
    """

    def __init__(self, engine: Engine, statement: Select[Any]) -> None:
        compiled = statement.compile(dialect=engine.dialect)
        self._engine, self._sql = engine, str(compiled)
        self._names = list(compiled.positiontup or ())
        self._by_name = not compiled.positional
        self._idle: list[Any] | None = [] if engine.dialect.name == "sqlite" else None
        self._mark: Callable[[], bytes | None] | None = None
        self._seen: tuple[bytes, dict[tuple[Any, ...], Any]] = b"", {}

    def first(self, **values: Any) -> Any:
        """The row as the driver gives it, or None."""
        if self._idle is None:
            return self._from_pool(values)
        mark = self._mark() if self._mark else None  # read first: what is found may be newer, never older
        if mark is None:
            return self._from_idle(self._idle, values)
        seen = self._seen
        if seen[0] != mark or len(seen[1]) > _MOST_ROWS:
            seen = self._seen = mark, {}
        key = tuple(values.values())
        if key in seen[1]:
            return seen[1][key]
        found = self._from_idle(self._idle, values)
        if sum(map(len, map(str, key))) <= _LONGEST_KEY:
            seen[1][key] = found
        return found

    def known(self, **values: Any) -> Any:
        """The row where `first` would give it without the statement; None where that would have to run."""
        mark = self._mark() if self._mark else None
        seen, found = self._seen
        return found.get(tuple(values.values())) if mark is not None and mark == seen else None

    def close(self) -> None:
        """Let go of its own connections."""
        self._stop_watching()
        while self._idle:
            self._idle.pop().close()

    def _stop_watching(self) -> None:
        """A mark means something only as long as the same memory is looked at."""
        self._mark, self._seen = None, (b"", {})

    def _from_idle(self, idle: list[Any], values: dict[str, Any]) -> Any:
        try:
            connection = idle.pop()
        except IndexError:
            taken = self._engine.raw_connection()
            connection = taken.driver_connection
            taken.detach()
        try:
            found = connection.execute(self._sql, [values[name] for name in self._names])
            rows = found.fetchall()  # to the end, so that no snapshot stays open
        except sqlite3.Error:
            self._stop_watching()  # it was perhaps this connection that kept the memory there
            raise
        if self._mark is None:  # now this one has it open, and keeps it
            self._mark = _watch(connection)
        idle.append(connection)
        return rows[0] if rows else None

    def _from_pool(self, values: dict[str, Any]) -> Any:
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(self._sql, values if self._by_name else [values[name] for name in self._names])
            return cursor.fetchone()
        finally:
            connection.close()


def _watch(connection: sqlite3.Connection) -> Callable[[], bytes | None]:
    """What tells the state of a connection's database: the same mark, the same content; None where nobody can tell."""
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    shared = _map(Path(f"{path}-shm")) if path else None
    if shared is None or connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        return lambda: None

    def mark() -> bytes | None:
        both = shared[: 2 * _HEADER]
        header = both[:_HEADER]
        return header if header == both[_HEADER:] and header[:4] in _FORM else None  # else it is being written

    return mark


def _map(path: Path) -> mmap.mmap | None:
    """The file of that memory, mapped once in a process.

    It is never closed: whoever closes a file loses every lock that the process has on it, those of SQLite too.
    """
    try:
        about = path.stat()
        key = about.st_dev, about.st_ino
        if key not in _marks and len(_marks) < _MOST_MARKS:
            _marks[key] = mmap.mmap(os.open(path, os.O_RDONLY), 2 * _HEADER, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return None
    return _marks.get(key)
