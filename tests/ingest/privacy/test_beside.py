"""Personal data beside the cells of a workbook is found wherever it hides, and told masked."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest

from ingest.findings import BESIDE, WARNING
from ingest.formats.beside import Beside
from tests.ingest.old_books import label, old_workbook, record
from tests.ingest.taking import Taker, workbook
from tests.ingest.test_formats import MANIFEST, SHEET, packed
from tests.portal.invented import NUMBER, OTHER, WITH_X, leaks

PLAIN = [("地块", "备注", "面积"), ("甲", "无", 1.5), ("乙", "无", 2.5)]
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
RUNS = f"<si><r><rPr><b/></rPr><t>{NUMBER[:9]}</t></r><r><rPr><i/></rPr><t>{NUMBER[9:]}</t></r></si>"


def with_parts(parts: dict[str, str | bytes], rows: Any = PLAIN) -> bytes:
    """A workbook with parts of its archive added, or put in the place of those that are there."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(("表", rows)))) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return target.getvalue()


def strings(*more: str) -> str:
    """The shared strings of PLAIN, then others that no cell shows."""
    own = "".join(f"<si><t>{text}</t></si>" for text in ("地块", "备注", "面积", "甲", "无", "乙"))
    return f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{own}{"".join(more)}</sst>'


def told(take: Taker, content: bytes, name: str = "表.xlsx") -> list[tuple[str, str]]:
    """Code and kind of each finding of what stands beside the cells; none repeats what it found."""
    taken = take(content, name)
    found = [one for one in taken.outcome.findings if one.code in BESIDE]
    assert all(one.level == WARNING and one.message() and one.remedy() for one in found)
    assert leaks(str(found)) == []
    return [(one.code, one.params["kind"]) for one in found]


ELSEWHERE = {
    "an unused string": {"xl/sharedStrings.xml": strings(f"<si><t>身份证{NUMBER}</t></si>")},
    "one between codes, in wide digits": {
        "xl/sharedStrings.xml": strings(
            "<si><t>3306022020B00012</t></si>",
            f"<si><t xml:space='preserve'>证件 {NUMBER.translate(WIDE)} 号</t></si>",
            "<si><t>3306022020B00013</t></si>",
        )
    },
    "one with unseen characters and spaces": {
        "xl/sharedStrings.xml": strings(f"<si><t>{NUMBER[:6]}\u200b {NUMBER[6:14]} {NUMBER[14:]}</t></si>")
    },
    "one written as entities": {
        "xl/sharedStrings.xml": strings(f"<si><t>{''.join(f'&#{ord(one)};' for one in NUMBER)}</t></si>")
    },
    "an unused string of runs": {"xl/sharedStrings.xml": strings(RUNS)},
    "custom XML": {"customXml/item1.xml": f"<a><b>{WITH_X}</b></a>"},
    "custom XML in UTF-16": {"customXml/item1.xml": f"<a><b>{NUMBER}</b></a>".encode("utf-16")},
    "an attribute": {"customXml/item1.xml": f"<a b='{NUMBER}'/>"},
    "a text box": {
        "xl/drawings/drawing1.xml": f"<a:p><a:r><a:t>{NUMBER[:4]}</a:t></a:r><a:r><a:t>{NUMBER[4:]}</a:t></a:r></a:p>"
    },
    "a pivot's cache": {"xl/pivotCache/pivotCacheRecords1.xml": f'<r><s v="{NUMBER}"/></r>'},
    "what another workbook said": {"xl/externalLinks/externalLink1.xml": f"<cell><v>{NUMBER}</v></cell>"},
    "a binary part": {"xl/printerSettings.bin": b"\0\1" + NUMBER.encode("utf-16-le") + b"\0"},
    "an embedded workbook": {"xl/embeddings/book.xlsx": workbook(("表", [("持有人", NUMBER)]))},
    "a text beside": {"notes.txt": f"id {NUMBER}"},
}


@pytest.mark.parametrize("where", ELSEWHERE)
def test_a_number_in_any_part_is_told(take: Taker, where: str) -> None:
    assert told(take, with_parts(ELSEWHERE[where])) == [("personal_in_parts", "id_number")]


def test_comments_threads_and_their_authors_are_told(take: Taker) -> None:
    parts: dict[str, str | bytes] = {
        "xl/threadedComments/threadedComment1.xml": f"<ThreadedComments><text>{NUMBER}</text></ThreadedComments>",
        "xl/persons/person.xml": '<personList><person displayName="张三"/></personList>',
        "xl/comments1.xml": "<comments><authors><author>李四</author></authors>"
        "<text><r><t>手机 138</t></r><r><t>00001111</t></r></text></comments>",
    }
    assert sorted(told(take, with_parts(parts))) == [
        ("personal_in_comments", kind) for kind in ("id_number", "mobile", "person_name")
    ]


def test_authors_in_the_properties_are_told_and_programs_are_not(take: Taker) -> None:
    assert told(take, workbook(("表", PLAIN))) == []  # openpyxl made it

    def sign(book: Any) -> None:
        book.properties.creator = "张三"
        book.properties.lastModifiedBy = "市财政局"

    assert told(take, workbook(("表", PLAIN), change=sign)) == [("personal_in_properties", "person_name")]


def test_hidden_sheets_are_looked_through_with_their_headings(take: Taker) -> None:
    def hide(book: Any) -> None:
        book["底稿"].sheet_state = "veryHidden"

    rows = [(), ("姓名", "手机", "证件", "数"), ("张三", "13800001111", int(NUMBER), 3), ("某公司", None, OTHER, 5e11)]
    content = workbook(("表", PLAIN), ("底稿", rows), change=hide)
    taken = take(content, "表.xlsx")
    found = {one.params["kind"]: one.params["count"] for one in taken.findings("personal_in_unread_sheet")}
    assert found == {"person_name": 1, "mobile": 1, "id_number": 2}
    assert {one.sheet for one in taken.findings("personal_in_unread_sheet")} == {"底稿"}


def test_a_sheet_that_was_not_asked_for_is_looked_through(take: Taker) -> None:
    content = workbook(("表", PLAIN), ("又", [("名", "号"), ("甲", NUMBER)]))
    taken = take(content, "表.xlsx", sheet="表")
    assert [one.sheet for one in taken.findings("personal_in_unread_sheet")] == ["又"]


def test_what_cells_show_is_left_to_the_gate(take: Taker) -> None:
    rows = [("地块", "备注", "面积"), ("甲", f"持有人{NUMBER}", 1.5), ("乙", " ".join(OTHER), 2.5)]
    assert told(take, workbook(("表", rows))) == []


def test_what_stands_round_the_cells_and_in_formulas_is_told_with_its_sheet(take: Taker) -> None:
    def plant(book: Any) -> None:
        book["表"].oddFooter.left.text = f"联系人 {NUMBER}"
        book["表"]["C2"].value = f'=IF(A2="{OTHER}",1,2)'

    taken = take(workbook(("表", PLAIN), change=plant), "表.xlsx")
    assert [(one.sheet, one.params["count"]) for one in taken.findings("personal_in_parts")] == [("表", 2)]


def test_an_old_workbook_is_looked_through_beside_its_cells(take: Taker) -> None:
    note = record(0x1C, bytes(8) + OTHER.encode("utf-16-le"))
    cells = [label(0, 0, "name"), label(0, 1, "size"), label(1, 0, NUMBER), label(1, 1, "x"), note]
    assert told(take, old_workbook("Sheet1", cells), "old.xls") == [("personal_in_parts", "id_number")]


HTML = "<table><tr><th>名</th><th>额</th></tr><tr><td>{}</td><td>1</td></tr><tr><td>乙</td><td>2</td></tr></table>"
SHEETS = """<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="一"><Table><Row><Cell><Data ss:Type="String">名</Data></Cell><Cell><Data
 ss:Type="String">额</Data></Cell></Row><Row><Cell><Data ss:Type="String">甲</Data>{}</Cell><Cell><Data
 ss:Type="Number">1</Data></Cell></Row></Table></Worksheet><Worksheet ss:Name="藏"><Table><Row><Cell><Data
 ss:Type="String">{}</Data></Cell></Row></Table><x:WorksheetOptions><x:Visible>SheetHidden</x:Visible>
</x:WorksheetOptions></Worksheet></Workbook>"""
MARKUP = {
    "a comment of a page": (HTML.format("甲") + f"<!-- {NUMBER} -->", ["personal_in_parts"]),
    "an attribute of a page": (HTML.format(f"<i title='{NUMBER}'>甲</i>"), ["personal_in_parts"]),
    "beside the table": (HTML.format("甲") + f"<p>{NUMBER}</p>", ["personal_in_parts"]),
    "a cell of a page": (HTML.format(NUMBER), []),
    "a comment of a cell": (SHEETS.format(f"<Comment><Data>{NUMBER}</Data></Comment>", "x"), ["personal_in_parts"]),
    "a hidden sheet": (SHEETS.format("", NUMBER), ["personal_in_unread_sheet"]),
}


@pytest.mark.parametrize("where", MARKUP)
def test_markup_is_looked_through_beside_its_cells(take: Taker, where: str) -> None:
    content, codes = MARKUP[where]
    assert [code for code, _ in told(take, content.encode(), "页.xls")] == codes


def test_an_annotation_of_an_open_document_is_told(take: Taker) -> None:
    note = f"<office:annotation><dc:creator>张三</dc:creator><text:p>{NUMBER}</text:p></office:annotation>"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    sheet = SHEET.replace("\n", "").replace("<text:p>乙", f"{note}<text:p>乙")
    content = packed(**{"mimetype": kind, "content__xml": sheet, "META-INF/manifest__xml": MANIFEST})
    assert sorted(told(take, content, "t.ods")) == [
        ("personal_in_comments", "id_number"),
        ("personal_in_comments", "person_name"),
    ]


def test_a_broken_part_stops_nothing(take: Taker) -> None:
    content = bytearray(with_parts({"customXml/item1.xml": "<a>" + "甲" * 500 + "</a>"}))
    place = content.index(b"customXml/item1.xml") + 60
    content[place : place + 8] = b"\xff" * 8
    assert told(take, bytes(content)) == []


def test_an_archive_in_the_archive_that_would_burst_is_left_alone(take: Taker) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", bytes(80 << 20))
    assert told(take, with_parts({"xl/embeddings/a.xlsx": inner.getvalue()})) == []


def test_a_piece_is_told_once_a_place() -> None:
    beside = Beside()
    beside.hold(NUMBER)
    beside.hold(f"{NUMBER[:6]} {NUMBER[6:]}")
    assert beside.waits
    beside.show(["甲", 1.0, None])
    ((code, sheet, params),) = beside.notes()
    assert (code, sheet, params["count"]) == ("personal_in_parts", "", 1)
    beside.hold(OTHER)
    beside.show([f"在“{OTHER}”里"])
    assert not beside.waits


def test_openpyxl_wrote_what_these_tests_believe() -> None:
    book = openpyxl.load_workbook(io.BytesIO(with_parts({"customXml/item1.xml": "<a/>"})))
    assert [tuple(cell.value for cell in row) for row in book["表"].rows] == PLAIN
