"""The annotated copy: the steward's own workbook, marked where a finding stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingest import annotate
from ingest.annotate import Limits, Source, write_findings
from ingest.findings import Finding
from tests.ingest.taking import Taker, workbook

HEAD = ("宗地编号", "出让面积（公顷）", "成交价（万元）")
FAULT = Finding(
    "error",
    "not_a_number",
    {"first_cells": ["C2", "C3"], "cells": "C2, C3", "value": "面议"},
    sheet="成交",
    row=2,
    column="成交价",
    cell="C2",
    raw="面议",
    count=2,
)


def annotated(folder: Path, content: bytes, *found: Finding, name: str = "表.xlsx", **named: Any) -> tuple[Any, bool]:
    source, target = folder / "upload", folder / "findings.xlsx"
    source.write_bytes(content)
    whole = write_findings(list(found), Source(source, name, {}), target, **named)
    return openpyxl.load_workbook(target), whole


def test_the_faulty_cells_are_coloured_and_say_what_to_do(tmp_path: Path) -> None:
    book, whole = annotated(tmp_path, workbook(("成交", [HEAD, ("A1", 1, "面议"), ("A2", 2, "面议")])), FAULT)
    assert whole
    assert book.sheetnames == ["问题清单", "成交"]
    for cell in (book["成交"]["C2"], book["成交"]["C3"]):
        assert cell.value == "面议"
        assert cell.fill.fgColor.rgb == "FFFFC7CE"
        assert FAULT.remedy() in cell.comment.text
    assert book["成交"]["B2"].comment is None
    listed = list(book["问题清单"].values)
    assert listed[0][:2] == ("级别", "代码")
    assert listed[1][:7] == ("错误", "not_a_number", "成交", 2, "成交价", "C2", "面议")


def test_the_words_come_in_the_language_that_was_asked_for(tmp_path: Path) -> None:
    book, _ = annotated(tmp_path, workbook(("成交", [HEAD])), FAULT, language="en")
    assert book.sheetnames[0] == "Findings"
    assert FAULT.remedy("en") in book["成交"]["C2"].comment.text


def test_a_text_file_becomes_a_workbook_with_the_cells_where_they_stood(tmp_path: Path) -> None:
    fault = Finding("warning", "rows_blank", {"first_cells": ["B2"]}, row=2, cell="B2")
    content = "宗地编号,说明\nA1,=1+1\n".encode("gb18030")
    book, whole = annotated(tmp_path, content, fault, name="表.csv")
    sheet = book.worksheets[1]
    assert whole
    assert list(sheet.values)[:2] == [("宗地编号", "说明"), ("A1", "=1+1")]
    assert sheet["B2"].data_type == "s"
    assert sheet["B2"].fill.fgColor.rgb == "FFFFEB9C"


def test_a_merged_cell_is_marked_at_its_top_left(tmp_path: Path) -> None:
    content = workbook(("成交", [HEAD]), change=lambda book: book["成交"].merge_cells("B2:C3"))
    book, whole = annotated(tmp_path, content, FAULT)
    assert whole
    assert FAULT.message() in book["成交"]["B2"].comment.text


def test_two_faults_of_one_cell_share_its_comment(tmp_path: Path) -> None:
    other = Finding("info", "rows_blank", {"first_cells": ["C2"]}, sheet="成交", cell="C2")
    book, _ = annotated(tmp_path, workbook(("成交", [HEAD])), FAULT, other)
    text = book["成交"]["C2"].comment.text
    assert "[not_a_number]" in text
    assert "[rows_blank]" in text


def test_a_fault_of_a_whole_row_or_of_no_place_does_not_hurt(tmp_path: Path) -> None:
    found = [
        Finding("warning", "rows_blank", {"first_cells": ["2"]}),
        Finding("info", "rows_blank"),
        Finding("info", "rows_blank", cell="A1", sheet="没有这张表"),
        Finding("info", "rows_blank", cell="不是地址"),
    ]
    book, whole = annotated(tmp_path, workbook(("成交", [HEAD, ("A1", 1, 2)])), *found)
    assert whole
    assert book["成交"]["A2"].comment is not None
    assert len(list(book["问题清单"].values)) == 5


@pytest.mark.parametrize("content", [b"%PDF-1.4 x", b"PK\x03\x04 broken", b""])
def test_what_is_no_table_gives_the_list_alone(tmp_path: Path, content: bytes) -> None:
    book, whole = annotated(tmp_path, content, FAULT)
    assert not whole
    assert book.sheetnames == ["问题清单"]
    assert "16 MB" in str(list(book["问题清单"].values)[-1][0])


def test_a_file_past_the_bound_gives_the_list_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotate, "LARGEST", 10)
    assert not annotated(tmp_path, workbook(("成交", [HEAD])), FAULT)[1]


def test_a_copy_that_takes_too_much_gives_the_list_alone(tmp_path: Path) -> None:
    content = b"a,b,c\n" + b"1,2,3\n" * 20_000
    assert not annotated(tmp_path, content, FAULT, name="a.csv", limits=Limits(seconds=60, memory=1 << 20))[1]


def test_a_copy_that_takes_too_long_gives_the_list_alone(tmp_path: Path) -> None:
    assert not annotated(tmp_path, workbook(("成交", [HEAD])), FAULT, limits=Limits(seconds=0))[1]


def test_an_upload_that_is_gone_gives_the_list_alone(tmp_path: Path) -> None:
    assert not write_findings([FAULT], Source(None, "表.csv", {}), tmp_path / "findings.xlsx")


def test_the_findings_of_a_file_that_was_taken_in_stand_at_their_cells(take: Taker, tmp_path: Path) -> None:
    content = workbook(("成交", [HEAD, ("A1", 1, "面议"), ("A2", 2, 3)]))
    found = take(content, "表.xlsx", schema="land_supply.deal").outcome.findings
    book, _ = annotated(tmp_path, content, *found)
    assert book["成交"]["C2"].fill.fgColor.rgb == "FFFFC7CE"
    assert book["成交"]["C3"].comment is None
