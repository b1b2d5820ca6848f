"""Filters, facets, totals, orders and pages: every engine, and the bare catalog too, against a model by brute force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete

from catalog import db
from catalog.errors import BadParameter, Unavailable
from catalog.models import Dataset, Publisher, Release
from search.browse import browse
from search.fields import FACETS, FILTERS, FORMATS
from search.index import PUBLIC, Scope, SearchDocument, SearchIndex, SearchPage, SearchQuery
from tests.factories import refused
from tests.search.documents import JUNE, a_document, counts, found_by, in_order


@dataclass
class Answerer:
    """Something that holds documents and answers questions about them."""

    fill: Callable[[list[SearchDocument]], None]
    ask: Callable[[SearchQuery], SearchPage]
    texts: tuple[str, ...] = ("", "土地")  # questions that it can answer


@pytest.fixture
def by_index(index: SearchIndex) -> Answerer:
    held: set[int] = set()
    revisions = count(1)  # an id that was removed comes back with a later one

    def fill(documents: list[SearchDocument]) -> None:
        index.write([], held)
        revision = next(revisions)
        index.write(replace(one, revision=revision) for one in documents)
        held.update(one.id for one in documents)

    return Answerer(fill, index.search)


@pytest.fixture
def by_catalog(engine: Engine) -> Answerer:
    def ask(query: SearchQuery) -> SearchPage:
        with db.session(engine) as opened:
            return browse(opened, query)

    return Answerer(lambda documents: _register(engine, documents), ask, texts=("",))


def _register(engine: Engine, documents: list[SearchDocument]) -> None:
    with db.session(engine, write=True) as opened:
        opened.execute(Dataset.__table__.update().values(latest_release_id=None))
        for model in (Release, Dataset, Publisher):
            opened.execute(delete(model))
        titles = {one.publisher: one.publisher_title for one in documents}
        publishers = {slug: Publisher(slug=slug, title=title) for slug, title in titles.items()}
        opened.add_all(publishers.values())
        opened.flush()
        for one in documents:
            dataset = Dataset(publisher=publishers[one.publisher], modified=one.updated, **_columns(one))
            opened.add(dataset)
            opened.flush()
            if one.formats:
                digests = {"digest": "0" * 64, "upload_digest": "0" * 64}
                dataset.latest_release = Release(dataset_id=one.id, number=1, state="published", **digests)
        opened.commit()


def _columns(document: SearchDocument) -> dict[str, Any]:
    plain = ("id", "slug", "title", "family", "frequency", "access", "state", "temporal_from", "temporal_to")
    lists = ("themes", "tags", "regions")
    return {name: getattr(document, name) for name in plain} | {name: list(getattr(document, name)) for name in lists}


DAYS = st.none() | st.dates(date(2018, 1, 1), date(2020, 12, 31))
MOMENTS = st.datetimes(datetime(2026, 5, 30), datetime(2026, 6, 3), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
VALUES = {
    "publisher": ("finance", "land", "transport"),
    "theme": ("finance", "housing", "transport"),
    "family": ("gov_debt", "land_supply"),
    "region": ("330600", "330602", "330681", "330000", "320500", "sx-paojiang"),
    "tag": ("地价", "债务", "Ämter", "a b"),
    "format": FORMATS,
    "frequency": ("yearly", "monthly"),
    "access": ("open", "conditional"),
    "status": ("published", "draft", "withdrawn"),
}


def some(name: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Some values of a field."""
    return st.lists(st.sampled_from(VALUES[name]), unique=True, max_size=3).map(tuple)


@st.composite
def document_lists(draw: st.DrawFn) -> list[SearchDocument]:
    """Up to a dozen documents that share values."""
    return [draw(documents(number)) for number in range(1, draw(st.integers(0, 12)) + 1)]


@st.composite
def documents(draw: st.DrawFn, number: int) -> SearchDocument:
    """One document of any sort."""
    temporal_from, temporal_to = draw(DAYS), draw(DAYS)
    if temporal_from and temporal_to and temporal_from > temporal_to:
        temporal_from, temporal_to = temporal_to, temporal_from
    publisher = draw(st.sampled_from(VALUES["publisher"]))
    return a_document(
        number,
        draw(st.sampled_from(["土地供应", "土地价格", "债务余额", "Budget", "𠮷野", "é", "z"]))
        + draw(st.sampled_from(["", "甲", "乙"])),
        publisher=publisher,
        publisher_title=publisher,
        state=draw(st.sampled_from(VALUES["status"])),
        updated=draw(MOMENTS),
        themes=draw(some("theme")),
        tags=draw(some("tag")),
        regions=draw(some("region")),
        family=draw(st.none() | st.sampled_from(VALUES["family"])),
        frequency=draw(st.sampled_from(VALUES["frequency"])),
        access=draw(st.sampled_from(VALUES["access"])),
        formats=draw(st.sampled_from([(), FORMATS])),
        temporal_from=temporal_from,
        temporal_to=temporal_to,
    )


@st.composite
def queries(draw: st.DrawFn, texts: tuple[str, ...]) -> SearchQuery:
    """Any question whose conditions the model knows."""
    first, last = sorted([draw(DAYS), draw(DAYS)], key=lambda day: day or date.min)
    chosen = draw(st.lists(st.sampled_from(tuple(FILTERS)), unique=True, max_size=3))
    offices = st.frozensets(st.sampled_from(VALUES["publisher"]), max_size=2)
    return SearchQuery(
        text=draw(st.sampled_from(texts)),
        filters={name: draw(some(name)) for name in chosen},
        period_from=first,
        period_to=last,
        updated_from=draw(st.none() | MOMENTS),
        sort=draw(st.sampled_from(["relevance", "updated", "-updated", "title", "-title", "popularity"])),
        size=draw(st.integers(1, 15)),
        offset=draw(st.integers(0, 5)),
        facets=draw(st.lists(st.sampled_from(tuple(FACETS)), unique=True, max_size=10).map(tuple)),
        scope=Scope(draw(st.none() | offices)),
    )


def check(answerer: Answerer, drawn: st.DataObject) -> None:
    """The answer is what the model says: total, facets, and where an order is asked for the very page."""
    held = drawn.draw(document_lists(), "documents")
    answerer.fill(held)
    for _ in range(4):
        query = drawn.draw(queries(answerer.texts), "query")
        page = answerer.ask(query)
        expected = in_order(found_by(held, query), query)
        assert page.total == len(expected)
        assert page.facets == counts(held, query)
        hits = [hit.id for hit in page.hits]
        if query.order[0].name == "score":
            assert set(hits) <= set(expected)
            assert len(hits) == len(expected[query.offset : query.offset + query.size])
        else:
            assert hits == expected[query.offset : query.offset + query.size]
        assert walked(answerer, replace(query, offset=0)) == [hit.id for hit in everything(answerer, query)]


def everything(answerer: Answerer, query: SearchQuery) -> Any:
    """All hits on one page."""
    return answerer.ask(replace(query, offset=0, size=100)).hits


def walked(answerer: Answerer, query: SearchQuery) -> list[int]:
    """All hits, page by page, each page from where the last one ended."""
    found: list[int] = []
    page = answerer.ask(query)
    while True:
        found += [hit.id for hit in page.hits]
        if page.next_after is None:
            return found
        page = answerer.ask(replace(query, after=page.next_after))


patiently = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@patiently
@given(drawn=st.data())
def test_an_index_answers_as_the_model(by_index: Answerer, drawn: st.DataObject) -> None:
    check(by_index, drawn)


@patiently
@given(drawn=st.data())
def test_the_catalog_answers_as_the_model(by_catalog: Answerer, drawn: st.DataObject) -> None:
    check(by_catalog, drawn)


def test_the_catalog_answers_no_words(engine: Engine) -> None:
    with refused(Unavailable, "browse_needs_no_text"), db.session(engine) as opened:
        browse(opened, SearchQuery("土地"))


SCOPES = {
    "the public": (PUBLIC, [1]),
    "an insider of another office": (Scope(frozenset({"other"})), [1]),
    "an insider": (Scope(frozenset({"land-bureau"})), [1, 2, 3]),
    "a reviewer": (Scope(None), [1, 2, 3]),
}


@pytest.mark.parametrize(("scope", "seen"), SCOPES.values(), ids=SCOPES.keys())
@pytest.mark.parametrize("text", ["", "土地"])
def test_who_asks_decides_what_is_found(index: SearchIndex, text: str, scope: Scope, seen: list[int]) -> None:
    states = ("published", "draft", "withdrawn")
    index.write([a_document(number, state=state) for number, state in enumerate(states, 1)])
    page = index.search(SearchQuery(text, scope=scope, sort="title", facets=("status",)))
    assert [hit.id for hit in page.hits] == seen
    assert sum(one.count for one in page.facets["status"]) == len(seen)


def test_popularity_sorts_both_ways(index: SearchIndex) -> None:
    index.write([a_document(number, popularity=popularity) for number, popularity in ((1, 5), (2, 9), (3, 5))])
    for sort, expected in (("popularity", [1, 3, 2]), ("-popularity", [2, 1, 3])):
        assert [hit.id for hit in index.search(SearchQuery(sort=sort)).hits] == expected


@pytest.mark.parametrize("text", ["", "土地"])
def test_a_walk_neither_skips_nor_repeats_while_datasets_come_and_go(index: SearchIndex, text: str) -> None:
    index.write([a_document(number, updated=JUNE + timedelta(hours=number)) for number in range(1, 31)])
    query = SearchQuery(text, sort="-updated", size=10)
    first = index.search(query)
    index.write([a_document(99, updated=JUNE + timedelta(days=9))], [21, 25])
    second = index.search(replace(query, after=first.next_after))
    assert [hit.id for hit in (*first.hits, *second.hits)] == list(range(30, 10, -1))


def test_a_walk_by_points_neither_skips_nor_repeats_though_words_become_more_frequent(index: SearchIndex) -> None:
    index.write([a_document(number, "土地供应", updated=JUNE + timedelta(hours=number)) for number in range(1, 31)])
    query = SearchQuery("土地", size=10)
    page = index.search(query)
    found = [hit.id for hit in page.hits]
    for number in (100, 200):
        index.write([a_document(number + more, "土地" + "价" * 40, description="土地") for more in range(20)])
        page = index.search(replace(query, after=page.next_after))
        found += [hit.id for hit in page.hits]
    assert found == list(range(30, 0, -1))


@pytest.mark.parametrize("sort", ["relevance", "updated", "-updated", "title", "-title", "popularity", "-popularity"])
def test_a_walk_in_any_order_goes_past_everything_once(by_index: Answerer, sort: str) -> None:
    same = [a_document(number, "土地供应") for number in range(1, 16)]
    other = [a_document(number, "土地" + "价" * (number % 5), popularity=number % 3) for number in range(16, 31)]
    by_index.fill([*same, *other])
    query = SearchQuery("土地", sort=sort, size=4)
    assert walked(by_index, query) == [hit.id for hit in everything(by_index, query)]


def test_a_facet_lists_its_most_frequent_values(index: SearchIndex) -> None:
    index.write([a_document(n, tags=("常见", f"t{n:03}")) for n in range(1, 400)])
    listed = index.search(SearchQuery(facets=("tag",))).facets["tag"]
    assert (len(listed), listed[0].value, listed[1].value, listed[-1].value) == (300, "常见", "t001", "t299")


def test_pages_end_at_ten_thousand(index: SearchIndex) -> None:
    index.write([a_document(1)])
    assert index.search(SearchQuery(offset=9_900, size=100)).hits == ()
    with refused(BadParameter, "page_too_deep"):
        SearchQuery(offset=9_901, size=100)


def test_many_values_of_a_filter_are_no_trouble(index: SearchIndex) -> None:
    index.write([a_document(1, tags=("t7",))])
    values = tuple(f"t{number}" for number in range(1_000))
    query = SearchQuery(filters={"tag": values, "publisher": ("land-bureau",)}, facets=("tag",))
    assert index.search(query).total == 1


@pytest.mark.parametrize("value", ["\ud800", "\0", "' OR 1=1 --", "\x1f", "%", "*"])
def test_a_hostile_filter_finds_nothing(by_index: Answerer, by_catalog: Answerer, value: str) -> None:
    for answerer in (by_index, by_catalog):
        answerer.fill([a_document(1, tags=("债务",))])
        for name in ("tag", "publisher"):
            assert answerer.ask(SearchQuery(filters={name: (value,)})).total == 0
