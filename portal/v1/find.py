"""From the parameters of `GET /datasets` to a search, and from what it found to the answer."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from flask import request
from sqlalchemy import select

from catalog.accounts import READ, ROLES, Actor, require_role
from catalog.db import CIVIL
from catalog.errors import BadParameter, Unavailable, nearest
from catalog.lookup import parse_day, visible_to
from catalog.models import Dataset, Publisher
from catalog.vocabularies import label
from portal.answers import language
from portal.context import actor, catalog_session, house
from portal.cursors import read_cursor, write_cursor
from portal.links import next_link
from portal.v1.shapes import item_shape
from search.browse import browse
from search.index import Scope, SearchPage, SearchQuery

FILTERS = ("publisher", "theme", "family", "region", "tag", "format", "frequency", "access", "status")
SPANS = ("period_from", "period_to", "updated_from")
SORTS = ("relevance", "updated", "title", "popularity")
PARAMETERS = ("q", *FILTERS, *SPANS, "sort", "page_size", "page", "cursor", "facets", "explain")
LABELS = {
    "theme": "themes",
    "family": "families",
    "region": "regions",
    "frequency": "frequencies",
    "access": "access",
    "status": "dataset_states",
}
LONGEST_QUERY = 1000


def read_query() -> SearchQuery:
    """The search that the address asks for. Raises BadParameter with the place."""
    text = request.args.get("q", "")
    if len(text) > LONGEST_QUERY:
        raise BadParameter.at("q", "text_too_long", most=LONGEST_QUERY)
    size = whole_number("page_size", 20, 1, 100)
    filters = {name: tuple(dict.fromkeys(request.args.getlist(name))) for name in FILTERS if request.args.get(name)}
    if sum(len(values) for values in filters.values()) > 200:
        raise BadParameter("filters_too_many", most=200)
    query = SearchQuery(
        text=text,
        filters=filters,
        period_from=_day("period_from"),
        period_to=_day("period_to"),
        updated_from=_moment("updated_from"),
        sort=_sort(text),
        size=size,
        offset=(whole_number("page", 1, 1, 10_000) - 1) * size,
        after=None,
        facets=_facets(),
        scope=Scope(drafts_of=actor().drafts_of),
    )
    cursor = request.args.get("cursor")
    if cursor:
        query = replace(query, offset=0, after=read_cursor(house().settings.secret_key, purpose(query), cursor))
    return query


def purpose(query: SearchQuery) -> str:
    """What a cursor of this search is bound to: everything but the place in it and the size of a page."""
    bound = (
        query.text,
        sorted(query.filters.items()),
        query.period_from,
        query.period_to,
        query.updated_from,
        query.sort,
    )
    return "search:" + hashlib.sha256(repr((bound, query.scope)).encode("utf-8", "replace")).hexdigest()[:24]


def find(query: SearchQuery) -> tuple[SearchPage, bool]:
    """What the index finds; without words to look for, the database answers while the index is away."""
    try:
        return house().index.search(query), False
    except Unavailable:
        if query.text.strip():
            raise
        return browse(catalog_session(), query), True


def answer(query: SearchQuery) -> dict[str, Any]:
    """The whole answer of the contract."""
    page, degraded = find(query)
    after = page.next_after
    cursor = write_cursor(house().settings.secret_key, purpose(query), after) if after else None
    understood = {**page.understood, **({"degraded": True} if degraded else {})}
    return {
        "total": page.total,
        "items": _items(page, actor()),
        "facets": {name: _facet(name, page) for name in query.facets},
        "next": next_link(cursor) if cursor else None,
        "query": {"understood": understood},
        "answers": [],
    }


def _items(page: SearchPage, viewer: Actor) -> list[dict[str, Any]]:
    """The datasets of the hits, in their order; who may see what is asked of the database again, not of the index."""
    wanted = select(Dataset).where(Dataset.id.in_([hit.id for hit in page.hits]), visible_to(viewer))
    found = {dataset.id: dataset for dataset in catalog_session().scalars(wanted)}
    hits = [hit for hit in page.hits if hit.id in found]
    items = [item_shape(found[hit.id], language(), dict(hit.highlights)) for hit in hits]
    if _explained(viewer):
        items = [{**item, "explain": {"score": hit.score}} for item, hit in zip(items, hits, strict=True)]
    return items


def _explained(viewer: Actor) -> bool:
    """Whether `explain=true` is asked for; only who has an account may."""
    asked = flag("explain")
    if asked:
        require_role(viewer, *ROLES, scope=READ)
    return asked


def _facet(name: str, page: SearchPage) -> list[dict[str, Any]]:
    counts = page.facets.get(name, ())
    titles = _publisher_titles([one.value for one in counts]) if name == "publisher" else {}
    words = language()
    return [
        {"value": one.value, "label": titles.get(one.value) or _label(name, one.value, words), "count": one.count}
        for one in counts
    ]


def _publisher_titles(slugs: list[str]) -> dict[str, str]:
    rows = catalog_session().execute(select(Publisher.slug, Publisher.title).where(Publisher.slug.in_(slugs)))
    return {row[0]: row[1] for row in rows}


def _label(facet: str, value: str, words: str) -> str:
    return label(LABELS[facet], value, words) if facet in LABELS else value


def _facets() -> tuple[str, ...]:
    asked = [name for name in request.args.get("facets", "").split(",") if name]
    for name in asked:
        if name not in FILTERS:
            raise BadParameter.at("facets", "facet_unknown", value=name, nearest=nearest(name, FILTERS))
    return tuple(dict.fromkeys(asked))


def _sort(text: str) -> str:
    sort = request.args.get("sort") or ("relevance" if text.strip() else "-updated")
    if sort.removeprefix("-") not in SORTS:
        raise BadParameter.at("sort", "sort_unknown", value=sort, nearest=nearest(sort, SORTS), known=", ".join(SORTS))
    return sort


def _day(name: str) -> Any:
    given = request.args.get(name)
    return parse_day(name, given) if given else None


def _moment(name: str) -> datetime | None:
    """The first moment of a day, by the clock on the wall."""
    day = _day(name)
    return datetime.combine(day, time(), CIVIL) if day else None


def flag(name: str) -> bool:
    """`true` or `false` of the address; false where it says nothing. Raises BadParameter."""
    given = request.args.get(name, "false")
    if given not in ("true", "false"):
        raise BadParameter.at(name, "flag_expected", value=given)
    return given == "true"


def whole_number(name: str, default: int, least: int, most: int) -> int:
    """A whole number of the address within its bounds. Raises BadParameter."""
    given = request.args.get(name)
    if given is None:
        return default
    plain = given.isascii() and given.isdecimal() and len(given) < 12
    if not plain or not least <= int(given) <= most:
        raise BadParameter.at(name, "number_out_of_range", name=name, least=least, most=most, value=given)
    return int(given)
