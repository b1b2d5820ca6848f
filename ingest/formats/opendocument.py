"""What an ODS says beside its cells: what is merged, hidden, set in, a percentage, a formula never computed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from ingest.formats.archives import FAULTS, Remarks, column_name
from ingest.formats.indents import MOST

_MOST = 256 << 20  # bytes of the content: beyond it only the cells are read
_REPEAT = 1_000  # rows or columns that say the same which are looked at
_TABLE_NS = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE_NS = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE_NS = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_MARGIN = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}margin-left"
_STYLE, _PARAGRAPH = _STYLE_NS + "style", _STYLE_NS + "paragraph-properties"
_LENGTH = re.compile(r"(\d{1,4}(?:\.\d{1,6})?)(cm|mm|in|pt)")
_POINTS = {"cm": 72 / 2.54, "mm": 72 / 25.4, "in": 72.0, "pt": 1.0}
_STEP = 10  # points of a step by which a cell is set in
_TABLE, _COLUMN, _ROW = (_TABLE_NS + name for name in ("table", "table-column", "table-row"))
_CELLS = frozenset(_TABLE_NS + name for name in ("table-cell", "covered-table-cell"))
_HIDDEN = frozenset({"collapse", "filter"})


@dataclass
class _Sheet:
    """One table on its way; `levels` are the styles of cells that set in."""

    levels: Mapping[str, int]
    remarks: Remarks = field(default_factory=Remarks)
    rows: int = 0
    columns: int = 0
    styles: list[str] = field(default_factory=list)  # of the cells of each column that name none

    def see_column(self, element: Any) -> None:
        count = _count(element, "number-columns-repeated")
        if element.get(_TABLE_NS + "visibility") in _HIDDEN:
            self.remarks.columns.update(range(self.columns + 1, self.columns + min(count, _REPEAT) + 1))
        self.columns += count
        own = element.get(_TABLE_NS + "default-cell-style-name") or ""
        self.styles += [own] * min(count, max(0, _REPEAT - len(self.styles)))

    def see_row(self, element: Any) -> None:
        count = _count(element, "number-rows-repeated")
        cells = [cell for cell in element if cell.tag in _CELLS]
        for number in range(self.rows + 1, self.rows + min(count, _REPEAT) + 1):
            if element.get(_TABLE_NS + "visibility") in _HIDDEN and any(map(len, cells)):
                self.remarks.rows.add(number)
            self._see_cells(number, cells)
        self.rows += count

    def _see_cells(self, row: int, cells: list[Any]) -> None:
        column = 0
        for cell in cells:
            count = _count(cell, "number-columns-repeated")
            across, down = (_count(cell, f"number-{name}-spanned") - 1 for name in ("columns", "rows"))
            if across or down:
                self.remarks.merged.append([row, column, row + down, column + across])
            kind = cell.get(_OFFICE_NS + "value-type")
            if cell.get(_TABLE_NS + "formula") and kind is None:
                self.remarks.no_value.append(f"{column_name(column + 1)}{row}")
            if kind == "percentage":
                for place in range(column, column + min(count, _REPEAT)):
                    self.remarks.percents.note(row, place)
            self._see_indent(row, column, cell)
            column += count

    def _see_indent(self, row: int, column: int, cell: Any) -> None:
        default = self.styles[column] if column < len(self.styles) else ""
        steps = self.levels.get(cell.get(_TABLE_NS + "style-name") or default)
        if steps and len(cell) and len(self.remarks.inset) < MOST:
            self.remarks.inset.append([row, column, steps])


def read_remarks(path: Path) -> dict[str, Remarks]:
    """By the sheet's name; nothing where the document is odd or very large."""
    faults = (*FAULTS, KeyError, etree.XMLSyntaxError)
    with suppress(*faults), zipfile.ZipFile(path) as archive:
        if archive.getinfo("content.xml").file_size <= _MOST:
            with archive.open("content.xml") as content:
                return dict(_read(content))
    return {}


def _read(content: Any) -> Iterator[tuple[str, Remarks]]:
    parts = etree.iterparse(
        content, events=("start", "end"), tag=(_TABLE, _COLUMN, _ROW, _STYLE), resolve_entities=False, no_network=True,
        huge_tree=False, remove_comments=True,
    )  # fmt: skip
    levels: dict[str, int] = {}
    sheet, depth = _Sheet(levels), 0
    for event, element in parts:
        if element.tag == _STYLE:
            if event == "end" and (steps := _steps(element)):
                levels[element.get(_STYLE_NS + "name") or ""] = steps
        elif element.tag == _TABLE:
            depth += 1 if event == "start" else -1
            if event == "start" and depth == 1:
                sheet = _Sheet(levels)
            elif event == "end" and depth == 0:
                yield element.get(_TABLE_NS + "name") or "", sheet.remarks
        elif event == "end" and depth == 1:
            sheet.see_column(element) if element.tag == _COLUMN else sheet.see_row(element)
            element.clear()


def _steps(style: Any) -> int:
    """By how many steps a style sets in."""
    paragraph = style.find(_PARAGRAPH)
    found = _LENGTH.fullmatch(paragraph.get(_MARGIN) or "") if paragraph is not None else None
    return round(float(found[1]) * _POINTS[found[2]] / _STEP) if found else 0


def _count(element: Any, name: str) -> int:
    text = element.get(_TABLE_NS + name) or ""
    return max(1, int(text)) if text.isdecimal() and len(text) < 8 else 1
