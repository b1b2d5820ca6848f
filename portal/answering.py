"""The answer card: one cell of a published, open release that a question means, in a sentence with its source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.errors import PortalError
from catalog.messages import say
from catalog.models import Dataset, Release
from catalog.rows.engine import read_page
from catalog.rows.query import parse_query
from catalog.schema import Table, tables_from
from portal.context import House
from search.answers import MOST_CANDIDATES, Cell, Wanted, find_wanted, key_of, meant, nearest_period, written
from search.models import RowValue
from search.tokens import fold, letters_of
from search.units import Question

MOST_RELEASES = 12  # of one dataset that are looked into, the newest first
MOST_CELLS = 200
HUNDRED_MILLION = Decimal(10**8)
SENTENCES = ("answer_cell", "answer_plan", "answer_named", "answer_named_year")  # one for each schema, see answers.toml
UNITS = {"person": "人", "m2": "平方米", "year": "年", "CNY/m2": "元/平方米", "percent": "%", "index": "", "CNY": "元"}


@dataclass(frozen=True)
class Found:
    """Cells of one table that are meant, in the period that was asked for or in the nearest one."""

    dataset: Dataset
    release: Release
    table: Table
    cells: Sequence[Cell]
    period: str


def answers(house: House, opened: Session, question: Question, text: str, language: str) -> list[dict[str, Any]]:
    """One answer where one cell is meant, two or three without a number where the words leave so many; else none.

    `text` is the question as it was written.
    """
    wanted = find_wanted(question, text)
    by_date = [one for one in wanted if one.dated]
    for together in (*([one] for one in wanted if not one.dated), by_date):
        cells = [cell for one in together for cell in _meant(house, opened, one)]
        if by_date is together:  # a parcel may stand in the deals and in the results
            cells = list({key_of(_place(one[-1], one[0])): one for one in reversed(cells)}.values())
        if 1 <= len(cells) <= MOST_CANDIDATES:
            return [_answer(*one, language, alone=len(cells) == 1) for one in cells]
    return []


def _meant(house: House, opened: Session, wanted: Wanted) -> list[tuple[Wanted, Found, Cell]]:
    """The cells of the period that was asked for; where there are none, the only one of the nearest period."""
    asked = _asked(wanted)
    found = [one for one in _published(house, opened, wanted, asked) if one.cells]
    periods = [one.period for one in found]
    period = asked if asked in periods else max(periods, default=asked)
    cells = [(wanted, one, cell) for one in found if one.period == period for cell in one.cells]
    return cells if period == asked or len(cells) == 1 else []


def _asked(wanted: Wanted) -> str:
    return written(wanted.period) if wanted.period else ""


def _published(house: House, opened: Session, wanted: Wanted, asked: str) -> Iterator[Found]:
    """For each dataset of the schema, the newest release that has the period, else the nearest one."""
    public = Dataset.state == "published", Dataset.access == "open", Dataset.schema == wanted.schema
    for dataset in opened.scalars(select(Dataset).where(*public).order_by(Dataset.id)):
        kept = select(Release).where(Release.dataset_id == dataset.id, Release.state == "published")
        releases = opened.scalars(kept.order_by(Release.number.desc()).limit(MOST_RELEASES)).all()
        read = [one for release in releases for one in _of_release(house, opened, dataset, release, wanted, asked)]
        best = [one for one in read if one.period == asked] or sorted(read, key=lambda one: one.period, reverse=True)
        yield from best[:1]


def _of_release(
    house: House, opened: Session, dataset: Dataset, release: Release, wanted: Wanted, asked: str
) -> Iterator[Found]:
    for table in tables_from(release.tables):
        if not _fits(table, wanted):
            continue
        try:
            cells = _dated(house, table, wanted) if wanted.dated else _cells(house, opened, release, table, wanted)
        except PortalError:  # a file that is away, a column that this release lacks
            continue
        periods = {_period(cell, wanted) for cell in cells}
        period = asked if asked in periods or wanted.dated else nearest_period(asked, periods)
        if period is not None:
            of_then = [one for one in cells if wanted.dated or _period(one, wanted) == period]
            kept = [one for one in of_then if one.get(wanted.value) is not None]
            yield Found(dataset, release, table, meant(wanted, kept), period)


def _fits(table: Table, wanted: Wanted) -> bool:
    names = {field.name for field in table.fields}
    timed = not wanted.period_field or wanted.period_field in names
    return timed and wanted.value in names and (not wanted.named or bool(names.intersection(wanted.named)))


def _period(cell: Cell, wanted: Wanted) -> str:
    return str(cell.get(wanted.period_field)) if wanted.period_field else ""


def _cells(house: House, opened: Session, release: Release, table: Table, wanted: Wanted) -> list[Cell]:
    """The rows of the place or the name, and of the measure, of whatever period."""
    found: dict[int, Cell] = {}
    for field, values in _alternatives(opened, release, table, wanted):
        kept = ",".join(value.replace(",", "\\,") for value in values)
        found |= {cell["_row"]: cell for cell in _read(house, table, wanted, [(f"{field}__in", kept)])}
    return list(found.values())


def _dated(house: House, table: Table, wanted: Wanted) -> list[Cell]:
    """The rows of the place with a date in the period; none where there are too many, or rows without a date."""
    first, last = (day.isoformat() for day in wanted.period.days) if wanted.period else ("", "")
    place = [("region__in", ",".join(wanted.codes))]
    for field in [one.name for one in table.fields if one.name in wanted.dated]:
        if not _read(house, table, wanted, [*place, (f"{field}__isnull", "true")]):
            cells = _read(house, table, wanted, [*place, (f"{field}__gte", first), (f"{field}__lte", last)])
            return cells if len(cells) <= MOST_CANDIDATES else []
    return []


def _read(house: House, table: Table, wanted: Wanted, conditions: Sequence[tuple[str, str]]) -> list[Cell]:
    """Rows with those columns that an answer needs."""
    names = [field.name for field in table.fields]
    sought = dict.fromkeys(
        (wanted.period_field, wanted.value, "unit", *wanted.named, *wanted.dimensions, *wanted.fixed)
    )
    columns = [name for name in sought if name in names]
    params = [("select", ",".join(columns)), *conditions, *wanted.where.items(), ("limit", str(MOST_CELLS))]
    page = read_page(house.rows_of(table), parse_query(params, table))
    return [dict(zip(("_row", *columns), row, strict=True)) for row in page.rows]


def _alternatives(opened: Session, release: Release, table: Table, wanted: Wanted) -> list[tuple[str, Sequence[str]]]:
    """Columns and the values of which a row must have one."""
    names = [field.name for field in table.fields]
    if wanted.names:
        fields = [field for field in wanted.named if field in names]
        return [(field, (*wanted.names, *_spelled(opened, release, field, wanted))) for field in fields]
    return [("region", wanted.codes) if "region" in names else ("region_name", wanted.places)]


def _spelled(opened: Session, release: Release, field: str, wanted: Wanted) -> list[str]:
    """The values of a column that are one of the names but for blanks, brackets, width or script."""
    keys = [letters_of(fold(name)) for name in wanted.names]
    held = RowValue.dataset_id == release.dataset_id, RowValue.field == field, RowValue.key.in_(keys)
    values = opened.scalars(select(RowValue.value).where(*held))
    return [value for value in values if value not in wanted.names and key_of(value) in wanted.keys]


def _answer(wanted: Wanted, found: Found, cell: Cell, language: str, *, alone: bool) -> dict[str, Any]:
    asked = _asked(wanted)
    unit = cell.get("unit") or next((one.unit for one in found.table.fields if one.name == wanted.value), None)
    value, place = cell[wanted.value], _place(cell, wanted)
    told = {"place": place, "period": found.period, "what": _what(wanted, found.table, cell, language)}
    told |= {"source": found.dataset.title}
    if alone:
        sentence = say(wanted.sentence, value=_shown(value, unit, wanted), **told).text(language)
    else:
        sentence = say("answer_candidate" if wanted.period_field else "answer_candidate_named", **told).text(language)
    late = say("answer_not_yet", asked=asked, period=found.period).text(language) if found.period != asked else None
    return {
        "sentence": sentence,
        "value": value if alone else None,
        "unit": unit,
        "period": found.period or None,
        "dataset": found.dataset.slug,
        "release": found.release.number,
        "row": cell["_row"],
        "understood": {"place": place, "period": asked or None, "measure": wanted.titles[language], **wanted.said},
        "caveat": late,
    }


def _place(cell: Cell, wanted: Wanted) -> str:
    """The region, or the name that the row is told by, or both where the row is found by its date."""
    if not wanted.named:
        return wanted.places[0]
    named = [str(cell[name]) for name in wanted.named if cell.get(name)]
    if wanted.dated:
        return "".join([*wanted.places[:1], *named[:1]])
    return next(name for name in named if key_of(name) in wanted.keys)


def _what(wanted: Wanted, table: Table, cell: Cell, language: str) -> str:
    """The measure, and what else tells the cell from its neighbours."""
    codes = {field.name: field.codes or {} for field in table.fields}
    told = [
        codes.get(name, {}).get(value, {}).get(language, value)
        for name in wanted.dimensions
        if (value := cell.get(name)) is not None and value != wanted.otherwise.get(name)
    ]
    return "".join([*told, wanted.titles[language]]) if language != "en" else " ".join([*told, wanted.titles[language]])


def _shown(value: Any, unit: str | None, wanted: Wanted) -> str:
    number = Decimal(str(value))
    if wanted.money and abs(number) >= HUNDRED_MILLION:
        return f"{(number / HUNDRED_MILLION).normalize():f} 亿元"
    return f"{number.normalize():f} {UNITS.get(unit or '', unit or '')}".strip()
