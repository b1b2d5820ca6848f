"""Reads the sheets of a workbook in a process of its own: `python -m ingest.formats.workbook_child` (see fence)."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import python_calamine as calamine

from ingest.formats import binary_workbook, old_workbook
from ingest.formats.archives import Remarks, check_archive, check_size, list_remarks, name_parts
from ingest.formats.cell_text import is_wound, unwound
from ingest.formats.fence import SHEETS, Line, Stop, blocks, check_known, run

if TYPE_CHECKING:
    from ingest.formats.beside import Beside

_LARGE = 16 << 20  # bytes of an unpacked workbook: of a smaller one the check is done at once
_LOOK = 200  # rows of an old workbook by which its texts are judged


def iter_lines(path: Path, wanted: str | None) -> Iterator[Line]:
    """What the child writes. Raises Stop."""
    archive = zipfile.is_zipfile(path)
    large = archive and check_size(path) > _LARGE
    parts = check_archive(path) if archive and not large else None
    book = _Book(_open(path), wound=not archive)
    with ThreadPoolExecutor(1) as pool:
        if large:  # parsing takes several times as long as the look for what would burst: both at once
            book.parse_ahead(wanted, pool)
            parts = check_archive(path)
        from ingest.formats.beside import Beside  # what it looks with takes time to load: the sheet is parsed meanwhile
        from ingest.formats.parts import look_round, look_through

        book.beside = beside = Beside()
        sheets = _remarks(path, parts)
        look_through(path, beside)
        look_round(sheets, beside)
        yield from book.lines(wanted, sheets)
    book.look_at_rest()
    notes = list_remarks(path, sheets)
    told = [note for note in notes if note[1] in {*book.read, ""}] + list(beside.notes())
    yield {"done": True, "left": book.left, "notes": told + ([["text_unwound", "", {}]] if book.wound else [])}


def _remarks(path: Path, parts: Mapping[str, Remarks] | None) -> dict[str, Remarks]:
    """What the sheets say beside their cells, by name."""
    if parts is None:
        return old_workbook.read_remarks(path)
    with zipfile.ZipFile(path) as archive:
        document, binary = (name in archive.namelist() for name in ("content.xml", binary_workbook.BOOK))
    if binary:
        return binary_workbook.read_remarks(path)
    if not document:
        return name_parts(path, parts)
    from ingest.formats.opendocument import read_remarks  # lxml, for these alone

    return read_remarks(path)


def _open(path: Path) -> Any:
    try:
        return calamine.load_workbook(path)
    except calamine.PasswordError:
        raise Stop("workbook_locked") from None
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError, OSError, ValueError) as error:
        raise Stop("workbook_broken", detail=str(error)[:120]) from None


class _Book:
    """A workbook's sheets by the names that people read. Parsing a sheet is what takes time: each is parsed once."""

    beside: Beside

    def __init__(self, book: Any, *, wound: bool) -> None:
        self._book = book
        self._sheets: Mapping[str, Remarks] = {}
        self._ahead: tuple[str, Future[Any]] | None = None
        self._parsed: tuple[str, Any] = ("", None)
        metas = [meta for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
        self.wound = wound and self._is_wound(metas)
        self._names = {self._text(meta.name): meta.name for meta in metas}
        visible = calamine.SheetVisibleEnum.Visible
        self._hidden = [self._text(meta.name) for meta in metas if meta.visible != visible]
        self.read: list[str] = []
        self.left: list[str] = []  # sheets that were not read, though they may hold something

    def _is_wound(self, metas: list[Any]) -> bool:
        """Whether texts are two-byte characters read a byte at a time; old Taiwanese files are like that."""
        if any(is_wound(meta.name) for meta in metas):
            return True
        rows = zip(range(_LOOK), self._sheet(metas[0].name).iter_rows(), strict=False) if metas else ()
        return any(isinstance(value, str) and is_wound(value) for _, row in rows for value in row)

    def _text(self, text: str) -> str:
        return unwound(text) if self.wound else text

    def parse_ahead(self, wanted: str | None, pool: ThreadPoolExecutor) -> None:
        """Begin to parse the sheet that is read first."""
        name = next((name for name in self._names if wanted in (name, None) and name not in self._hidden), None)
        if name is not None:
            own = self._names[name]
            self._ahead = own, pool.submit(self._book.get_sheet_by_name, own)

    def lines(self, wanted: str | None, sheets: Mapping[str, Remarks]) -> Iterator[Line]:
        """The lines of the wanted sheet, else of all that are visible, else of the first hidden one."""
        self._sheets = sheets
        check_known(wanted, list(self._names))
        seen = [name for name in self._names if name not in self._hidden]
        yield from self._lines([wanted] if wanted is not None else seen[:SHEETS])
        if not self.read and wanted is None:
            for name in self._hidden:
                yield from self._lines([] if self.read else [name])
        if not self.read:
            raise Stop("sheet_empty", name=wanted or "")
        rest = self._names if wanted is not None else [*seen[SHEETS:], *self._hidden]
        self.left = [name for name in rest if name not in self.read and (wanted is not None or self._height(name))]

    def look_at_rest(self) -> None:
        """Look for personal data in the sheets that were not read."""
        for name in self._names:
            if name not in self.read and self._height(name):
                self.beside.see_sheet(name, (row for _, row in self._rows(self._sheet(self._names[name]))))

    def _lines(self, names: list[str]) -> Iterator[Line]:
        for name in names:
            if not self._height(name):
                continue
            self.read.append(name)
            sheet = self._sheet(self._names[name])
            ranges = sheet.merged_cell_ranges  # None where the format is not asked for them
            merged = ranges and [[top + 1, left, bottom + 1, right] for (top, left), (bottom, right) in ranges]
            merged = (self._sheets[name].merged or None) if merged is None and name in self._sheets else merged
            rows, remarks = self._rows(sheet), self._sheets.get(name)
            told = {"indents": indents} if remarks and (indents := remarks.indents) else {}
            yield {"sheet": name, "width": sheet.end[1] + 1, "merged": merged, "hidden": name in self._hidden, **told}
            yield from blocks(remarks.percents.shown(rows) if remarks and remarks.percents else rows)

    def _height(self, name: str) -> int:
        height: int = self._sheet(self._names[name]).total_height
        return height

    def _rows(self, sheet: Any) -> Iterator[tuple[int, list[Any]]]:
        waits = self.beside.waits
        left = [""] * sheet.start[1]  # rows come from the top, but only from the first column that is used
        for number, row in enumerate(sheet.iter_rows(), start=1):
            if self.wound:
                row = [unwound(value) if isinstance(value, str) else value for value in row]
            if waits:
                self.beside.show(row)
                waits = self.beside.waits
            yield number, left + row if left else row

    def _sheet(self, name: str) -> Any:
        if self._parsed[0] != name or self._parsed[1] is None:
            self._parsed = ("", None)  # the one before makes room first
            try:
                self._parsed = (name, self._parse(name))
            except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, ValueError) as error:
                raise Stop("workbook_broken", detail=str(error)[:120]) from None
        return self._parsed[1]

    def _parse(self, name: str) -> Any:
        ahead, self._ahead = self._ahead, None
        return ahead[1].result() if ahead and ahead[0] == name else self._book.get_sheet_by_name(name)


if __name__ == "__main__":
    run(sys.argv[1:], iter_lines, sys.stdout.buffer)
