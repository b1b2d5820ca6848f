"""How DuckDB writes the parts of a row query: functions, periods, groups."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from catalog.rows.literals import is_float
from catalog.rows.periods import first_day_sql, last_day_sql, month_sql, quarter_sql, year_sql
from catalog.rows.regions import LEVELS, level_sql
from catalog.rows.sql import Params, narrowed, order_sql, predicate
from catalog.rows.terms import Item, RowQuery
from catalog.rows.values import from_native
from catalog.schema import Field, Table

Values = Sequence[tuple[Field, str]]  # each selected item with its SQL
Dress = Callable[[Values], str]  # what is selected, made of them


_SIGNS: Final = re.compile(r"[!-/:-@\[-`{-~]")  # that mean something in a pattern


class Duck:
    """The dialect over the view `r`: columns `c0 c1 …` and `n`, the row number from 0."""

    source = "r"
    row = "n"
    base = 0

    def expression(self, item: Item) -> str:
        if item.function is None:
            return f"c{item.column}"
        return "count(*)" if item.column is None else _FUNCTIONS[item.function](f"c{item.column}", item)

    def first_day(self, item: Item) -> str:
        return first_day_sql(self.expression(item))

    def last_day(self, item: Item) -> str:
        return last_day_sql(self.expression(item))

    def holds(self, text: str, value: str) -> tuple[str, Params]:
        if value.lower() == value.upper():  # no letters with case: a third of the time
            return f"contains({text}, ?)", [value]
        return f"regexp_matches({text}, ?, 'i')", [_SIGNS.sub(r"\\\g<0>", value)]  # half the time of lower()

    def bind(self, field: Field, value: Any) -> Any:
        return value if is_float(field) else from_native(field, value)


class Groups(Duck):
    """The dialect over grouped rows: each item is a column `g0 g1 …` of the inner query, `n` a group's first row."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.items = {key: number for number, key in enumerate(dict.fromkeys(item.key for item in items))}

    def expression(self, item: Item) -> str:
        return f"g{self.items[item.key]}"


DUCK: Final = Duck()


def plain_columns(values: Values) -> str:
    """The selected items as `x0`, `x1` …."""
    return ", ".join(f"{value} AS x{place}" for place, (_, value) in enumerate(values))


def grouped_sql(query: RowQuery, table: Table, dress: Dress = plain_columns) -> tuple[str, Params]:
    """The groups: every selected item and, last, the number of groups; the order ends in each group's first row."""
    parts = [*query.select, *query.group_by, *(one.item for one in query.order_by)]
    outer = Groups(parts)
    inner, params = _inner_sql(query, table, parts, outer)
    clauses = [predicate(outer, one) for one in query.having]
    where = " WHERE " + " AND ".join(clause for clause, _ in clauses) if clauses else ""
    sql = f"SELECT {_columns(outer, query, dress)}, count(*) OVER () FROM ({inner}) g{where}{order_sql(outer, query)}"
    return sql, [*params, *(value for _, found in clauses for value in found)]


def stream_sql(query: RowQuery, table: Table, dress: Dress = plain_columns) -> tuple[str, Params]:
    """All rows of the query. Without `order_by` nothing is sorted: the engine keeps the order of the file."""
    statement = narrowed(DUCK, query, table)
    order = order_sql(DUCK, query) if query.order_by else ""
    return f"SELECT {_columns(DUCK, query, dress)} FROM r{statement.where}{order}", statement.params


def _columns(dialect: Duck, query: RowQuery, dress: Dress) -> str:
    return dress([(item.output, dialect.expression(item)) for item in query.select])


def group_count_sql(query: RowQuery, table: Table) -> tuple[str, Params]:
    """How many groups there are."""
    sql, params = grouped_sql(query, table)
    return f"SELECT count(*) FROM ({sql}) x", params


def _inner_sql(query: RowQuery, table: Table, parts: Sequence[Item], outer: Groups) -> tuple[str, Params]:
    statement = narrowed(DUCK, query, table)
    columns = {outer.expression(item): DUCK.expression(item) for item in parts}
    keys = ", ".join(dict.fromkeys(DUCK.expression(item) for item in query.group_by))
    named = ", ".join(f"{value} AS {name}" for name, value in columns.items())
    group = f" GROUP BY {keys}" if keys else ""
    return f"SELECT {named}, min(n) AS n FROM r{statement.where}{group}", statement.params


def _sum(column: str, item: Item) -> str:
    return f"CAST(sum({column}) AS DECIMAL(38, {item.output.scale or 0}))"


def _average(column: str, item: Item) -> str:
    """The float nearest to the exact mean where the sum has at most 15 digits, its point left out: 0.3 of 3 is 0.1.

    A sum of tenths is no float; the same sum in whole tenths is one, and the division is then the only rounding.
    """
    total, unit = f"CAST(sum({column}) AS DOUBLE)", f"1e{item.source_scale}"
    whole = f"round({total} * {unit}) / (count({column}) * {unit})"
    return f"(CASE WHEN abs({total}) * {unit} < 1e15 THEN {whole} ELSE {total} / count({column}) END)"


def _median(column: str, item: Item) -> str:
    """The mean of the two middle values, exactly: half of a sum has one more place.

    Of n values the share q is the one at ceil(n * q): a share that is larger by next to nothing is the other of the two
    where n is even, and the same where it is odd. Both are found in one list, which DuckDB makes once.
    """
    scale = item.output.scale or 1
    low, high = (
        f"CAST(quantile_disc({column}, [0.5, 0.500000001])[{place}] AS DECIMAL(37, {scale - 1}))" for place in (1, 2)
    )
    return f"CAST(({low} + {high}) * CAST(0.5 AS DECIMAL(2, 1)) AS DECIMAL(38, {scale}))"


def _extreme(name: str) -> Callable[[str, Item], str]:
    def write(column: str, item: Item) -> str:
        if item.source != "period":
            return f"{name}({column})"
        pair = f"struct_pack(day := {first_day_sql(column)}, text := {column})"
        return f"({name}({pair}) FILTER (WHERE {column} IS NOT NULL)).text"

    return write


def _part(name: str, of_period: Callable[[str], str]) -> Callable[[str, Item], str]:
    def write(column: str, item: Item) -> str:
        return of_period(column) if item.source == "period" else f"CAST({name}({column}) AS BIGINT)"

    return write


def _level(name: str) -> Callable[[str, Item], str]:
    return lambda column, item: level_sql(name, column)


_FUNCTIONS: Final[dict[str, Callable[[str, Item], str]]] = {
    "count": lambda column, item: f"count({column})",
    "count_distinct": lambda column, item: f"count(DISTINCT {column})",
    "sum": _sum,
    "avg": _average,
    "median": _median,
    "min": _extreme("min"),
    "max": _extreme("max"),
    "year": _part("year", year_sql),
    "quarter": _part("quarter", quarter_sql),
    "month": _part("month", month_sql),
    **{level: _level(level) for level in LEVELS},
}
