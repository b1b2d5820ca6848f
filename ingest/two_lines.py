"""Records of two rows of a sheet: a number, and below it the same in another unit, beside cells that span both.

宗地1 | 118.36平方米 | 工业用地
      | 约合0.18亩   |
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from ingest.nulls import strip
from ingest.raw import RawSheet, RawWriter, iter_batches, rows_of

_MOST = 20_000  # rows of a sheet that a person may have laid out
_AGAIN = re.compile(r"[(（]?\s*(?:约合|折合|合|约|折|即)[\s\d]")
_NUMBER = re.compile(r"\d")

Row = tuple[int, list[str]]


def with_whole_rows(sheet: RawSheet, folder: Path) -> RawSheet:
    """The sheet with such rows as one; itself where it has none."""
    if not sheet.grid or sheet.rows > _MOST:
        return sheet
    rows = [(number, cells) for batch in iter_batches(sheet.path) for number, *cells in rows_of(batch)]
    joined = dict(_joined(rows))
    if not joined:
        return sheet
    gone = {below[0] for row, below in pairwise(rows) if row[0] in joined}
    path = folder / f"whole-{sheet.path.stem}.arrow"
    with RawWriter(path, sheet.width) as writer:
        for number, cells in rows:
            if number not in gone:
                writer.add(number, joined.get(number, cells))
    kept = tuple(one for one in sheet.merged or () if one.bottom not in gone or one.top < one.bottom - 1)
    return replace(sheet, path=path, rows=writer.rows, merged=None if sheet.merged is None else kept)


def _joined(rows: list[Row]) -> Iterator[tuple[int, list[str]]]:
    """The numbers of rows that go on in the next, with the cells of both."""
    for (number, cells), (_, below) in pairwise(rows):
        again = {at: strip(cell) for at, cell in enumerate(below) if strip(cell)}
        if (
            again
            and len(again) < sum(map(bool, map(strip, cells)))
            and all(_says_again(cells, again, at) for at in again)
        ):
            yield number, [_both(cell, again[at]) if at in again else cell for at, cell in enumerate(cells)]


def _says_again(cells: list[str], again: Mapping[int, str], at: int) -> bool:
    return bool(_AGAIN.match(again[at])) and bool(_NUMBER.search(cells[at])) and "合" not in cells[at]


def _both(cell: str, again: str) -> str:
    return f"{cell}{again}" if again[0] in "(（" else f"{cell}，{again}"
