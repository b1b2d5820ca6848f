"""Cells that a workbook shows as percentages, though it stores 0.0352: which they are, in the order of the sheet."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

from ingest.formats.cell_text import percent_text

BUILT_IN = frozenset({9, 10})  # `0%` and `0.00%`
_FORMAT = re.compile(rb'<(?:\w+:)?numFmt\b(?=[^>]*\bnumFmtId="(\d+)")(?=[^>]*\bformatCode="([^"]*)")')
_STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE = re.compile(rb"<(?:\w+:)?xf\b[^>]*?(?:/>|>.*?</(?:\w+:)?xf>)", re.DOTALL)
_NUMBER = re.compile(rb'\bnumFmtId="(\d+)"')
_LITERAL = re.compile(r'&quot;.*?&quot;|"[^"]*"|\\.')  # a sign that is only shown scales nothing
_COLUMN_BITS = 14  # a sheet has 16,384 columns


def is_percent(code: str) -> bool:
    """Whether a number format shows a hundred times the number."""
    return "%" in _LITERAL.sub("", code)


def cell_styles(styles: bytes) -> list[bytes]:
    """The styles of cells in an XLSX's `styles.xml`, each whole, in the order by which cells name them."""
    part = _STYLES.search(styles)
    return _STYLE.findall(part.group()) if part else []


def percent_styles(styles: bytes) -> frozenset[int]:
    """The cell styles of an XLSX (its `styles.xml`) that show percentages, by their place."""
    own = {int(number) for number, code in _FORMAT.findall(styles) if is_percent(code.decode("utf-8", "replace"))}
    formats = [_NUMBER.search(one) for one in cell_styles(styles)]
    return frozenset(at for at, one in enumerate(formats) if one and int(one[1]) in own | BUILT_IN)


class Percents:
    """Cells (row from 1, column from 0) noted in the order of the sheet; what comes again is noted once."""

    def __init__(self) -> None:
        self._cells = array("Q")

    def note(self, row: int, column: int) -> None:
        """One more cell."""
        key = row << _COLUMN_BITS | column
        if not self._cells or key > self._cells[-1]:
            self._cells.append(key)

    def __bool__(self) -> bool:
        return bool(self._cells)

    def shown(self, rows: Iterable[tuple[int, list[Any]]]) -> Iterator[tuple[int, list[Any]]]:
        """The rows of the sheet, from the top, with those numbers as people see them."""
        place = 0
        for number, row in rows:
            while place < len(self._cells) and self._cells[place] >> _COLUMN_BITS <= number:
                column = self._cells[place] & (1 << _COLUMN_BITS) - 1
                if self._cells[place] >> _COLUMN_BITS == number and column < len(row):
                    value = row[column]
                    row[column] = percent_text(value) if isinstance(value, int | float) else value
                place += 1
            yield number, row
