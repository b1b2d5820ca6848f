"""Reads the sheets of a workbook in a process of its own: `python -m ingest.formats.workbook_child` (see fence)."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine as calamine

from ingest.formats.archives import check_archive, list_remarks
from ingest.formats.cell_text import is_wound, text_of, unwound
from ingest.formats.fence import SHEETS, Line, Stop, blocks, check_known, run

_LOOK = 200  # rows of an old workbook by which its texts are judged


def iter_lines(path: Path, wanted: str | None) -> Iterator[Line]:
    """What the child writes. Raises Stop."""
    packed = zipfile.is_zipfile(path)
    if packed:
        check_archive(path)
    book = _Book(_open(path), wound=not packed)
    chosen, left = book.choose(wanted)
    for name in chosen:
        yield from book.lines(name)
    notes = list_remarks(path) if packed else []
    read = {*chosen, ""}
    told = [note for note in notes if note[1] in read]
    yield {"done": True, "left": left, "notes": told + ([["text_unwound", "", {}]] if book.wound else [])}


def _open(path: Path) -> Any:
    try:
        return calamine.load_workbook(path)
    except calamine.PasswordError:
        raise Stop("workbook_locked") from None
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError, OSError, ValueError) as error:
        raise Stop("workbook_broken", detail=str(error)[:120]) from None


class _Book:
    """A workbook's sheets by the names that people read."""

    def __init__(self, book: Any, *, wound: bool) -> None:
        self._book = book
        metas = [meta for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
        self.wound = wound and self._is_wound(metas)
        self._names = {self._text(meta.name): meta.name for meta in metas}
        self._hidden = {self._text(meta.name) for meta in metas if meta.visible != calamine.SheetVisibleEnum.Visible}

    def _is_wound(self, metas: list[Any]) -> bool:
        """Whether texts are two-byte characters read a byte at a time; old Taiwanese files are like that."""
        for meta in metas:
            for _, row in zip(range(_LOOK), self._sheet(meta.name).iter_rows(), strict=False):
                if any(isinstance(value, str) and is_wound(value) for value in row):
                    return True
        return False

    def _text(self, text: str) -> str:
        return unwound(text) if self.wound else text

    def choose(self, wanted: str | None) -> tuple[list[str], list[str]]:
        """The sheets to read, and those that hold something but are left: the hidden ones, unless they are all."""
        names = list(self._names)
        check_known(wanted, names)
        full = [name for name in names if self._sheet(self._names[name]).total_height]
        seen = [name for name in full if name not in self._hidden] or full[:1]
        chosen = [name for name in full if name == wanted] if wanted is not None else seen[:SHEETS]
        if not chosen:
            raise Stop("sheet_empty", name=wanted or "")
        return chosen, [name for name in full if name not in chosen]

    def lines(self, name: str) -> Iterator[Line]:
        """The lines of one sheet."""
        sheet = self._sheet(self._names[name])
        ranges = sheet.merged_cell_ranges  # None where the format is not asked for them
        merged = ranges and [[top + 1, left, bottom + 1, right] for (top, left), (bottom, right) in ranges]
        yield {"sheet": name, "width": sheet.end[1] + 1, "merged": merged, "hidden": name in self._hidden}
        yield from blocks(self._rows(sheet))

    def _rows(self, sheet: Any) -> Iterator[tuple[int, list[str]]]:
        left = [""] * sheet.start[1]  # rows come from the top, but only from the first column that is used
        for number, row in enumerate(sheet.iter_rows(), start=1):
            if self.wound:
                row = [unwound(value) if isinstance(value, str) else value for value in row]
            yield number, left + [value if isinstance(value, str) else text_of(value) for value in row]

    def _sheet(self, name: str) -> Any:
        try:
            return self._book.get_sheet_by_name(name)
        except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, ValueError) as error:
            raise Stop("workbook_broken", detail=str(error)[:120]) from None


if __name__ == "__main__":
    run(sys.argv[1:], iter_lines, sys.stdout.buffer)
