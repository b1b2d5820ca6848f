"""A table on a sheet: what is above it, its header, and the rows that are not data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from ingest.coded import each, filtered, plain, plain_batch
from ingest.far_blocks import ENDLESS, last_full_row
from ingest.findings import Refused
from ingest.headers import clean
from ingest.headings import (
    find_heading,
    find_unit_of,
    is_labelled,
    is_table_number,
    is_unit,
    looks_like_data,
)
from ingest.nulls import strip
from ingest.raw import RawSheet, first_rows, iter_coded
from ingest.regions import is_place, without_aside
from ingest.rest import MOST_FILLED, LeftOut, Rest, Total
from ingest.row_words import (
    BESIDE_NOTE,
    EMPTY,
    ENUMERATED,
    GOES_ON,
    GOES_ON_MARKS,
    HEADING,
    NAMED_OR_BARE,
    NAMED_TOTAL,
    NAMES,
    NOTE,
    NOTHING,
    NUMBERED,
    ODD,
    PLACE,
    SUM_MARKS,
    TITLE_GOES_ON,
    TOTAL,
    matching,
)
from ingest.signatures import is_signature, without_persons
from ingest.underheads import is_number
from ingest.units import noted_unit

__all__ = ["Found", "LeftOut", "Rest", "Total", "find_table", "iter_data", "looks_like_data", "make_found"]

_LOOK = 40  # rows among which the header must be
_READ = 1_000  # rows of a table whose notes are looked at before it is read
_MOST_TOTALS = 1_000
_MOST_NOTES = 200
_HEAD = 6  # columns from the left in which a row says that it is a sum
_TAILED = 2  # columns but one of a table below which notes may stand
_OFFICE = r"^[^\d，。；]{3,24}(?:局|委员会|政府|厅|办公室|管委会)$"  # whose table it was
_SENTENCE = r".{4}.*[。；：:，,]|^\s*[（(]?[一二三四五六七八九十]{1,3}[)）、.].{2}"
_BELOW = f"{_SENTENCE}|{_OFFICE}"
_OF_REGIONS = re.compile(r"[市区县區縣域辖轄]|所在|地名")  # in the header of a column that holds names of regions
_HEADING = re.compile(r"[(（]?[一二三四五六七八九十]{1,3}[)）、.．]\s*[\u3400-\u9fff]")


@dataclass(frozen=True)
class Found:
    """A table on a sheet: its header (one text a column of the sheet, several rows joined), and what stood above.

    `header_row` is the last row of the header, the number that its cells are named by; `top` the last row above the
    data. `columns` are the first and last column of the table, from 0.
    """

    headers: tuple[str, ...]
    header_row: int
    title: str | None = None
    unit: str | None = None  # as the corner names it
    banners: tuple[str, ...] = ()
    header_rows: tuple[int, ...] = ()
    between: tuple[tuple[int, str], ...] = ()  # rows between header and data: `numbers formulas units english`
    numbers: tuple[str, ...] = ()  # the row of column numbers, by column
    formulas: tuple[str, ...] = ()  # the row of formulas (`A=B+C`), by column
    english: tuple[str, ...] = ()  # the second header, in English
    columns: tuple[int, int] = (0, 0)
    raw_header: tuple[str, ...] = ()  # the last header row as it stands: where it comes again, it is no data
    raw_head: frozenset[tuple[str, ...]] = frozenset()  # all rows above the data: a page that is printed has them again

    extent: str = ""  # where it lies, if not below its header
    over: tuple[str, ...] = ()  # what stands over the first table of the sheet, where this is a later one
    beside: tuple[str, ...] = ()  # the headers of the other tables of the sheet

    @property
    def top(self) -> int:
        """The last row that is above the data."""
        return max((self.header_row, *(row for row, _ in self.between)))


def find_table(sheet: RawSheet, rows: list[tuple[int, list[str]]] | None = None) -> Found:
    """The table that a sheet holds. Raises Refused where there is none, or nothing below the header."""
    known = first_rows(sheet, _LOOK) if rows is None else rows[:_LOOK]
    full = [row for row in known if any(map(strip, row[1]))]
    if not full:
        raise Refused("file_empty")
    if not sheet.grid:
        return make_found(tuple(map(clean, full[0][1])), (full[0][0],), [])
    heading = find_heading(full, sheet.merged or ())
    if len(full) == heading.rows and sheet.rows <= _LOOK:
        raise Refused("header_only", sheet=sheet.name, row=heading.header_rows[-1])
    found = make_found(heading.names, heading.header_rows, full[: heading.above])
    return Found(
        **{
            **vars(found),
            "unit": found.unit or _noted_unit(sheet, full[heading.rows - 1][0]),
            "between": heading.between,
            "numbers": heading.numbers,
            "formulas": heading.formulas,
            "english": heading.english,
            "raw_header": tuple(full[heading.above + len(heading.header_rows) - 1][1]),
            "raw_head": frozenset(tuple(cells) for _, cells in full[: heading.rows]),
        }
    )


def _noted_unit(sheet: RawSheet, top: int) -> str | None:
    """The unit that a line below the head says, alone in its row, of a table as long as people read."""
    rows = first_rows(sheet, _READ) if sheet.rows <= _READ else []
    lines = (list(filter(None, map(strip, cells))) for number, cells in rows if number > top)
    return noted_unit(words[0] for words in lines if len(words) == 1)


def make_found(names: tuple[str, ...], header_rows: tuple[int, ...], above: list[tuple[int, list[str]]]) -> Found:
    """A table with such headers: its title and unit are in the rows `above`."""
    texts = [strip(cell) for _, row in above for cell in row if strip(cell)]
    kept = [short for text in texts if not is_unit(text) and (short := without_persons(text))]
    titles = [text for text in kept if not (is_table_number(text) or is_labelled(text) or _is_remark(text))] or kept
    used = [at for at, name in enumerate(names) if name] or [0]
    return Found(
        names,
        header_rows[-1],
        next(iter(titles), None),
        find_unit_of(texts),
        tuple(kept),
        header_rows,
        columns=(used[0], used[-1]),
    )


def _is_remark(text: str) -> bool:
    """Whether a text over the table explains it rather than names it."""
    return bool(re.match(NOTE, text)) or bool(re.match(NUMBERED, text))


def iter_data(sheet: RawSheet, table: Found, rest: Rest) -> Iterator[Any]:
    """The batches of data rows: without header, blank rows, totals and notes, which go into `rest`.

    The first call looks at every row and leaves its judgement in `rest`; later calls follow it.
    """
    known = rest.masks is not None
    masks: list[Any] = rest.masks or []
    if not known:
        rest.tail = last_full_row(sheet) if table.columns[1] - table.columns[0] >= _TAILED else ENDLESS
    for place, batch in enumerate(iter_coded(sheet.path)):
        if not known:
            masks.append(_judge(batch, sheet.width, table, rest))
        mask = masks[place]
        kept = batch if mask is None else filtered(batch, mask)
        if kept.num_rows:
            rest.last_row = kept.column(0)[kept.num_rows - 1].as_py()
            yield kept
    rest.masks = masks


def _judge(batch: Any, width: int, table: Found, rest: Rest) -> Any:
    """Which rows of a batch are data, as an Arrow mask; None where all are."""
    first, second = batch.column(1), batch.column(min(2, width))
    head = pl.Series(batch.column(0)) <= table.top
    blank = each(first, lambda texts: texts.str.contains(EMPTY))
    lead = first
    if blank.any():
        lead = _lead(batch, width)
        blank = blank & _blank(batch, blank.to_arrow())
    rest.blank += int((blank & ~head).sum())
    out = head | blank
    notes = matching(lead, NOTE)
    odd = matching(lead, ODD) | matching(second, TOTAL)
    named = _named_totals(batch, lead, width) if rest.named_totals else notes & False
    odd = (odd | named | _again(lead, table) | _lone(batch, notes, rest) | _headings(batch, lead, table, rest)) & ~out
    if odd.any() and width > 1:
        rows = pl.DataFrame(plain_batch(batch.filter(odd.to_arrow()))).rows()
        places = zip(odd.arg_true().to_list(), named.filter(odd).to_list(), rows, strict=True)
        # By place: two rows that were glued together have one number.
        left_out = [at for at, one, cells in places if _put(rest, table, cells[0], cells[1:], one)]
        out = out | pl.Series(range(len(out)), dtype=pl.UInt32).is_in(left_out)
    return (~out).to_arrow() if out.any() else None


def _named_totals(batch: Any, lead: Any, width: int) -> pl.Series:
    """Rows that say by a name that they are sums, in one of the first columns; none where most rows would be."""
    words = [matching(batch.column(at), NAMED_OR_BARE, SUM_MARKS) for at in range(2, min(width, NAMES) + 1)]
    named = matching(lead, NAMED_TOTAL, SUM_MARKS)
    for found in words:
        named = named | found
    return named if int(named.sum()) * 2 <= len(named) else named & False


def _lead(batch: Any, width: int) -> Any:
    """The first text of each row, among the columns in which a row says what it is."""
    frame = pl.DataFrame({str(at): pl.Series(plain(batch.column(at))) for at in range(1, min(width, _HEAD) + 1)})
    filled = [pl.when(~pl.col(name).str.contains(EMPTY)).then(pl.col(name)) for name in frame.columns]
    return frame.select(pl.coalesce(*filled, pl.lit(""))).to_series().to_arrow()


def _again(lead: Any, table: Found) -> pl.Series:
    """Rows that begin as one above the data does, or that say that the table goes on."""
    starts = [text for cells in table.raw_head for cell in cells if (text := strip(cell))]
    leads = sorted({*starts, *(cells[0] for cells in table.raw_head if strip(cells[0]))})
    goes_on = matching(lead, f"{GOES_ON}|{TITLE_GOES_ON}", GOES_ON_MARKS)
    return each(lead, lambda texts: texts.is_in(leads)) | goes_on


def _blank(batch: Any, first: Any) -> pl.Series:
    """Of the rows whose first cell is blank (the mask `first`), those that hold nothing at all."""
    frame = pl.DataFrame(plain_batch(batch.filter(first))).select(pl.exclude("row"))
    nothing = frame.select(pl.all_horizontal(pl.all().str.contains(EMPTY))).to_series()
    rows = pl.Series(first).arg_true().filter(nothing)
    return pl.Series(range(len(first))).is_in(rows.cast(pl.Int64).to_list())


def _lone(batch: Any, notes: pl.Series, rest: Rest) -> pl.Series:
    """From the first note on: the rows of one or two cells, which may be more of it."""
    below = pl.Series(batch.column(0)) > rest.tail
    if not rest.notes and not notes.any() and not below.any():
        return notes
    frame = pl.DataFrame(plain_batch(batch)).select(pl.exclude("row"))
    lone = frame.select(pl.sum_horizontal((pl.all().str.len_bytes() > 0).cast(pl.Int32)) <= 2).to_series()
    return lone if rest.notes else lone & (notes.cum_max() | below)


def _headings(batch: Any, lead: Any, table: Found, rest: Rest) -> pl.Series:
    """Rows that may be no more than a heading; in a matrix they say what the rows below are."""
    if not rest.headed or table.columns[1] - table.columns[0] < _TAILED:
        return pl.repeat(False, len(lead), eager=True)
    counted = each(lead, lambda texts: texts.str.contains(HEADING))
    alone = each(lead, lambda texts: texts.str.contains(PLACE))
    filled = pl.repeat(0, len(alone), dtype=pl.Int32, eager=True)
    for column in batch.columns[1:]:  # in a list most rows drop out at the second
        if not alone.any():
            break
        filled = filled + each(column, lambda texts: ~texts.str.contains(EMPTY)).cast(pl.Int32)
        alone = alone & (filled <= 1)
    return counted | alone


def _is_heading(text: str, header: str) -> bool:
    """Whether a text alone in its row names the rows below: by its number, or as a region in no column of regions."""
    return bool(_HEADING.match(text)) or (is_place(without_aside(text)) and not _OF_REGIONS.search(header))


def _put(rest: Rest, table: Found, number: int, cells: tuple[str, ...], named_total: bool) -> bool:
    """Keep a row that is not data where it belongs; False where it is data after all."""
    full = [text for cell in cells if (text := strip(cell))]
    if cells in table.raw_head or (len(full) == 1 and re.match(f"{GOES_ON}|{TITLE_GOES_ON}", full[0])):
        rest.headers_again += 1
        return rest.leave(number, "header")
    if named_total or _is_total(cells):
        rest.totals.extend([Total(number, tuple(map(strip, cells)))][: _MOST_TOTALS - len(rest.totals)])
        return rest.leave(number, "total")
    if rest.headed and len(full) == 1 and number < rest.tail:
        at = next(place for place, cell in enumerate(cells) if strip(cell))
        if _is_heading(full[0], table.headers[at]):
            rest.headings += 1
            rest.sections.extend([(number, at, full[0])][: MOST_FILLED - len(rest.sections)])
            return rest.leave(number, "heading")
    if is_signature(full):
        rest.footers += 1  # names and telephones of persons: they go nowhere
        return rest.leave(number, "footer")
    if _is_note(full, rest, len(cells)) or (number > rest.tail and re.search(_BELOW, " ".join(full))):
        rest.notes.extend([without_persons(" ".join(full))][: _MOST_NOTES - len(rest.notes)])
        return rest.leave(number, "note")
    return False


def _is_total(cells: tuple[str, ...]) -> bool:
    lead = next((text for cell in cells[:_HEAD] if strip(text := cell)), "")
    return bool(re.match(TOTAL, lead)) or any(re.match(TOTAL, cell) for cell in cells[:2])


def _is_note(full: list[str], rest: Rest, width: int) -> bool:
    """A note, or after the first one: more text, with or without its number before it."""
    if len(full) == 1:
        nothing = width > _TAILED and re.match(NOTHING, full[0])
        return bool(nothing or re.match(NOTE, full[0]) or (rest.notes and not is_number(full[0])))
    if len(full) < 2 or width < 4:
        return False
    if re.match(BESIDE_NOTE, full[0]) and len(set(full)) == 2 and re.search(_SENTENCE, full[1]):
        return True
    numbered = bool(re.match(ENUMERATED, full[0])) and not is_number(full[1])
    return len(full) == 2 and (bool(re.match(NOTE, full[0])) or (bool(rest.notes) and numbered))
