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
from search.answers import MOST_CANDIDATES, Cell, Wanted, find_wanted, meant, nearest_period, written
from search.units import Question

MOST_RELEASES = 12  # of one dataset that are looked into, the newest first
MOST_CELLS = 200
HUNDRED_MILLION = Decimal(10**8)
UNITS = {"CNY/m2": "元/平方米", "percent": "%", "index": "", "CNY": "元"}


@dataclass(frozen=True)
class Found:
    """Cells of one table that are meant, in the period that was asked for or in the nearest one."""

    dataset: Dataset
    release: Release
    table: Table
    cells: Sequence[Cell]
    period: str


def answers(house: House, opened: Session, question: Question, language: str) -> list[dict[str, Any]]:
    """One answer where one cell is meant, two or three without a number where the words leave so many; else none."""
    for wanted in find_wanted(question):
        asked = written(wanted.period)
        found = [one for one in _published(house, opened, wanted, asked) if one.cells]
        exact = [one for one in found if one.period == asked]
        pairs = [(one, cell) for one in exact or found[:1] for cell in one.cells]
        if 1 <= len(pairs) <= MOST_CANDIDATES and (exact or len(pairs) == 1):
            alone = len(pairs) == 1
            return [_answer(wanted, one, cell, asked, language, alone=alone) for one, cell in pairs]
    return []


def _published(house: House, opened: Session, wanted: Wanted, asked: str) -> Iterator[Found]:
    """For each dataset of the schema, the newest release that has the period, else the nearest one."""
    public = Dataset.state == "published", Dataset.access == "open", Dataset.schema == wanted.schema
    for dataset in opened.scalars(select(Dataset).where(*public).order_by(Dataset.id)):
        kept = select(Release).where(Release.dataset_id == dataset.id, Release.state == "published")
        releases = opened.scalars(kept.order_by(Release.number.desc()).limit(MOST_RELEASES)).all()
        read = [one for release in releases for one in _of_release(house, dataset, release, wanted, asked)]
        best = [one for one in read if one.period == asked] or sorted(read, key=lambda one: one.period, reverse=True)
        yield from best[:1]


def _of_release(house: House, dataset: Dataset, release: Release, wanted: Wanted, asked: str) -> Iterator[Found]:
    for table in tables_from(release.tables):
        try:
            cells = _cells(house, table, wanted)
        except PortalError:  # a file that is away, a column that this release lacks
            continue
        periods = {str(cell.get("period")) for cell in cells}
        period = asked if asked in periods else nearest_period(asked, periods)
        if period is not None:
            yield Found(
                dataset, release, table, meant(wanted, [one for one in cells if one["period"] == period]), period
            )


def _cells(house: House, table: Table, wanted: Wanted) -> list[Cell]:
    """The rows of the place and measure, of whatever period."""
    names = {field.name for field in table.fields}
    wanted_names = [name for name in ("period", "value", "unit", *wanted.dimensions, *wanted.fixed) if name in names]
    place = (
        ("region__in", ",".join(wanted.codes)) if "region" in names else ("region_name__in", ",".join(wanted.places))
    )
    params = [("select", ",".join(wanted_names)), place, *wanted.where.items(), ("limit", str(MOST_CELLS))]
    page = read_page(house.rows_of(table), parse_query(params, table))
    return [dict(zip(("_row", *wanted_names), row, strict=True)) for row in page.rows]


def _answer(wanted: Wanted, found: Found, cell: Cell, asked: str, language: str, *, alone: bool) -> dict[str, Any]:
    unit = cell.get("unit") or next((one.unit for one in found.table.fields if one.name == "value"), None)
    told = {"place": wanted.places[0], "period": found.period, "what": _what(wanted, found.table, cell, language)}
    told |= {"source": found.dataset.title}
    if alone:
        sentence = say("answer_cell", value=_shown(cell["value"], unit, wanted), **told).text(language)
    else:
        sentence = say("answer_candidate", **told).text(language)
    late = say("answer_not_yet", asked=asked, period=found.period).text(language) if found.period != asked else None
    return {
        "sentence": sentence,
        "value": cell["value"] if alone else None,
        "unit": unit,
        "period": found.period,
        "dataset": found.dataset.slug,
        "release": found.release.number,
        "row": cell["_row"],
        "understood": {"place": wanted.places[0], "period": asked, "measure": wanted.titles[language], **wanted.said},
        "caveat": late,
    }


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
