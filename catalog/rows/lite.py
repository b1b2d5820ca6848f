"""Reading the serving file: a few connections kept open, one statement at a time, stopped in time."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from catalog.errors import Unavailable
from catalog.rows.duck import Clock
from catalog.rows.serving import connect
from catalog.rows.sql import Params
from catalog.rows.terms import Item
from catalog.schema import Field

_KEPT: Final = 64
_STEPS: Final = 20_000  # of SQLite's machine between two looks at the clock: about a millisecond
_Key = tuple[int, str, int, int]
_open: OrderedDict[_Key, sqlite3.Connection] = OrderedDict()
_inherited: list[sqlite3.Connection] = []
_lock = threading.Lock()  # several threads stepping SQLite in one process are slower than one after the other


class Lite:
    """The dialect over the serving file."""

    source = "r"
    row = "_row"
    base = 1

    def expression(self, item: Item) -> str:
        return f"c{item.column}"

    def first_day(self, item: Item) -> str:
        return f"f{item.column}"

    def last_day(self, item: Item) -> str:
        return f"l{item.column}"

    def holds(self, text: str, value: str) -> tuple[str, Params]:
        raise AssertionError("the router gives texts inside texts to DuckDB")

    def bind(self, field: Field, value: Any) -> Any:
        return value


LITE: Final = Lite()


def fetch(path: Path, statement: str, params: Sequence[Any], clock: Clock) -> list[Any]:
    """All rows of a statement. Raises Unavailable past the time limit, sqlite3.DatabaseError for a bad file."""
    with _lock:
        con = _connection(path)
        con.set_progress_handler(lambda: clock.over, _STEPS)
        try:
            return con.execute(statement, list(params)).fetchall()
        except sqlite3.OperationalError as fault:
            if clock.over:
                raise Unavailable("query_too_slow", retry_after=30) from None
            raise fault
        finally:
            con.set_progress_handler(None, 0)


def _connection(path: Path) -> sqlite3.Connection:
    about = path.stat()
    key = (os.getpid(), str(path), about.st_ino, about.st_mtime_ns)  # a file built anew is another file
    if key not in _open:
        _forget_parent()
        _open[key] = connect(path)
        while len(_open) > _KEPT:
            _open.popitem(last=False)[1].close()
    _open.move_to_end(key)
    return _open[key]


def _forget_parent() -> None:
    for key in [key for key in _open if key[0] != os.getpid()]:
        _inherited.append(_open.pop(key))


def _after_fork() -> None:
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
