"""Where the table stands on a sheet: what is above it, its header, and the rows that are not data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from ingest.findings import Refused
from ingest.headers import clean
from ingest.nulls import SPACE, strip
from ingest.raw import RawSheet, first_rows, iter_batches
from ingest.values import Unreadable, amount

_LOOK = 40  # rows among which the header must be
_MOST_TOTALS = 1_000
_MOST_NOTES = 200
_TOTAL = r"^\s*(?:合\s*[计計]|小\s*[计計]|[总總]\s*[计計]|共\s*[计計])\s*[:：]?\s*$"
_NOTE = (
    r"^\s*(?:注|註|备\s*注|備\s*註|说\s*明|說\s*明|填表[说說]明|[数數][据據][来來]源|[资資]料[来來]源)\s*\d*\s*[:：]"
)
_EMPTY = f"^[{SPACE}]*$"
_UNIT = re.compile(r"[(（]?\s*(?:计量|金额)?\s*[单單]\s*位\s*[:：]\s*(?P<unit>[^)）]{1,20})[)）]?")


@dataclass(frozen=True)
class Found:
    """A table on a sheet: its header (as published, one text a column), the header's row, and what stood above."""

    headers: tuple[str, ...]
    header_row: int
    title: str | None = None
    unit: str | None = None  # as the corner names it
    banners: tuple[str, ...] = ()


def find_table(sheet: RawSheet) -> Found:
    """The table of a sheet with one header row. Raises Refused where there is none, or nothing below the header."""
    rows = [row for row in first_rows(sheet, _LOOK) if any(map(strip, row[1]))]
    if not rows:
        raise Refused("file_empty")
    above = _above(rows) if sheet.grid else 0
    number, cells = rows[above]
    if len(rows) == above + 1 and sheet.rows <= _LOOK:
        raise Refused("header_only", sheet=sheet.name, row=number)
    banners = [strip(cell) for _, row in rows[:above] for cell in row if strip(cell)]
    units = [found["unit"].strip() for text in banners if (found := _UNIT.search(text))]
    titles = [text for text in banners if not _UNIT.fullmatch(text)]
    return Found(tuple(map(clean, cells)), number, next(iter(titles), None), next(iter(units), None), tuple(titles))


def _above(rows: list[tuple[int, list[str]]]) -> int:
    """How many rows (titles, a unit in a corner) stand above the header."""
    place = next((place for place, (_, cells) in enumerate(rows) if not _is_banner(cells)), 0)
    return place if _is_names(rows[place][1]) else 0


def _is_banner(cells: list[str]) -> bool:
    full = [strip(cell) for cell in cells if strip(cell)]
    words = [text for text in full if not _UNIT.fullmatch(text)]
    return len(cells) > 1 and len(words) <= 1 and (len(full) == 1 or len(words) < len(full))


def _is_names(cells: list[str]) -> bool:
    """Whether a row can be a header: several names, not mostly numbers."""
    full = [cell for cell in cells if strip(cell)]
    return len(full) > 1 and not looks_like_data(full)


def looks_like_data(cells: list[str] | tuple[str, ...]) -> bool:
    """Whether more than half of the cells are numbers (years apart), as headers seldom are."""
    return sum(map(_is_number, cells)) * 2 > len(cells)


def _is_number(text: str) -> bool:
    try:
        found = amount(text)
    except Unreadable:
        return False
    return found.unit is None and not 1900 <= found.value <= 2100


@dataclass(frozen=True)
class Total:
    """A row of sums: its number, and its cells by column."""

    row: int
    cells: tuple[str, ...]


@dataclass
class Rest:
    """What stood between and below the data: totals and notes."""

    totals: list[Total] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    blank: int = 0
    masks: list[Any] | None = None  # for each raw batch, which of its rows are data


def iter_data(sheet: RawSheet, table: Found, rest: Rest) -> Iterator[Any]:
    """The batches of data rows: without header, blank rows, totals and notes, which go into `rest`.

    The first call looks at every row and leaves its judgement in `rest`; later calls follow it.
    """
    known = rest.masks is not None
    masks: list[Any] = rest.masks or []
    for place, batch in enumerate(iter_batches(sheet.path)):
        if not known:
            masks.append(_judge(batch, sheet.width, table, rest))
        mask = masks[place]
        kept = batch if mask is None else batch.filter(mask)
        if kept.num_rows:
            yield kept
    rest.masks = masks


def _judge(batch: Any, width: int, table: Found, rest: Rest) -> Any:
    """Which rows of a batch are data, as an Arrow mask; None where all are."""
    first, second = pl.Series(batch.column(1)), pl.Series(batch.column(min(2, width)))
    head = pl.Series(batch.column(0)) <= table.header_row
    blank = first.str.contains(_EMPTY)
    if blank.any():
        blank = blank & _blank(batch, blank.to_arrow())
    rest.blank += int((blank & ~head).sum())
    out = head | blank
    notes = first.str.contains(_NOTE)
    odd = (first.str.contains(_TOTAL) | notes | second.str.contains(_TOTAL) | _lone(batch, notes, rest)) & ~out
    if odd.any() and width > 1:
        rows = pl.DataFrame(batch.filter(odd.to_arrow())).rows()
        left_out = [cells[0] for cells in rows if _put(rest, cells[0], cells[1:])]
        out = out | pl.Series(batch.column(0)).is_in(left_out)
    return (~out).to_arrow() if out.any() else None


def _blank(batch: Any, first: Any) -> pl.Series:
    """Of the rows whose first cell is blank (the mask `first`), those that hold nothing at all."""
    frame = pl.DataFrame(batch.filter(first)).select(pl.exclude("row"))
    nothing = frame.select(pl.all_horizontal(pl.all().str.contains(_EMPTY))).to_series()
    rows = pl.Series(first).arg_true().filter(nothing)
    return pl.Series(range(len(first))).is_in(rows.cast(pl.Int64).to_list())


def _lone(batch: Any, notes: pl.Series, rest: Rest) -> pl.Series:
    """From the first note on: the rows of one cell, which may be more of it."""
    if not rest.notes and not notes.any():
        return notes
    frame = pl.DataFrame(batch).select(pl.exclude("row"))
    lone = frame.select(pl.sum_horizontal((pl.all().str.len_bytes() > 0).cast(pl.Int32)) <= 1).to_series()
    return lone if rest.notes else lone & notes.cum_max()


def _put(rest: Rest, number: int, cells: tuple[str, ...]) -> bool:
    """Keep a row that is not data where it belongs; False where it is data after all."""
    full = [text for cell in cells if (text := strip(cell))]
    if any(re.match(_TOTAL, cell) for cell in cells[:2]):
        rest.totals.extend([Total(number, tuple(map(strip, cells)))][: _MOST_TOTALS - len(rest.totals)])
        return True
    if len(full) == 1 and (re.match(_NOTE, full[0]) or (rest.notes and not _is_number(full[0]))):
        rest.notes.extend(full[: _MOST_NOTES - len(rest.notes)])
        return True
    return False
