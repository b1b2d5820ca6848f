"""The router and its guards: what happens with files that fail, limits that pass, processes that fork."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from catalog.errors import BadParameter, Unavailable
from catalog.rows import duck, lite
from catalog.rows.engine import RowFiles, iter_export, read_page, read_row
from catalog.rows.limits import LIMITS, Limits
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


def slow_statement() -> str:
    return (
        "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE (a.range * 31) % 1009 > (b.range * 17) % 1013"
    )


def test_the_time_limit_stops_duckdb(land: RowFiles) -> None:
    with pytest.raises(Unavailable) as caught:
        duck.fetch(land.parquet, len(LAND), slow_statement(), [], LIMITS, duck.Clock(0.05))
    assert caught.value.message.code == "query_too_slow"
    assert numbers(replace(land, serving=None), ("area__gt", "1")) == [1, 2]


def test_the_time_limit_stops_a_stream(land: RowFiles) -> None:
    slow = slow_statement().replace("count(*)", "a.range")
    with pytest.raises(Unavailable) as caught:
        list(duck.stream(land.parquet, len(LAND), slow.replace("> (", "> 2000 + ("), [], Limits(export_seconds=0.05)))
    assert caught.value.message.code == "query_too_slow"


def test_no_time_left_is_too_slow(land: RowFiles) -> None:
    query = parse_query([("q", "越城")], land.table)
    with pytest.raises(Unavailable):
        read_page(land, query, limits=Limits(seconds=0))
    with pytest.raises(Unavailable):
        iter_export(land, query, Limits(export_seconds=0))


def test_the_time_limit_stops_sqlite(land: RowFiles) -> None:
    assert land.serving is not None
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(Unavailable) as caught:
        lite.fetch(land.serving, endless, [], duck.Clock(0.05))
    assert caught.value.message.code == "query_too_slow"
    assert lite.fetch(land.serving, "SELECT 1", [], duck.Clock(5)) == [(1,)]


def test_a_total_that_cannot_be_counted_in_time_says_so(land: RowFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_slow(*_: Any) -> tuple[str, list[Any]]:
        return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", []

    monkeypatch.setattr("catalog.rows.engine.count_sql", too_slow)
    query = parse_query([("bids__gte", "0"), ("limit", "2")], land.table)
    page = read_page(land, query, limits=Limits(seconds=0.1))
    assert (len(page.rows), page.total, page.total_exact) == (2, 3, False)


def test_the_memory_limit_is_kept(land: RowFiles) -> None:
    hungry = "SELECT list(a.range || '-' || b.range) FROM range(100000) a, range(1000) b"
    with pytest.raises(Unavailable) as caught:
        duck.fetch(land.parquet, len(LAND), hungry, [], Limits(memory_mib=64), duck.Clock(30))
    assert caught.value.message.code == "query_too_large"


FORBIDDEN = [
    "SELECT * FROM read_csv('/etc/hostname')",
    "SELECT * FROM read_text('{other}')",
    "COPY (SELECT 1) TO '{directory}/x.csv'",
    "COPY (SELECT 1) TO '{parquet}'",
    "ATTACH '{directory}/x.duckdb'",
    "SET memory_limit = '9GB'",
    "SET enable_external_access = true",
    "INSTALL httpfs",
    "LOAD httpfs",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_duckdb_sees_its_one_file_and_nothing_else(land: RowFiles, statement: str) -> None:
    other = land.parquet.with_name("other.txt")
    other.write_text("secret")
    sql = statement.format(other=other, directory=land.parquet.parent, parquet=land.parquet)
    before = land.parquet.read_bytes()
    with duck._cursor(land.parquet, len(LAND), LIMITS) as cursor, pytest.raises(duckdb.Error):
        cursor.execute(sql).fetchall()
    assert land.parquet.read_bytes() == before


@pytest.mark.parametrize("name", ["it's; DROP TABLE r", "data [1] *?", "数据"])
def test_an_odd_path_is_only_a_path(tmp_path: Path, name: str) -> None:
    odd = tmp_path / name
    odd.mkdir()
    files = make_release(odd, LAND, ROWS)
    assert numbers(files, ("q", "越城")) == [1, 2]


def test_field_names_never_reach_the_sql(tmp_path: Path) -> None:
    fields = [Field('a"; DROP TABLE r; --', "一", "integer"), Field("A", "二", "integer"), Field("a", "三", "string")]
    files = make_release(tmp_path, fields, [(1, 2, "x'; --")])
    for using in (files, replace(files, serving=None)):
        page = read_page(using, parse_query([("a", "x'; --"), ('a"; DROP TABLE r; --', "1")], files.table))
        assert page.rows == [(1, 1, 2, "x'; --")]


def test_instances_beyond_a_few_are_closed_and_opened_anew(tmp_path: Path) -> None:
    made = []
    for number in range(duck._KEPT + 2):
        (tmp_path / str(number)).mkdir()
        made.append(make_release(tmp_path / str(number), [Field("n", "数", "integer")], [(number,)], serve=False))
    for _ in range(2):
        assert [grouped(files, ("select", "n")) for files in made] == [[(number,)] for number in range(len(made))]
    assert len(duck._open) <= duck._KEPT


def _read_in_child(files: RowFiles, answers: Any) -> None:
    answers.put([numbers(files), numbers(files, ("q", "越城")), numbers(replace(files, serving=None))])


def test_a_forked_process_reads_on_its_own(land: RowFiles) -> None:
    assert numbers(land, ("q", "越城")) == [1, 2]
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    child = context.Process(target=_read_in_child, args=(land, answers))
    child.start()
    assert answers.get() == [[1, 2, 3, 4], [1, 2], [1, 2, 3, 4]]
    child.join()
    assert child.exitcode == 0


def test_many_threads_read_the_same_files(land: RowFiles) -> None:
    answers: list[list[int]] = []

    def read() -> None:
        answers.extend(
            numbers(land, *params) for params in ([], [("q", "越城")], [("bids__gt", "1")]) for _ in range(5)
        )

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 60
    assert {tuple(one) for one in answers} == {(1, 2, 3, 4), (1, 2), (1, 3)}


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
