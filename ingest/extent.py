"""The tables of a sheet: side by side or one under the other, each cut out with its cells in their places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path

from ingest.far_blocks import cut_columns, find_blank
from ingest.far_tables import part_far
from ingest.findings import Refused
from ingest.headings import Heading, find_heading, is_unit, tidy
from ingest.nulls import null_kind, strip
from ingest.raw import Merged, RawSheet, RawWriter, first_rows, iter_batches, rows_of
from ingest.row_words import GOES_ON
from ingest.sections import below_one_title
from ingest.tables import Found, find_table
from ingest.underheads import is_number

_LOOKED = 20_000  # rows of a sheet that is looked at as a whole; of a longer one, only likely places
_LOOK, _BANNERS = 40, 6  # rows of a head with its data; of titles over a table further down
_MOST = 100  # tables of a sheet
_LABEL = re.compile(r"^\s*[(（]?[附续續]?\s*[表件]\s*[-－\d一二三四五六七八九十]")
_COUNTED = re.compile(r"^[(（]?[一二三四五六七八九十]{1,3}[)）、.．]")
_LEAST_NAMES, _ALIKE = 4, 0.6  # of the names in a header, those that one above has too
_NUMERIC, _LONGEST = 0.6, 30  # share of numbers in a column of them; characters of a name in a header further down

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Region:
    """A piece of a sheet: rows by their places in the list of rows that are not blank, columns from 0, ends out."""

    top: int
    bottom: int
    left: int
    right: int


def find_tables(sheet: RawSheet, folder: Path) -> list[tuple[RawSheet, Found]]:
    """Every table of a sheet, with a raw sheet of its own where there are several. Raises Refused for none."""
    if not sheet.grid:
        return [(sheet, find_table(sheet))]
    if sheet.rows > _LOOKED:
        blocks = _far_blocks(sheet, folder)
        parts = [part for one in blocks for part in part_far(one, folder, partial(_begins, sheet=one))]
        return below_one_title([(part, find_table(part)) for part in parts])
    rows = [row for row in first_rows(sheet, _LOOKED) if any(map(strip, row[1]))]
    regions = list(_regions(rows, sheet)) if rows else []
    if len(regions) < 2:
        return [_whole(sheet, folder)]
    if len(regions) > _MOST:
        raise Refused("tables_too_many", sheet=sheet.name, count=len(regions), most=_MOST)
    tables = []
    for place, region in enumerate(regions):
        cut = _cut(sheet, rows, region, folder / f"cut{sheet.path.stem}-{place}.arrow")
        try:
            tables.append((cut, find_table(cut, rows=_inside(rows, region, sheet.width))))
        except Refused as refused:
            if refused.finding.code != "header_only" or (place + 1 == len(regions) and not tables):
                raise
    return below_one_title(tables)


def _far_blocks(sheet: RawSheet, folder: Path) -> list[RawSheet]:
    """The blocks side by side of a long sheet, by its first rows and the columns that are blank throughout."""
    rows = [row for row in first_rows(sheet, _LOOK) if any(map(strip, row[1]))]
    whole = Region(0, len(rows), 0, sheet.width)
    used = [any(strip(cells[at]) for _, cells in rows) for at in range(sheet.width)]
    blank = find_blank(sheet, (at for at, one in enumerate(used) if not one))
    blocks = _blocks(rows, whole, sheet.merged or (), [at not in blank for at in range(sheet.width)]) if rows else []
    if len(blocks) < 2:
        return [sheet]
    stem = f"block{sheet.path.stem}"
    return [cut_columns(sheet, one.left, one.right, folder / f"{stem}-{one.left}.arrow") for one in blocks]


def _begins(rows: list[Row], place: int, sheet: RawSheet) -> bool:
    """Whether a further table begins at a place, the first rows being those of the sheet."""
    head = find_heading(rows[:_LOOK], sheet.merged or ())
    return place > head.rows and _new_head(rows, head.rows, place, [head.names], sheet.merged or ()) is not None


def _whole(sheet: RawSheet, folder: Path) -> tuple[RawSheet, Found]:
    """The only table of a sheet; cells merged downwards stand in each of their rows."""
    found = find_table(sheet)
    fills = [one for one in sheet.merged or () if _goes_down(one, found)]
    if not fills:
        return sheet, found
    filled = replace(sheet, path=folder / f"filled{sheet.path.stem}.arrow")
    with RawWriter(filled.path, sheet.width) as writer:
        for number, cells in _filled(_iter_rows(sheet), fills):
            writer.add(number, cells)
    return filled, found


def _goes_down(one: Merged, found: Found) -> bool:
    """Whether a merged range is a category over several rows of data, not a note across the table."""
    width = found.columns[1] - found.columns[0] + 1
    return one.bottom > one.top > found.top and (one.right - one.left + 1) * 2 <= max(2, width)


def _iter_rows(sheet: RawSheet) -> Iterator[Row]:
    for batch in iter_batches(sheet.path):
        for row in rows_of(batch):
            yield row[0], list(row[1:])


def _filled(rows: Iterator[Row], fills: Sequence[Merged]) -> Iterator[Row]:
    """The rows with each merged text in all rows that it covers; `rows` come in order."""
    waiting = sorted(fills, key=lambda one: -one.top)
    open_ranges: list[tuple[Merged, str]] = []
    for number, cells in rows:
        open_ranges = [one for one in open_ranges if one[0].bottom >= number]
        while waiting and waiting[-1].top <= number:
            one = waiting.pop()
            if one.top == number and strip(cells[one.left]):
                open_ranges.append((one, cells[one.left]))
        for one, text in open_ranges:
            if not strip(cells[one.left]):
                cells[one.left] = text
        yield number, cells


def _regions(rows: list[Row], sheet: RawSheet) -> Iterator[Region]:
    whole = Region(0, len(rows), 0, sheet.width)
    used = [any(strip(cells[at]) for _, cells in rows) for at in range(sheet.width)]
    for block in _blocks(rows, whole, sheet.merged or (), used):
        yield from _stack(rows, block, sheet.merged or ())


def _inside(rows: list[Row], region: Region, width: int) -> list[Row]:
    """The rows of a region that are not blank, with nothing outside its columns."""
    before, after = [""] * region.left, [""] * (width - region.right)
    cut = [(number, cells[region.left : region.right]) for number, cells in rows[region.top : region.bottom]]
    return [(number, before + cells + after) for number, cells in cut if any(map(strip, cells))]


def _cut(sheet: RawSheet, rows: list[Row], region: Region, target: Path) -> RawSheet:
    """The region as a raw sheet: all cells in their own places."""
    inside = _inside(rows, region, sheet.width)
    first, last = inside[0][0], inside[-1][0]
    merged = tuple(
        one
        for one in sheet.merged or ()
        if region.left <= one.left and one.right < region.right and first <= one.top and one.bottom <= last
    )
    heading = find_heading(inside[:_LOOK], merged)
    top = max((*heading.header_rows, *(row for row, _ in heading.between)))
    fills = [one for one in merged if one.bottom > one.top > top and one.right - one.left < 2]
    with RawWriter(target, sheet.width) as writer:
        for number, cells in _filled(iter(inside), fills):
            writer.add(number, cells)
    first_part = region.top == 0 and region.left == 0  # it alone answers for the rows that fit no table
    told = replace(sheet, path=target, rows=writer.rows, merged=None if sheet.merged is None else merged, findings=())
    return told if first_part else replace(told, rejected=0)


def _blocks(rows: list[Row], whole: Region, merged: Sequence[Merged], used: Sequence[bool]) -> list[Region]:
    """The blocks side by side: parted by a blank column, or by a header that begins again, and each with its header."""
    parts = _parted(whole, used)
    if len(parts) < 2:
        return _repeated(rows, whole, merged)
    heads = [_heading(rows, part, merged) for part in parts]
    if any(head is None or sum(map(bool, head.names)) < 2 for head in heads):
        return [whole]
    names = [[name for name in head.names if name] for head in heads if head]
    titled = [head is not None and head.above > 0 for head in heads]
    serial = [re.sub(r"\s", "", own[0]) in ("序号", "序號", "编号", "编号") for own in names]
    same = all(own == names[0] for own in names)
    return parts if same or all(titled) or all(serial) else [whole]


def _parted(whole: Region, used: Sequence[bool]) -> list[Region]:
    parts, start = [], None
    for at, one in enumerate([*used, False]):
        if one and start is None:
            start = at
        elif not one and start is not None:
            parts.append(replace(whole, left=start, right=at))
            start = None
    return parts


def _heading(rows: list[Row], region: Region, merged: Sequence[Merged]) -> Heading | None:
    inside = _inside(rows[: region.top + _LOOK], region, region.right)
    own = [one for one in merged if region.left <= one.left and one.right < region.right]
    return find_heading(inside, own) if len(inside) > 1 else None


def _repeated(rows: list[Row], whole: Region, merged: Sequence[Merged]) -> list[Region]:
    """A header that is the same names twice or more over is a table continued on its right."""
    head = _heading(rows, whole, merged)
    names = list(head.names) if head else []
    used = len(names)
    for size in range(2, used // 2 + 1):
        if (
            used % size == 0
            and all(names[:size])
            and len(set(names[:size])) == size
            and names == names[:size] * (used // size)
        ):
            return [replace(whole, left=at, right=at + size) for at in range(0, used, size)]
    return [whole]


def _stack(rows: list[Row], block: Region, merged: Sequence[Merged]) -> Iterator[Region]:
    """The tables of a block from top to bottom."""
    inside = _inside(rows[block.top : block.bottom], block, block.right)
    places = {number: place for place, (number, _) in enumerate(rows)}
    own = [one for one in merged if block.left <= one.left and one.right < block.right]
    starts = [0, *_starts(inside, own), len(inside)]
    for start, end in pairwise(starts):
        last = places[inside[end - 1][0]]
        yield replace(block, top=places[inside[start][0]], bottom=last + 1)


def _starts(rows: list[Row], merged: Sequence[Merged]) -> list[int]:
    """Where a further table begins: its titles, or its header where it has none."""
    head = find_heading(rows[:_LOOK], merged)
    body, names, found = head.rows, [head.names], []
    place = body + 1
    while place < len(rows) - 1:
        below = _new_head(rows, body, place, names, merged)
        if below is None:
            place += 1
            continue
        found.append(place)
        names.append(below.names)
        body = place + below.rows
        place = body + 1
    return found


def _new_head(
    rows: list[Row], body: int, place: int, names: list[tuple[str, ...]], merged: Sequence[Merged]
) -> Heading | None:
    """The head that begins at a place, or None: after a gap or under a title, with words over what were numbers."""
    gap = rows[place][0] > rows[place - 1][0] + 1
    titled = len({strip(cell) for cell in rows[place][1]} - {""}) == 1 and _is_title(rows[place][1])
    if not gap and not titled and not _is_alike(rows[place][1], names):
        return None
    head = find_heading(rows[place : place + _LOOK], merged)
    at = place + head.above
    alike = head.names not in names and at < len(rows) and _is_alike(rows[at][1], names)
    if head.above > _BANNERS or at + len(head.header_rows) >= len(rows) or not (gap or head.above or alike):
        return None
    words = [(column, text) for column, cell in enumerate(rows[at][1]) if (text := strip(cell))]
    if len(words) < 2 or len({text for _, text in words}) < len(words):
        return None
    if any(is_number(text) or null_kind(text) or len(text) > _LONGEST for _, text in words):
        return None
    again = head.names in names and head.above > 0
    if again and all(_goes_on(cells, rows[:place]) for _, cells in rows[place:at]):
        return None  # a page more of the same table
    label = any(_LABEL.match(cell) or is_unit(cell) for _, cells in rows[place:at] for cell in cells if strip(cell))
    columns = [column for column, _ in words]
    turned = _hold_numbers(rows[body:place], columns) and _hold_numbers(rows[place + head.rows :][:_LOOK], columns)
    return head if again or label or turned or alike else None


def _is_alike(cells: list[str], names: list[tuple[str, ...]]) -> bool:
    """Whether most cells of a row are the names of a table above: much the same header, for further rows."""
    if all(frozenset(one).isdisjoint(cells) for one in names):
        return False
    words = [tidy(cell) for cell in cells if strip(cell)]
    alike = max(sum(word in one for word in words) for one in names)
    return len(words) >= _LEAST_NAMES and alike >= _ALIKE * len(words)


def _goes_on(cells: list[str], before: list[Row]) -> bool:
    """Whether a row over a header that comes again begins nothing new: `续表一`, the unit, or the title again."""
    words = [text for cell in cells if (text := strip(cell))]
    return all(re.match(GOES_ON, word) or is_unit(word) for word in words) or any(cells == row for _, row in before)


def _is_title(cells: list[str]) -> bool:
    text = next(strip(cell) for cell in cells if strip(cell))
    return bool(_LABEL.match(text) or _COUNTED.match(text)) or text.endswith(
        ("表", "情况", "情況", "清单", "清單", "统计", "一览")
    )


def _hold_numbers(body: list[Row], columns: list[int]) -> bool:
    """Whether one of the columns holds mostly numbers."""
    for column in columns:
        texts = [text for _, cells in body if (text := strip(cells[column])) and null_kind(text) is None]
        if texts and sum(map(is_number, texts)) >= _NUMERIC * len(texts):
            return True
    return False
