"""Ranks, DuckDB, both together and a plain model give the same rows in the same order, whatever the query."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.rows import engine
from catalog.rows.engine import RowFiles, RowPage, read_page
from catalog.rows.query import parse_query
from catalog.rows.terms import OPERATORS
from catalog.rows.values import to_text
from catalog.schema import Field
from tests.catalog.rows import model
from tests.catalog.rows.releases import make_release

FIELDS = (
    Field("name", "名称", "string"),
    Field("method", "方式", "code"),
    Field("area", "面积", "decimal", precision=18, scale=2),
    Field("big", "大数", "decimal", precision=18, scale=0),
    Field("period", "时期", "period"),
    Field("day", "日期", "date"),
    Field("moment", "时间", "datetime"),
    Field("n", "数", "integer"),
    Field("ok", "是否", "boolean"),
)
ROUTES = ("ranks", "both", "duckdb")

NAMES = ["", "a", "A", "ab", "Éa", "越城", "越城区", "%_", "'", "é", "\U00020000", "a.b"]
PERIODS = ["2018", "2018-H1", "2018-Q1", "2018-Q4", "2018-01", "2018-12", "2018-12-31", "2017-11/2018-02", "2019"]
texts = st.one_of(st.sampled_from(NAMES), st.text("aA越城.*\\", max_size=4))
periods = st.sampled_from(PERIODS)
NINE = datetime.fromisoformat("2018-01-01T09:00")
hundredths = st.integers(-500, 500).map(lambda number: Decimal(number) / 100)
values: dict[str, st.SearchStrategy[Any]] = {
    "name": texts,
    "method": st.sampled_from(["auction", "listing"]),
    "area": hundredths,
    "big": st.one_of(st.integers(-3, 3), st.integers(10**18 - 3, 10**18 - 1)).map(Decimal),
    "period": periods,
    "day": st.dates(date(2018, 1, 1), date(2018, 1, 6)),
    "moment": st.integers(0, 4).map(lambda step: NINE + timedelta(seconds=30 * step)),
    "n": st.one_of(st.integers(-3, 3), st.sampled_from([-(1 << 63), (1 << 63) - 1])),
    "ok": st.booleans(),
}
rows_of = st.lists(st.tuples(*(st.one_of(st.none(), values[field.name]) for field in FIELDS)), max_size=14)


def written(field: Field, value: Any) -> str:
    if field.type == "datetime":
        return str(value.isoformat())
    return to_text(field, value)


@st.composite
def conditions(draw: st.DrawFn) -> tuple[str, str, str]:
    field = draw(st.sampled_from(FIELDS))
    operator = draw(st.sampled_from([one for one in OPERATORS.values() if field.type in one.types]))
    if operator.value == "flag":
        return field.name, operator.name, draw(st.sampled_from(["true", "false"]))
    if field.name == "area":  # finer than the column, so that bounds must be exact
        one = st.integers(-5000, 5000).map(lambda number: written(field, Decimal(number) / 1000))
    else:
        one = values[field.name].map(lambda value: written(field, value))
    if operator.value == "list":
        plain = one.filter(lambda text: not set(text) & set(",\\"))
        return field.name, operator.name, ",".join(draw(st.lists(plain, min_size=1, max_size=3)))
    return field.name, operator.name, draw(one)


def key_of(field: Field) -> Callable[[Any], Any]:
    place = FIELDS.index(field)
    return lambda row: model.sort_key(field, row[place])


def read(files: RowFiles, route: str, query: Any, after: Any) -> RowPage:
    if route == "ranks":
        alone = AssertionError("DuckDB was asked") if engine.finder.suits(query) else None
        with patch.object(engine.duck, "fetch", side_effect=alone, wraps=engine.duck.fetch):
            return read_page(files, query, after=after)
    if route == "duckdb":
        return read_page(replace(files, serving=None), query, after=after)
    with patch.object(engine.finder, "suits", return_value=False):  # DuckDB finds, the serving file gives
        return read_page(files, query, after=after)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=rows_of,
    filters=st.lists(conditions(), max_size=3),
    orders=st.lists(st.tuples(st.sampled_from(FIELDS), st.booleans()), max_size=3, unique_by=lambda one: one[0].name),
    limit=st.integers(1, 5),
    offset=st.integers(0, 3),
    stretch=st.sampled_from([1, 4, 1000]),
)
def test_every_page_of_every_route_is_what_the_model_says(
    rows: list[Any],
    filters: list[tuple[str, str, str]],
    orders: list[tuple[Field, bool]],
    limit: int,
    offset: int,
    stretch: int,
) -> None:
    params = [(f"{name}__{operator}", raw) for name, operator, raw in filters]
    params += [("limit", str(limit)), ("offset", str(offset))]
    params += [("order_by", ",".join(("-" if down else "") + field.name for field, down in orders))] if orders else []
    with tempfile.TemporaryDirectory() as directory, patch.object(engine.finder.ranges, "STRETCH", stretch):
        files = make_release(Path(directory), FIELDS, rows, group=5)
        query = parse_query(params, files.table)
        keys = [(key_of(field), down) for field, down in orders]
        selected = model.ordered(model.select_rows(files.table, rows, filters), keys)
        expected = [(number, *model.as_json(FIELDS, row)) for number, row in selected]
        for route in ROUTES:
            seen: list[Any] = []
            page = read(files, route, query, None)
            while True:
                assert (page.total, page.total_exact) == (len(expected), True)
                seen += page.rows
                if page.next_after is None:
                    break
                page = read(files, ROUTES[len(seen) % 3], query, page.next_after)  # a cursor fits every route
            assert seen == expected[offset:], route


AGGREGATES = [
    *((function, field) for function in ("count", "count_distinct") for field in FIELDS),
    *((function, FIELDS[place]) for function in ("min", "max") for place in (0, 1, 2, 3, 4, 5, 6, 7)),
    *((function, FIELDS[2]) for function in ("sum", "avg", "median")),
    ("sum", FIELDS[7]),
    ("sum", FIELDS[3]),
    ("median", FIELDS[7]),
]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=rows_of,
    filters=st.lists(conditions(), max_size=1),
    groups=st.lists(st.sampled_from([FIELDS[1], FIELDS[4], FIELDS[8]]), max_size=2, unique_by=lambda field: field.name),
    chosen=st.lists(st.sampled_from(AGGREGATES), min_size=1, max_size=3, unique_by=lambda one: (one[0], one[1].name)),
    descending=st.booleans(),
)
def test_groups_are_what_the_model_says(
    rows: list[Any], filters: list[tuple[str, str, str]], groups: list[Field], chosen: list[Any], descending: bool
) -> None:
    items = [field.name for field in groups]
    items += [f"{name}({field.name}) as x{place}" for place, (name, field) in enumerate(chosen)]
    params = [(f"{name}__{operator}", raw) for name, operator, raw in filters]
    params += [("select", ",".join(items)), ("order_by", "-x0" if descending else "x0")]
    params += [("group_by", ",".join(field.name for field in groups))] if groups else []
    with tempfile.TemporaryDirectory() as directory:
        files = make_release(Path(directory), FIELDS, rows, group=5)
        query = parse_query(params, files.table)
        found = model.select_rows(files.table, rows, filters)
        parts: dict[tuple[Any, ...], list[Any]] = {} if groups else {(): []}
        for number, row in found:
            parts.setdefault(tuple(row[FIELDS.index(field)] for field in groups), []).append((number, row))
        lines = []
        for key, members in parts.items():
            cells = [
                model.aggregate(name, field, [row[FIELDS.index(field)] for _, row in members]) for name, field in chosen
            ]
            lines.append((members[0][0] if members else 0, (*key, *cells)))
        first = query.select[len(groups)].output
        ordered = model.ordered(lines, [(lambda row: model.sort_key(first, row[len(groups)]), descending)])
        page = read_page(files, query)
        assert page.rows == [(None, *model.as_json(query.fields(files.table), row)) for _, row in ordered]
        assert page.total == len(lines)
