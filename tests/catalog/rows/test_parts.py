"""Groups by parts of a period or a day, by a region's level, and conditions on them, as a plain model says."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.rows.engine import read_page
from catalog.rows.query import parse_query
from catalog.rows.regions import level_of
from catalog.schema import Field
from tests.catalog.rows import model
from tests.catalog.rows.releases import make_release

FIELDS = (
    Field("period", "时期", "period"),
    Field("day", "日期", "date"),
    Field("region", "区域", "code"),
    Field("area", "面积", "decimal", precision=18, scale=2),
)
PERIODS = ["2018", "2018-H2", "2018-Q1", "2018-Q4", "2018-01", "2018-12", "2018-12-31", "2017-11/2018-02", "2019"]
VALUES: tuple[st.SearchStrategy[Any], ...] = (
    st.sampled_from(PERIODS),
    st.dates(date(2018, 1, 1), date(2019, 12, 31)),
    st.sampled_from(["330602", "330602003", "330600", "330000", "320500", "sx-binhai", "none"]),
    st.integers(-500, 500).map(lambda number: Decimal(number) / 100),
)


def month_of(period: str) -> int | None:
    found = re.fullmatch(r"\d{4}-(\d\d)(-\d\d)?", period)
    return int(found[1]) if found else None


def quarter_of(period: str) -> int | None:
    found, month = re.fullmatch(r"\d{4}-Q(\d)", period), month_of(period)
    return int(found[1]) if found else (month + 2) // 3 if month else None


PARTS: dict[str, Callable[[Any], Any]] = {
    "year(period)": lambda row: int(row[0][:4]) if row[0] else None,
    "quarter(period)": lambda row: quarter_of(row[0]) if row[0] else None,
    "month(period)": lambda row: month_of(row[0]) if row[0] else None,
    "year(day)": lambda row: row[1].year if row[1] else None,
    "quarter(day)": lambda row: (row[1].month + 2) // 3 if row[1] else None,
    "month(day)": lambda row: row[1].month if row[1] else None,
    **{
        f"{level}(region)": lambda row, level=level: level_of(row[2], level) if row[2] else None
        for level in ("province", "city", "county")
    },
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(st.tuples(*(st.one_of(st.none(), one) for one in VALUES)), max_size=14),
    parts=st.lists(st.sampled_from(sorted(PARTS)), min_size=1, max_size=2, unique=True),
    least=st.one_of(st.none(), st.integers(-3000, 3000).map(lambda number: f"{Decimal(number) / 1000}")),
    descending=st.booleans(),
)
def test_groups_by_parts_are_what_the_model_says(
    rows: list[Any], parts: list[str], least: str | None, descending: bool
) -> None:
    names = [f"p{place}" for place in range(len(parts))]
    items = [*(f"{part} as {name}" for part, name in zip(parts, names, strict=True)), "sum(area) as total"]
    params = [("select", ",".join(items)), ("group_by", ",".join(names))]
    params += [("order_by", f"{'-' if descending else ''}p0")]
    params += [("having", f"total__gte={least}")] if least is not None else []
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(tuple(PARTS[part](row) for part in parts), []).append((number, row[3]))
    lines = []
    for key, members in groups.items():
        total = model.aggregate("sum", FIELDS[3], [area for _, area in members])
        if least is None or (total is not None and total >= Decimal(least)):
            lines.append((members[0][0], (*key, total)))
    expected = [row for _, row in model.ordered(lines, [(lambda row: row[0], descending)])]
    with tempfile.TemporaryDirectory() as directory:
        files = make_release(Path(directory), FIELDS, rows, group=5, serve=False)
        query = parse_query(params, files.table)
        page = read_page(files, query)
        assert page.rows == [(None, *model.as_json(query.fields(files.table), row)) for row in expected]
        assert page.total == len(expected)
