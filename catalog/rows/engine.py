"""Rows of one table of a release: pages, single rows and streams, from whichever engine answers the query best.

The router: ranks of the columns find the rows of a filtered or sorted page, and the serving file gives them, in about
a millisecond whatever the table's size. Groups, words, functions and exports are DuckDB's; where it only has to find
rows, the serving file gives them too. Without a serving file or while ranks are being made DuckDB does it
all: slower, with the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from catalog.errors import BadParameter, NotAtHand, Unavailable
from catalog.rows import duck, finder, thresholds
from catalog.rows.duck_sql import DUCK, Dress, group_count_sql, grouped_sql, plain_columns, stream_sql
from catalog.rows.limits import LIMITS, Clock, Limits
from catalog.rows.orders import Later, Orders
from catalog.rows.ranks import Key
from catalog.rows.sealed import Unsound
from catalog.rows.serving import Serving, open_serving
from catalog.rows.sql import count_sql, rows_sql
from catalog.rows.terms import RowQuery, whole_rows
from catalog.rows.texts import Texts, find_texts, make_texts, open_texts
from catalog.rows.values import column_writer, to_json, to_native
from catalog.schema import Table


@dataclass(frozen=True)
class RowFiles:
    """Where the rows of a table are: the Parquet file, the serving file where there is one, and their shape.

    `serving` is a file to be opened, or one that the caller has opened just now. `later` takes the making of ranks that
    would keep a reader waiting; without it they are made at once. With `at_hand` only what this process has open is
    used, and NotAtHand is raised where that will not do.
    """

    parquet: Path
    serving: Path | Serving | None
    table: Table
    later: Later | None = None
    at_hand: bool = False


@dataclass(frozen=True)
class RowPage:
    """Some rows: each is `_row` (None for a group) and the values of the selected fields, ready for JSON.

    `total` counts all that the query selects; it is a lower bound where it could not be counted in time.
    `next_after` is where the next page begins, plain JSON data; None on the last page. `text` is the JSON array of the
    rows as objects, where it was asked for and they were there so; `rows` is empty then.
    """

    rows: list[tuple[Any, ...]]
    total: int
    total_exact: bool
    next_after: tuple[Any, ...] | None
    text: bytes | None = None


@dataclass(frozen=True)
class Export:
    """Everything that a query selects: the number of rows it selects, of rows that come, and Arrow batches of them."""

    total: int
    rows: int
    batches: Iterator[pa.RecordBatch]


@dataclass(frozen=True)
class _Found:
    """The numbers of the rows of a page and of one more, if there is one; the rows too where they came with them."""

    numbers: Sequence[int]
    last: tuple[Any, ...] | None = None  # native keys of the order, of the page's last row where more follow
    total: int | None = None  # of the query
    rows: list[tuple[Any, ...]] | None = None


def read_page(
    files: RowFiles,
    query: RowQuery,
    *,
    after: Sequence[Any] | None = None,
    limits: Limits = LIMITS,
    as_text: bool = False,
) -> RowPage:
    """One page. `after` is the `next_after` of the page before; with `as_text` the rows may come as JSON already.

    Raises Unavailable past a limit, BadParameter, NotAtHand.
    """
    if after is not None and len(after) != (1 if query.grouped else len(query.order_by) + 1):
        raise BadParameter.at("cursor", "cursor_unreadable")
    clock = Clock(limits.seconds)
    if query.grouped:
        return _group_page(files, query, query.offset if after is None else after[0], limits, clock)
    return _trusting(files, lambda using: _plain_page(using, query, after, limits, clock, as_text))


def _plain_page(
    files: RowFiles, query: RowQuery, after: Sequence[Any] | None, limits: Limits, clock: Clock, as_text: bool
) -> RowPage:
    found = _find(files, query, after, limits, clock)
    count = len(found.numbers)
    least = (0 if after else query.offset) + count
    total, exact = (found.total, True) if found.total is not None else _total(files, query, limits, clock, least)
    numbers, next_after = found.numbers, None
    if count > query.page:
        numbers = numbers[: query.page]
        next_after = (*(found.last or ()), numbers[-1])
    if found.rows is not None:
        return RowPage(found.rows[: query.page], total, exact, next_after)
    serving = _serving(files)
    texts = _texts(files, serving) if as_text and query.whole and numbers else None
    if texts is not None:
        return RowPage([], total, exact, next_after, texts.read(numbers))
    return RowPage(_filled(serving, query, numbers), total, exact, next_after)


def _serving(files: RowFiles) -> Serving:
    if files.serving is None:
        raise Unsound("no serving file")
    return open_serving(files.serving, files.table) if isinstance(files.serving, Path) else files.serving


def _texts(files: RowFiles, serving: Serving) -> Texts | None:
    """The rows as JSON; they are made beside where they are worth it, and used from then on."""
    if files.later is None:
        return open_texts(serving)
    found = find_texts(serving)
    if found is None and files.table.rows >= thresholds.TEXTS:
        files.later(Key("t", -1), partial(make_texts, serving, files.parquet))
    return found


def is_heavy(files: RowFiles, query: RowQuery) -> bool:
    """Whether the query may keep the engine busy for long: groups, words, and functions."""
    plain = finder.suits(query) and not any(item.function for item in query.select)
    return files.table.rows > thresholds.MAKE_NOW and (files.serving is None or not plain)


def read_row(files: RowFiles, number: int, limits: Limits = LIMITS) -> dict[str, Any] | None:
    """The row at that place of the release, from 1, with `_row` and every field; None where there is none."""
    if not 1 <= number <= files.table.rows:
        return None
    page = read_page(files, whole_rows(files.table, 1), after=(number - 1,), limits=limits)
    names = ["_row", *(field.name for field in files.table.fields)]
    return dict(zip(names, page.rows[0], strict=True)) if page.rows else None


def find_row_text(files: RowFiles, number: int) -> bytes | None:
    """The row at that place (from 1) as a JSON object of `_row` and every field, where it is at hand so."""
    try:
        texts = _texts(files, _serving(files))
    except Unsound:
        return None
    return texts.read_one(number) if texts else None


def iter_export(files: RowFiles, query: RowQuery, limits: Limits = LIMITS, dress: Dress = plain_columns) -> Export:
    """All rows (or `limit` of them) as a stream; `dress` may turn their SQL into text. Raises as `read_page`.

    The first batch is made before this returns, so faults are known before the answer begins.
    """
    table = files.table
    total = _export_total(files, query, limits)
    rows = min(max(0, total - query.offset), total if query.limit is None else query.limit)
    sql, params = grouped_sql(query, table, dress) if query.grouped else stream_sql(query, table, dress)
    if rows < total:  # a LIMIT, even one of all rows, makes DuckDB hold and copy what it would hand through
        sql = f"{sql} LIMIT {rows} OFFSET {query.offset}"
    batches = duck.stream(files.parquet, len(table.fields), sql, params, limits)
    first = next(batches, None)
    return Export(total, rows, iter(()) if first is None else chain([first], batches))


def _trusting(files: RowFiles, read: Callable[[RowFiles], RowPage]) -> RowPage:
    """A serving file that is broken or gone is only a cache that failed: DuckDB answers then."""
    try:
        return read(files)
    except Unsound:
        return read(replace(files, serving=None))


def _find(files: RowFiles, query: RowQuery, after: Sequence[Any] | None, limits: Limits, clock: Clock) -> _Found:
    if files.serving is None or any(item.function for item in query.select):
        return _find_duck(files, query, after, limits, clock)
    if not query.narrowed and not query.order_by:  # in the file's order the offset is a row number
        start = query.offset if after is None else after[0]
        return _Found(range(start + 1, max(start, min(start + query.page + 1, files.table.rows)) + 1))
    found = _find_ranked(files, _serving(files), query, after, clock)
    if found is not None:
        return _Found(found.numbers, found.last, found.total)
    sought = _find_duck(files, replace(query, select=()), after, limits, clock)
    return replace(sought, rows=None)


def _find_ranked(
    files: RowFiles, serving: Serving, query: RowQuery, after: Sequence[Any] | None, clock: Clock
) -> finder.Found | None:
    """The rows by their ranks; None where ranks cannot tell, or are not there yet."""
    if not finder.suits(query):
        return None
    orders = Orders(serving, files.parquet, files.later, files.at_hand)
    ranks = orders.find_ranks(finder.keys_of(query))
    if ranks is None:
        return None
    return finder.find_rows(query, files.table.rows, ranks.__getitem__, orders.find_pair, after, clock)


def _find_duck(files: RowFiles, query: RowQuery, after: Sequence[Any] | None, limits: Limits, clock: Clock) -> _Found:
    sql, params = rows_sql(DUCK, query, files.table, [DUCK.expression(item) for item in query.select], after)
    sql = f"{sql}{_slice(query, after)}"
    found = _fetch(files, sql, params, limits, clock)
    outputs = [item.output for item in query.select]
    width = 1 + len(outputs)
    rows = [(row[0] + 1, *map(to_json, outputs, row[1:width])) for row in found]
    last = _keys(query, found[query.page - 1][width:]) if len(found) > query.page else None
    return _Found([row[0] for row in rows], last, rows=rows)


def _fetch(files: RowFiles, sql: str, params: Sequence[Any], limits: Limits, clock: Clock) -> list[tuple[Any, ...]]:
    """What DuckDB finds."""
    if files.at_hand:
        raise NotAtHand
    return duck.fetch(files.parquet, len(files.table.fields), sql, params, limits, clock)


def _keys(query: RowQuery, values: Sequence[Any]) -> tuple[Any, ...]:
    """The keys in native form; a period's is its first day already."""
    return tuple(
        value if one.item.output.type == "period" else to_native(one.item.output, value)
        for one, value in zip(query.order_by, values, strict=True)
    )


def _filled(serving: Serving, query: RowQuery, numbers: Sequence[int]) -> list[tuple[Any, ...]]:
    """The rows of these numbers, read from the serving file."""
    columns = [-1 if item.column is None else item.column for item in query.select]
    values = serving.read(numbers, columns)
    written = [column_writer(item.output)(column) for item, column in zip(query.select, values, strict=True)]
    return list(zip(numbers, *written, strict=True))


def _slice(query: RowQuery, after: Sequence[Any] | None) -> str:
    return f" LIMIT {query.page + 1} OFFSET {query.offset if after is None else 0}"


def _total(files: RowFiles, query: RowQuery, limits: Limits, clock: Clock, least: int) -> tuple[int, bool]:
    """How many rows the query selects; at least those seen where counting takes too long."""
    if not query.narrowed:
        return files.table.rows, True
    try:
        return _count(files, query, limits, clock), True
    except Unavailable:
        return least, False


def _count(files: RowFiles, query: RowQuery, limits: Limits, clock: Clock) -> int:
    sql, params = count_sql(DUCK, query, files.table)
    return int(_fetch(files, sql, params, limits, clock)[0][0])


def _group_page(files: RowFiles, query: RowQuery, offset: int, limits: Limits, clock: Clock) -> RowPage:
    sql, params = grouped_sql(query, files.table)
    sql = f"{sql} LIMIT {query.page} OFFSET {int(offset)}"
    found = _fetch(files, sql, params, limits, clock)
    outputs = [item.output for item in query.select]
    rows = [(None, *map(to_json, outputs, row[:-1])) for row in found]
    total = found[0][-1] if found else _group_count(files, query, limits, clock) if offset else 0
    end = offset + len(rows)
    return RowPage(rows, total, True, (end,) if end < total and rows else None)


def _group_count(files: RowFiles, query: RowQuery, limits: Limits, clock: Clock) -> int:
    sql, params = group_count_sql(query, files.table)
    return int(_fetch(files, sql, params, limits, clock)[0][0])


def _export_total(files: RowFiles, query: RowQuery, limits: Limits) -> int:
    clock = Clock(limits.export_seconds)
    if query.grouped:
        return _group_count(files, query, limits, clock)
    return _count(files, query, limits, clock) if query.narrowed else files.table.rows
