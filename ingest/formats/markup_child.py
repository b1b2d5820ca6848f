"""Reads tables of markup saved as .xls (SpreadsheetML, HTML) in a process of its own, from UTF-8 (see fence)."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from ingest.formats.beside import Beside
from ingest.formats.cell_text import number_text, text_of
from ingest.formats.fence import AREA_LIMIT, SHEETS, Line, Stop, blocks, check_known, run
from ingest.formats.page_texts import SPACE, read_page
from ingest.formats.parts import look_at_markup

_SPREADSHEET = b"urn:schemas-microsoft-com:office:spreadsheet"
_SS = f"{{{_SPREADSHEET.decode()}}}"
_EXCEL = "{urn:schemas-microsoft-com:office:excel}"
_SPAN = 2_000  # columns or rows that one cell may cover
_ROWS = 1_048_576


@dataclass
class _Grid:
    """A sheet in the making: its rows by number, its merged ranges (rows from 1, columns from 0)."""

    name: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[list[int]] = field(default_factory=list)
    covered: set[tuple[int, int]] = field(default_factory=set)
    hidden: bool = False
    width: int = 0

    def put(self, row: int, column: int, text: str, down: int = 0, across: int = 0) -> None:
        """One cell, and how many more rows and columns it covers. Raises Stop beyond the bounds."""
        down, across = min(down, _SPAN), min(across, _SPAN)
        if text:
            self.rows.setdefault(row, {})[column] = text
            self.width = max(self.width, column + 1 + across)
        if text and (down or across):
            self.merged.append([row, column, row + down, column + across])
        if row > _ROWS or self.width * row > AREA_LIMIT:
            raise Stop("sheet_extent", far=f"R{row}C{column + 1}", cell="", most=AREA_LIMIT)

    def lines(self, beside: Beside) -> Iterator[Line]:
        yield {"sheet": self.name, "width": self.width, "merged": self.merged, "hidden": self.hidden}
        for row in self.texts() if beside.waits else ():
            beside.show(row)
        yield from blocks(zip(sorted(self.rows), self.texts(), strict=True))

    def texts(self) -> Iterator[list[str]]:
        """The cells of each row that has some, from the top."""
        for number in sorted(self.rows):
            row = self.rows[number]
            yield [row.get(column, "") for column in range(self.width)]


def iter_lines(path: Path, wanted: str | None) -> Iterator[Line]:
    """What the child writes. Raises Stop."""
    with path.open("rb") as source:
        head = source.read(1 << 16)
    spreadsheet = _SPREADSHEET in head and b"<html" not in head[: 1 << 12].lower()
    beside = Beside()
    look_at_markup(path, beside)
    grids = [grid for grid in (_spreadsheet(path) if spreadsheet else _html(path)) if grid.rows]
    if not grids:
        raise Stop("sheet_empty", name=wanted or "")
    check_known(wanted, [grid.name for grid in grids])
    seen = [grid for grid in grids if not grid.hidden] or grids[:1]
    chosen = [grid for grid in grids if grid.name == wanted] if wanted is not None else seen[:SHEETS]
    for grid in chosen:
        yield from grid.lines(beside)
    left = [grid for grid in grids if grid not in chosen]
    for grid in left:
        beside.see_sheet(grid.name, grid.texts())
    yield {"done": True, "left": [grid.name for grid in left], "notes": list(beside.notes())}


def _spreadsheet(path: Path) -> Iterator[_Grid]:
    """The sheets of a workbook of 2003 in XML."""
    parts = etree.iterparse(
        str(path), events=("end",), tag=f"{_SS}Worksheet", encoding="utf-8", resolve_entities=False, no_network=True,
        huge_tree=False, remove_comments=True,
    )  # fmt: skip
    try:
        for _, sheet in parts:
            grid = _Grid(sheet.get(f"{_SS}Name") or "")
            grid.hidden = (sheet.findtext(f".//{_EXCEL}Visible") or "") in ("SheetHidden", "SheetVeryHidden")
            _read_rows(sheet, grid)
            sheet.clear()
            yield grid
    except etree.XMLSyntaxError as error:
        raise Stop("workbook_broken", detail=str(error)[:120]) from None


def _read_rows(sheet: Any, grid: _Grid) -> None:
    number = 0
    for row in sheet.iter(f"{_SS}Row"):
        number = _count(row, "Index") or number + 1
        column = -1
        for cell in row.iter(f"{_SS}Cell"):
            column = (_count(cell, "Index") or column + 2) - 1
            across, down = _count(cell, "MergeAcross"), _count(cell, "MergeDown")
            grid.put(number, column, _value(cell.find(f"{_SS}Data")), down, across)
            column += across


def _count(element: Any, name: str) -> int:
    text = element.get(_SS + name) or ""
    return int(text) if text.isdecimal() and len(text) < 8 else 0


def _value(data: Any) -> str:
    if data is None:
        return ""
    text, kind = "".join(data.itertext()), data.get(f"{_SS}Type")
    with suppress(ValueError):
        if kind == "Number":
            return number_text(float(text))
        if kind == "DateTime":
            moment = dt.datetime.fromisoformat(text)
            return text_of(moment.date() if moment.time() == dt.time() else moment)
        if kind == "Boolean":
            return "TRUE" if text == "1" else "FALSE"
    return text


def _html(path: Path) -> Iterator[_Grid]:
    """The tables of a page, with the lines round them as rows above and below, where a spreadsheet shows them."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    root = etree.parse(str(path), parser).getroot()
    for place, table in enumerate([] if root is None else read_page(root), start=1):
        grid = _Grid(_text(table.element.find("caption")) or f"表{place}")
        number = 0
        for number, row in enumerate(table.element.iter("tr"), start=len(table.above) + 1):
            _read_row(number, row, grid)
        if grid.rows:
            for line, text in (*enumerate(table.above, start=1), *enumerate(table.below, start=number + 1)):
                grid.put(line, 0, text)
            yield grid


def _read_row(number: int, row: Any, grid: _Grid) -> None:
    column = 0
    for cell in row.iter("td", "th"):
        while (number, column) in grid.covered:
            column += 1
        across, down = _span(cell, "colspan"), _span(cell, "rowspan")
        grid.put(number, column, _text(cell), down, across)
        _cover(grid, number, column, down, across)
        column += across + 1


def _cover(grid: _Grid, row: int, column: int, down: int, across: int) -> None:
    """Cells of later rows under this one belong to it."""
    if (down + 1) * (across + 1) > 100_000 or len(grid.covered) > 2_000_000:
        raise Stop("sheet_extent", far=f"R{row}C{column + 1}", cell="", most=AREA_LIMIT)
    for below in range(row + 1, row + down + 1):
        grid.covered.update((below, place) for place in range(column, column + across + 1))


def _span(cell: Any, name: str) -> int:
    text = cell.get(name) or ""
    return min(max(0, int(text) - 1), _SPAN) if text.strip().isdecimal() and len(text) < 8 else 0


def _text(element: Any) -> str:
    """What a person reads in a cell: space as one, line ends only where the page breaks lines."""
    if element is None:
        return ""
    words = []
    for one in element.iter():
        words.append("\n" if one.tag in ("br", "p", "div") and one is not element else "")
        words.append(SPACE.sub(" ", one.text or ""))
        words.append(SPACE.sub(" ", one.tail or "") if one is not element else "")
    return "\n".join(line.strip(" ") for line in "".join(words).strip().split("\n") if line.strip(" "))


if __name__ == "__main__":
    run(sys.argv[1:], iter_lines, sys.stdout.buffer)
