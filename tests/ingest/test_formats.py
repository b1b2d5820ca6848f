"""Formats by content: markup saved as .xls, ODS, ZIP, old workbooks of two bytes; what is noted beside the cells."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ingest.formats import bundle, markup_child
from ingest.formats.cell_text import is_wound, unwound
from ingest.formats.fence import Stop
from tests.ingest.taking import Taker, workbook

PAGE = """<html><head><meta charset=gb2312></head><body><table><tr><td><table><tr><td colspan=3>出让结果</td></tr>
<tr><td rowspan=2>宗地</td><td colspan=2>面积（公顷）</td></tr><tr><td>总</td><td>净</td></tr>
<tr><td>甲&nbsp;1</td><td>1.5</td><td>1</td></tr><tr><td>乙</td><td> 2.5
</td><td>2</td></tr></table></td></tr></table></body></html>"""
BOOK = """<?xml version="1.0" encoding="UTF-8"?>{}<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel">
<Worksheet ss:Name="一"><Table><Row><Cell ss:MergeAcross="1"><Data ss:Type="String">标题</Data></Cell></Row>
<Row ss:Index="3"><Cell><Data ss:Type="String">名</Data></Cell>
<Cell ss:Index="3"><Data ss:Type="String">日</Data></Cell>
<Cell><Data ss:Type="String">额</Data></Cell><Cell><Data ss:Type="String">否</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">{}</Data></Cell>
<Cell ss:Index="3"><Data ss:Type="DateTime">2020-01-02T00:00:00.000</Data>
</Cell><Cell><Data ss:Type="Number">1.50</Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell></Row></Table>
</Worksheet>
<Worksheet ss:Name="藏"><Table><Row><Cell><Data ss:Type="String">x</Data></Cell></Row></Table>
<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet></Workbook>"""
SHEET = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 office:version="1.2"><office:body><office:spreadsheet><table:table table:name="甲"><table:table-row>
<table:table-cell office:value-type="string"><text:p>名</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>额</text:p></table:table-cell></table:table-row><table:table-row>
<table:table-cell office:value-type="string"><text:p>乙</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="1.5"><text:p>1.5</text:p></table:table-cell></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""
MANIFEST = """<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
</manifest:manifest>"""


def packed(**members: str | bytes) -> bytes:
    """A ZIP of these members; `__` in a name is a dot."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return target.getvalue()


def test_a_page_saved_as_a_workbook_is_read(take: Taker) -> None:
    taken = take(PAGE.encode("gb18030"), "结果.xls")
    assert [field.title for field in taken.table.fields] == ["宗地", "面积（公顷） / 总", "面积（公顷） / 净"]
    assert [field.unit for field in taken.table.fields] == [None, "公顷", "公顷"]
    assert taken.column("zong_di") == ["甲\xa01", "乙"]
    assert (taken.table.title, taken.outcome.encoding) == ("出让结果", "gb18030")


def test_a_workbook_of_2003_in_markup_is_read_with_every_kind_of_cell(take: Taker) -> None:
    taken = take(BOOK.format("", "甲"), "t.xls")
    assert taken.types == {"ming": "string", "ri": "date", "e": "decimal", "fou": "boolean"}
    assert taken.cells(1)["ri"]["cell"] == "C4"
    assert taken.finding("other_sheets").params["names"] == "藏"
    assert take(BOOK.format("", "甲"), "t.xls", sheet="一").table.sheet == "一"
    assert take.refused(BOOK.format("", "甲"), sheet="二").code == "sheet_unknown"


@pytest.mark.parametrize(
    "entity", ['<!ENTITY b "aaaaaaaaaa"><!ENTITY a "&b;&b;&b;">', '<!ENTITY a SYSTEM "file:///etc/hostname">']
)
def test_entities_are_not_followed(take: Taker, entity: str) -> None:
    assert take(BOOK.format(f"<!DOCTYPE l [{entity}]>", "&a;"), "t.xls").column("ming") == ["&a;"]


@pytest.mark.parametrize("content", [BOOK.format("", "甲")[:900], "<table><tr><td>一"])
def test_broken_markup_is_refused(take: Taker, content: str) -> None:
    assert take.refused(content).code in ("workbook_broken", "header_only")


def test_a_cell_that_spans_a_million_rows_is_refused_or_bounded(take: Taker) -> None:
    spans = "<tr>" + "<td rowspan=2000 colspan=2000>a</td>" * 3 + "</tr>"
    assert take.refused(f"<table>{spans}</table>").code == "sheet_extent"


def test_an_open_document_sheet_is_read(take: Taker) -> None:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    content = packed(**{"mimetype": kind, "content__xml": SHEET.replace("\n", ""), "META-INF/manifest__xml": MANIFEST})
    taken = take(content, "t.ods")
    assert (taken.table.sheet, taken.column("ming")) == ("甲", ["乙"])


def test_every_table_of_an_archive_is_a_table_of_the_release(take: Taker) -> None:
    book = workbook(("表", [["甲", "乙"], [1, 2]]))
    content = packed(a__csv="名,额\na,1\n", b__csv="名,值\nb,2\n".encode("gbk"), c__xlsx=book, d__pdf="%PDF-1.7")
    taken = take(content, "t.zip")
    assert [one.table.sheet for one in taken.outcome.tables] == ["a", "b", "表"]
    assert taken.finding("other_sheets").params["names"] == "d.pdf"
    assert take(content, "t.zip", sheet="b").rows == [{"ming": "b", "zhi": 2}]
    assert take.refused(content, "t.zip", sheet="e").code == "sheet_unknown"
    assert take(packed(c__xlsx=book), sheet="表").rows == [{"jia": 1, "yi": 2}]


def test_names_of_chinese_systems_in_an_archive_are_read(take: Taker) -> None:
    content = packed(AAAA__csv="名,额\na,1\n").replace(b"AAAA", "债务".encode("gb18030"))
    assert take(content).table.sheet == "债务"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"../a__csv": "a,b\n1,2\n"}, "bundle_path"),
        ({"/a__csv": "a,b\n1,2\n"}, "bundle_path"),
        ({"a__zip": packed(b__csv="a,b\n1,2\n")}, "not_a_table"),
        ({"a__pdf": "%PDF-1", "b__txt": ""}, "not_a_table"),
        ({"a__csv": "a,b\n" + "1,2\n" * 30_000_000}, "workbook_bomb"),
    ],
    ids=["path up", "path from the root", "archive within", "no table", "bomb"],
)
def test_what_an_archive_must_not_hold_is_refused(take: Taker, members: dict[str, str | bytes], code: str) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    assert take.refused(target.getvalue()).code == code


def test_too_many_members_are_refused(take: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_MEMBERS", 1)
    assert take.refused(packed(a__csv="a", b__csv="b")).code == "bundle_too_many"
    assert take.refused(packed(a__csv="a,b\n1,2\n").replace(b"1,2", b"9,9")).code == "workbook_cut"


def test_formulas_without_values_and_hidden_parts_are_named(take: Taker) -> None:
    def change(book: Any) -> None:
        sheet = book["一"]
        sheet["C2"] = "=A2+B2"
        sheet["A4"].value, sheet["A4"].data_type = "#DIV/0!", "e"
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True

    taken = take(workbook(("一", [["a", "b", "c"], [1, 2], [3, 4, 5], [None, 6, 7]]), change=change))
    formula = taken.finding("formula_no_value")
    assert (formula.level, formula.cell, formula.sheet) == ("warning", "C2", "一")
    assert taken.finding("rows_hidden").params["rows"] == "3"
    assert taken.finding("columns_hidden").params["columns"] == "B"
    assert taken.finding("cell_error").cell == "A4"
    assert taken.column("c") == [None, 5, 7]


def test_macros_and_links_are_noted(take: Taker) -> None:
    source = io.BytesIO(workbook(("一", [["a", "b"], [1, 2]])))
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<x/>")
    taken = take(source.getvalue(), "t.xlsm")
    assert taken.finding("macros_ignored").level == taken.finding("links_ignored").level == "info"


@pytest.mark.parametrize("text", ["編號", "R", "預售屋買賣2013"])
def test_two_byte_texts_that_were_read_a_byte_at_a_time_come_back(text: str) -> None:
    undefined = b"\x81\x8d\x8f\x90\x9d"  # in code page 1252
    content = text.encode("utf-16-le")
    wound = "".join(chr(one) if one in undefined else bytes([one]).decode("cp1252") for one in content)
    assert unwound(wound) == text
    assert is_wound(wound) == text.endswith(("R", "3"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "big5", "gb18030"])
def test_text_of_any_encoding_is_read(take: Taker, encoding: str) -> None:
    taken = take("名稱\t金額\r\n臺北市\t1\r\n新北市\t2\r\n".encode(encoding), "t.txt")
    assert taken.column("ming_cheng") == ["臺北市", "新北市"]


def test_lists_of_codes_and_deeply_wrapped_records_are_read(take: Taker) -> None:
    assert take('{"甲": "05", "乙": "051", "丙": "052"}').column("value") == ["05", "051", "052"]
    assert take('{"code": 0, "result": {"data": {"list": [{"a": 1}, {"a": 2}]}}}').column("a") == [1, 2]


def test_the_markup_child_says_what_it_reads_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "t.xls"
    path.write_text(BOOK.format("", "甲"), encoding="utf-8")
    head, block, end, done = markup_child.iter_lines(path, None)
    assert (head["sheet"], head["width"], head["merged"]) == ("一", 5, [[1, 0, 1, 1]])
    assert block["rows"] == [1, 3, 4]
    assert [column[2] for column in block["columns"]] == ["甲", "", "2020-01-02", "1.5", "TRUE"]
    assert (end, done["left"]) == ({"end": 3}, ["藏"])
    path.write_text(PAGE, encoding="utf-8")
    head, block, *_ = markup_child.iter_lines(path, "表1")
    assert head["merged"] == [[1, 0, 1, 2], [2, 0, 3, 0], [2, 1, 2, 2]]
    path.write_text("<table></table>", encoding="utf-8")
    with pytest.raises(Stop):
        list(markup_child.iter_lines(path, None))
    path.write_text(BOOK.format("", "甲")[:700], encoding="utf-8")
    with pytest.raises(Stop):
        list(markup_child.iter_lines(path, None))


def test_a_hidden_sheet_is_read_where_no_other_holds_anything(take: Taker) -> None:
    def hide(book: Any) -> None:
        book["藏"].sheet_state = "hidden"

    content = workbook(("空", []), ("藏", [["a", "b"], [1, 2]]), change=hide)
    assert take(content).table.sheet == "藏"
