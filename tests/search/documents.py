"""Makes documents for an index and says what a question without text must find among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from search.fields import FACET_VALUES, FACETS
from search.index import FacetCount, SearchDocument, SearchQuery, micros

JUNE = datetime(2026, 6, 1, 8, tzinfo=UTC)


def a_document(number: int, title: str = "土地供应计划", **values: Any) -> SearchDocument:
    """A published document; everything about it can be said otherwise."""
    known: dict[str, Any] = {
        "id": number,
        "revision": 1,
        "slug": f"d-{number}",
        "title": title,
        "publisher": "land-bureau",
        "publisher_title": "自然资源和规划局",
        "state": "published",
        "updated": JUNE,
    }
    return SearchDocument(**{**known, **values})


def values_of(document: SearchDocument, name: str) -> tuple[str, ...]:
    """What a document has in a filter field."""
    value = getattr(document, FACETS[name].attribute)
    return value if isinstance(value, tuple) else (value,) if value else ()


def found_by(documents: Iterable[SearchDocument], query: SearchQuery, *, without: str = "") -> list[SearchDocument]:
    """What the conditions of a query let through, except one filter; text counts as a substring of the title."""
    return [
        one
        for one in documents
        if query.scope.sees(one.state, one.publisher)
        and query.text in one.title
        and all(set(values_of(one, name)) & set(query.filters[name]) for name in query.filters if name != without)
        and (without == "period" or _in_period(one, query))
        and (query.updated_from is None or one.updated >= query.updated_from)
    ]


def in_order(documents: Sequence[SearchDocument], query: SearchQuery) -> list[int]:
    """Their ids as the query sorts them; the text gives no order here."""
    ordered = sorted(documents, key=lambda one: one.id)
    for key in [key for key in query.order if key.name not in ("id", "score")]:
        keys = {"updated": lambda one: micros(one.updated), "title": lambda one: one.title}
        ordered.sort(key=keys.get(key.name, lambda one: one.popularity), reverse=key.descending)
    return [one.id for one in ordered]


def counts(documents: Sequence[SearchDocument], query: SearchQuery) -> Mapping[str, tuple[FacetCount, ...]]:
    """The facets of a query; each leaves its own filter out."""
    return {name: _counted(found_by(documents, query, without=name), name) for name in query.facets}


def _counted(documents: Sequence[SearchDocument], name: str) -> tuple[FacetCount, ...]:
    counted = Counter(value for one in documents for value in values_of(one, name))
    ordered = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return tuple(FacetCount(*one) for one in ordered[:FACET_VALUES])


def _in_period(document: SearchDocument, query: SearchQuery) -> bool:
    if query.period_from is None and query.period_to is None:
        return True
    first, last = document.temporal_from, document.temporal_to
    if first is None and last is None:
        return False
    starts_late = query.period_to is not None and first is not None and first > query.period_to
    ends_early = query.period_from is not None and last is not None and last < query.period_from
    return not starts_late and not ends_early
