"""From the parameters of `GET /datasets` to a search, and from what it found to the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from flask import request

from catalog.accounts import READ, STAFF, Actor, require_role
from catalog.db import CIVIL
from catalog.errors import BadParameter, Unavailable, nearest
from catalog.lookup import parse_day
from catalog.vocabularies import codes, label
from portal.answering import answers
from portal.answers import language
from portal.context import actor, catalog_session, house
from portal.cursors import read_cursor, write_cursor
from portal.links import absolute, next_link
from portal.v1.items import items_of
from search.browse import browse
from search.documents import documents_of
from search.explain import explain
from search.fields import DEEPEST, FACETS
from search.index import Hit, Scope, SearchPage, SearchQuery
from search.inside import Match, matches
from search.lexicon import Lexicon, lexicon

FILTERS = ("publisher", "theme", "family", "region", "tag", "format", "frequency", "access", "status")
SPANS = ("period_from", "period_to", "updated_from")
SORTS = ("relevance", "updated", "title", "popularity")
PARAMETERS = ("q", *FILTERS, *SPANS, "sort", "page_size", "page", "cursor", "facets", "explain")
LABELS = {
    "theme": "themes",
    "family": "families",
    "frequency": "frequencies",
    "access": "access",
    "status": "dataset_states",
}
LONGEST_QUERY = 1000
DEEPEST_PAGE = 10_000


def read_query() -> SearchQuery:
    """The search that the address asks for. Raises BadParameter with the place."""
    text = read_text()
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
        offset=min(_asked_offset(size), DEEPEST - size),
        after=None,
        facets=_facets(),
        scope=Scope(drafts_of=actor().drafts_of),
        words=words() if text.strip() else lexicon(),
    )
    cursor = request.args.get("cursor")
    if cursor:
        query = replace(query, offset=0, after=read_cursor(house().settings.secret_key, purpose(query), cursor))
    return query


def _asked_offset(size: int) -> int:
    """Where the asked page begins; past `DEEPEST` the engines look no further."""
    return (whole_number("page", 1, 1, DEEPEST_PAGE) - 1) * size


def read_text() -> str:
    """What is asked for. Raises BadParameter where it is longer than any question."""
    text = request.args.get("q", "")
    if len(text) > LONGEST_QUERY:
        raise BadParameter.at("q", "text_too_long", most=LONGEST_QUERY)
    return text


def words() -> Lexicon:
    """The words that questions are understood by now."""
    return house().words(catalog_session())


def quoted(value: str) -> str:
    """A value as a part of an address."""
    return quote(value, safe="")


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
        return _as_asked(query, house().index.search(query)), False
    except Unavailable:
        if query.text.strip():
            raise
        return _as_asked(query, browse(catalog_session(), query)), True


def _as_asked(query: SearchQuery, page: SearchPage) -> SearchPage:
    """The page that was asked for: past the end it is empty. Raises BadParameter where only a cursor leads there."""
    asked = query.offset if query.after else _asked_offset(query.size)
    if asked == query.offset:
        return page
    if page.total > asked:
        raise BadParameter.at("page", "page_too_deep", most=DEEPEST)
    return replace(page, hits=(), next_after=None)


def answer(query: SearchQuery) -> dict[str, Any]:
    """The whole answer of the contract."""
    page, degraded = find(query)
    after = page.next_after
    cursor = write_cursor(house().settings.secret_key, purpose(query), after) if after else None
    understood = {**page.understood, **({"degraded": True} if degraded else {})}
    if query.text and not page.total and not degraded and _is_plain(query):
        house().misses.note(query.text)
    return {
        "total": page.total,
        "items": _items(page, actor()),
        "facets": {name: _facet(name, page) for name in query.facets},
        "next": next_link(cursor) if cursor else None,
        "query": {"understood": understood},
        "answers": _answers(query, page),
    }


def _answers(query: SearchQuery, page: SearchPage) -> list[dict[str, Any]]:
    """What the rows say, on the first page of a question."""
    if page.question is None or not query.text or query.offset or query.after:
        return []
    return answers(house(), catalog_session(), page.question, query.text, language())


def _is_plain(query: SearchQuery) -> bool:
    """Whether nothing but the words of a question kept it from finding something."""
    return not query.filters and query.days == (None, None) and query.updated_from is None and query.may_loosen


def _items(page: SearchPage, viewer: Actor) -> list[orjson.Fragment]:
    """The datasets of the hits, in their order, with what matched."""
    found = items_of(catalog_session(), [hit.id for hit in page.hits], viewer, language())
    hits = [hit for hit in page.hits if hit.id in found]
    named: dict[int, list[Match]] = {}
    if page.question:
        named = matches(catalog_session(), page.question, [hit.id for hit in hits if found[hit.id].holds_rows])
    reasons = _reasons(page, hits) if _explained(viewer) else None
    items = []
    for at, hit in enumerate(hits):
        item = found[hit.id]
        matching = [_match(item.slug, one) for one in named.get(hit.id, ())]
        more: dict[str, Any] = {"highlights": dict(hit.highlights), "matches": matching}
        if reasons is not None:
            more["explain"] = {"score": hit.score, **reasons[at]}
        items.append(item.told(more))
    return items


def _match(slug: str, one: Match) -> dict[str, Any]:
    """A value that matched, with the rows that have it."""
    asked = urlencode({"table": one.table, one.field: one.value})
    link = absolute(f"/api/v1/datasets/{slug}/rows?{asked}")
    return {"field": one.field, "title": one.title, "value": one.value, "rows": one.rows, "link": link}


def _reasons(page: SearchPage, hits: Sequence[Hit]) -> list[dict[str, Any]]:
    if page.question is None or not page.question.units:
        return [{} for _ in hits]
    documents = {one.id: one for one in documents_of(catalog_session(), [hit.id for hit in hits])}
    return explain(house().index, page.question, [documents[hit.id] for hit in hits])


def _explained(viewer: Actor) -> bool:
    """Whether `explain=true` is asked for; only who has an account may."""
    asked = flag("explain")
    if asked:
        require_role(viewer, *STAFF, scope=READ)
    return asked


def _facet(name: str, page: SearchPage) -> list[dict[str, Any]]:
    words = language()
    return [
        {"value": one.value, "label": _label(name, one.value, words), "count": one.count}
        for one in page.facets.get(name, ())
    ]


def _publisher_title(slug: str) -> str:
    found = house().glances.publisher_titles.first(slug=slug)
    return found[0] if found else slug


def _label(facet: str, value: str, words: str) -> str:
    if facet == "region":
        return _region(value, words)
    if facet == "publisher":
        return _publisher_title(value)
    return label(LABELS[facet], value, words) if facet in LABELS else value


def _region(code: str, words: str) -> str:
    for name in ("regions", "functional_areas"):
        if code in codes(name):
            return label(name, code, words)
    return code


def _facets() -> tuple[str, ...]:
    asked = [name for name in request.args.get("facets", "").split(",") if name]
    for name in asked:
        if name not in FACETS:
            raise BadParameter.at("facets", "facet_unknown", value=name, nearest=nearest(name, FACETS))
    return tuple(dict.fromkeys(asked))


def _sort(text: str) -> str:
    sort = request.args.get("sort", "relevance" if text.strip() else "-updated")
    if sort.removeprefix("-") not in SORTS:
        raise BadParameter.at("sort", "sort_unknown", value=sort, nearest=nearest(sort, SORTS), known=", ".join(SORTS))
    return sort


def _day(name: str) -> Any:
    given = request.args.get(name)
    return None if given is None else parse_day(name, given)


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
