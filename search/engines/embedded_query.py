"""A question as SQL for the embedded index. What a user wrote goes in as parameters, into FTS5 only as our tokens."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from search.fields import FILTERS, PERIOD
from search.index import SearchQuery, micros
from search.paging import beyond

SEPARATOR: Final = "\x1f"  # round each of several values that stand in one column
BETWEEN: Final = "\x1e"  # of the values of several columns that stand in one
RECORD: Final = "\x1d"  # of the values of several documents
_BLANKS: Final = dict.fromkeys(map(ord, (SEPARATOR, BETWEEN, RECORD)), " ")
_COLUMNS: Final = {name: f"d.{name}" for name in ("updated", "title", "popularity", "id")}


@dataclass(frozen=True)
class Sql:
    """A piece of SQL and its parameters."""

    text: str
    params: tuple[Any, ...] = ()


def joined(pieces: Sequence[Sql], between: str) -> Sql:
    """The pieces as one; nothing at all reads as true."""
    text = between.join(piece.text for piece in pieces) or "1"
    return Sql(text, tuple(param for piece in pieces for param in piece.params))


def packed(values: Iterable[str]) -> str:
    """Several values in one column."""
    clean = [value.translate(_BLANKS) for value in values]
    return SEPARATOR.join(["", *clean, ""]) if clean else ""


def unpacked(stored: str | None) -> list[str]:
    """The inverse of `packed`; a plain value is itself."""
    return [value for value in (stored or "").split(SEPARATOR) if value]


def scope_condition(query: SearchQuery) -> Sql:
    """What the one who asks may see."""
    return joined(_scope(query), " AND ")


def narrows(query: SearchQuery) -> bool:
    """Whether `base_conditions` are more than the scope."""
    return base_conditions(query) != scope_condition(query)


def base_conditions(query: SearchQuery) -> Sql:
    """What binds hits and every facet: all but the filters that are facets too."""
    filters = [filter_condition(query, name) for name in query.filters if name not in query.own_filters]
    spans = [] if PERIOD in query.own_filters else _span(query)
    return joined([*_scope(query), *filters, *spans, *_updated(query)], " AND ")


def filter_condition(query: SearchQuery, name: str) -> Sql:
    """One filter: any of its values; of the period, both its ends."""
    if name == PERIOD:
        both = joined(_span(query), " AND ")
        return replace(both, text=f"(({both.text}) IS TRUE)")
    values = query.filters[name]
    if FILTERS[name].many:
        wanted = json.dumps([packed([value]) for value in values])
        return Sql(f"EXISTS (SELECT 1 FROM json_each(?) WHERE instr(d.{name}, value))", (wanted,))
    return Sql(f"d.{name} IN (SELECT value FROM json_each(?))", (json.dumps(values),))


def own_condition(query: SearchQuery) -> Sql:
    """The filters that are facets too."""
    return joined([filter_condition(query, name) for name in query.own_filters], " AND ")


def after_condition(query: SearchQuery) -> Sql:
    """What lies beyond `after` in the order."""
    if query.after is None:
        return Sql("1")
    alternatives = [
        joined([Sql(f"{_COLUMNS[name]} {operator} ?", (value,)) for name, operator, value in together], " AND ")
        for together in beyond(query.order, query.after)
    ]
    either = joined([replace(one, text=f"({one.text})") for one in alternatives], " OR ")
    return replace(either, text=f"({either.text})")


def order_columns(query: SearchQuery) -> str:
    """The sort values, as columns."""
    return ", ".join(_COLUMNS[key.name] for key in query.order)


def order_by(query: SearchQuery) -> str:
    """The order, as SQL."""
    return ", ".join(_COLUMNS[key.name] + (" DESC" if key.descending else "") for key in query.order)


def _scope(query: SearchQuery) -> list[Sql]:
    drafts_of = query.scope.drafts_of
    if drafts_of is None:
        return []
    own = json.dumps(sorted(drafts_of))
    return [Sql("(d.status = 'published' OR d.publisher IN (SELECT value FROM json_each(?)))", (own,))]


def _span(query: SearchQuery) -> list[Sql]:
    first, last = query.days
    asked = (("d.period_end >= ?", first), ("d.period_start <= ?", last))
    return [Sql(text, (value,)) for text, value in asked if value is not None]


def _updated(query: SearchQuery) -> list[Sql]:
    since = query.updated_from
    return [] if since is None else [Sql("d.updated >= ?", (micros(since),))]
