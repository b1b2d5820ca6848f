"""A question as the body of an Elasticsearch request; only term-level queries on our own tokens, no query language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from search import ranking
from search.fields import (
    ALL_FIRST,
    ALL_WORDS,
    AS_WRITTEN,
    EACH_WORD,
    FACET_VALUES,
    PERIOD,
    TITLE_IS,
    TITLE_IS_CALLED,
    TITLE_STARTS,
)
from search.index import Order, SearchQuery, micros
from search.units import Question, Unit, Way

Clause = dict[str, Any]
STRICT: Final = ".strict"  # no facet has such a name
TOTAL: Final = ".total"
PLACE: Final = ".place"
_SORT_FIELDS: Final = {"score": "_score", "title": "sort_title"}


def body(query: SearchQuery, question: Question, fewer: Question | None = None) -> Clause:
    """The whole request: hits, exact total and facets in one round trip; one hit more tells of a next page.

    With `fewer`, what that more forgiving question finds follows behind, and `STRICT` of the aggregations counts what
    the first one finds, so that the answer serves for both.
    """
    asked: Clause = {
        "query": _all_of(base_filters(query)),
        "post_filter": _all_of([_filter(query, name) for name in query.own_filters]),
        "sort": [{_sort_field(key): {"order": "desc" if key.descending else "asc"}} for key in query.order],
        "size": query.size + 1,
        "track_total_hits": True,
        "_source": ["card"],
    }
    counts = {name: _facet(query, name) for name in query.facets}
    has = _has(question)
    if query.text:
        asked["query"] = _tiers(query, question, has, fewer) if fewer else _scored(query, question, has)
    if fewer:
        strict = {"filter": _enough(question, has), "aggs": {TOTAL: {"filter": asked["post_filter"]}, **counts}}
        counts = {**counts, STRICT: strict}
    if counts:
        asked["aggs"] = counts
    return asked | ({"from": query.offset} if query.after is None else {"search_after": list(query.after)})


def place_of(asked: Clause, one: int) -> Clause:
    """The aggregation that tells where the dataset `one` stands in the order of a request."""
    top = {"top_hits": {"size": 1, "_source": False, "sort": asked["sort"]}}
    return {PLACE: {"filter": {"ids": {"values": [str(one)]}}, "aggs": {"top": top}}}


def base_filters(query: SearchQuery) -> list[Clause]:
    """What binds hits and every facet."""
    own = query.own_filters
    named = [_filter(query, name) for name in query.filters if name not in own]
    spans = [] if PERIOD in own else _span(query)
    return [*_scope(query), *named, *spans, *_updated(query)]


def _tiers(query: SearchQuery, question: Question, has: Mapping[Unit, Clause], fewer: Question) -> Clause:
    """What the first question finds, then what only the more forgiving one does, each judged by its own question."""
    first = [_scored(query, question, has), _constant({"match_all": {}}, ALL_FIRST)]
    then = {"must": [_scored(query, fewer, _has(fewer))], "must_not": [_enough(question, has)]}
    return _some_of([{"bool": {"must": first}}, {"bool": then}], 1)


def _scored(query: SearchQuery, question: Question, has: Mapping[Unit, Clause]) -> Clause:
    if not question.units:
        return {"match_none": {}}
    points = [_unit_points(unit) for unit in question.units]
    points += [_points(term) for term in (*ranking.bond_terms(question), *ranking.value_terms(question))]
    points += [_points(term) for term in ranking.letter_terms(question)] if question.parts else []
    every = list(has.values())
    bonuses = [_constant(one, EACH_WORD) for one in every]
    written = [_some_of([_there(way) for way in unit.written], 1) for unit in question.units]
    bonuses += [_constant(one, AS_WRITTEN) for one in written]
    bonuses += [_constant(_all_of(every), ALL_WORDS), _title(question)]
    scored = {"filter": [*base_filters(query), _enough(question, has)], "should": points + bonuses}
    prior = {"field": "prior", "missing": 1}
    return {"function_score": {"query": {"bool": scored}, "field_value_factor": prior, "boost_mode": "multiply"}}


def _has(question: Question) -> Mapping[Unit, Clause]:
    """What says that a dataset has a unit."""
    return {unit: _some_of([_there(way) for way in unit.ways], 1) for unit in question.units}


def _enough(question: Question, has: Mapping[Unit, Clause]) -> Clause:
    """What a dataset must have to be found."""
    if not has:
        return {"match_none": {}}
    if question.parts:
        return _enough_parts(question, has)
    telling = [has[unit] for unit in question.telling]
    some = [_some_of(telling, question.least)] if telling else []
    return _all_of([*(has[unit] for unit in question.required), *some])


def _enough_parts(question: Question, has: Mapping[Unit, Clause]) -> Clause:
    letters = [_term("chars", letter) for letter in question.chars]
    alone, beside = question.least_chars
    helped = [_some_of(list(has.values()), 1), *([_some_of(letters, beside)] if beside else [])]
    return _some_of([_all_of(helped), *([_some_of(letters, alone)] if len(letters) >= alone else [])], 1)


def _there(way: Way) -> Clause:
    if way.needed == 1:
        return _any_token(way.tokens)
    return _some_of([_any_token([token]) for token in way.tokens], way.needed)


def _any_token(tokens: Sequence[str]) -> Clause:
    """Any of the tokens, each in the fields that it may stand in."""
    sought: dict[str, list[str]] = {}
    for token in tokens:
        for field in ranking.fields_of(token):
            sought.setdefault(field, []).append(token)
    return _some_of([{"terms": {field: some}} for field, some in sought.items()], 1)


def _unit_points(unit: Unit) -> Clause:
    """The best of its ways counts."""
    ways = [[_points(term) for term in ranking.way_terms(unit, way)] for way in unit.ways]
    pairs = zip(unit.ways, ways, strict=True)
    return {"dis_max": {"queries": [_some_of(terms, way.needed) for way, terms in pairs]}}


def _points(term: ranking.Term) -> Clause:
    """A token counts in the field that it stands in."""
    queries = [_term(field, term.token, boost=weight) for field, weight in term.weights.items()]
    return queries[0] if len(queries) == 1 else {"dis_max": {"queries": queries}}


def _title(question: Question) -> Clause:
    exact = _constant(_term("folded", question.title), TITLE_IS)
    start = _constant({"prefix": {"folded": {"value": question.title}}}, TITLE_STARTS)
    called = _constant({"terms": {"folded": list(question.called)}}, TITLE_IS_CALLED)
    return {"dis_max": {"queries": [exact, start, *([called] if question.called else [])]}}


def _facet(query: SearchQuery, name: str) -> Clause:
    others = [_filter(query, one) for one in query.own_filters if one != name]
    order = [{"_count": "desc"}, {"_key": "asc"}]
    return {
        "filter": _all_of(others),
        "aggs": {"values": {"terms": {"field": name, "size": FACET_VALUES, "order": order}}},
    }


def _scope(query: SearchQuery) -> list[Clause]:
    drafts_of = query.scope.drafts_of
    if drafts_of is None:
        return []
    return [_some_of([_term("status", "published"), {"terms": {"publisher": sorted(drafts_of)}}], 1)]


def _span(query: SearchQuery) -> list[Clause]:
    first, last = query.days
    asked = (("period_end", "gte", first), ("period_start", "lte", last))
    return [{"range": {field: {operator: value}}} for field, operator, value in asked if value is not None]


def _updated(query: SearchQuery) -> list[Clause]:
    since = query.updated_from
    return [] if since is None else [{"range": {"updated": {"gte": micros(since)}}}]


def _filter(query: SearchQuery, name: str) -> Clause:
    if name == PERIOD:
        return _all_of(_span(query))
    return {"terms": {name: list(query.filters[name])}}


def _sort_field(key: Order) -> str:
    return _SORT_FIELDS.get(key.name, key.name)


def _term(field: str, value: str, *, boost: float = 1.0) -> Clause:
    return {"term": {field: {"value": value, "boost": boost}}}


def _constant(clause: Clause, boost: float) -> Clause:
    return {"constant_score": {"filter": clause, "boost": boost}}


def _all_of(clauses: list[Clause]) -> Clause:
    return {"bool": {"filter": clauses}} if clauses else {"match_all": {}}


def _some_of(clauses: list[Clause], least: int) -> Clause:
    return {"bool": {"should": clauses, "minimum_should_match": least}}
