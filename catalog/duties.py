"""The register of what the city bound itself to disclose: read from its file, and kept in the database."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from sqlalchemy.orm import Session

from catalog.models import Duty

_BETWEEN_TITLES: Final = "；"


@dataclass(frozen=True)
class DutyRecord:
    """One row of the register; `lead` and `clock` are the document's own words, `kind` is a code of `duty_kinds`."""

    id: str  # D001 …
    section: str
    title: str
    title_en: str
    lead: str
    clock: str
    family: str
    dataset_titles: tuple[str, ...]
    kind: str


def iter_duties() -> Iterator[DutyRecord]:
    """All duties, in the order of the document."""
    text = files("catalog").joinpath("data", "duties.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield DutyRecord(
            id=row["id"],
            section=row["section"],
            title=row["item_zh"],
            title_en=row["item_en"],
            lead=row["lead_departments"],
            clock=row["cadence_deadline"],
            family=row["family"],
            dataset_titles=_titles(row["dataset_titles"]),
            kind=row["kind"],
        )


def load_duties(session: Session) -> int:
    """Put the register into the database, changing what is there already; answers how many. Flushes."""
    loaded = 0
    for record in iter_duties():
        _put(session, record)
        loaded += 1
    session.flush()
    return loaded


def _put(session: Session, record: DutyRecord) -> None:
    duty = session.get(Duty, record.id)
    if duty is None:
        duty = Duty(id=record.id)
        session.add(duty)
    duty.section, duty.title, duty.title_en = record.section, record.title, record.title_en
    duty.lead, duty.clock, duty.kind = record.lead, record.clock, record.kind
    duty.family, duty.dataset_titles = record.family, list(record.dataset_titles)


def _titles(cell: str) -> tuple[str, ...]:
    """The titles of one cell; a remark in brackets alone (`（…）`) says that there is none."""
    return tuple(title for title in cell.split(_BETWEEN_TITLES) if title and not title.startswith("（"))
