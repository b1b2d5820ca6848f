"""Numbers that a workbook shows as percentages, in XLSX and ODS; what an ODS says beside its cells."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest

from ingest.formats.percents import is_percent, percent_styles
from tests.ingest.taking import Taker, workbook

_NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
}
_KIND = "application/vnd.oasis.opendocument.spreadsheet"
_COVERED = "<table:covered-table-cell/>"


def document(rows: str, columns: str = "", styles: str = "") -> bytes:
    """The bytes of an ODS with one sheet."""
    names = " ".join(f'xmlns:{name}="{address}"' for name, address in _NAMES.items())
    sheet = f'<table:table table:name="表">{columns}{rows}</table:table>'
    styles = f"<office:automatic-styles>{styles}</office:automatic-styles>" if styles else ""
    body = f"{styles}<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", _KIND)
        archive.writestr("META-INF/manifest.xml", _manifest())
        archive.writestr("content.xml", f"<office:document-content {names}>{body}</office:document-content>")
    return target.getvalue()


def _manifest() -> str:
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    entry = '<manifest:file-entry manifest:full-path="{}" manifest:media-type="{}"/>'
    entries = entry.format("/", _KIND) + entry.format("content.xml", "text/xml")
    return f'<manifest:manifest xmlns:manifest="{space}">{entries}</manifest:manifest>'


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def text(words: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {more}><text:p>{words}</text:p></table:table-cell>'


def number(value: Any, kind: str = "float") -> str:
    told = f'office:value-type="{kind}" office:value="{value}"'
    return f"<table:table-cell {told}><text:p>{value}</text:p></table:table-cell>"


def test_a_rate_that_a_workbook_shows_in_percent_is_read_as_shown(take: Taker) -> None:
    def shown(book: Any) -> None:
        for name, style in (("B2", "0.00%"), ("B3", "0%"), ("B4", '0.00"%"'), ("A5", "0.0%")):
            book.active[name].number_format = style

    rows = [
        ["债券名称", "债券利率（%）", "债券规模（亿元）"],
        ["甲", 0.0352, 1],
        ["乙", 0.03, 1],
        ["丙", 3.1, 1],
        ["丁", 2, 1],
    ]
    taken = take(workbook(("表", rows), change=shown), schema="gov_debt.bonds")
    assert taken.column("rate") == [Decimal("3.52"), Decimal(3), Decimal("3.1"), Decimal(2)]
    assert taken.cells(1)["rate"]["raw"] == "3.52%"
    assert taken.column("bond_name")[3] == "丁"


def test_a_column_of_percentages_is_one_without_a_schema_too(take: Taker) -> None:
    def shown(book: Any) -> None:
        for line in range(2, 40):
            book.active.cell(line, 2).number_format = "0.0%"

    rows = [["名称", "完成率"], *([f"第{line}项", line / 80] for line in range(2, 40))]
    taken = take(workbook(("表", rows), change=shown))
    assert (taken.field("wan_cheng_lv").unit, taken.column("wan_cheng_lv")[0]) == ("percent", Decimal("2.5"))


@pytest.mark.parametrize(
    ("code", "found"),
    [("0%", True), ("0.00&quot;%&quot;", False), ('0"%"', False), ("0\\%", False), ("0.0%;-0.0%", True)],
)
def test_a_sign_that_is_only_shown_scales_nothing(code: str, found: bool) -> None:
    assert is_percent(code) is found


def test_styles_without_formats_show_no_percentages() -> None:
    assert percent_styles(b"<styleSheet/>") == frozenset()
    assert percent_styles(b'<cellXfs><xf numFmtId="0"/><xf numFmtId="9"/></cellXfs>') == {1}


def test_an_open_document_has_merged_heads_and_hidden_rows(take: Taker) -> None:
    rows = row(text("2022年度内江市债务表", 'table:number-columns-spanned="4"'), _COVERED * 3)
    rows += row(
        text("地区", 'table:number-rows-spanned="2"'),
        text("2022年债务限额（亿元）", 'table:number-columns-spanned="3"'),
        _COVERED * 2,
    )
    rows += row(_COVERED, text("合计"), text("一般债务"), text("专项债务"))
    rows += row(text("内江市"), number(300.5), number(100.5), number(200))
    rows += row(text("东兴区"), number(50.5), number(20.5), number(30), more='table:visibility="collapse"')
    columns = '<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
    taken = take(document(rows, columns), "t.ods", schema="gov_debt.limit_balance")
    assert taken.column("debt_type") == ["total", "general", "special"] * 2
    assert taken.column("value")[3] == 5_050_000_000
    assert taken.finding("rows_hidden").params["rows"] == "5"
    assert taken.finding("columns_hidden").params["columns"] == "B, C"


def test_an_open_document_has_percentages_and_formulas_that_were_never_computed(take: Taker) -> None:
    formula = '<table:table-cell table:formula="of:=1+1"/>'
    rows = row(text("名称"), text("占比"), text("数")) + row(text("甲"), number(0.352, "percentage"), formula)
    rows += row(text("乙"), number(0.5, "percentage"), number(3), more='table:number-rows-repeated="2"')
    taken = take(document(rows), "t.ods")
    assert taken.column("zhan_bi") == [Decimal("35.2"), Decimal(50), Decimal(50)]
    assert taken.finding("formula_no_value").cell == "C2"


def test_categories_merged_downwards_in_an_open_document_fill_their_rows(take: Taker) -> None:
    rows = row(text("区"), text("项"), text("数")) + row(
        text("甲区", 'table:number-rows-spanned="2"'), text("a"), number(1)
    )
    rows += row(_COVERED, text("b"), number(2))
    assert take(document(rows), "t.ods").column("qu") == ["甲区", "甲区"]
