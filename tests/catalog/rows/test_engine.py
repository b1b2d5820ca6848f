"""The router and its guards: what happens with files that fail, limits that pass, processes that fork."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import BadParameter, Unavailable
from catalog.rows.engine import RowFiles, read_page, read_row
from catalog.rows.query import parse_query
from catalog.schema import Field, Table
from tests.catalog.rows.releases import LAND, make_release

ROWS = [
    ("越城1号", "auction", Decimal("42538.29"), "2018", date(2018, 5, 1), None, 3, True),
    ("越城2號", "listing", Decimal("100.00"), "2018-Q3", date(2018, 8, 1), None, None, False),
    ("土地一号", None, None, "2018-09", None, None, 5, None),
    ("土地二號 Block", "listing", Decimal("0.50"), "2019-H1", date(2019, 1, 1), None, 0, True),
]


@pytest.fixture
def land(tmp_path: Path) -> RowFiles:
    return make_release(tmp_path, LAND, ROWS, group=2)


def numbers(files: RowFiles, *params: tuple[str, str]) -> list[int]:
    return [row[0] for row in read_page(files, parse_query(params, files.table)).rows]


def grouped(files: RowFiles, *params: tuple[str, str]) -> list[tuple[Any, ...]]:
    return [row[1:] for row in read_page(files, parse_query(params, files.table)).rows]


@pytest.mark.parametrize("serve", [True, False])
def test_a_row_is_read_by_its_place(land: RowFiles, serve: bool) -> None:
    files = land if serve else replace(land, serving=None)
    assert read_row(files, 1) == {
        "_row": 1,
        "parcel_no": "越城1号",
        "supply_method": "auction",
        "area": 42538.29,
        "period": "2018",
        "deal_date": "2018-05-01",
        "listing_start": None,
        "bids": 3,
        "sold": True,
    }
    assert read_row(files, 0) is None
    assert read_row(files, 5) is None


def test_a_year_holds_its_quarters_and_months_under_in(land: RowFiles) -> None:
    assert numbers(land, ("period__in", "2018")) == [1, 2, 3]
    assert numbers(land, ("period__in", "2018-Q3")) == [2, 3]
    assert numbers(land, ("period__nin", "2018-Q3")) == [1, 4]
    assert numbers(land, ("period", "2018")) == [1]
    assert numbers(land, ("period__gte", "2018-Q3")) == [2, 3, 4]


@pytest.mark.parametrize("serve", [True, False])
@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (("parcel_no__startswith", "越城"), [1, 2]),
        (("parcel_no__startswith", "土地二號 b"), []),
        (("parcel_no__startswith", ""), [1, 2, 3, 4]),
        (("parcel_no__endswith", "号"), [1, 3]),
        (("parcel_no__endswith", "土地一号 and more"), []),
        (("supply_method__endswith", ""), [1, 2, 4]),
        (("supply_method__startswith", "l"), [2, 4]),
        (("period__startswith", "2018-"), [2, 3]),
        (("supply_method__ne", "auction"), [2, 3, 4]),
        (("supply_method__isnull", "true"), [3]),
        (("bids__nin", "3,5"), [2, 4]),
        (("area__in", "0.5,100"), [2, 4]),
        (("area__in", "0.501"), []),
        (("area__nin", "0.501"), [1, 2, 3, 4]),
    ],
)
def test_filters_find_their_rows(land: RowFiles, serve: bool, condition: tuple[str, str], found: list[int]) -> None:
    assert numbers(land if serve else replace(land, serving=None), condition) == found


def test_contains_ignores_the_case_of_latin_letters_only(land: RowFiles) -> None:
    assert numbers(land, ("parcel_no__contains", "bLOCK")) == [4]
    assert numbers(land, ("parcel_no__contains", "号")) == [1, 3]
    assert numbers(land, ("parcel_no__contains", "k.*")) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [("号", [1, 2, 3, 4]), ("號 越城", [1, 2]), ("拍賣", [1]), ("2018", [1, 2, 3]), ("block", [4]), ("block 越城", [])],
)
def test_words_are_found_in_either_script_and_in_labels_of_codes(land: RowFiles, words: str, found: list[int]) -> None:
    assert numbers(land, ("q", words)) == found


def test_parts_of_periods_and_dates_can_be_selected_and_grouped(land: RowFiles) -> None:
    select = ("select", "year(period),quarter(period),month(period),quarter(deal_date)")
    assert grouped(land, select) == [
        (2018, None, None, 2),
        (2018, 3, None, 3),
        (2018, 3, 9, None),
        (2019, None, None, 1),
    ]
    counted = grouped(land, ("select", "year(period) as y,count(*) as c"), ("group_by", "y"), ("order_by", "-c"))
    assert counted == [(2018, 3), (2019, 1)]


def test_having_narrows_the_groups_and_total_counts_them(land: RowFiles) -> None:
    query = parse_query(
        [("select", "supply_method,sum(area) as total"), ("group_by", "supply_method"), ("having", "total__lt=101")],
        land.table,
    )
    page = read_page(land, query)
    assert (page.rows, page.total, page.next_after) == ([(None, "listing", 100.5)], 1, None)
    assert grouped(land, ("group_by", "supply_method"), ("having", "count=2")) == [("listing", 2)]
    narrowed = [("having", "count__gte=1"), ("having", "supply_method__isnull=true")]
    assert grouped(land, ("group_by", "supply_method"), *narrowed) == [(None, 1)]


def test_groups_are_paged_in_the_order_of_their_first_row(land: RowFiles) -> None:
    query = parse_query([("group_by", "supply_method"), ("limit", "1")], land.table)
    first = read_page(land, query)
    assert (first.rows, first.total, first.next_after) == ([(None, "auction", 1)], 3, (1,))
    second = read_page(land, query, after=first.next_after)
    assert second.rows == [(None, "listing", 2)]
    beyond = read_page(land, query, after=(9,))
    assert (beyond.rows, beyond.total, beyond.next_after) == ([], 3, None)


def test_an_aggregate_over_nothing_is_one_row_of_nulls(land: RowFiles) -> None:
    assert grouped(land, ("select", "count(*),sum(area),median(bids)"), ("bids__gt", "99")) == [(0, None, None)]


def test_sums_are_exact_beyond_what_a_float_holds(tmp_path: Path) -> None:
    fields = [Field("v", "值", "decimal", precision=18, scale=2), Field("n", "数", "integer")]
    files = make_release(tmp_path, fields, [(Decimal("9999999999999999.99"), (1 << 63) - 1)] * 3)
    assert grouped(files, ("select", "sum(v),sum(n),median(n)")) == [
        ("29999999999999999.97", str(3 * ((1 << 63) - 1)), str((1 << 63) - 1))
    ]


def test_a_sum_that_overflows_is_a_fault_of_the_query(tmp_path: Path) -> None:
    files = make_release(tmp_path, [Field("v", "值", "decimal", precision=38, scale=0)], [(Decimal("9" * 38),)] * 2)
    with pytest.raises(BadParameter) as caught:
        grouped(files, ("select", "sum(v)"))
    assert caught.value.message.code == "result_too_large"


def test_a_broken_or_missing_serving_file_is_answered_from_parquet(land: RowFiles) -> None:
    assert land.serving is not None
    query = parse_query([("order_by", "-area")], land.table)
    right = read_page(land, query)
    land.serving.write_bytes(b"not a database" * 1000)
    assert read_page(land, query) == right
    land.serving.unlink()
    assert read_page(land, query) == right


def test_a_serving_file_that_lacks_rows_is_not_believed(land: RowFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    assert land.serving is not None
    monkeypatch.setattr("catalog.rows.engine.SMALL", -1)
    right = read_page(land, parse_query([("order_by", "-area")], land.table))
    with sqlite3.connect(land.serving) as con:
        con.execute("DELETE FROM r WHERE _row = 1")
    con.close()
    assert read_page(land, parse_query([("order_by", "-area")], land.table)) == right


def test_a_missing_parquet_file_is_unavailable(land: RowFiles) -> None:
    land.parquet.unlink()
    with pytest.raises(Unavailable) as caught:
        numbers(replace(land, serving=None), ("area__gt", "1"))
    assert (caught.value.message.code, caught.value.retry_after) == ("rows_unavailable", 60)


@pytest.mark.parametrize("after", [(), (1,), (1, 2, 3)])
def test_a_place_of_another_query_is_refused(land: RowFiles, after: Sequence[Any]) -> None:
    with pytest.raises(BadParameter) as caught:
        read_page(land, parse_query([("order_by", "area")], land.table), after=after)
    assert caught.value.message.code == "cursor_unreadable"


def test_field_names_never_reach_the_sql(tmp_path: Path) -> None:
    fields = [Field('a"; DROP TABLE r; --', "一", "integer"), Field("A", "二", "integer"), Field("a", "三", "string")]
    files = make_release(tmp_path, fields, [(1, 2, "x'; --")])
    for using in (files, replace(files, serving=None)):
        page = read_page(using, parse_query([("a", "x'; --"), ('a"; DROP TABLE r; --', "1")], files.table))
        assert page.rows == [(1, 1, 2, "x'; --")]


def test_a_table_without_rows_has_empty_pages(tmp_path: Path) -> None:
    files = make_release(tmp_path, LAND, [])
    for using in (files, replace(files, serving=None)):
        page = read_page(using, parse_query([], files.table))
        assert (page.rows, page.total, page.next_after) == ([], 0, None)
        assert read_page(using, parse_query([("order_by", "area"), ("q", "x")], files.table)).rows == []


def test_words_find_nothing_where_there_is_no_text(tmp_path: Path) -> None:
    files = make_release(tmp_path, [Field("n", "数", "integer")], [(1,)])
    assert numbers(files, ("q", "1")) == []


def test_wide_decimals_are_served_by_duckdb_alone(tmp_path: Path) -> None:
    fields = [Field("v", "值", "decimal", precision=38, scale=4)]
    files = make_release(
        tmp_path, fields, [(Decimal("1234567890123456789012345678.1234"),), (Decimal("0.0001"),), (None,)]
    )
    assert files.serving is None
    page = read_page(files, parse_query([("order_by", "-v"), ("limit", "2")], files.table))
    assert page.rows == [(1, "1234567890123456789012345678.1234"), (2, 0.0001)]
    assert read_page(files, parse_query([("order_by", "-v")], files.table), after=page.next_after).rows == [(3, None)]


def test_a_wider_release_than_sqlite_holds_is_left_to_duckdb(tmp_path: Path) -> None:
    fields = [Field(f"f{number}", "字段", "integer") for number in range(700)]
    files = make_release(tmp_path, fields, [tuple(range(700))])
    assert files.serving is None
    assert read_page(files, parse_query([("f699", "699")], Table("t", "表", tuple(fields), rows=1))).total == 1
