"""Pages copied as text whose rows are lines of cells with strokes, but whose headers have lost what they spanned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.findings import Refused
from ingest.formats.page_heads import Cell, known, spread, unpadded
from ingest.nulls import strip

_BEGINS = re.compile(r"\|\s*[^|\s]")  # a line with the first cell of a row
_HALF = 0.5
_LEAST, _PAIR = 3, 2  # cells of the upper row; rows of a header, and cells that make a line a row
_LOOK = 12
_LONGEST = 80  # characters of a header cell
_FIGURE = re.compile(r"[-+≥≤<>]?[\d,.]+%?(?<!^\d)(?<!^\d\d)")
_COUNTED = re.compile(r"[(（]?\d{1,2}[)）]?")

Row = list[Cell]


def read_lines(text: str) -> list[Row] | None:
    """The rows of a page whose table has headers in two rows that do not lie over its columns, or cells on lines.

    None where it has neither. Raises Refused where nothing tells over which columns a header lies.
    """
    if text.count("|") < 2 * _LEAST:
        return None
    lines = [(number, strip(line)) for number, line in enumerate(text.splitlines(), start=1)]
    parted = _is_parted([line for _, line in lines if "|" in line])
    rows = [row for row in (_whole(lines) if parted else map(_row, lines)) if any(words for _, words in row)]
    found, at, changed = list[Row](), 0, parted
    while at < len(rows):
        levels = levels_at(rows, at)
        if not levels:
            found.append(unpadded(rows[at]) or rows[at])
            at += 1
            continue
        data = rows[at + len(levels) : at + len(levels) + _LOOK]
        found.append(lay_over(levels, [row for row in data if len(row) == len(data[0])], rows[at][0][0]))
        at, changed = at + len(levels), True
    return found if changed else None


def _is_parted(lines: Sequence[str]) -> bool:
    """Whether each cell has a line, and a stroke before it begins a row."""
    begun = sum(bool(_BEGINS.match(line)) for line in lines)
    closed = sum(line.count("|") == 1 and line.endswith("|") for line in lines)
    return begun > 1 and closed > _HALF * len(lines)


def _row(line: Cell) -> Row:
    number, words = line
    cells = [strip(part) for part in words.split("|")]
    return [(number, cell) for cell in (cells[:-1] if len(cells) > 1 and not cells[-1] else cells)]


def _whole(lines: Sequence[Cell]) -> Iterator[Row]:
    """The rows of which each begins with a stroke and goes on over the lines below, and the lines that are in none."""
    waiting: list[Cell] = []
    for number, line in lines:
        if waiting and (_BEGINS.match(line) or (line and "|" not in line)):
            yield _closed(waiting)
            waiting = []
        if _BEGINS.match(line):
            waiting = [(number, line)]
        elif waiting:
            waiting.append((number, line))
        elif line:
            yield [(number, line)]
    if waiting:
        yield _closed(waiting)


def _closed(lines: Sequence[Cell]) -> Row:
    cells: list[Cell] = []
    begun, words = 0, ""
    for number, line in lines:
        for place, part in enumerate(line.split("|")):
            if place:
                cells.append((begun or number, words))
                begun, words = 0, ""
            words += strip(part)
            begun = begun or (number if words else 0)
    return cells[1:]  # before the first stroke stands nothing


def levels_at(rows: Sequence[Row], at: int) -> list[Row]:
    """The rows of a header that begins here: each has fewer cells than the first row below that has figures.

    A row of cells above it, or too few known words, make it none.
    """
    found: list[Row] = []
    if at and len(rows[at - 1]) > 1:
        return []
    for row in rows[at:]:
        cells = unpadded(row)
        if len(row) < _PAIR or any(_FIGURE.fullmatch(text) for _, text in cells):
            break
        if not cells or not all(0 < len(text) <= _LONGEST for _, text in cells):
            return []
        found.append(cells)
    below = rows[at + len(found)] if at + len(found) < len(rows) else []
    full = len(unpadded(below)) >= len(below) - 1 and all(len(one) < len(below) for one in found)
    likely = full and len(found) >= _PAIR and len(found[0]) >= _LEAST and _are_names(found)
    return found if likely else []


def _are_names(levels: Sequence[Row]) -> bool:
    names = [text for row in levels for _, text in row if not _COUNTED.fullmatch(text)]
    return sum(map(known, names)) >= _HALF * len(names)


def lay_over(levels: Sequence[Row], data: Sequence[Row], line: int) -> Row:
    """The one header that levels make over the columns of the rows below. Raises Refused where nothing tells how."""
    named = [row for row in levels if not all(_COUNTED.fullmatch(text) for _, text in row)]
    heads = spread(named[0], named[1], data) if len(named) == 2 and data else None  # two rows of names
    if heads is None:
        columns = len(data[0]) if data else 0
        raise Refused("header_spans_lost", row=line, line=line, count=len(levels[0]), columns=columns)
    return heads
