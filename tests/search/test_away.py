"""An index that does not answer: what is told, and that nothing is lost."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from catalog import db
from catalog.errors import Unavailable
from search import open_index, sync
from search.engines.elastic import ElasticIndex
from search.engines.embedded import EmbeddedIndex
from search.index import Changes, SearchIndex, SearchQuery
from tests.factories import a_dataset, a_publisher, refused
from tests.search.documents import a_document


@pytest.fixture
def away() -> Iterator[SearchIndex]:
    """An Elasticsearch that is not there: a port that nobody listens on."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        index = ElasticIndex(f"http://127.0.0.1:{reserved.getsockname()[1]}/nobody")
        yield index
        index.close()


CALLS: dict[str, Callable[[SearchIndex], object]] = {
    "prepare": lambda index: index.prepare(),
    "write": lambda index: index.write([a_document(1)]),
    "search": lambda index: index.search(SearchQuery("土地")),
    "rebuild": lambda index: index.rebuild([a_document(1)], lambda held: Changes(())),
    "status": lambda index: index.status(),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_elasticsearch_away_is_told_in_our_words(away: SearchIndex, call: Callable[[SearchIndex], object]) -> None:
    with refused(Unavailable, "search_unavailable"):
        call(away)


@pytest.mark.parametrize("name", ["write", "search"])
def test_an_index_that_was_never_made_does_not_answer(search_url: str, search_file: Path, name: str) -> None:
    index = open_index(search_url, database_path=search_file)
    with refused(Unavailable, "search_unavailable"):
        CALLS[name](index)
    index.close()


def test_a_file_that_cannot_be_opened_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with refused(Unavailable, "search_unavailable"):
        EmbeddedIndex(tmp_path / "taken").search(SearchQuery("土地"))


def test_a_fault_of_our_own_is_no_outage(search_file: Path) -> None:
    index = EmbeddedIndex(search_file)
    index.prepare()
    with sqlite3.connect(search_file) as other:
        for (name,) in other.execute("SELECT name FROM sqlite_master WHERE name LIKE '%_card'").fetchall():
            other.execute(f"DROP TABLE {name}")
    other.close()
    with pytest.raises(sqlite3.OperationalError):
        index.write([a_document(1)])


@pytest.mark.elasticsearch
def test_when_elasticsearch_is_back_the_index_catches_up(engine: Engine, away: SearchIndex, elastic_url: str) -> None:
    with db.session(engine, write=True) as opened:
        a_publisher(opened)
        for number in range(3):
            a_dataset(opened, title=f"债务余额第{number}期")
        opened.commit()
    with refused(Unavailable, "search_unavailable"):
        sync.sync(engine, away)
    back = ElasticIndex(elastic_url)
    sync.ensure(engine, back)
    assert sync.status(engine, back).agrees
    back.close()


@pytest.mark.elasticsearch
def test_an_index_that_was_lost_is_not_made_by_a_write(elastic_url: str) -> None:
    index = ElasticIndex(elastic_url)
    index.prepare()
    index.drop()
    with refused(Unavailable, "search_unavailable"):
        index.write([a_document(1)])
    assert index.generations() == []
    index.close()
