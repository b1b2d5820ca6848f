"""Tables of a page that was copied as text, a cell a line or a stroke: rows are told by what their cells hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.findings import INFO, Finding
from ingest.formats.delimited import has_rows
from ingest.formats.page_heads import AGREE, Cell, agreement, known, level, sorts
from ingest.formats.page_lines import read_lines
from ingest.nulls import strip
from ingest.progress import Progress, Tell
from ingest.raw import RawSheet, RawWriter

_MOST = 1 << 18  # bytes: a longer text is no page
_TRIED = 200  # windows of known words that are tried as headers
_STROKED = 0.6  # of the lines: those that begin or end with a stroke, where strokes close cells
_LEAST, _WIDEST, _ROWS = 3, 40, 2  # columns, and rows of a label and figures
_KNOWN, _SHARE, _GAP = 4, 0.6, 2  # header cells that must be known, and unknown ones in a row among them
_LONGEST = 40  # characters of a header cell
_ROW_AGREES = 0.75  # of the cells of a row, those that are of their column's sort
_ROUND = ((0, 0), (0, 1), (1, 0), (0, 2), (1, 1), (2, 0), (0, 3), (1, 2))  # unknown cells before and behind the others
_PIECE = re.compile("[\u4e00-\u9fff]{1,6}")  # of a header cell that a line break parts
_IN_DATA = re.compile(r"\d{3}|[〔\[【。：:]")
_NUMBER = re.compile(r"[-+—]?[\d,]*\.?\d+\s*%?|[A-Z](?:=[A-Z](?:[-+*/][A-Z])*)?")  # a figure, or a letter of a formula
_NOTE = re.compile(
    r"注\s*[:：]|备注\s*[:：]|(?:填[表报])?说明|[一二三四五六七八九十]、|\d{1,2}[、.．]\D|附[表件]|表\s*\d"
)
_UNIT = re.compile(r"[单單]\s*位\s*[:：]")


@dataclass
class _Table:
    """A table among the cells of a page: where its header begins, its header, and its data."""

    start: int
    heads: list[Cell]
    rows: list[list[Cell]]
    end: int

    @property
    def weight(self) -> int:
        """How many cells hold something."""
        return sum(bool(text) for row in (self.heads, *self.rows) for _, text in row)


def read_page(source: Path, target: Path, tell: Tell) -> RawSheet | None:
    """The tables of a page as a sheet, each row with the number of its first line; None where the text is no page."""
    if source.stat().st_size > _MOST:
        return None
    text = source.read_text(encoding="utf-8-sig", errors="replace")
    rows, tables = read_lines(text), 1
    if rows is None:
        stroked, found = _cells(text)
        cells = list(_joined(found))
        made = _tables(cells, stroked=stroked)
        rows, tables = list(_rows(cells, made)), len(made)
    return _kept(rows, tables, target, tell) if rows and tables else None


def _kept(rows: Sequence[Sequence[Cell]], tables: int, target: Path, tell: Tell) -> RawSheet:
    width, number = max(map(len, rows)), 0
    with RawWriter(target, width) as writer:
        for row in rows:
            number = max(number + 1, row[0][0])
            writer.add(number, [text for _, text in row] + [""] * (width - len(row)))
    tell(Progress(len(rows)))
    told = Finding(INFO, "page_read", {"count": sum(len(row) > 1 for row in rows), "tables": tables})
    return RawSheet(target, width, writer.rows, findings=(told,))


def _rows(cells: Sequence[Cell], tables: Sequence[_Table]) -> Iterator[list[Cell]]:
    """The rows of the sheet: those of the tables, and what stands between them a cell a row."""
    at = 0
    for one in tables:
        yield from ([cell] for cell in cells[at : one.start] if cell[1])
        yield one.heads
        yield from one.rows
        at = one.end
    yield from ([cell] for cell in cells[at:] if cell[1])


def _cells(text: str) -> tuple[bool, list[Cell]]:
    """Whether strokes close the cells of a page, and these in their order; none where its lines are rows."""
    lines = list(enumerate(map(strip, text.splitlines()), start=1))
    full = [line for _, line in lines if line]
    if len(full) < 2 * _LEAST or has_rows(text):
        return False, []
    stroked = [line for line in full if line.startswith("|") or line.endswith("|")]
    if len(stroked) < _STROKED * len(full):
        return False, [(number, line) for number, line in lines if line]
    found: list[Cell] = []
    begun, words = 0, ""
    for number, line in lines:
        for place, part in enumerate(line.split("|")):
            if place:
                found.append((begun or number, words))
                begun, words = 0, ""
            words += strip(part)
            begun = begun or (number if words else 0)
    return True, [*found, (begun, words)] if words else found


def _joined(cells: Sequence[Cell]) -> Iterator[Cell]:
    """The cells, with those that a line break has parted in two where only both together are known (`土地`, `坐落`)."""
    at = 0
    while at < len(cells):
        line, text = cells[at]
        rest = cells[at + 1][1] if at + 1 < len(cells) else ""
        if _PIECE.fullmatch(text) and _PIECE.fullmatch(rest) and not known(text) and known(text + rest):
            yield line, text + rest
            at += 1
        else:
            yield line, text
        at += 1


def _tables(cells: Sequence[Cell], *, stroked: bool) -> list[_Table]:
    """The tables of a page, in their order: of several that share cells the one with more.

    Where nothing closes cells, blank ones are lost, and figures alone do not tell the rows.
    """
    likely = sorted((*_by_words(cells), *(_by_figures(cells) if stroked else ())), key=lambda one: -one.weight)
    found: list[_Table] = []
    for one in likely:
        if all(one.end <= other.start or other.end <= one.start for other in found):
            found.append(one)
    return sorted(found, key=lambda one: one.start)


def _by_words(cells: Sequence[Cell]) -> Iterator[_Table]:
    """The tables whose header cells are known words; up to three unknown ones may stand round these."""
    at = tried = 0
    while at < len(cells) and tried < _TRIED:
        last = _end_of_words(cells, at)
        found = next(_with_words(cells, at, last), None) if last > at else None
        tried += last > at
        if found is not None:
            yield found
        at = found.end if found is not None else at + 1


def _with_words(cells: Sequence[Cell], first: int, last: int) -> Iterator[_Table]:
    for lead, trail in _ROUND:
        start, stop = first - lead, last + trail
        if start < 0 or stop >= len(cells) or not all(map(_may_head, (*cells[start:first], *cells[last:stop]))):
            continue
        for heads in level(cells[start:stop], None):
            one = _filled(cells, start, stop, heads)
            if one is not None:
                yield one


def _may_head(cell: Cell) -> bool:
    return 0 < len(cell[1]) <= _LONGEST and not _IN_DATA.search(cell[1])


def _end_of_words(cells: Sequence[Cell], first: int) -> int:
    """Behind the last known header cell of those that begin here; the same place where too few are known."""
    last, count, gap, at = first, 0, 0, first
    while (
        at < min(len(cells), first + _WIDEST)
        and gap <= _GAP
        and 0 < len(cells[at][1]) <= _LONGEST
        and not _is_figure(cells[at][1])
    ):
        if known(cells[at][1]):
            last, count, gap = at + 1, count + 1, 0
        else:
            gap += 1
        at += 1
        if not count:
            return first
    return last if count >= _KNOWN and count >= _SHARE * (last - first) else first


def _filled(cells: Sequence[Cell], start: int, stop: int, heads: list[Cell]) -> _Table | None:
    """The table below a header, if its cells are of the sorts that the header speaks of."""
    width, wanted = len(heads), sorts([text for _, text in heads])
    numbers = [list(cells[stop : stop + width])] if _counts(cells[stop : stop + width], width) else []
    rows: list[list[Cell]] = []
    at = stop + width * len(numbers)
    while at + width <= len(cells):
        row = list(cells[at : at + width])
        if _NOTE.match(row[0][1]) or agreement([row], wanted) < _ROW_AGREES:
            break
        rows.append(row)
        at += width
    if not rows or sum(map(bool, wanted)) < _LEAST or agreement(rows, wanted) < AGREE or _goes_on(cells, at, width):
        return None
    return _Table(start, heads, [*numbers, *rows], at)


def _goes_on(cells: Sequence[Cell], at: int, width: int) -> bool:
    """Whether figures stand behind a table before anything ends it: a row below has lost a cell, or has one more."""
    for _, text in cells[at : at + width]:
        if _NOTE.match(text) or _UNIT.search(text) or len(text) > _LONGEST:
            return False
        if text and _is_figure(text):
            return True
    return False


def _counts(row: Sequence[Cell], width: int) -> bool:
    """Whether a row counts the columns: (1) (2) (3)."""
    digits = [re.sub(r"\D", "", text) for _, text in row]
    return len(row) == width and digits == [str(one) for one in range(1, width + 1)]


def _is_figure(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text))


def _by_figures(cells: Sequence[Cell]) -> Iterator[_Table]:
    """The tables of labels with as many figures behind each."""
    tried, rows = 0, frozenset[int]()
    for place in range(len(cells)):
        lengths = _runs(cells, place) if place not in rows and tried < _TRIED else []
        if len(lengths) < _ROWS or lengths[0] < _LEAST:
            continue
        tried += 1
        if len(lengths) > _ROWS:  # what begins with one of its rows is less of it
            rows |= set(range(place, place + sum(lengths), lengths[0]))
        one = _headed(cells, place, lengths[0], len(lengths))
        if one is not None:
            yield one


def _runs(cells: Sequence[Cell], place: int) -> list[int]:
    """How many cells the rows that begin here have, as long as they have as many: a label, and figures or blanks."""
    found: list[int] = []
    while place < len(cells) and cells[place][1] and not _is_figure(cells[place][1]):
        end = place + 1
        while end < len(cells) and (not cells[end][1] or _is_figure(cells[end][1])):
            end += 1
        length = end - place
        if found and length != found[0]:
            if length > found[0] and any(text for _, text in cells[place + 1 : place + found[0]]):
                found.append(found[0])  # the last one: blanks behind it are of what follows
            break
        if length > _WIDEST or (not found and not any(text for _, text in cells[place + 1 : end])):
            break
        found.append(length)
        place = end
    return found


def _headed(cells: Sequence[Cell], place: int, width: int, count: int) -> _Table | None:
    """The table with the header above its figures: all cells back to a unit, a note or a title with its blanks."""
    if place and _serial(cells, place, width):
        place -= 1  # each row begins with its number, which stood behind the figures of the row before
    first = place
    while first and place - first < 3 * width and not _UNIT.search(cells[first - 1][1]):
        if len(cells[first - 1][1]) > _LONGEST or _NOTE.match(cells[first - 1][1]):
            break
        first -= 1
    for start in range(first, place):
        for heads in level(cells[start:place], width):
            end = place + count * width
            rows = [list(cells[one : one + width]) for one in range(place, end, width)]
            behind = [text for _, text in cells[end : end + 2]]
            lost = len(behind) > 1 and not _is_figure(behind[0]) and _is_figure(behind[1])  # a row of other length
            return None if lost else _Table(start, heads, rows, end)
    return None


def _serial(cells: Sequence[Cell], place: int, width: int) -> bool:
    """Whether the cell before the label, and the one before the next row's, count the rows."""
    before, after = cells[place - 1][1], cells[place + width - 1][1]
    return before.isdecimal() and after.isdecimal() and int(after) == int(before) + 1
