"""Tables that lie on their side: fields are named in the columns on the left, and each further one is a record.

宗地编号         | 2023-01  | 2023-02
规划指标 | 容积率 | 1.0-1.5 | ≤2.0
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.crossings import AMONG, are_heads, find_parts, is_caption
from ingest.families import DeclaredSchema
from ingest.findings import INFO, WARNING, a1
from ingest.form_blocks import At, plain_label
from ingest.gather import Gather, Place
from ingest.headers import JOIN, fold, split_unit
from ingest.headings import tidy
from ingest.nulls import strip
from ingest.origins import ReshapedSheet
from ingest.periods import find_period
from ingest.raw import RawSheet, RawWriter, first_rows
from ingest.records import SERIAL, Records
from ingest.regions import is_place
from ingest.row_words import NOTE, matching_total
from ingest.signatures import is_signature
from ingest.tables import Found, Rest, Total, make_found
from ingest.units import find_unit

_MOST = 2_000  # rows of a sheet that may lie on its side
_FIELDS = 3  # of a schema, one under the other
_VALUES = 2  # cells that a column of a record holds at least
_HEAD = re.compile(r"(?:项目|指标|名称|内容|类别|栏目|要素|事项|字段|信息项|地块|宗地|债券|序号|编号)?(?:名称|内容)?")
_COUNTED = re.compile(
    r"(?:第?(?:宗地|地块|债券|项目|序号)?[\d一二三四五六七八九十]{1,3}(?:号?(?:宗地|地块|债券|项目)?|[期宗])?)"
)
_MEASURE = re.compile(r"面积|[金价数]额?$|[占比][比重例]|值$|增[减长幅]|完成|执行")
_AREA = re.compile(r"(?:[市城新老]|主城|中心城)区|[全本]?[市县区]?本级|.*(?:开发区|新区|高新区|经开区|园区|示范区)")
_ASIDE = re.compile(r"备注|说明|[计单]量?单?位|單位|備註|說明")

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Turned:
    """A table on its side: the row (by place) in which it begins, its columns of labels, and those of a record each."""

    top: int
    labels: int
    columns: tuple[int, ...]
    sums: tuple[int, ...] = ()  # columns of sums
    units: int | None = None  # the column of units
    named: int | None = None  # the row (by place) that only names the records
    parts: tuple[int, ...] = ()  # columns of what the row of sums says of one part each (`其中：增量`)
    crossing: frozenset[str] = frozenset()  # labels of that row
    heads: tuple[str, ...] = ()  # over the columns


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


def find_turned(schema: DeclaredSchema, mapping: Mapping[str, str | None], rows: Sequence[Row]) -> Turned | None:
    """Where the rows name the schema's fields one under the other, with the cells of several records beside."""
    names = Records(schema, mapping).names
    own = {place: cells for place, (_, cells) in enumerate(rows) if not is_caption(rows, place)}
    hits = {place: hit for place, cells in own.items() if (hit := _leading(cells, names)) is not None}
    if len({names[plain_label(rows[place][1][at])] for place, at in hits.items()}) < _FIELDS:
        return None
    top, labels = min(hits), max(hits.values()) + 1
    beside = [place for place in hits if any(plain_label(cell) in names for cell in rows[place][1][labels:] if cell)]
    several = [place for place, (_, cells) in enumerate(rows[top:], top) if sum(map(bool, cells[labels:])) > 1]
    if len(beside) * 4 > len(hits) or len(hits) * 2 < len(several):
        return None
    filled = {at: sum(bool(rows[place][1][at]) for place in hits) for at in range(labels, len(rows[top][1]))}
    columns = [at for at, count in filled.items() if count >= _VALUES and count * 3 >= len(hits)]
    return _settled(rows, top, labels, columns, names)


def _leading(cells: Sequence[str], names: Mapping[str, str]) -> int | None:
    """The column of a label of the schema that leads a row, a serial number or one text above it apart."""
    if not any(plain_label(cell) in names for cell in cells[:1]) and are_heads(cells, names):
        return None
    lead = [at for at, cell in enumerate(cells) if cell and not SERIAL.fullmatch(cell)]
    distinct = [at for place, at in enumerate(lead) if not place or cells[at] != cells[lead[place - 1]]]
    likely = [at for at in distinct[:2] if at == distinct[0] or not matching_total(cells[at])]
    return next((_last_same(cells, at) for at in likely if plain_label(cells[at]) in names), None)


def _last_same(cells: Sequence[str], at: int) -> int:
    """The last cell of one that is merged across."""
    while at + 1 < len(cells) and cells[at + 1] == cells[at]:
        at += 1
    return at


def _settled(rows: Sequence[Row], top: int, labels: int, columns: list[int], names: Mapping[str, str]) -> Turned | None:
    """With what the row above says of the columns; None where it says that they are measures of one record."""
    named = _head_over(rows, top, labels, columns)
    heads = rows[named][1] if named is not None else []
    texts = {at: fold(heads[at]) if heads else "" for at in columns}
    firsts = {at: rows[top][1][at] for at in columns}
    sums = tuple(at for at in columns if matching_total(texts[at]) or matching_total(firsts[at]))
    units = next((at for at in columns if _are_units(rows[top:], at)), None)
    aside = {at for at in columns if _ASIDE.fullmatch(texts[at])} | {units, *sums}
    kept = tuple(at for at in columns if at not in aside)
    parts, crossing = find_parts(heads, kept, names)
    kept = tuple(at for at in kept if at not in parts)
    if len(kept) + bool(parts) < 2 or any(
        split_unit(heads[at])[1] or _MEASURE.search(texts[at]) for at in kept if heads
    ):
        return None
    return Turned(top if named is None else named, labels, kept, sums, units, named, parts, crossing, tuple(heads))


def _head_over(rows: Sequence[Row], top: int, labels: int, columns: Sequence[int]) -> int | None:
    """The row (by place) that only says which record or what else each column is: over the first label, or that one."""
    words = [fold(rows[top][1][at]) for at in columns if rows[top][1][at]]
    aside = [word for word in words if matching_total(word) or _ASIDE.fullmatch(word)]
    if _is_head(rows[top][1][:labels]) and (aside or all(map(_COUNTED.fullmatch, words))):
        return top
    over = rows[top - 1][1] if top else []
    named = over and sum(bool(over[at]) for at in columns) > 1 and len(set(over)) > 2
    return top - 1 if named else None


def _is_head(cells: Sequence[str]) -> bool:
    words = dict.fromkeys(re.sub(r"[/\\\s]", "", fold(cell)) for cell in cells if cell)
    return all(_HEAD.fullmatch(word) for word in words)


def _are_units(rows: Sequence[Row], at: int) -> bool:
    texts = [cells[at] for _, cells in rows if cells[at]]
    units = [text for text in texts if find_unit(text.strip("()（）"))]
    return len(units) > 1 and len(units) >= len(texts) - 1


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
    unit = cells[turned.units] if turned.units is not None else ""
    return f"{label}（{unit.strip('()（）')}）" if label and unit and not split_unit(label)[1] else label


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
        made.headers.append(AMONG.sub("", turned.heads[at]))
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
