"""Tables that lie on their side: fields are named in the columns on the left, and each further one is a record.

宗地编号         | 2023-01  | 2023-02
规划指标 | 容积率 | 1.0-1.5 | ≤2.0
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.crossings import AMONG, is_caption
from ingest.families import DeclaredSchema
from ingest.findings import INFO, WARNING, a1
from ingest.form_blocks import At, plain_label
from ingest.gather import Gather, Place
from ingest.headers import JOIN, split_unit
from ingest.headings import tidy
from ingest.nulls import strip
from ingest.origins import ReshapedSheet
from ingest.periods import find_period
from ingest.raw import RawSheet, RawWriter, first_rows
from ingest.records import SERIAL
from ingest.regions import is_place
from ingest.row_words import NOTE
from ingest.signatures import is_signature
from ingest.tables import Found, Rest, Total, make_found
from ingest.turned_shape import Row, Turned, find_turned

_MOST = 2_000  # rows of a sheet that may lie on its side
_AREA = re.compile(r"(?:[市城新老]|主城|中心城)区|[全本]?[市县区]?本级|.*(?:开发区|新区|高新区|经开区|园区|示范区)")


@dataclass
class Standing:
    """The same table upright: its headers, for each record its cells, and where they stood. `rest` is no data."""

    headers: list[str] = field(default_factory=list)
    records: list[dict[int, tuple[str, At]]] = field(default_factory=list)
    sums: list[dict[int, tuple[str, At]]] = field(default_factory=list)
    rest: Rest = field(default_factory=Rest)
    last: int = 0  # row of the sheet


def read_turned(
    schema: DeclaredSchema, mapping: Mapping[str, str | None], sheet: RawSheet, workdir: Path, gather: Gather
) -> tuple[ReshapedSheet, Found, Rest] | None:
    """The table of a sheet that lies on its side, upright; None where it does not."""
    rows = sheet_rows(sheet)
    turned = find_turned(schema, mapping, rows) if rows else None
    if turned is None:
        return None
    made = stand_up(schema, rows, turned)
    path, width, rows_from = workdir / f"turned-{sheet.path.stem}.arrow", len(made.headers), list[int]()
    moved = dict[tuple[int, int], At]()
    with RawWriter(path, width) as writer:
        for line, record in enumerate(made.records, start=1):
            first = next(iter(record.values()))[1]
            rows_from.append(first[0])
            moved |= {(line, at): record[at][1] if at in record else first for at in range(width)}
            writer.add(line, [record[at][0] if at in record else "" for at in range(width)])
    top = rows[turned.top][0]
    above = [row for place, row in enumerate(rows[: turned.top]) if not is_caption(rows, place)]
    found = make_found(tuple(made.headers), (top,), above)
    extent = f"{a1(top, 1)}:{a1(made.last, max(turned.columns) + 1)}"
    _tell(gather, sheet, rows, turned, len(made.records), top)
    upright = ReshapedSheet(
        path, width, len(rows_from), sheet.name, sheet.grid, rows_from=tuple(rows_from), moved=moved
    )
    made.rest.masks, made.rest.heads = [None], tuple(made.headers)
    return upright, _with_extent(found, extent), made.rest


def _with_extent(found: Found, extent: str) -> Found:
    return Found(**{**vars(found), "extent": extent})


def turned_headers(schema: DeclaredSchema, rows: Sequence[Row]) -> tuple[str, ...]:
    """The headers of a table on its side, by the rows of its sheet; none where it is not."""
    turned = find_turned(schema, {}, rows) if rows else None
    return tuple(stand_up(schema, rows, turned).headers) if turned else ()


def sheet_rows(sheet: RawSheet) -> list[Row]:
    """The rows of a sheet that are not blank, merged texts in all of their cells; none of a sheet that is too long."""
    if not sheet.grid or sheet.rows > _MOST:
        return []
    rows = {number: [strip(cell) for cell in cells] for number, cells in first_rows(sheet, _MOST)}
    for one in sheet.merged or ():
        for number in range(one.top, one.bottom + 1):
            if number in rows and one.top in rows:
                text = rows[one.top][one.left]
                rows[number][one.left : one.right + 1] = [text] * len(rows[number][one.left : one.right + 1])
    return [(number, cells) for number, cells in rows.items() if any(cells)]


def stand_up(schema: DeclaredSchema, rows: Sequence[Row], turned: Turned) -> Standing:
    """The records; where the first label comes again, further ones begin."""
    made, start = Standing(), ""
    block = list[tuple[int, list[str], str]]()
    for place, (number, cells) in enumerate(rows[turned.top :], turned.top):
        if _is_no_data(made.rest, number, cells):
            continue
        header = _header(schema, rows, place, turned)
        start = start or (header if place != turned.named else "")
        if header == start and any(one == header for _, _, one in block):
            _close(made, block, turned)
            block = []
        if header and any(cells[turned.labels :]):
            block.append((number, cells, header))
            made.last = number
    _close(made, block, turned)
    return made


def _is_no_data(rest: Rest, number: int, cells: Sequence[str]) -> bool:
    """Whether a row is a note or names who filled the table in."""
    words = list(dict.fromkeys(cell for cell in cells if cell))
    if is_signature(words) and len(words) < len(cells):
        rest.footers += 1
        return rest.leave(number, "footer")
    if len(words) < 3 and re.match(NOTE, words[0]):
        rest.notes.append(" ".join(words))
        return rest.leave(number, "note")
    return False


def _header(schema: DeclaredSchema, rows: Sequence[Row], place: int, turned: Turned) -> str:
    """What the field of a row is called, with its unit; of the row that names the records, what their names are."""
    cells = rows[place][1]
    if place == turned.named:
        return _named(schema, [cells[at] for at in turned.columns])
    words = [tidy(cell) for cell in cells[: turned.labels] if cell and not SERIAL.fullmatch(cell)]
    label = JOIN.join(dict.fromkeys(words))
    return _with_unit(label, cells[turned.units].strip("()（）") if turned.units is not None else turned.unit)


def _with_unit(label: str, unit: str) -> str:
    return f"{label}（{unit}）" if label and unit and not split_unit(label)[1] else label


def _named(schema: DeclaredSchema, names: Sequence[str]) -> str:
    """The field that the names of the records are of: regions or periods, or none."""
    kinds = {one.filled: one.title for one in schema.fields if one.filled}
    if any(map(is_place, names)) and all(is_place(name) or _AREA.fullmatch(name) for name in names):
        return kinds.get("region", "")
    return kinds.get("period", "") if all(find_period(name) for name in names) else ""


def _close(made: Standing, block: Sequence[tuple[int, list[str], str]], turned: Turned) -> None:
    """The records of one stretch of rows; a label that comes again in it is a column of its own."""
    places = list[int]()
    for header, again in _counted([header for _, _, header in block]):
        same = [at for at, known in enumerate(made.headers) if known == header]
        if again >= len(same):
            made.headers.append(header)
            same.append(len(made.headers) - 1)
        places.append(same[again])
    for columns, into in ((turned.columns, made.records), (turned.sums, made.sums)):
        for at in columns:
            record = {to: (cells[at], (number, at)) for to, (number, cells, _) in zip(places, block, strict=True)}
            if any(text for text, _ in record.values()):
                into.append(record)
    _add_parts(made, block, turned)
    for record in made.sums[len(made.rest.totals) :]:
        cells = tuple(record[at][0] if at in record else "" for at in range(len(made.headers)))
        made.rest.totals.append(Total(next(iter(record.values()))[1][0], cells))


def _add_parts(made: Standing, block: Sequence[tuple[int, list[str], str]], turned: Turned) -> None:
    """To the record, what the row of sums says of its parts."""
    across = next(((number, cells) for number, cells, label in block if plain_label(label) in turned.crossing), None)
    for at in turned.parts if made.records else ():
        if across is None:
            break
        made.headers.append(_with_unit(AMONG.sub("", turned.heads[at]), turned.unit))
        made.records[-1][len(made.headers) - 1] = across[1][at], (across[0], at)


def _counted(headers: Sequence[str]) -> Iterator[tuple[str, int]]:
    for at, header in enumerate(headers):
        yield header, list(headers[:at]).count(header)


def _tell(gather: Gather, sheet: RawSheet, rows: Sequence[Row], turned: Turned, count: int, top: int) -> None:
    """Say that the table was turned, and which cells stand in no record."""
    gather.add(INFO, "table_turned", Place(sheet.name, top), count=count)
    known = {*turned.columns, *turned.sums, turned.units}
    for number, cells in rows[turned.top :]:
        for at, cell in enumerate(cells[turned.labels :], turned.labels):
            if cell and at not in known and cell != cells[at - 1]:
                where = Place(sheet.name, number, cells[turned.labels - 1], at + 1, sheet.grid, cell)
                gather.add(WARNING, "cell_beside_records", where)
