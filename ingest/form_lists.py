"""Forms' contents as lists: the names that a form has as labels stand side by side, and below each project its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.findings import WARNING, Refused
from ingest.form_blocks import At, find_form_unit, plain_label
from ingest.form_groups import Groups, are_projects, find_groups, find_over, mixed_columns, parted, raised, untangled
from ingest.form_heads import Header, Row, find_header, is_between, unit_heads
from ingest.form_labels import Told
from ingest.forms import FormReading
from ingest.gather import Place
from ingest.headers import fold
from ingest.headings import is_unit
from ingest.melt_texts import is_figure
from ingest.told import spoken_body

_ABOVE = 5  # rows above a list that may tell its year and its unit
_NAMES = 3  # of a record, side by side: the head of a list
_DEPTH = 3  # rows of a head
_CLOSES = re.compile(r"(?:注|说明|备注|填表说明|填报人|填表人|单位负责人)(?:[:：]|$)")
_TITLE = re.compile(r".*表(?:\(.*\))?|\(?(?:19|20)\d{2}年度?\)?|附[件表]\d*")  # of the next page
_SUM = re.compile(r"(?:.{0,12}[^、.．])?[合小总]\s*计[:：]?")


@dataclass(frozen=True)
class FormList:
    """A list under the rows `top` to `at` (by place): the columns of a record's fields, and the table inside it.

    `over` is the field of the rows that name a unit over its projects in the column of these.
    """

    top: int
    at: int
    columns: dict[str, int]
    header: Header | None
    over: str | None = None

    @property
    def size(self) -> int:
        """How many columns its head names."""
        return len(self.columns) + (self.header.size if self.header else 0)

    @property
    def inside(self) -> set[int]:
        """The columns of the table inside."""
        return {at for group in self.header.groups for at in group.values()} if self.header else set()


@dataclass(frozen=True)
class Page:
    """A list that was read: what lines above it and its last row of a unit tell goes on under the same head."""

    one: FormList
    lines: Told
    over: Told

    def tells(self, one: FormList, lines: Told) -> Told:
        """What it tells of the next list of the sheet: nothing where that has another head or other lines above."""
        same = (one.columns, one.over) == (self.one.columns, self.one.over)
        known = {name: text for name, (text, _) in self.lines.items()}
        return self.over if same and all(known.get(name) == text for name, (text, _) in lines.items()) else {}


def read_sheet(reading: FormReading) -> None:
    """Add the rows of all lists of a sheet, and of the forms above the first. Raises Refused where there are none."""
    lists = list(_iter_lists(reading))
    ends = [*(one.top for one in lists[1:]), len(reading.rows)]
    page: Page | None = None
    refused: list[Refused] = []
    for one, end in zip(lists, ends, strict=False):
        try:
            page = _read_list(reading, one, end, page)
        except Refused as untold:
            refused.append(untold)
    reading.run(lists[0].top if lists else len(reading.rows))
    if refused and len(refused) == len(lists):
        raise refused[0]
    reading.gather.take(tuple(one.finding for one in refused))


def _iter_lists(reading: FormReading) -> Iterator[FormList]:
    """The lists of a sheet. Their names may take several rows: `绩效指标` over those of the table inside."""
    at = 0
    while at < len(reading.rows):
        one = None if reading.others.over(at) else _list_at(reading, at)
        if one is not None:
            yield one
        at = one.at + 1 if one is not None else at + 1


def _list_at(reading: FormReading, top: int) -> FormList | None:
    """The list whose head begins in a row: of as many rows as name most of its columns."""
    best: FormList | None = None
    for depth in range(1, _DEPTH + 1):
        last = top + depth - 1
        if last >= len(reading.rows) or (depth > 1 and not reading.goes_on(last - 1)):
            break
        one = _headed(reading, top, last)
        if one is not None and (best is None or one.size > best.size):
            best = one
    return best


def _headed(reading: FormReading, top: int, last: int) -> FormList | None:
    rows = [cells for _, cells in reading.rows[top : last + 1]]
    names, link = reading.names[reading.form.record], reading.form.link
    cells, over = reading.overlaid(top, last), ""
    if reading.form.over:
        cells, over = untangled(cells, names, link)
    # The sums of a form, which have labels, are the record's own in a list.
    inside = [one for one in reading.inside if one[0].label is None]
    header = find_header(inside, link, cells)
    columns = _columns(reading, cells, header)
    at = columns.get(link)
    if at is None or (header is None and columns.keys().isdisjoint(reading.schema.telling)):
        return None
    if len(rows) > 1 and any(row[at] for row in rows[1:]) and rows[0][at]:
        return None  # a form: another label stands below its first
    if len(columns) < (_NAMES if header is None else 1):
        return None
    field = find_over(over, names, link, columns, reading.form.over[-1]) if over else None
    return FormList(top, last, columns, header, field)


def _columns(reading: FormReading, cells: list[str], inside: Header | None) -> dict[str, int]:
    """The columns of a row of names; none where a value stands beside the record's label, as in a form.

    `inside` is the header of the table inside: in a list it is on the right of all of them.
    """
    apart = sorted({at for group in inside.groups for at in group.values()}) if inside else []
    columns = reading.names[reading.form.record].columns(cells, apart)
    start = columns.get(reading.form.link)
    if start is None:
        return {}
    beside = next((cell for cell in cells[start + 1 :] if cell and plain_label(cell) != plain_label(cells[start])), "")
    named = any(names.meant(beside) for names in reading.names.values())
    beyond = inside is not None and max(columns.values()) < apart[0]
    return columns if named or len(columns) > _NAMES or beyond else {}


def _read_list(reading: FormReading, one: FormList, end: int, before: Page | None) -> Page:
    """Add a record where the project changes, and the rows of the table inside, down to the row `end` (by place)."""
    link, first = reading.form.link, max(0, one.at - _ABOVE)
    reading.unit = find_form_unit(reading.rows[first : one.at + 1])
    links, held, lines = dict[int, tuple[str, tuple[int, int]]](), Told(), reading.labels.over(first, one.top)
    at, body = one.columns[link], list(_body(reading, one, end))
    heads, names = reading.overlaid(one.top, one.at), reading.names[reading.form.record]
    in_units = unit_heads([cells for _, cells in reading.rows[one.top : one.at + 1]])
    titled = _titled(reading.rows[first : one.top])
    lines, columns = parted(lines, one.columns, heads, names, reading.form.over, body, titled)
    one = replace(one, columns=columns)
    known = before.tells(one, lines) if before and one.over else {}
    groups = _groups(reading, one, body, goes_on=one.over in known)
    units = {cells[at] for number, cells in body if number in groups.units}
    over = {**raised(lines, one.over, reading.form.over, units), **known}
    for number, cells in body:
        if one.over and number in groups.units | groups.unsure:
            over, held = {**over, one.over: (cells[at], (number, at))}, Told()
            if number in groups.unsure:
                over.pop(one.over)
            continue
        told = reading.told(names, one.columns, in_units, (number, cells))
        if link in told and told[link][0] != held.get(link, ("",))[0]:
            # What stands on the left of the project's name (its unit) may go on from the project before.
            held = {**_left(one, held, link), **told}
            if "year" not in over:
                held.setdefault("year", reading.year(one.top, max(0, one.top - _ABOVE)))
            reading.add(reading.form.record, number, {**over, **held})
        elif _sums_up(reading, one, cells, told, held):
            codes = [name for name, field in reading.names[reading.form.record].fields.items() if link in field.source]
            held = {name: text for name, text in _left(one, told, link).items() if name not in codes}
        if link in held:
            links[number] = held[link]
    header = one.header
    for number, inside in reading.body(one.at, len(reading.rows), header, {}) if header else ():
        if header and number in links:
            reading.add(header.table.name, number, {**inside, link: links[number]})
    return Page(one, lines, over)


def _titled(rows: Sequence[Row]) -> tuple[str, At] | None:
    """The one body that titles above a list speak of, and where."""
    found = {
        name: (number, at) for number, cells in rows for at, cell in enumerate(cells) if (name := spoken_body(cell))
    }
    return next(iter(found.items())) if len(found) == 1 else None


def _left(one: FormList, told: Told, link: str) -> Told:
    """What stands on the left of the project's name."""
    return {name: text for name, text in told.items() if one.columns.get(name, 0) < one.columns[link]}


def _sums_up(reading: FormReading, one: FormList, cells: list[str], told: Told, held: Told) -> bool:
    """Whether a row has sums of money of another unit than the project before, and neither project nor indicator."""
    fields, link = reading.names[reading.form.record].fields, reading.form.link
    named = [name for name in _left(one, told, link) if name in reading.form.over]
    others = any(told[name][0] != held.get(name, ("",))[0] for name in named)
    money = any(fields[name].unit == "CNY" for name in told)
    return link not in told and others and money and not any(cells[at] for at in one.inside)


def _groups(reading: FormReading, one: FormList, body: list[Row], *, goes_on: bool) -> Groups:
    """The rows that name units over their projects; what nothing proves to be either is left out and told.

    Raises Refused where nothing tells any of them, and the list does not go on from one that did.
    """
    if one.over is None:
        return Groups(set(), set())
    heads = reading.overlaid(one.top, one.at)
    names, link = reading.names[reading.form.record], reading.form.link
    mixed = mixed_columns(names, link, one.columns, one.inside, heads)
    groups = find_groups(mixed, body)
    at, sheet = one.columns[link], reading.sheet
    told = goes_on or groups.units | groups.unsure or are_projects(heads[at], mixed, body)
    if not told and any(cells[at] for _, cells in body):
        raise Refused(
            "units_not_told",
            sheet=sheet.name,
            row=reading.rows[one.at][0],
            header=heads[at],
        )
    for number, cells in body:
        for place, text in enumerate(cells[at + 1 :], at + 1) if number in groups.unsure else ():
            if is_figure(text):
                where = Place(sheet.name, number, None, place + 1, sheet.grid, text)
                reading.gather.add(WARNING, "figure_unplaced", where, label=cells[at][:60])
    return groups


def _body(reading: FormReading, one: FormList, end: int) -> Iterator[tuple[int, list[str]]]:
    """The rows of a list without its sums, down to its notes; after a sum, only those with as many names as a head.

    Those of units too, where such a row follows.
    """
    link, least, summed = one.columns[reading.form.link], min(_NAMES, len(one.columns)), False
    full = {
        place
        for place, (_, cells) in enumerate(reading.rows[:end])
        if place > one.at and len({cells[at] for at in one.columns.values()} - {""}) >= least
    }
    last = max(full, default=0) if one.over else 0
    head, begun = reading.overlaid(one.top, one.at), False
    for place, (number, cells) in enumerate(reading.rows[one.at + 1 : end], one.at + 1):
        begun = begun or not is_between(head, cells, reading.rows[place + 1 : end])
        lead = next((cell for cell in cells if cell), "")
        if _CLOSES.match(fold(lead)):
            return
        if sum(map(bool, cells)) == 1 and (_TITLE.fullmatch(fold(lead)) or is_unit(lead)):
            continue
        if any(map(_SUM.fullmatch, (lead, *cells[:3], cells[link]))):
            summed = True
        elif begun and (not summed or not cells[link] or place in full or place < last):
            yield number, cells
