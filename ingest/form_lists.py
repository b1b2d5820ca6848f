"""Forms' contents as lists: the names that a form has as labels stand side by side, and below each project its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.form_blocks import At, find_form_unit, plain_label, spellings_of
from ingest.form_heads import Header
from ingest.forms import FormReading
from ingest.headers import fold

_ABOVE = 5  # rows above a list that may tell its year and its unit
_NAMES = 3  # of a record, side by side: the head of a list
_CLOSES = re.compile(r"(?:注|说明|备注|填表说明|填报人|填表人|单位负责人)(?:[:：]|$)")
_SUM = re.compile(r"(?:.{0,12}[^、.．])?[合小总]\s*计[:：]?")

Told = dict[str, tuple[str, At]]


@dataclass(frozen=True)
class FormList:
    """A list under the rows `top` to `at` (by place): the columns of a record's fields, and the table inside it."""

    top: int
    at: int
    columns: dict[str, int]
    header: Header | None


def read_sheet(reading: FormReading) -> None:
    """Add the rows of all lists of a sheet, and of the forms above the first. Raises Refused where there are none."""
    lists = list(_iter_lists(reading))
    ends = [*(one.top for one in lists[1:]), len(reading.rows)]
    for one, end in zip(lists, ends, strict=False):
        _read_list(reading, one, end)
    reading.run(lists[0].top if lists else len(reading.rows))


def _iter_lists(reading: FormReading) -> Iterator[FormList]:
    """The lists of a sheet. Their names may take two rows: `绩效指标` over those of the table inside."""
    link = reading.form.link
    headers = [reading.header(cells) for _, cells in reading.rows]
    for at, (_, cells) in enumerate(reading.rows):
        header, columns = headers[at], _columns(reading, cells, headers[at])
        if header is None and any(headers[at + 1 : at + 2]):
            continue  # the upper row of two
        top, least = at, _NAMES if header is None else 1
        if link not in columns and header and at:
            top, columns, least = at - 1, _columns(reading, reading.rows[at - 1][1], header), 2
        if link in columns and len(columns) >= least:
            yield FormList(top, at, columns, header)


def _columns(reading: FormReading, cells: list[str], inside: Header | None = None) -> dict[str, int]:
    """The columns of a row of names; none where a value stands beside the record's label, as in a form.

    `inside` is the header of the table inside, in this row or the next: in a list it is on the right of all of them.
    """
    labels = [
        (reading.labels[word].name, at)
        for at, cell in enumerate(cells)
        if (word := plain_label(cell)) in reading.labels
    ]
    columns = dict(reversed(labels))
    start = columns.get(reading.form.link)
    if start is None:
        return {}
    beside = next((cell for cell in cells[start + 1 :] if cell and cell != cells[start]), "")
    names = {
        plain_label(head) for one in reading.tables.values() for field in one.fields for head in spellings_of(field)
    }
    beyond = inside is not None and max(columns.values()) < min(at for group in inside.groups for at in group.values())
    return columns if plain_label(beside) in names or len(columns) > _NAMES or beyond else {}


def _read_list(reading: FormReading, one: FormList, end: int) -> None:
    """Add a record where the project changes, and the rows of the table inside, down to the row `end` (by place)."""
    link, first = reading.form.link, max(0, one.at - _ABOVE)
    reading.unit = find_form_unit(reading.rows[first : one.at + 1])
    links, held, over = dict[int, tuple[str, At]](), Told(), reading.over(first, one.top)
    for number, cells in _body(reading, one, end):
        told = {name: (cells[at], (number, at)) for name, at in one.columns.items() if cells[at]}
        if link in told and told[link][0] != held.get(link, ("",))[0]:
            # What stands on the left of the project's name (its unit) may go on from the project before.
            left = {name: text for name, text in held.items() if one.columns.get(name, 0) < one.columns[link]}
            held = {**left, **told}
            held.setdefault("year", reading.year(one.at, first))
            reading.add(reading.form.record, number, {**over, **held})
        if link in held:
            links[number] = held[link]
    if one.header is None or one.header.table.label is not None:
        return
    for number, inside in reading.body(one.at, len(reading.rows), one.header, {}):
        if number in links:
            reading.add(one.header.table.name, number, {**inside, link: links[number]})


def _body(reading: FormReading, one: FormList, end: int) -> Iterator[tuple[int, list[str]]]:
    """The rows of a list without its sums, down to its notes; after a sum, only those with as many names as a head."""
    link, least, summed = one.columns[reading.form.link], min(_NAMES, len(one.columns)), False
    for number, cells in reading.rows[one.at + 1 : end]:
        lead = next((cell for cell in cells if cell), "")
        if _CLOSES.match(fold(lead)):
            return
        if any(map(_SUM.fullmatch, (lead, *cells[:3], cells[link]))):
            summed = True
        elif not summed or not cells[link] or len({cells[at] for at in one.columns.values()} - {""}) >= least:
            yield number, cells
