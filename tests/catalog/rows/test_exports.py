"""Exports: each format holds exactly the rows, dressed as asked, the same bytes each time."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from catalog.errors import Unavailable
from catalog.rows.engine import RowFiles, read_page
from catalog.rows.exports import EXPORTS, Options, export
from catalog.rows.query import parse_query
from catalog.rows.values import to_json, to_text
from catalog.rows.xlsx_out import xlsx_chunks
from catalog.schema import Field
from tests.catalog.rows.releases import LAND, make_release

MOMENT = datetime.fromisoformat("2020-04-17T09:00:30")
PLAIN = sorted({*EXPORTS} - {"geojson"})  # what every table can be
ROWS: list[tuple[Any, ...]] = [
    ('=1+1 "越城", 1号', "auction", Decimal("42538.29"), "2018", date(2018, 5, 1), MOMENT, (1 << 53) + 1, True),
    ("@x\n<&>", None, Decimal("9999999999999999.99"), "2018-Q3", date(1880, 1, 1), MOMENT.replace(second=0), 0, False),
    ("", "-", Decimal("-100.00"), None, None, None, -5, None),
    (None, None, None, None, None, None, None, None),
]


@pytest.fixture
def land(tmp_path: Path) -> RowFiles:
    return make_release(tmp_path, LAND, ROWS, group=2)


def body(name: str, files: RowFiles, *params: tuple[str, str], **options: Any) -> bytes:
    return b"".join(export(name, files, parse_query(params, files.table), Options(**options)).chunks)


def test_csv_has_names_plain_values_and_no_formulas(land: RowFiles) -> None:
    assert body("csv", land).decode() == (
        "parcel_no,supply_method,area,period,deal_date,listing_start,bids,sold\n"
        '"\'=1+1 ""越城"", 1号",auction,42538.29,2018,2018-05-01,2020-04-17T09:00:30+08:00,9007199254740993,true\n'
        '"\'@x\n<&>",,9999999999999999.99,2018-Q3,1880-01-01,2020-04-17T09:00+08:00,0,false\n'
        '"",\'-,-100,,,,-5,\n'
        ",,,,,,,\n"
    )


def test_csv_may_carry_titles_and_a_mark_for_excel(land: RowFiles) -> None:
    text = body("csv", land, ("select", "area,sum(bids) as b"), ("group_by", "area"), header="title", bom=True)
    assert text.startswith("\ufeff土地面积,b\n".encode())


def test_a_title_with_a_comma_is_quoted(tmp_path: Path) -> None:
    files = make_release(tmp_path, [Field("n", '面积,"平方米"', "integer")], [])
    assert body("csv", files, header="title").decode() == '"面积,""平方米"""\n'


@pytest.mark.parametrize(
    "params", [[], [("order_by", "-bids"), ("select", "bids,area,sold")], [("group_by", "period")]]
)
def test_json_and_ndjson_hold_what_pages_hold(land: RowFiles, params: list[tuple[str, str]]) -> None:
    query = parse_query(params, land.table)
    names = [field.name for field in query.fields(land.table)]
    expected = [dict(zip(names, row[1:], strict=True)) for row in read_page(land, query).rows]
    assert [orjson.loads(line) for line in body("ndjson", land, *params).splitlines()] == expected
    assert json.loads(body("json", land, *params)) == expected


def test_json_of_nothing_is_an_empty_array(land: RowFiles) -> None:
    assert body("json", land, ("bids", "77")) == b"[]\n"
    assert body("ndjson", land, ("bids", "77")) == b""


def test_several_batches_make_one_array(tmp_path: Path) -> None:
    files = make_release(tmp_path, [Field("n", "数", "integer")], [(n,) for n in range(120_000)], group=30_000)
    found = export("json", files, parse_query([], files.table))
    chunks = list(found.chunks)
    assert len(chunks) > 3
    assert [row["n"] for row in json.loads(b"".join(chunks))] == list(range(120_000))


def test_without_an_order_the_rows_stay_in_the_order_of_the_file(tmp_path: Path) -> None:
    fields = [Field("n", "数", "integer"), Field("t", "文", "string")]
    rows = [(n, f"第{n % 7}") for n in range(200_000)]
    files = make_release(tmp_path, fields, rows, group=10_000)
    lines = body("csv", files, ("t__contains", "第3")).decode().splitlines()[1:]
    assert [int(line.split(",")[0]) for line in lines] == [n for n in range(200_000) if n % 7 == 3]


def test_counts_come_with_the_file_and_a_limit_is_never_silent(land: RowFiles) -> None:
    query = parse_query([("bids__gte", "-9"), ("limit", "1"), ("offset", "1")], land.table)
    found = export("csv", land, query)
    assert (found.total, found.rows) == (3, 1)
    assert len(list(csv.reader(io.StringIO(b"".join(found.chunks).decode())))) == 2


def test_an_export_has_no_limit_unless_one_is_asked_for(tmp_path: Path) -> None:
    files = make_release(tmp_path, [Field("n", "数", "integer")], [(n,) for n in range(2500)])
    found = export("ndjson", files, parse_query([], files.table))
    assert (found.rows, b"".join(found.chunks).count(b"\n")) == (2500, 2500)


def test_groups_are_exported_with_their_number(land: RowFiles) -> None:
    found = export("csv", land, parse_query([("group_by", "sold")], land.table))
    assert (found.total, b"".join(found.chunks)) == (3, b"sold,count\ntrue,1\nfalse,1\n,2\n")


def test_a_mean_is_the_float_nearest_to_it(tmp_path: Path) -> None:
    rows = [("a", Decimal("0.1")), ("b", Decimal("0.7")), ("a", Decimal("0.1")), ("a", Decimal("0.1")), ("b", None)]
    files = make_release(tmp_path, [Field("k", "k", "string"), Field("x", "x", "decimal", precision=18, scale=1)], rows)
    asked = (("select", "k,avg(x) as m"), ("group_by", "k"))
    assert body("csv", files, *asked) == b"k,m\na,0.1\nb,0.7\n"
    assert body("csv", files, *asked, ("having", "m__lte=0.1")) == b"k,m\na,0.1\n"


def test_averages_are_plain_numbers(land: RowFiles) -> None:
    assert body("csv", land, ("select", "avg(bids) as a"), ("sold", "false")) == b"a\n0.0\n"
    assert json.loads(body("json", land, ("select", "avg(bids) as a"), ("bids", "77"))) == [{"a": None}]


def test_the_whole_release_as_parquet_is_the_stored_file(land: RowFiles) -> None:
    assert body("parquet", land) == land.parquet.read_bytes()


def test_a_part_as_parquet_keeps_the_types(land: RowFiles) -> None:
    table = pq.read_table(
        io.BytesIO(body("parquet", land, ("select", "area,period,sold,deal_date"), ("bids__gt", "-9")))
    )
    stored = pq.read_schema(land.parquet)
    assert [table.schema.field(name).type for name in table.column_names] == [
        stored.field(name).type for name in ("area", "period", "sold", "deal_date")
    ]
    assert table.column("area").to_pylist() == [row[2] for row in ROWS[:3]]


def test_aggregates_as_parquet_stay_exact(land: RowFiles) -> None:
    select = "sum(bids) as s,avg(area) as a,count(*) as c,max(listing_start) as m,sum(area) as t"
    (row,) = pq.read_table(io.BytesIO(body("parquet", land, ("select", select)))).to_pylist()
    assert (row["s"], row["c"], row["m"]) == ((1 << 53) - 4, 4, MOMENT)
    assert row["t"] == sum(row[2] for row in ROWS[:3])


def test_a_missing_file_is_known_before_the_first_byte(land: RowFiles) -> None:
    land.parquet.unlink()
    for name in PLAIN:
        with pytest.raises(Unavailable):
            export(name, replace(land, serving=None), parse_query([], land.table))


@pytest.mark.parametrize("name", PLAIN)
def test_the_same_query_gives_the_same_bytes(land: RowFiles, name: str) -> None:
    params = [("order_by", "-area"), ("select", "area,parcel_no,deal_date,sold")]
    assert body(name, land, *params) == body(name, land, *params)


def test_a_workbook_has_numbers_dates_flags_and_harmless_text(land: RowFiles) -> None:
    data = body("xlsx", land, sheet="土地[1]/2")
    book = openpyxl.load_workbook(io.BytesIO(data))
    (sheet,) = book.worksheets
    assert sheet.title == "土地_1__2"
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert lines[0] == [field.name for field in LAND]
    assert lines[1] == [
        *('\'=1+1 "越城", 1号', "auction", 42538.29, "2018", datetime.fromisoformat("2018-05-01"), MOMENT),
        *("9007199254740993", True),
    ]
    assert lines[2][:5] == ["'@x\n<&>", None, "9999999999999999.99", "2018-Q3", "1880-01-01"]
    assert lines[3][1:3] == ["'-", -100]
    assert lines[4] == [None] * 8


def test_calamine_reads_the_workbook_too(land: RowFiles) -> None:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body("xlsx", land, header="title"))).get_sheet_by_index(0)
    rows = sheet.to_python()
    assert rows[0][2] == "土地面积"
    assert rows[1][2:5] == [42538.29, "2018", date(2018, 5, 1)]


def test_characters_that_xml_forbids_are_left_out(tmp_path: Path) -> None:
    files = make_release(tmp_path, [Field("t", "文", "string")], [("a\x01b\ufffec\td",), ("x" * 40_000,)])
    book = openpyxl.load_workbook(io.BytesIO(body("xlsx", files)))
    cells = [cell.value for cell in book.worksheets[0]["A"]]
    assert (cells[1], len(cells[2])) == ("abc\td", 32_767)


def test_a_full_sheet_is_followed_by_another() -> None:
    rows = [f"<row><c><v>{number}</v></c></row>" for number in range(7)]
    data = b"".join(xlsx_chunks([rows[:2], rows[2:]], 7, ["=n"], "", most_rows=4))
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["data", "data 2", "data 3"]
    assert [[cell.value for cell in sheet["A"]] for sheet in book.worksheets] == [
        ["'=n", 0, 1, 2],
        ["'=n", 3, 4, 5],
        ["'=n", 6],
    ]


def test_a_workbook_of_no_rows_opens(land: RowFiles) -> None:
    book = openpyxl.load_workbook(io.BytesIO(body("xlsx", land, ("bids", "77"))))
    assert book.worksheets[0].max_row == 1


def test_rows_and_columns_named_by_the_query_are_told_apart_from_the_stored_file(land: RowFiles) -> None:
    every = ",".join(field.name for field in LAND)
    renamed = body("parquet", land, ("select", every.replace("area", "area as size")))
    assert renamed != land.parquet.read_bytes()
    assert pq.read_table(io.BytesIO(renamed)).num_rows == 4
    assert body("parquet", land, ("select", every)) == land.parquet.read_bytes()


WIDE = (
    Field("a", "甲", "decimal", precision=18, scale=2),
    Field("b", "乙", "decimal", precision=38, scale=6),
    Field("c", "丙", "decimal", precision=38, scale=0),
    Field("d", "丁", "decimal", precision=38, scale=20),
    Field("n", "数", "integer"),
    Field("m", "时", "datetime"),
    Field("s", "文", "string"),
    Field("e", "戊", "decimal", precision=10, scale=10),
)


def digits(field: Field) -> st.SearchStrategy[Any]:
    most = 10 ** (field.precision or 1) - 1
    near = st.sampled_from([10**15, 10**15 - 1, 1 << 53, (1 << 53) + 1, 10**16, 10**17 + 3]).map(lambda n: min(n, most))
    whole = st.one_of(
        st.integers(-most, most), st.integers(-(10**6), 10**6).map(lambda n: max(-most, min(n, most))), near
    )
    return whole.map(lambda number: Decimal((int(number < 0), tuple(map(int, str(abs(number)))), -(field.scale or 0))))


exact = st.tuples(
    *(digits(field) for field in WIDE[:4]),
    st.one_of(st.integers(-(1 << 63), (1 << 63) - 1), st.sampled_from([1 << 53, -(1 << 53), (1 << 53) + 1])),
    st.datetimes(datetime.fromisoformat("1700-01-01"), datetime.fromisoformat("2200-01-01")),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
    digits(WIDE[7]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(exact, min_size=1, max_size=20))
def test_what_duckdb_writes_is_what_python_writes(rows: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        files = make_release(Path(directory), WIDE, rows)
        lines = [orjson.loads(line) for line in body("ndjson", files).splitlines()]
        cells = list(csv.reader(io.StringIO(body("csv", files).decode(), newline="")))[1:]
        assert [list(line.values()) for line in lines] == [
            [to_json(*one) for one in zip(WIDE, row, strict=True)] for row in rows
        ]
        texts = [[to_text(*one) for one in zip(WIDE, row, strict=True)] for row in rows]
        for line in texts:
            line[6] = "'" + line[6] if line[6][:1] in tuple("=+-@") and line[6] else line[6]
        assert cells == texts
        served = [list(row[1:]) for row in read_page(files, parse_query([], files.table)).rows]
        assert served == [list(line.values()) for line in lines]
