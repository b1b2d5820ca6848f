"""Datasets of the catalog as an index takes them, read in bulk with one statement for each batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Engine, Row, Select, select
from sqlalchemy.orm import Session

from catalog.db import session
from catalog.messages import DEFAULT_LANGUAGE
from catalog.models import Dataset, Publisher, Release
from catalog.schema import Field, tables_from
from search.fields import FORMATS
from search.index import SearchDocument
from search.inside import values_of

_PLAIN: Final[tuple[Any, ...]] = (
    Dataset.id, Dataset.revision, Dataset.slug, Dataset.title, Dataset.description, Dataset.state, Dataset.family,
    Dataset.schema, Dataset.frequency, Dataset.access, Dataset.temporal_from, Dataset.temporal_to, Dataset.issued,
)  # fmt: skip
BEHIND: Final = Dataset.revision != Dataset.indexed_revision  # what the index has not, or not as it is now
_CODES: Final = 100  # of one column, whose labels are words
_LISTS: Final = ("themes", "tags", "regions")


def documents_of(opened: Session, ids: Sequence[int]) -> list[SearchDocument]:
    """The documents of those datasets, by id; an absent one is left out."""
    return _read(opened, _columns().where(Dataset.id.in_(ids)))


def iter_documents(engine: Engine, batch: int) -> Iterator[SearchDocument]:
    """Every dataset, by id; no transaction stays open between batches."""
    return _by_id(engine, _columns(), 0, batch)


def iter_stale(engine: Engine, after: int, batch: int) -> Iterator[SearchDocument]:
    """The datasets beyond the id `after` whose index entry is behind, in the same way."""
    return _by_id(engine, _columns().where(BEHIND), after, batch)


def _by_id(engine: Engine, wanted: Select[Any], last: int, batch: int) -> Iterator[SearchDocument]:
    while True:
        with session(engine) as opened:
            found = _read(opened, wanted.where(Dataset.id > last).limit(batch))
        if not found:
            return
        yield from found
        last = found[-1].id


def _columns() -> Select[Any]:
    columns: Select[Any] = (
        select(
            *_PLAIN,
            Dataset.modified.label("updated"),
            Dataset.title_translations.label("titles"),
            *(getattr(Dataset, name) for name in _LISTS),
            Publisher.slug.label("publisher"),
            Publisher.title.label("publisher_title"),
            Publisher.aliases.label("publisher_aliases"),
            Release.state.label("release_state"),
            Release.tables.label("tables"),
        )
        .join(Publisher, Publisher.id == Dataset.publisher_id)
        .outerjoin(Release, Release.id == Dataset.latest_release_id)
        .order_by(Dataset.id)
    )
    return columns


def _read(opened: Session, statement: Select[Any]) -> list[SearchDocument]:
    rows = opened.execute(statement).all()
    released = [row.id for row in rows if row.release_state == "published"]
    values = values_of(opened, released) if released else {}
    return [_document(row, values.get(row.id, ())) for row in rows]


def _document(row: Row[Any], cells: tuple[str, ...]) -> SearchDocument:
    values = dict(row._mapping)
    released = values.pop("release_state") == "published" and values["access"] != "closed"
    kept = values.pop("tables") or ()
    tables = tables_from(kept) if released else ()
    titles = dict.fromkeys(word for table in tables for field in table.fields for word in _words(field))
    lists: dict[str, Any] = {name: tuple(values.pop(name) or ()) for name in (*_LISTS, "publisher_aliases")}
    return SearchDocument(
        **values, **lists, field_titles=tuple(titles), values=cells, formats=FORMATS if released else ()
    )


def _words(field: Field) -> Iterator[str]:
    """What a column is called, and what its codes stand for."""
    yield field.title
    for labels in list((field.codes or {}).values())[:_CODES]:
        yield labels.get(DEFAULT_LANGUAGE, "")
