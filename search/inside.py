"""Values inside of releases that lead to their dataset: parcel numbers, bond codes, project names, streets.

Only rows that everybody may read are looked at: the latest published release of a published, open dataset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, and_, case, delete, literal, or_, select, update
from sqlalchemy.orm import Session

from catalog.models import Dataset, Release
from catalog.schema import Table, tables_from
from search.models import RowValue, SampledRelease
from search.tokens import fold, letters_of
from search.units import Question

MOST_VALUES: Final = 3_000  # of one dataset
LONGEST_VALUE: Final = 80  # characters; what is longer is text, not a name
_AT_ONCE: Final = 20  # releases that one call looks at in one transaction
_MATCHES: Final = 3  # named for one dataset
_PUBLIC: Final = and_(Dataset.state == "published", Dataset.access == "open", Release.state == "published")


@dataclass(frozen=True)
class Cell:
    """A value of a column, and how many rows have it."""

    field: str
    title: str
    value: str
    rows: int


@dataclass(frozen=True)
class Match:
    """A value that was asked for, in one dataset."""

    table: str
    field: str
    title: str
    value: str
    rows: int


ReadCells = Callable[[Table], Iterable[Cell]]


@dataclass(frozen=True)
class Waiting:
    """Releases whose values are not taken in yet, and datasets whose values nobody may find any more."""

    releases: tuple[tuple[int, int, tuple[Table, ...]], ...]  # id, its dataset, its tables
    closed: tuple[int, ...]


def find_waiting(opened: Session) -> Waiting | None:
    """What `take_in` has to do, some of it at once; None where there is nothing."""
    closed = tuple(opened.scalars(_closed()))
    rows = opened.execute(_unsampled().limit(_AT_ONCE)).all()
    found = tuple((row.id, row.dataset_id, tables_from(row.tables)) for row in rows)
    return Waiting(found, closed) if found or closed else None


def read_values(waiting: Waiting, read: ReadCells) -> list[RowValue]:
    """The values of the releases, as `read` gives them for each table."""
    return [one for _, dataset, tables in waiting.releases for one in _values(dataset, _cells(tables, read))]


def take_in(opened: Session, waiting: Waiting, values: Sequence[RowValue]) -> None:
    """Keep the values, and mark the datasets stale so that the next `sync` brings them into the index."""
    ids = [*waiting.closed, *(dataset for _, dataset, _ in waiting.releases)]
    for table in (RowValue, SampledRelease):
        opened.execute(delete(table).where(table.dataset_id.in_(ids)))
    opened.add_all(SampledRelease(dataset_id=dataset, release_id=one) for one, dataset, _ in waiting.releases)
    opened.add_all(values)
    opened.execute(update(Dataset).where(Dataset.id.in_(ids)).values(indexed_revision=0))
    opened.flush()


def matches(opened: Session, question: Question, ids: Sequence[int]) -> dict[int, list[Match]]:
    """Dataset -> the values in it that the question names, at most three of each: where it is one of them as a whole
    no others, else those that have most of its words."""
    words = [key for unit in question.units if len(key := letters_of(unit.word)) > 1 and unit.kind != "light"]
    if not ids or not words:
        return {}
    whole = RowValue.key == question.title
    held = [RowValue.key.contains(word, autoescape=True) for word in words]
    asked = select(RowValue).where(RowValue.dataset_id.in_(ids), or_(whole, *held))
    most = sum((case((one, 1), else_=0) for one in held), start=literal(0))
    found: dict[int, list[Match]] = {}
    named: set[int] = set()  # datasets that have it as a whole
    for one in opened.scalars(asked.order_by(whole.desc(), most.desc(), RowValue.id).limit(_MATCHES * 100)):
        several = found.setdefault(one.dataset_id, [])
        is_whole = one.key == question.title
        if len(several) < _MATCHES and (is_whole or one.dataset_id not in named):
            several.append(Match(one.table, one.field, one.title, one.value, one.rows))
        if is_whole:
            named.add(one.dataset_id)
    return found


def values_of(opened: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Dataset -> its values, for the index."""
    found: dict[int, list[str]] = {}
    asked = select(RowValue.dataset_id, RowValue.value).where(RowValue.dataset_id.in_(ids)).order_by(RowValue.id)
    for one, value in opened.execute(asked):
        found.setdefault(one, []).append(value)
    return {one: tuple(values) for one, values in found.items()}


def _unsampled() -> Select[Any]:
    return (
        select(Release.id, Release.dataset_id, Release.tables)
        .join(Dataset, Dataset.latest_release_id == Release.id)
        .outerjoin(SampledRelease, SampledRelease.dataset_id == Dataset.id)
        .where(_PUBLIC, or_(SampledRelease.release_id.is_(None), SampledRelease.release_id != Release.id))
        .order_by(Release.id)
    )


def _closed() -> Select[Any]:
    """Datasets whose values were taken in, but whose rows are no longer open to all."""
    return (
        select(SampledRelease.dataset_id)
        .join(Dataset, Dataset.id == SampledRelease.dataset_id)
        .outerjoin(Release, Release.id == Dataset.latest_release_id)
        .where(or_(Release.id.is_(None), ~_PUBLIC))
    )


def _cells(tables: Sequence[Table], read: ReadCells) -> list[tuple[str, Cell]]:
    found = [(table.name, cell) for table in tables for cell in read(table) if len(cell.value) <= LONGEST_VALUE]
    return found[:MOST_VALUES]


def _values(dataset_id: int, cells: Iterable[tuple[str, Cell]]) -> Iterable[RowValue]:
    for table, cell in cells:
        if key := letters_of(fold(cell.value)):
            yield RowValue(
                dataset_id=dataset_id, table=table, field=cell.field, title=cell.title, value=cell.value,
                key=key, rows=cell.rows,
            )  # fmt: skip
