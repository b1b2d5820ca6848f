"""Workbooks: every kind of cell as the text that a person sees, the right sheet, the right place."""

from __future__ import annotations

import datetime as dt
import io
import json
import math
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats import fence
from ingest.formats.cell_text import number_text, text_of, texts_of_floats
from ingest.formats.fence import Stop
from ingest.formats.workbook import parse_lines
from ingest.formats.workbook_child import iter_lines
from tests.ingest.taking import Taker, workbook

WHEN = dt.datetime.combine(dt.date(2020, 1, 2), dt.time(3, 4, 5))


def test_cells_of_every_kind_are_read_as_people_see_them(take: Taker) -> None:
    day = dt.date(2020, 1, 2)
    rows = [["号", "额", "日", "时", "否"], ["007", 1.5, day, WHEN, True], ["012", 2, day, WHEN, False]]
    taken = take(workbook(("一", rows)), "t.xlsx")
    assert taken.types == {"hao": "string", "e": "decimal", "ri": "date", "shi": "datetime", "fou": "boolean"}
    assert taken.rows[0] == {"hao": "007", "e": Decimal("1.5"), "ri": dt.date(2020, 1, 2), "shi": WHEN, "fou": True}
    assert taken.cells(2)["e"] == {"raw": "2", "sheet": "一", "cell": "B3", "unit": None, "null": None, "note": None}
    assert taken.outcome.encoding is None


def test_a_table_that_begins_in_the_middle_of_the_sheet_keeps_its_places(take: Taker) -> None:
    taken = take(workbook(("一", [[], [], [None, None, "a", "b"], [None, None, 1, 2], [], [None, None, 3, 4]])))
    assert taken.rows == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    assert taken.table.header_rows == (3,)
    assert taken.cells(2)["b"]["cell"] == "D6"


def test_every_visible_sheet_with_data_is_a_table_and_hidden_ones_are_named(take: Taker) -> None:
    def hide(book: Any) -> None:
        book["藏"].sheet_state = "hidden"

    content = workbook(("空", []), ("藏", [["x"], [1]]), ("甲", [["a"], [1]]), ("乙", [["b"], [2]]), change=hide)
    taken = take(content)
    assert [(one.table.name, one.table.sheet) for one in taken.outcome.tables] == [("data", "甲"), ("data_2", "乙")]
    assert taken.finding("other_sheets").params["names"] == "藏"


def test_a_named_sheet_is_read(take: Taker) -> None:
    content = workbook(("甲", [["a"], [1]]), ("乙", [["b"], [2]]))
    assert take(content, sheet="乙").rows == [{"b": 2}]


def test_an_unknown_sheet_is_refused_with_the_nearest_and_the_list(take: Taker) -> None:
    content = workbook(("供应结果2018", [["a"], [1]]), ("说明", [["b"], [2]]))
    finding = take.refused(content, sheet="供应结果2019")
    assert finding.code == "sheet_unknown"
    assert "供应结果2018" in finding.message()
    assert "说明" in finding.remedy()
    assert take.refused(workbook(("空", []), ("乙", [["b"], [2]])), sheet="空").code == "sheet_empty"


def test_thousands_of_blank_rows_cost_nothing(take: Taker) -> None:
    taken = take(workbook(("一", [["a"], [1]]), change=lambda book: book["一"].__setitem__("A9000", " ")))
    assert taken.rows == [{"a": 1}]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (0.1, "0.1"),
        (119.33999999999999, "119.34"),
        (1e20, "100000000000000000000"),
        (1.5e-7, "0.00000015"),
        (-2.5, "-2.5"),
        (12345678901.25, "12345678901.25"),
        (float("inf"), "inf"),
        (True, "TRUE"),
        (3, "3"),
        (WHEN, "2020-01-02 03:04:05"),
        (dt.time(9, 30), "09:30:00"),
        (dt.timedelta(hours=27, minutes=3, seconds=4), "27:03:04"),
    ],
)
def test_a_value_has_one_text(value: object, text: str) -> None:
    assert text_of(value) == text


@given(st.lists(st.floats() | st.integers(-99, 99).map(float)))
def test_a_column_of_numbers_has_the_texts_of_its_numbers(column: list[float]) -> None:
    assert texts_of_floats(column) == [text_of(value) for value in column]


@given(st.floats(-1e300, 1e300))
def test_a_number_loses_nothing_that_a_workbook_shows(value: float) -> None:
    assert math.isclose(float(number_text(value)), value, rel_tol=1e-14)
    assert "e" not in number_text(value)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_a_typed_number_comes_back_to_the_digit(value: Decimal) -> None:
    assert Decimal(number_text(float(value))) == value


def test_the_child_says_what_it_reads_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(workbook(("一", [["a", None], [1, "x"], [], [2, "y"]])))
    monkeypatch.setattr(fence, "BLOCK", 2)
    assert list(iter_lines(path, None)) == [
        {"sheet": "一", "width": 2, "merged": [], "hidden": False},
        {"rows": [1, 2], "columns": [["a", "1"], ("", "x")]},
        {"rows": [4], "columns": [["2"], ("y",)]},
        {"end": 3},
        {"done": True, "left": [], "notes": []},
    ]


SENT = [
    {"sheet": "一", "width": 2, "merged": None, "hidden": False},
    {"rows": [1, 2], "columns": [["甲", ""], [f"a{fence.BETWEEN}b", '\n"x']]},
    {"rows": [4], "columns": [[""], ["y"]]},
    {"end": 3},
]


def heard(sent: bytes) -> list[Any]:
    lines = list(parse_lines(io.BytesIO(sent)))
    blocks = [{**one, "columns": [column.to_pylist() for column in one["columns"]]} for one in lines if "rows" in one]
    for one in blocks:
        del one["sizes"], one["listed"]
    return [blocks.pop(0) if "rows" in one else one for one in lines]


def test_what_the_child_writes_is_read_as_it_was_whatever_a_cell_holds() -> None:
    assert heard(b"".join(map(fence.written, SENT))) == SENT


def test_what_a_dying_child_cut_off_is_not_taken_for_whole() -> None:
    parts = [fence.written(one) for one in SENT]
    sent = b"".join(parts)
    for end in range(len(sent)):
        whole = sum(len(b"".join(parts[: at + 1])) <= end for at in range(len(parts)))
        assert heard(sent[:end]) == SENT[:whole]


@pytest.mark.parametrize("content", [b"PK\x03\x04 nothing", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_the_child_refuses_what_is_no_workbook(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t"
    path.write_bytes(content)
    with pytest.raises(Stop):
        list(iter_lines(path, None))


def run_child(path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> list[dict[str, Any]]:
    """What the child says when its reader fails so; its fence would bind this process too."""

    def fail(*_: object) -> Any:
        raise error

    monkeypatch.setattr(fence, "fence", lambda *_: None)
    out = io.BytesIO()
    fence.main(path, None, (1, 1), fail, out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_panic_of_the_reader_is_a_broken_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = run_child(tmp_path, monkeypatch, BaseException("index out of bounds"))
    assert said == [{"refused": "workbook_broken", "params": {"detail": "index out of bounds"}}]
    assert run_child(tmp_path, monkeypatch, Stop("sheet_empty", name="一"))[0]["refused"] == "sheet_empty"
    with pytest.raises(MemoryError):
        run_child(tmp_path, monkeypatch, MemoryError())


def test_a_large_workbook_is_parsed_while_it_is_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(workbook(("空", []), ("甲", [["a"], [1]]), ("乙", [["b"], [2]])))
    small = [list(iter_lines(path, wanted)) for wanted in (None, "乙")]
    monkeypatch.setattr("ingest.formats.workbook_child._LARGE", 0)
    assert [list(iter_lines(path, wanted)) for wanted in (None, "乙")] == small


def test_what_would_burst_a_large_workbook_is_refused_before_a_row_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(workbook(("甲", [["a"], [1]])))
    monkeypatch.setattr("ingest.formats.workbook_child._LARGE", 0)
    monkeypatch.setattr("ingest.formats.archives.AREA_LIMIT", 0)
    monkeypatch.setattr("ingest.formats.archives._WIDE_REF", re.compile(rb"r="))
    with pytest.raises(Stop) as caught:
        next(iter_lines(path, None))
    assert caught.value.code == "sheet_extent"
