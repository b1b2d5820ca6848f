"""Rows of one table of a release: pages, single rows and streams, from whichever engine answers the query best.

The router, from what was measured at 1 M rows: the serving file gives single rows and pages in the file's order in
about a millisecond and answers any filter over a small table; DuckDB finds the row numbers of a filtered or sorted
page fast because it reads only the columns that count, and the serving file then gives those rows. Groups and texts
inside texts are DuckDB's. Without a serving file DuckDB does it all: slower, with the same answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from catalog.errors import BadParameter, Unavailable
from catalog.rows import duck, lite
from catalog.rows.duck import Clock
from catalog.rows.duck_sql import DUCK, Wrap, group_count_sql, grouped_sql, stream_sql
from catalog.rows.limits import LIMITS, Limits
from catalog.rows.lite import LITE
from catalog.rows.sql import count_sql, rows_sql
from catalog.rows.terms import RowQuery, plain_item
from catalog.rows.values import json_writer, to_json, to_native
from catalog.schema import Table

SMALL: Final = 20_000  # rows up to which SQLite without an index is as fast as DuckDB
_DUCK_ONLY: Final = ("contains", "ncontains")


@dataclass(frozen=True)
class RowFiles:
    """Where the rows of a table are: the Parquet file, the serving file where there is one, and their shape."""

    parquet: Path
    serving: Path | None
    table: Table


@dataclass(frozen=True)
class RowPage:
    """Some rows: each is `_row` (None for a group) and the values of the selected fields, ready for JSON.

    `total` counts all that the query selects; it is a lower bound where it could not be counted in time.
    `next_after` is where the next page begins, plain JSON data; None on the last page.
    """

    rows: list[tuple[Any, ...]]
    total: int
    total_exact: bool
    next_after: tuple[Any, ...] | None


@dataclass(frozen=True)
class Export:
    """Everything that a query selects: the number of rows it selects, of rows that come, and Arrow batches of them."""

    total: int
    rows: int
    batches: Iterator[pa.RecordBatch]


@dataclass(frozen=True)
class _Row:
    number: int
    keys: tuple[Any, ...]  # of the order, native
    values: tuple[Any, ...]  # for JSON


def read_page(
    files: RowFiles, query: RowQuery, *, after: Sequence[Any] | None = None, limits: Limits = LIMITS
) -> RowPage:
    """One page. `after` is the `next_after` of the page before. Raises Unavailable past a limit, BadParameter."""
    if after is not None and len(after) != (1 if query.grouped else len(query.order_by) + 1):
        raise BadParameter.at("cursor", "cursor_unreadable")
    clock = Clock(limits.seconds)
    if query.grouped:
        return _group_page(files, query, query.offset if after is None else after[0], limits, clock)
    found = _trusting(files, lambda using: _find(using, query, after, limits, clock))
    rows, more = found[: query.page], len(found) > query.page
    total, exact = _total(files, query, limits, clock, least=(0 if after else query.offset) + len(found))
    next_after = (*rows[-1].keys, rows[-1].number) if more else None
    return RowPage([(row.number, *row.values) for row in rows], total, exact, next_after)


def read_row(files: RowFiles, number: int, limits: Limits = LIMITS) -> dict[str, Any] | None:
    """The row at that place of the release, from 1, with `_row` and every field; None where there is none."""
    if not 1 <= number <= files.table.rows:
        return None
    query = RowQuery(tuple(plain_item(files.table, column) for column in range(len(files.table.fields))), limit=1)
    page = read_page(files, query, after=(number - 1,), limits=limits)
    names = ["_row", *(field.name for field in files.table.fields)]
    return dict(zip(names, page.rows[0], strict=True)) if page.rows else None


def iter_export(files: RowFiles, query: RowQuery, limits: Limits = LIMITS, wrap: Wrap | None = None) -> Export:
    """All rows (or `limit` of them) as a stream; `wrap` may turn each column's SQL into text. Raises as `read_page`.

    The first batch is made before this returns, so faults are known before the answer begins.
    """
    table = files.table
    total = _export_total(files, query, limits)
    rows = min(max(0, total - query.offset), total if query.limit is None else query.limit)
    sql, params = grouped_sql(query, table, wrap) if query.grouped else stream_sql(query, table, wrap)
    batches = duck.stream(files.parquet, len(table.fields), f"{sql} LIMIT {rows} OFFSET {query.offset}", params, limits)
    first = next(batches, None)
    return Export(total, rows, iter(()) if first is None else chain([first], batches))


def _trusting(files: RowFiles, read: Callable[[RowFiles], Any]) -> Any:
    """A serving file that is broken or gone is only a cache that failed: DuckDB answers then."""
    try:
        return read(files)
    except (sqlite3.Error, FileNotFoundError):
        return read(RowFiles(files.parquet, None, files.table))


def _find(files: RowFiles, query: RowQuery, after: Sequence[Any] | None, limits: Limits, clock: Clock) -> list[_Row]:
    """The rows of the page and one more, if there is one."""
    if after is None and not query.narrowed and not query.order_by:
        after = (query.offset,)  # in the file's order the offset is a row number
    if files.serving is not None and _suits_lite(query, files.table):
        return _find_lite(files.serving, query, files.table, after, clock)
    if files.serving is not None and all(item.function is None for item in query.select):
        found = _find_duck(files, replace(query, select=()), after, limits, clock)
        return _filled(files.serving, query, found, clock)
    return _find_duck(files, query, after, limits, clock)


def _suits_lite(query: RowQuery, table: Table) -> bool:
    items = (*query.select, *(one.item for one in query.order_by))
    if query.text or any(item.function for item in items):
        return False
    if any(one.operator in _DUCK_ONLY for one in query.filters):
        return False
    return table.rows <= SMALL or not (query.narrowed or query.order_by)


def _find_lite(serving: Path, query: RowQuery, table: Table, after: Sequence[Any] | None, clock: Clock) -> list[_Row]:
    sql, params = rows_sql(LITE, query, table, [LITE.expression(item) for item in query.select], after)
    found = lite.fetch(serving, f"{sql}{_slice(query, after)}", params, clock)
    writers = [json_writer(item.output) for item in query.select]
    width = 1 + len(writers)
    return [
        _Row(row[0], row[width:], tuple(write(value) for write, value in zip(writers, row[1:width], strict=True)))
        for row in found
    ]


def _find_duck(
    files: RowFiles, query: RowQuery, after: Sequence[Any] | None, limits: Limits, clock: Clock
) -> list[_Row]:
    sql, params = rows_sql(DUCK, query, files.table, [DUCK.expression(item) for item in query.select], after)
    sql = f"{sql}{_slice(query, after)}"
    found = duck.fetch(files.parquet, len(files.table.fields), sql, params, limits, clock)
    outputs = [item.output for item in query.select]
    width = 1 + len(outputs)
    return [_Row(row[0] + 1, _keys(query, row[width:]), tuple(map(to_json, outputs, row[1:width]))) for row in found]


def _keys(query: RowQuery, values: Sequence[Any]) -> tuple[Any, ...]:
    """The keys in native form; a period's is its first day already."""
    return tuple(
        value if one.item.output.type == "period" else to_native(one.item.output, value)
        for one, value in zip(query.order_by, values, strict=True)
    )


def _filled(serving: Path, query: RowQuery, found: list[_Row], clock: Clock) -> list[_Row]:
    """The rows that DuckDB found by number, read from the serving file."""
    columns = ", ".join(["_row", *(LITE.expression(item) for item in query.select)])
    sql = f"SELECT {columns} FROM r WHERE _row IN ({', '.join('?' * len(found))})"
    rows = {row[0]: row[1:] for row in lite.fetch(serving, sql, [row.number for row in found], clock)}
    if len(rows) != len(found):
        raise sqlite3.DatabaseError("rows are missing from the serving file")
    writers = [json_writer(item.output) for item in query.select]
    return [
        replace(row, values=tuple(write(value) for write, value in zip(writers, rows[row.number], strict=True)))
        for row in found
    ]


def _slice(query: RowQuery, after: Sequence[Any] | None) -> str:
    return f" LIMIT {query.page + 1} OFFSET {query.offset if after is None else 0}"


def _total(files: RowFiles, query: RowQuery, limits: Limits, clock: Clock, least: int) -> tuple[int, bool]:
    """How many rows the query selects; at least those seen where counting takes too long."""
    if not query.narrowed:
        return files.table.rows, True
    try:
        return int(_trusting(files, lambda using: _count(using, query, limits, clock))), True
    except Unavailable:
        return least, False


def _count(files: RowFiles, query: RowQuery, limits: Limits, clock: Clock) -> int:
    if files.serving is not None and _suits_lite(replace(query, select=(), order_by=()), files.table):
        return int(lite.fetch(files.serving, *count_sql(LITE, query, files.table), clock)[0][0])
    sql, params = count_sql(DUCK, query, files.table)
    return int(duck.fetch(files.parquet, len(files.table.fields), sql, params, limits, clock)[0][0])


def _group_page(files: RowFiles, query: RowQuery, offset: int, limits: Limits, clock: Clock) -> RowPage:
    sql, params = grouped_sql(query, files.table)
    sql = f"{sql} LIMIT {query.page} OFFSET {int(offset)}"
    found = duck.fetch(files.parquet, len(files.table.fields), sql, params, limits, clock)
    outputs = [item.output for item in query.select]
    rows = [(None, *map(to_json, outputs, row[:-1])) for row in found]
    total = found[0][-1] if found else _group_count(files, query, limits, clock) if offset else 0
    end = offset + len(rows)
    return RowPage(rows, total, True, (end,) if end < total and rows else None)


def _group_count(files: RowFiles, query: RowQuery, limits: Limits, clock: Clock) -> int:
    sql, params = group_count_sql(query, files.table)
    return int(duck.fetch(files.parquet, len(files.table.fields), sql, params, limits, clock)[0][0])


def _export_total(files: RowFiles, query: RowQuery, limits: Limits) -> int:
    clock = Clock(limits.export_seconds)
    if query.grouped:
        return _group_count(files, query, limits, clock)
    return _count(files, query, limits, clock) if query.narrowed else files.table.rows
