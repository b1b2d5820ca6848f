"""The router and its guards: what happens with files that fail, limits that pass, processes that fork."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from catalog.errors import BadParameter, Unavailable
from catalog.rows.engine import RowFiles, read_page, read_row
from catalog.rows.query import parse_query
from catalog.rows.ranks import Key
from catalog.rows.sealed import open_sealed, write_sealed
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


@pytest.mark.parametrize(
    ("word", "found"), [("发", [1, 2, 3]), ("髮", [1, 2, 3]), ("头发", [1]), ("面", [4, 5]), ("里", [])]
)
def test_a_character_of_many_is_each_of_them(tmp_path: Path, word: str, found: list[int]) -> None:
    rows = [(text,) for text in ("頭髮", "發展", "发票", "麵粉", "方面")]
    assert numbers(make_release(tmp_path, [Field("a", "a", "string")], rows), ("q", word)) == found


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


def test_a_serving_file_that_lacks_rows_is_not_believed(land: RowFiles) -> None:
    assert land.serving is not None
    right = read_page(land, parse_query([("order_by", "-area")], land.table))
    found = pa.ipc.open_stream(pa.BufferReader(open_sealed(land.serving, land.table.digest)))
    short = found.read_next_batch().slice(1)

    def write(sink: pa.NativeFile) -> None:
        with pa.ipc.new_stream(sink, short.schema) as writer:
            writer.write_batch(short)

    write_sealed(land.serving, land.table.digest, write)
    assert read_page(land, parse_query([("order_by", "-area")], land.table)) == right


@pytest.mark.parametrize("spoil", [lambda data: data[:-9], lambda data: b"x" + data[1:], lambda data: b""])
def test_broken_ranks_are_made_anew(land: RowFiles, spoil: Callable[[bytes], bytes]) -> None:
    assert land.serving is not None
    query = parse_query([("order_by", "-area"), ("bids__gt", "1")], land.table)
    right = read_page(land, query)
    made = list(land.serving.parent.glob("*.rank"))
    assert len(made) == 2
    for path in made:
        path.write_bytes(spoil(path.read_bytes()))
    assert read_page(land, query) == right


def test_ranks_of_a_large_table_are_made_later_and_duckdb_answers_so_long(
    land: RowFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.rows.thresholds.MAKE_NOW", 1)
    waiting: dict[Key, Callable[[], None]] = {}
    files = replace(land, later=waiting.__setitem__)
    query = parse_query([("order_by", "-area"), ("bids__gt", "1")], land.table)
    first = read_page(files, query)
    assert len(waiting) == 2
    for make in waiting.values():
        make()
    waiting.clear()
    assert read_page(files, query) == first
    assert not waiting


def test_orders_by_more_keys_than_one_number_holds_are_left_to_duckdb(tmp_path: Path) -> None:
    fields = [Field(f"f{number}", "字段", "integer") for number in range(8)]
    rows = [tuple((line * (place + 3)) % 701 for place in range(8)) for line in range(700)]
    files = make_release(tmp_path, fields, rows)
    query = parse_query([("order_by", ",".join(field.name for field in fields))], files.table)
    right = [number for number, _ in sorted(enumerate(rows, 1), key=lambda one: (one[1], one[0]))]
    assert [row[0] for row in read_page(files, query).rows] == right[:100]


def test_a_cursor_with_a_value_that_the_release_does_not_hold_is_refused(land: RowFiles) -> None:
    with pytest.raises(BadParameter) as caught:
        read_page(land, parse_query([("order_by", "area")], land.table), after=(-77, 1))
    assert caught.value.message.code == "cursor_unreadable"


def test_rows_of_several_pieces_are_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.rows.serving.BATCH", 3)
    files = make_release(tmp_path, [Field("n", "数", "integer")], [(line * 7 % 10,) for line in range(10)])
    assert [row[1] for row in read_page(files, parse_query([("offset", "2")], files.table)).rows] == [
        *(4, 1, 8, 5, 2, 9, 6, 3),
    ]
    found = read_page(files, parse_query([("order_by", "-n"), ("limit", "4")], files.table))
    assert [row[1] for row in found.rows] == [9, 8, 7, 6]


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


def test_decimals_of_many_digits_are_exact_in_both_engines(tmp_path: Path) -> None:
    fields = [Field("v", "值", "decimal", precision=38, scale=4)]
    files = make_release(
        tmp_path, fields, [(Decimal("1234567890123456789012345678.1234"),), (Decimal("0.0001"),), (None,)]
    )
    for using in (files, replace(files, serving=None)):
        page = read_page(using, parse_query([("order_by", "-v"), ("limit", "2")], files.table))
        assert page.rows == [(1, "1234567890123456789012345678.1234"), (2, 0.0001)]
        rest = read_page(using, parse_query([("order_by", "-v")], files.table), after=page.next_after)
        assert rest.rows == [(3, None)]
        assert numbers(using, ("v__gte", "0.0001"), ("v__lt", "1")) == [2]


def test_a_release_of_many_columns_is_served(tmp_path: Path) -> None:
    fields = [Field(f"f{number}", "字段", "integer") for number in range(700)]
    files = make_release(tmp_path, fields, [tuple(range(700))])
    assert read_page(files, parse_query([("f699", "699")], Table("t", "表", tuple(fields), rows=1))).total == 1
