"""JSON: records in all their wrappings, numbers to the digit, nested values as JSON text."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.formats import jsonrows
from ingest.raw import first_rows
from tests.ingest.taking import Taker

RECORDS = '{"名称": "甲", "额": 1.50}', '{"名称": "乙", "额": 2, "注": null}'


@pytest.mark.parametrize(
    "content",
    [
        f"[{RECORDS[0]},\n {RECORDS[1]}]",
        f"{RECORDS[0]}\n{RECORDS[1]}\n",
        f"[{RECORDS[0]}][{RECORDS[1]}]",
        f'{{"code": 0, "data": [{RECORDS[0]}, {RECORDS[1]}]}}',
        f'{{"code": 0, "data": {{"rows": [{RECORDS[0]}, {RECORDS[1]}], "total": 2}}}}',
    ],
    ids=["array", "lines", "glued", "document", "nested document"],
)
def test_records_are_found_in_every_wrapping(take: Taker, content: str) -> None:
    taken = take(content, "表.json")
    assert taken.column("ming_cheng") == ["甲", "乙"]
    assert taken.column("e") == [Decimal("1.50"), Decimal("2.00")]
    assert taken.table.header_rows == ()
    assert taken.cells(2)["e"] == {"raw": "2", "sheet": None, "cell": None, "unit": None, "null": None, "note": None}


def test_one_line_of_ndjson_is_one_record(take: Taker) -> None:
    assert take('{"a": [1, {"b": 2.50}], "c": true}\n', "一.ndjson").rows == [{"a": '[1,{"b":2.50}]', "c": True}]


def test_numbers_keep_every_digit(take: Taker) -> None:
    taken = take('[{"n": 12345678901234567.25}, {"n": 0.1}]')
    assert taken.column("n") == [Decimal("12345678901234567.25"), Decimal("0.10")]


def test_strings_of_digits_stay_text_but_dates_are_dates(take: Taker) -> None:
    taken = take('[{"no": "12", "day": "2017-01-03"}, {"no": "13", "day": "2017/1/4"}]')
    assert taken.types == {"no": "string", "day": "date"}


def test_members_met_later_get_columns_too(take: Taker) -> None:
    assert take('[{"a": 1}, {"b": 2}]').rows == [{"a": 1, "b": None}, {"a": None, "b": 2}]


def test_gbk_json_is_decoded_like_any_text(take: Taker) -> None:
    content = '[{"地区": "越城区", "面积": 1.5}, {"地区": "柯桥区", "面积": 2}]'.encode("gbk")
    assert take(content).column("di_qu") == ["越城区", "柯桥区"]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ('[{"a": 1},\n{"a": 2,]', "json_broken", 2),
        ('[{"a": 1},\n{"a": 2}', "json_broken", 2),
        ('[{"a": 1},\n3]', "json_not_records", 2),
        ("[[1, 2], [3, 4]]", "json_not_records", 1),
        ('{"a": 1, "b": 2}', "json_not_records", 1),
        ('{"a": [{"x": 1}], "b": [{"y": 2}]}', "json_not_records", 1),
        ("[]", "file_empty", None),
        ("[{}]", "file_empty", None),
        ('[{"a":' + "[" * 200_000, "json_too_deep", None),
    ],
)
def test_what_holds_no_records_is_refused_with_its_line(take: Taker, content: str, code: str, line: int | None) -> None:
    finding = take.refused(content)
    assert finding.code == code
    assert finding.row == line


def test_too_many_members_are_refused(take: Taker) -> None:
    assert take.refused(json.dumps([{f"m{number}": 1 for number in range(2_001)}])).code == "columns_too_many"


def test_a_value_beyond_the_bound_is_refused(take: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonrows, "VALUE_LIMIT", 3 << 20)
    finding = take.refused('[{"a": 1},\n{"a": "' + "x" * (9 << 20) + '"}]')
    assert (finding.code, finding.row) == ("json_value_too_long", 2)


def test_a_cell_beyond_the_bound_is_refused(take: Taker) -> None:
    assert take.refused('[{"a": "' + "x" * (17 << 20) + '"}]').code == "cell_too_long"


VALUE = st.none() | st.booleans() | st.integers() | st.text(max_size=8)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    records=st.lists(st.dictionaries(st.text(min_size=1, max_size=4), VALUE, min_size=1), min_size=1, max_size=6),
    chunk=st.integers(1, 30),
)
def test_records_come_back_whatever_the_size_of_the_pieces(
    tmp_path: Path, records: list[dict[str, object]], chunk: int
) -> None:
    source = tmp_path / "t.json"
    source.write_text(json.dumps(records, ensure_ascii=True), encoding="utf-8")
    size, jsonrows._CHUNK = jsonrows._CHUNK, chunk
    try:
        sheet = jsonrows.read_json(source, tmp_path / "raw", lambda _: None)
    finally:
        jsonrows._CHUNK = size
    header, *rows = (cells for _, cells in first_rows(sheet, 100))
    for record, cells in zip(records, rows, strict=True):
        assert dict(zip(header, cells, strict=True)) == {name: text(record.get(name)) for name in header}


def text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
