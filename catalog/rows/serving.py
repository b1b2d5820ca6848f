"""The SQLite file that serves pages of a release: a cache, built from the Parquet file and thrown away at will.

Table `r`: `_row` from 1, one column a field (`c0`, `c1` …; decimals scaled to whole numbers, dates as days, datetimes
as microseconds), and `f0`, `l0` … with first and last day of each period. Table `meta`: what it was built from.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.rows.periods import first_day, last_day
from catalog.schema import Field, Table

FORM: Final = 1  # raised when the layout changes: older files are then built anew
_MOST_DIGITS: Final = 18  # a scaled decimal must fit 64 bits
_MOST_COLUMNS: Final = 600  # SQLite allows 2000 columns; periods take three
_BATCH: Final = 20_000  # rows
_VALUES: Final = 960  # parameters of one INSERT: 80 rows of 12 columns are twice as fast as one by one
_FAST: Final = """
    PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
"""


def can_serve(table: Table) -> bool:
    """Whether SQLite can hold every value exactly."""
    return len(table.fields) <= _MOST_COLUMNS and all((one.precision or 0) <= _MOST_DIGITS for one in table.fields)


def build(parquet: Path, table: Table, target: Path) -> bool:
    """Write the serving file in one step that either happens or not; False where SQLite cannot serve the release."""
    if not can_serve(table):
        return False
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".serving-")
    os.close(handle)
    path = Path(name)
    try:
        rows = _fill(path, parquet, table)
        _stamp(path, table, rows)
        path.replace(target)
    finally:
        path.unlink(missing_ok=True)
    return True


def is_sound(path: Path, digest: str) -> bool:
    """Whether the file is whole and was built from the Parquet file of that digest, in today's layout."""
    try:
        con = connect(path)
    except sqlite3.Error:
        return False
    try:
        found = con.execute("SELECT form, digest, bytes, rows FROM meta").fetchone()
        last = con.execute("SELECT max(_row) FROM r").fetchone()[0] or 0
        return bool(found == (FORM, digest, path.stat().st_size, last))
    except sqlite3.Error:
        return False
    finally:
        con.close()


def connect(path: Path) -> sqlite3.Connection:
    """A connection that only reads; the file never changes under its name."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)


def columns_of(table: Table) -> list[str]:
    """The columns of `r` after `_row`."""
    periods = [number for number, field in enumerate(table.fields) if field.type == "period"]
    return [f"c{number}" for number in range(len(table.fields))] + [
        f"{kind}{number}" for number in periods for kind in "fl"
    ]


def _fill(path: Path, parquet: Path, table: Table) -> int:
    columns = columns_of(table)
    con = sqlite3.connect(path, isolation_level=None)
    try:
        con.executescript(_FAST)
        con.execute(f"CREATE TABLE r (_row INTEGER PRIMARY KEY, {', '.join(columns)})")
        con.execute("CREATE TABLE meta (form INTEGER, digest TEXT, bytes INTEGER, rows INTEGER)")
        con.execute("INSERT INTO meta VALUES (0, '', 0, 0)")
        con.execute("BEGIN")
        rows = _insert_all(con, parquet, table, len(columns))
        con.execute("COMMIT")
        return rows
    finally:
        con.close()


def _insert_all(con: sqlite3.Connection, parquet: Path, table: Table, width: int) -> int:
    """Batches are converted in a second thread while SQLite, which lets other threads run, inserts the one before."""
    rows = 0
    with ThreadPoolExecutor(1) as pool:
        converted = _ahead(pool, parquet, table)
        for count, values in converted:
            _insert(con, count, values, width)
            rows += count
    return rows


def _ahead(pool: ThreadPoolExecutor, parquet: Path, table: Table) -> Iterator[tuple[int, list[list[Any]]]]:
    convert = _converter(table)
    with pq.ParquetFile(parquet) as source:
        batches = source.iter_batches(_BATCH)
        coming = pool.submit(lambda: convert(next(batches, None)))
        while (found := coming.result()) is not None:
            coming = pool.submit(lambda: convert(next(batches, None)))
            yield found


def _insert(con: sqlite3.Connection, count: int, values: list[list[Any]], width: int) -> None:
    """Many rows a statement; what is left over goes one by one."""
    row = f"(NULL{', ?' * width})"
    many = max(1, _VALUES // width)
    flat = list(chain.from_iterable(zip(*values, strict=True)))
    step, whole = many * width, count // many
    statement = f"INSERT INTO r VALUES {', '.join([row] * many)}"
    for start in range(0, whole * step, step):
        con.execute(statement, flat[start : start + step])
    rest = range(whole * step, count * width, width)
    con.executemany(f"INSERT INTO r VALUES {row}", (flat[start : start + width] for start in rest))


def _converter(table: Table) -> Callable[[Any], tuple[int, list[list[Any]]] | None]:
    days: dict[str, tuple[str, str]] = {}

    def convert(batch: Any) -> tuple[int, list[list[Any]]] | None:
        if batch is None:
            return None
        values = [_native(field, column) for field, column in zip(table.fields, batch.columns, strict=True)]
        for field, column in zip(table.fields, list(values), strict=False):
            if field.type == "period":
                values += _spans(column, days)
        return batch.num_rows, values

    return convert


def _spans(periods: list[str | None], known: dict[str, tuple[str, str]]) -> tuple[list[str | None], list[str | None]]:
    """First and last days; a release has few different periods, so each is worked out once."""
    for one in set(periods) - known.keys():
        if one is not None:
            known[one] = (first_day(one), last_day(one))
    spans = [(None, None) if one is None else known[one] for one in periods]
    return [first for first, _ in spans], [last for _, last in spans]


def _native(field: Field, column: Any) -> list[Any]:
    """The native values of an Arrow column, without making a Decimal or a date for each."""
    import polars  # it takes a second to load: only for who builds

    if field.type == "decimal":
        return polars.Series(column).to_physical().to_list()
    if field.type == "date":
        column = column.view(pa.int32())
    elif field.type == "datetime":
        column = column.view(pa.int64())
    elif field.type == "boolean":
        column = column.cast(pa.int8())
    return polars.Series(column).to_list()


def _stamp(path: Path, table: Table, rows: int) -> None:
    """Write what the file is, flushed to disk; a file without its stamp is not served."""
    con = sqlite3.connect(path, isolation_level=None)
    try:
        con.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        con.execute("UPDATE meta SET form = ?, digest = ?, bytes = ?, rows = ?", _meta(path, table, rows))
    finally:
        con.close()
    with path.open("rb") as written:
        os.fsync(written.fileno())


def _meta(path: Path, table: Table, rows: int) -> tuple[int, str, int, int]:
    return FORM, table.digest, path.stat().st_size, rows
