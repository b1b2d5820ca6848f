"""What a question may be, and the addresses of indexes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import BadParameter
from search import open_index
from search.engines.elastic import ElasticIndex
from search.engines.elastic_layout import parse_address
from search.engines.embedded import EmbeddedIndex
from search.index import Order, SearchQuery, micros, moment
from tests.factories import refused
from tests.search.documents import JUNE

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a filter that there is not": ({"filters": {"publishr": ("x",)}}, "unknown_filters"),
    "a facet that there is not": ({"facets": ("colour",)}, "unknown_facets"),
    "an order that there is not": ({"sort": "-size"}, "unknown_sort"),
    "no hits at all": ({"size": 0}, "page_size_out_of_range"),
    "too many hits": ({"size": 101}, "page_size_out_of_range"),
    "before the first page": ({"offset": -1}, "page_too_deep"),
    "a period that ends before it starts": (
        {"period_from": date(2020, 1, 1), "period_to": date(2019, 1, 1)},
        "period_backwards",
    ),
}


@pytest.mark.parametrize(("values", "code"), WRONG.values(), ids=WRONG.keys())
def test_a_question_that_cannot_be_is_refused(values: dict[str, Any], code: str) -> None:
    with refused(BadParameter, code):
        SearchQuery(**values)


CURSORS: list[tuple[Any, ...]] = [(), (1,), ("a", 1, 2), ("a", 1), (True, 1), (None, 1), (2**62, 1), (float("nan"), 1)]


@pytest.mark.parametrize("after", CURSORS)
def test_a_place_of_another_order_is_refused(after: tuple[Any, ...]) -> None:
    with refused(BadParameter, "cursor_of_another_query"):
        SearchQuery(sort="updated", after=after)


def test_a_place_by_title_is_a_text() -> None:
    assert SearchQuery(sort="title", after=("a\ud800", 1)).after == ("a?", 1)


ORDERS = {
    ("", "relevance"): (Order("updated", True), Order("id")),
    ("土地", "relevance"): (Order("score", True), Order("updated", True), Order("id")),
    ("土地", "-relevance"): (Order("score", True), Order("updated", True), Order("id")),
    ("土地", "-title"): (Order("title", True), Order("id")),
}


@pytest.mark.parametrize(("asked", "order"), ORDERS.items(), ids=lambda value: None)
def test_every_order_ends_in_the_id(asked: tuple[str, str], order: tuple[Order, ...]) -> None:
    assert SearchQuery(asked[0], sort=asked[1]).order == order


def test_moments_are_kept_to_the_microsecond() -> None:
    assert moment(micros(JUNE)) == JUNE


def test_the_address_chooses_the_engine(tmp_path: Path) -> None:
    assert isinstance(open_index("embedded:", database_path=tmp_path / "x"), EmbeddedIndex)
    elastic = open_index("http://127.0.0.1:9200/portal", database_path=tmp_path)
    assert isinstance(elastic, ElasticIndex)
    elastic.close()


@pytest.mark.parametrize(
    "url", ["solr://host/x", "", "http://host:9200/", "http://host/A", "http:///x", "http://h/x?a=1"]
)
def test_an_address_of_nothing_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="PORTAL_SEARCH_URL"):
        open_index(url, database_path=tmp_path)


def test_an_address_names_hosts_account_and_index() -> None:
    address = parse_address("https://portal:p%40ss@one,two:9243/city?replicas=2&shards=3&ca=/etc/ca.pem")
    assert address.hosts == ("https://one:443", "https://two:9243")
    assert (address.account, address.alias) == (("portal", "p@ss"), "city")
    assert (address.shards, address.replicas, address.ca) == (3, 2, "/etc/ca.pem")
    assert address.is_ours(address.new_index())
    assert not address.is_ours("city-archive-a1l1-20260101000000-abcdef")
