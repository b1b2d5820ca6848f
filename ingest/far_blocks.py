"""Sheets by their columns: which hold nothing at all, the sheet cut between them, and its last full row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from ingest.coded import each
from ingest.nulls import strip
from ingest.raw import RawSheet, RawWriter, first_rows, iter_batches, iter_coded
from ingest.row_words import EMPTY

_MOST = 20_000  # rows of a sheet that is looked through for what stands below its table
ENDLESS = 1 << 62


def find_blank(sheet: RawSheet, places: Iterable[int]) -> set[int]:
    """Which of the columns (from 0) hold nothing from top to bottom."""
    left = set(places)
    for batch in iter_coded(sheet.path) if left else ():
        left = {at for at in left if each(batch.column(at + 1), lambda texts: texts.str.contains(EMPTY)).all()}
    return left


def cut_columns(sheet: RawSheet, left: int, right: int, target: Path) -> RawSheet:
    """The sheet with nothing outside the columns from `left` to before `right`; cells keep their places."""
    with RawWriter(target, sheet.width) as writer:
        for batch in iter_batches(sheet.path):
            blank = pa.array([""] * batch.num_rows, pa.string())
            columns = [one if left <= at < right else blank for at, one in enumerate(batch.columns[1:])]
            writer.add_block(batch.column(0).to_pylist(), columns)
    merged = tuple(one for one in sheet.merged or () if left <= one.left and one.right < right)
    told = replace(sheet, path=target, rows=writer.rows, merged=None if sheet.merged is None else merged)
    return told if left == 0 else replace(told, rejected=0, findings=())


def last_full_row(sheet: RawSheet) -> int:
    """The number of the last row with several cells; ENDLESS for a sheet that is too long to look."""
    rows = first_rows(sheet, _MOST) if sheet.grid and sheet.rows <= _MOST else []
    return next((number for number, cells in reversed(rows) if sum(map(bool, map(strip, cells))) > 1), ENDLESS)
