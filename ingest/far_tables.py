"""Tables one under the other on a sheet of very many rows: only the places where one may begin are looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from ingest.coded import each
from ingest.nulls import SPACE, strip
from ingest.raw import Merged, RawSheet, RawWriter, first_rows, iter_batches, iter_coded, rows_of

_BEFORE, _AFTER = 200, 41  # rows that are looked at round a place
_HEAD = 40
_MOST = 200  # places; where there are more, gaps mean nothing
_EMPTY = f"^[{SPACE}]*$"

Row = tuple[int, list[str]]
Begins = Callable[[list[Row], int], bool]  # whether a table begins at that place of the rows


def part_far(sheet: RawSheet, folder: Path, begins: Begins) -> list[RawSheet]:
    """The sheet cut where further tables begin; itself where none does. Cells keep their places."""
    places = list(_likely(sheet))
    if not places or len(places) > _MOST:
        return [sheet]
    head = [row for row in first_rows(sheet, _HEAD) if any(map(strip, row[1]))]
    starts = [first for first, rows, at in _windows(sheet, places) if begins([*head, *rows], len(head) + at)]
    if not starts:
        return [sheet]
    ends = [0, *starts, 1 << 62]
    return [_cut(sheet, first, last, folder / f"far{sheet.path.stem}-{first}.arrow") for first, last in pairwise(ends)]


def _likely(sheet: RawSheet) -> Iterator[int]:
    """The numbers of rows after a gap, or of one cell alone, some way down."""
    before = 0
    for batch in iter_coded(sheet.path):
        rows = pl.DataFrame({"row": pl.Series(batch.column(0)), "full": _full(batch)}).filter(pl.col("full") > 0)
        gap = pl.col("row") > pl.col("row").shift(1, fill_value=before) + 1
        yield from rows.filter((gap | (pl.col("full") == 1)) & (pl.col("row") > _HEAD))["row"].to_list()
        before = rows["row"][-1] if rows.height else before


def _full(batch: Any) -> pl.Series:
    """How many cells of each row hold something; where two columns do so throughout, two will do."""
    masks, throughout = list[pl.Series](), 0
    for place, column in enumerate(batch.columns[1:]):
        masks.append(each(column, lambda texts: ~texts.str.contains(_EMPTY)).alias(str(place)))
        throughout += masks[-1].all()
        if throughout == 2:
            return pl.repeat(2, batch.num_rows, eager=True)
    return pl.DataFrame(masks).sum_horizontal()


def _windows(sheet: RawSheet, places: list[int]) -> Iterator[tuple[int, list[Row], int]]:
    """Each place with the rows round it that are not blank, and where among them it stands."""
    wanted = set(places)
    held: deque[Row] = deque(maxlen=_BEFORE)
    waiting: deque[tuple[int, list[Row], int]] = deque()
    for row in _iter_full(sheet):
        if row[0] in wanted:
            waiting.append((row[0], list(held), len(held)))
        for _, rows, _ in waiting:
            rows.append(row)
        if waiting and len(waiting[0][1]) >= waiting[0][2] + _AFTER:
            yield waiting.popleft()
        held.append(row)
    yield from waiting


def _iter_full(sheet: RawSheet) -> Iterator[Row]:
    for batch in iter_batches(sheet.path):
        for number, *cells in rows_of(batch):
            if any(map(strip, cells)):
                yield number, cells


def _cut(sheet: RawSheet, first: int, last: int, target: Path) -> RawSheet:
    """The rows from one number to before another."""
    merged: tuple[Merged, ...] = tuple(one for one in sheet.merged or () if first <= one.top and one.bottom < last)
    with RawWriter(target, sheet.width) as writer:
        for batch in iter_batches(sheet.path):
            rows = batch.column(0).to_pylist()
            kept = [at for at, number in enumerate(rows) if first <= number < last]
            if kept:
                part = batch.take(kept)
                writer.add_block(part.column(0).to_pylist(), list(part.columns[1:]))
    told = replace(sheet, path=target, rows=writer.rows, merged=None if sheet.merged is None else merged)
    return told if first == 0 else replace(told, rejected=0, findings=())
