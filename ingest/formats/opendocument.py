"""What an ODS says beside its cells: merged ranges, hidden rows and columns, percentages, formulas never computed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from ingest.formats.archives import FAULTS, Remarks, column_name

_MOST = 256 << 20  # bytes of the content: beyond it only the cells are read
_REPEAT = 1_000  # rows or columns that say the same which are looked at
_TABLE_NS = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE_NS = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE, _COLUMN, _ROW = (_TABLE_NS + name for name in ("table", "table-column", "table-row"))
_CELLS = frozenset(_TABLE_NS + name for name in ("table-cell", "covered-table-cell"))
_HIDDEN = frozenset({"collapse", "filter"})


@dataclass
class _Sheet:
    """One table on its way."""

    remarks: Remarks = field(default_factory=Remarks)
    rows: int = 0
    columns: int = 0

    def see_column(self, element: Any) -> None:
        count = _count(element, "number-columns-repeated")
        if element.get(_TABLE_NS + "visibility") in _HIDDEN:
            self.remarks.columns.update(range(self.columns + 1, self.columns + min(count, _REPEAT) + 1))
        self.columns += count

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
            column += count


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
        content, events=("start", "end"), tag=(_TABLE, _COLUMN, _ROW), resolve_entities=False, no_network=True,
        huge_tree=False, remove_comments=True,
    )  # fmt: skip
    sheet, depth = _Sheet(), 0
    for event, element in parts:
        if element.tag == _TABLE:
            depth += 1 if event == "start" else -1
            if event == "start" and depth == 1:
                sheet = _Sheet()
            elif event == "end" and depth == 0:
                yield element.get(_TABLE_NS + "name") or "", sheet.remarks
        elif event == "end" and depth == 1:
            sheet.see_column(element) if element.tag == _COLUMN else sheet.see_row(element)
            element.clear()


def _count(element: Any, name: str) -> int:
    text = element.get(_TABLE_NS + name) or ""
    return max(1, int(text)) if text.isdecimal() and len(text) < 8 else 1
