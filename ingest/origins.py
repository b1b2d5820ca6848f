"""Where the cells of a sheet that was reshaped stood before: their row, column and A1 name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.findings import a1
from ingest.gather import Place
from ingest.raw import RawSheet


@dataclass(frozen=True)
class ReshapedSheet(RawSheet):
    """A sheet made from another. `rows_from[n - 1]` is the row that row n was; `moved` names cells from elsewhere.

    `moved` maps (row, column from 0) of a cell here to (row, column from 0) there; the others keep their column.
    """

    rows_from: tuple[int, ...] = ()
    sheets_from: tuple[str, ...] = ()  # the name of the sheet where each row was, where there are several
    moved: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    def origin(self, row: int, column: int) -> tuple[int, int]:
        """The row and column (from 0) where the cell stood."""
        return self.moved.get((row, column), (self.rows_from[row - 1], column))


def reshaped(
    path: Path,
    width: int,
    old: RawSheet,
    rows_from: Sequence[int],
    sheets_from: Sequence[str],
    moved: Mapping[tuple[int, int], tuple[int, int]],
) -> ReshapedSheet:
    """A sheet made of the rows of another; `sheets_from` counts where that one has rows of several sheets."""
    several = isinstance(old, ReshapedSheet) and bool(old.sheets_from)
    made = ReshapedSheet(path, width, len(rows_from), old.name, old.grid, old.rejected)
    return replace(made, rows_from=tuple(rows_from), sheets_from=tuple(sheets_from) if several else (), moved=moved)


def origin_of(sheet: RawSheet, row: int, column: int) -> tuple[int, int]:
    """The row and column (from 0) where a cell of any sheet stood."""
    return sheet.origin(row, column) if isinstance(sheet, ReshapedSheet) else (row, column)


def sheet_of(sheet: RawSheet, row: int) -> str | None:
    """The name of the sheet where a row of any sheet stood."""
    return sheet.sheets_from[row - 1] if isinstance(sheet, ReshapedSheet) and sheet.sheets_from else sheet.name


def cell_of(sheet: RawSheet, row: int, column: int) -> str | None:
    """The A1 name of a cell where it stood; None for records."""
    at, place = origin_of(sheet, row, column)
    return a1(at, place + 1) if sheet.grid and at else None


def place_of(sheet: RawSheet, row: int, column: int, header: str | None, raw: str | None = None) -> Place:
    """The place of a cell for a finding. `column` counts from 0."""
    at, place = origin_of(sheet, row, column)
    return Place(sheet_of(sheet, row), at, header, place + 1, sheet.grid, raw)
