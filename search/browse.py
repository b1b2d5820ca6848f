"""Questions without text, answered by the catalog's database alone: for the time when the index does not answer."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    collate,
    exists,
    extract,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from catalog.errors import Unavailable
from catalog.models import Dataset, Publisher, Release
from search import facets
from search.document import areas_of, years_between
from search.fields import FILTERS, FORMATS, PERIOD, TITLE_KEY
from search.index import Hit, Order, SearchPage, SearchQuery, micros, moment
from search.paging import beyond, next_after
from search.places import areas_within, region_stem

_PUBLISHED: Final = and_(Release.id.is_not(None), Release.state == "published", Dataset.access != "closed")
_CENTURIES: Final = 10_000  # the years of both ends in one number
_COLUMNS: Final[dict[str, Any]] = {
    "publisher": Publisher.slug,
    "theme": Dataset.themes,
    "family": Dataset.family,
    "region": Dataset.regions,
    "tag": Dataset.tags,
    "period": extract("year", Dataset.temporal_from) * _CENTURIES + extract("year", Dataset.temporal_to),
    "format": case((_PUBLISHED, true()), else_=false()),
    "frequency": Dataset.frequency,
    "access": Dataset.access,
    "status": Dataset.state,
}

_KEYS: Final[dict[str, Any]] = {
    "updated": Dataset.modified,
    "title": collate(func.substr(Dataset.title, 1, TITLE_KEY), "C"),  # "C" is by code point, as SQLite and the engines
    "popularity": literal(0),
    "id": Dataset.id,
}
_OPERATORS: Final = {"=": operator.eq, "<": operator.lt, ">": operator.gt}
Conditions = Sequence[ColumnElement[bool]]


def browse(opened: Session, query: SearchQuery) -> SearchPage:
    """The page that an index would give. Raises Unavailable where the question has text: only an index answers that."""
    if query.text:
        raise Unavailable("browse_needs_no_text")
    base, own = _base(opened, query), query.own_filters
    bound = [_filter(opened, query, name) for name in own]
    rows = opened.execute(_page(opened, query, [*base, *bound])).all()
    hits = tuple(_hit(query.order, row) for row in rows[: query.size])
    return SearchPage(
        total=opened.scalar(_joined(select(func.count(Dataset.id))).where(*base, *bound)) or 0,
        hits=hits,
        facets=_facets(opened, query, base, bound),
        next_after=next_after(hits, len(rows) > query.size),
        understood={},
    )


def _joined(statement: Select[Any]) -> Select[Any]:
    return (
        statement.select_from(Dataset)
        .join(Publisher, Publisher.id == Dataset.publisher_id)
        .outerjoin(Release, Release.id == Dataset.latest_release_id)
    )


def _page(opened: Session, query: SearchQuery, conditions: Conditions) -> Select[Any]:
    keys = [(key, _key(opened, key.name)) for key in query.order]
    statement = _joined(select(Dataset.slug, *(column for _, column in keys))).where(*conditions)
    statement = statement.order_by(*(column.desc() if key.descending else column for key, column in keys))
    if query.after is None:
        return statement.limit(query.size + 1).offset(query.offset)
    return statement.where(_beyond(opened, query, query.after)).limit(query.size + 1)


def _beyond(opened: Session, query: SearchQuery, after: Sequence[Any]) -> ColumnElement[bool]:
    return or_(
        *(
            and_(*(_OPERATORS[sign](_key(opened, name), _stored(name, value)) for name, sign, value in together))
            for together in beyond(query.order, after)
        )
    )


def _key(opened: Session, name: str) -> Any:
    if name == "title" and opened.get_bind().dialect.name == "sqlite":
        return func.substr(Dataset.title, 1, TITLE_KEY)
    return _KEYS[name]


def _stored(name: str, value: Any) -> Any:
    return moment(value) if name == "updated" else value


def _hit(order: Sequence[Order], row: Sequence[Any]) -> Hit:
    sort = tuple(micros(value) if key.name == "updated" else value for key, value in zip(order, row[1:], strict=True))
    return Hit(id=sort[-1], slug=row[0], highlights={}, sort=sort)


def _base(opened: Session, query: SearchQuery) -> list[ColumnElement[bool]]:
    own = query.own_filters
    named = [_filter(opened, query, name) for name in query.filters if name not in own]
    spans = () if PERIOD in own else _spans(query)
    return [*_scope(query), *named, *spans, *_updated(query)]


def _scope(query: SearchQuery) -> list[ColumnElement[bool]]:
    drafts_of = query.scope.drafts_of
    if drafts_of is None:
        return []
    return [or_(Dataset.state == "published", Publisher.slug.in_(sorted(drafts_of)))]


def _updated(query: SearchQuery) -> Iterator[ColumnElement[bool]]:
    if query.updated_from:
        yield Dataset.modified >= query.updated_from


def _spans(query: SearchQuery) -> Iterator[ColumnElement[bool]]:
    if query.period_from or query.period_to:
        yield or_(Dataset.temporal_from.is_not(None), Dataset.temporal_to.is_not(None))
    if query.period_from:
        yield func.coalesce(Dataset.temporal_to, date.max) >= query.period_from
    if query.period_to:
        yield func.coalesce(Dataset.temporal_from, date.min) <= query.period_to


def _filter(opened: Session, query: SearchQuery, name: str) -> ColumnElement[bool]:
    if name == PERIOD:
        return and_(*_spans(query))
    values, column = list(query.filters[name]), _COLUMNS[name]
    if name == "format":
        return column.is_(true()) if set(values) & set(FORMATS) else false()
    if not FILTERS[name].many:
        return cast(ColumnElement[bool], column.in_(values))
    if name == "region":
        return _within(opened, column, values)
    if opened.get_bind().dialect.name == "postgresql":
        return func.jsonb_exists_any(column, array(values, type_=Text))
    each = func.json_each(column).table_valued("value")
    return exists(select(literal(1)).select_from(each).where(each.c.value.in_(values)))


def _within(opened: Session, column: Any, codes: Sequence[str]) -> ColumnElement[bool]:
    """Whether a dataset has one of those regions or one inside of them."""
    on_postgres = opened.get_bind().dialect.name == "postgresql"
    each = (func.jsonb_array_elements_text if on_postgres else func.json_each)(column).table_valued("value")
    inside = [code for wanted in codes for code in areas_within(wanted)]
    starts = [each.c.value.like(f"{stem}%") for code in codes if (stem := region_stem(code))]
    return exists(select(literal(1)).select_from(each).where(or_(each.c.value.in_(inside), *starts)))


def _facets(opened: Session, query: SearchQuery, base: Conditions, bound: Conditions) -> Mapping[str, Any]:
    if not query.facets:
        return {}
    own = query.own_filters
    asked = [*(_COLUMNS[name].label(f"facet_{name}") for name in query.facets), *bound]
    rows = opened.execute(_joined(select(*asked)).where(*base)).all()
    columns = [list(map(_hashable, column)) for column in zip(*rows, strict=True)] or [[] for _ in asked]
    if "region" in query.facets:
        place = query.facets.index("region")
        columns[place] = [areas_of(codes) for codes in columns[place]]
    passes = dict(zip(own, columns[len(query.facets) :], strict=True))
    return facets.counted(query.facets, columns[: len(query.facets)], passes, _values)


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _values(stored: Any) -> Iterable[str]:
    if isinstance(stored, bool):  # whether there is a published release
        return FORMATS if stored else ()
    if isinstance(stored, (int, Decimal)):
        return map(str, years_between(*divmod(int(stored), _CENTURIES)))
    return stored if isinstance(stored, tuple) else [stored] if stored else ()
