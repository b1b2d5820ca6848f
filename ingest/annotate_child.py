"""Makes the annotated copy of one upload, fenced by limits: `python -m ingest.annotate_child SECONDS MEMORY`.

It reads one `Copy` as JSON from standard input and writes the workbook; any end but 0 means that there is none.
"""

from __future__ import annotations

import re
import resource
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import orjson
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

UNPACKED_LIMIT = 96 << 20  # bytes of a workbook once unpacked
MOST_CELLS = 200_000  # of a workbook that is built from the raw cells of a text file or an old workbook
_LONGEST = 32_000  # characters of a cell or a comment; Excel takes 32,767
_COLOURS = {"error": "FFFFC7CE", "warning": "FFFFEB9C", "info": "FFDDEBF7"}
_CELL = re.compile(r"[A-Z]{1,3}[1-9]\d{0,6}")
_WIDTHS = (8, 24, 14, 8, 20, 10, 30, 8, 50, 50)


@dataclass(frozen=True)
class Mark:
    """A cell to colour, and what its comment says. `sheet` None is the first."""

    sheet: str | None
    cell: str
    level: str
    words: str


@dataclass(frozen=True)
class Copy:
    """What to make: the copy of `source` (a path, or empty) at `target`, with `rows` on a sheet in front."""

    source: str
    name: str
    target: str
    options: Mapping[str, str | None]
    marks: tuple[Mark, ...]
    title: str
    rows: tuple[tuple[Any, ...], ...]


class TooBig(Exception):
    """More cells than a copy may have."""


def main(seconds: int, memory: int, order: bytes) -> None:
    """Make the copy within the limits."""
    _fence(seconds, memory)
    data = orjson.loads(order)
    write_copy(Copy(**{**data, "marks": tuple(Mark(**mark) for mark in data["marks"])}))


def _fence(seconds: int, memory: int) -> None:
    """Bound this process; the hard limits stay, so that the process that reads an old workbook can set its own."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    with suppress(OSError, ValueError):  # macOS knows no bound on addresses
        size = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + memory, resource.getrlimit(resource.RLIMIT_AS)[1]))


def write_copy(order: Copy) -> None:
    """The upload as a workbook, marked, with the list in front. Raises where no copy can be made."""
    source = Path(order.source)
    book = _own(source) if _is_workbook(source) else _built(source, order)
    for mark in order.marks:
        _put(book, mark)
    _write(book, order)


def write_list(order: Copy) -> None:
    """A workbook of the list alone."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    _write(book, order)


def _is_workbook(source: Path) -> bool:
    if not zipfile.is_zipfile(source):
        return False
    with zipfile.ZipFile(source) as archive:
        return "xl/workbook.xml" in archive.namelist()


def _own(source: Path) -> Any:
    """The steward's workbook as it is; macros and links to other files are not taken along."""
    with zipfile.ZipFile(source) as archive:
        if sum(member.file_size for member in archive.infolist()) > UNPACKED_LIMIT:
            raise TooBig
    with source.open("rb") as opened:  # by its content: the name of what is stored says nothing
        return openpyxl.load_workbook(opened, keep_vba=False, keep_links=False)


def _built(source: Path, order: Copy) -> Any:
    """A workbook of the raw cells, each where the findings say it stands."""
    from ingest.formats.reading import read_file

    book = openpyxl.Workbook()
    book.remove(book.active)
    with tempfile.TemporaryDirectory() as work:
        reading = read_file(source, order.name, Path(work), lambda _: None, **order.options)
        for raw in reading.sheets:
            _fill(book.create_sheet(_sheet_name(raw.name)), raw)
    return book


def _fill(sheet: Any, raw: Any) -> None:
    if raw.rows * raw.width > MOST_CELLS:
        raise TooBig
    for number, cells in _iter_rows(raw):
        for column, text in enumerate(cells, start=1):
            if text:
                _text(sheet.cell(number, column), text)


def _iter_rows(raw: Any) -> Iterator[tuple[int, list[str]]]:
    from ingest.raw import first_rows

    for number, cells in first_rows(raw, raw.rows):
        yield (number if raw.grid else number + 1), cells  # the names of records have the number 0


def _sheet_name(name: str | None) -> str:
    return re.sub(r"[\[\]:*?/\\]", "_", name or "")[:31] or "Sheet1"


def _put(book: Any, mark: Mark) -> None:
    """Colour the cell and say why; a place that the workbook has not is passed over."""
    sheets = [one for one in book.worksheets if mark.sheet in (None, one.title)]
    if not sheets or not _CELL.fullmatch(mark.cell):
        return
    cell = _whole(sheets[0], mark.cell)
    cell.fill = PatternFill("solid", fgColor=_COLOURS[mark.level])
    before = f"{cell.comment.text}\n\n" if cell.comment else ""
    cell.comment = Comment((before + mark.words)[:_LONGEST], "open data", height=140, width=320)


def _whole(sheet: Worksheet, name: str) -> Any:
    """The cell, or the one at the top left of those that it is merged with."""
    cell = sheet[name]
    for merged in sheet.merged_cells.ranges:
        if name in merged:
            return sheet.cell(merged.min_row, merged.min_col)
    return cell


def _write(book: Any, order: Copy) -> None:
    """Put the list in front and save."""
    sheet = book.create_sheet(order.title, 0)
    book.active = 0
    for number, row in enumerate(order.rows, start=1):
        for column, value in enumerate(row, start=1):
            _text(sheet.cell(number, column), value)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, width in zip(sheet.iter_cols(1, len(_WIDTHS), 1, 1), _WIDTHS, strict=True):
        sheet.column_dimensions[column[0].column_letter].width = width
    sheet.freeze_panes = "A2"
    book.save(order.target)


def _text(cell: Any, value: Any) -> None:
    """The value; text stays text, also where it begins like a formula."""
    if not isinstance(value, str):
        cell.value = value
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST]
    cell.data_type = "s"


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.stdin.buffer.read())
