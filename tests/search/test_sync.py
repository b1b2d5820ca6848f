"""Index and database: what is stale is caught up, nothing is lost to a race, and disagreements are named."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from threading import Thread

import pytest
from sqlalchemy import Engine, event, update

from catalog import db
from catalog.models import Dataset, Publisher, Release
from catalog.schema import Field, Table
from search import sync
from search.documents import documents_of, iter_documents
from search.engines.elastic import ElasticIndex
from search.fields import FORMATS
from search.index import Scope, SearchDocument, SearchIndex, SearchQuery, Written
from tests.search.documents import JUNE

ALL = Scope(None)


@pytest.fixture
def publisher(engine: Engine) -> str:
    with db.session(engine, write=True) as opened:
        opened.add(Publisher(slug="finance", title="财政局", aliases=["理财处"]))
        opened.commit()
    return "finance"


def add(engine: Engine, count: int, **values: object) -> None:
    """Some published datasets of the one publisher."""
    with db.session(engine, write=True) as opened:
        office = opened.query(Publisher).one()
        start = opened.query(Dataset).count()
        known = {"state": "published", "modified": JUNE, **values}
        for number in range(start + 1, start + count + 1):
            opened.add(Dataset(slug=f"d-{number}", publisher=office, **{"title": f"债务余额{number}", **known}))
        opened.commit()


def edit(engine: Engine, number: int, title: str) -> None:
    """Another title, as the next revision."""
    with db.session(engine, write=True) as opened:
        dataset = opened.get_one(Dataset, number)
        dataset.title, dataset.revision = title, dataset.revision + 1
        opened.commit()


def found(index: SearchIndex, text: str) -> list[int]:
    """The ids that a text finds."""
    return sorted(hit.id for hit in index.search(SearchQuery(text, scope=ALL, size=100)).hits)


def test_what_is_stale_is_brought_up_to_date(engine: Engine, publisher: str, index: SearchIndex) -> None:
    add(engine, 7)
    assert sync.sync(engine, index, at_once=3) == 7
    assert (found(index, "债务"), sync.sync(engine, index)) == ([1, 2, 3, 4, 5, 6, 7], 0)
    edit(engine, 4, "土地供应")
    assert (sync.sync(engine, index), found(index, "土地")) == (1, [4])
    assert sync.status(engine, index).agrees


def test_an_edit_between_reading_and_marking_stays_stale(engine: Engine, publisher: str, index: SearchIndex) -> None:
    add(engine, 1)

    class Slow:
        """Writes as the index does, while somebody edits between reading and writing."""

        def write(self, documents: Iterable[SearchDocument]) -> Written:
            read = list(documents)
            if read and not edited:
                edited.append(edit(engine, 1, "土地供应"))
            return index.write(read)

    edited: list[object] = []
    assert sync.sync(engine, Slow()) == 1  # type: ignore[arg-type]  # only its write is called
    assert sync.status(engine, index).stale == 1
    assert (sync.sync(engine, index), found(index, "土地")) == (1, [1])


def _documents(engine: Engine) -> list[SearchDocument]:
    return list(iter_documents(engine, 100))


def test_several_may_catch_up_at_once(engine: Engine, publisher: str, index: SearchIndex) -> None:
    add(engine, 40)
    threads = [Thread(target=sync.sync, args=(engine, index), kwargs={"at_once": 5}) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sync.status(engine, index).agrees


def test_writers_run_through_a_rebuild_and_nothing_is_lost(engine: Engine, publisher: str, index: SearchIndex) -> None:
    add(engine, 8)
    sync.ensure(engine, index)

    def documents() -> Iterator[SearchDocument]:
        for one in iter_documents(engine, 2):
            yield one
            edit(engine, 1, f"土地供应 之 {one.id}")
            sync.sync(engine, index)
        add(engine, 1)
        sync.sync(engine, index)

    index.rebuild(documents(), lambda held: sync.changes(engine, held))
    agreement = sync.status(engine, index)
    assert (agreement.agrees, agreement.datasets) == (True, 9)
    assert found(index, "土地") == [1]


def test_an_index_is_made_once_and_rebuilt_when_it_is_lost(engine: Engine, publisher: str, index: SearchIndex) -> None:
    add(engine, 2)
    assert [sync.ensure(engine, index), sync.ensure(engine, index)] == [True, False]
    index.write([], [1, 2])
    assert sync.status(engine, index).missing == (1, 2)
    sync.rebuild(engine, index)
    assert sync.status(engine, index).agrees


def test_disagreements_are_named(engine: Engine, publisher: str, index: SearchIndex) -> None:
    add(engine, 3)
    sync.ensure(engine, index)
    [first, second, third] = _documents(engine)
    index.write([_as(second, 2, 9), _as(third, 77, 1)], [first.id])
    agreement = sync.status(engine, index)
    assert (agreement.missing, agreement.different, agreement.surplus) == ((1,), (2,), (77,))
    assert (agreement.agrees, agreement.datasets, agreement.stale) == (False, 3, 0)


def _as(document: SearchDocument, number: int, revision: int) -> SearchDocument:
    from dataclasses import replace

    return replace(document, id=number, revision=revision)


@pytest.mark.elasticsearch
def test_a_document_that_the_server_refuses_is_named_and_the_rest_goes_on(
    engine: Engine, publisher: str, elastic_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    index = ElasticIndex(elastic_url)
    sync.ensure(engine, index)
    add(engine, 1)
    add(engine, 1, themes=[{"no": "word"}])
    add(engine, 1)
    with caplog.at_level(logging.WARNING):
        assert sync.sync(engine, index, at_once=1) == 2
    assert "refuses dataset d-2" in caplog.text
    assert sync.status(engine, index).missing == (2,)
    sync.rebuild(engine, index)
    assert found(index, "债务") == [1, 3]
    index.close()


def test_a_dataset_becomes_a_document_with_all_that_is_sought(engine: Engine, publisher: str) -> None:
    add(
        engine,
        1,
        title_translations={"en": "Debt"},
        tags=["债务"],
        regions=["330600"],
        temporal_from=date(2018, 1, 1),
        family="gov_debt",
        issued=datetime(2019, 1, 1, tzinfo=UTC),
    )
    table = Table("t", "表", (Field("a", "债务限额", "decimal"), Field("b", "地区", "string")))
    _release(engine, "published", table)
    [document] = _documents(engine)
    assert (document.titles, document.tags, document.regions) == ({"en": "Debt"}, ("债务",), ("330600",))
    assert (document.publisher, document.publisher_title) == ("finance", "财政局")
    assert (document.publisher_aliases, document.formats) == (("理财处",), FORMATS)
    assert (document.field_titles, document.updated) == (("债务限额", "地区"), JUNE)
    assert (document.temporal_from, document.issued) == (date(2018, 1, 1), datetime(2019, 1, 1, tzinfo=UTC))


def test_the_columns_of_an_unpublished_release_are_nobodys_business(engine: Engine, publisher: str) -> None:
    add(engine, 1)
    _release(engine, "draft", Table("t", "表", (Field("a", "秘密", "string"),)))
    [document] = _documents(engine)
    assert (document.field_titles, document.formats) == ((), ())


def _release(engine: Engine, state: str, table: Table) -> None:
    with db.session(engine, write=True) as opened:
        digests = {"digest": "0" * 64, "upload_digest": "0" * 64}
        release = Release(dataset_id=1, number=1, state=state, tables=[table.to_dict()], **digests)
        opened.add(release)
        opened.flush()
        opened.execute(update(Dataset).values(latest_release_id=release.id))
        opened.commit()


@pytest.mark.parametrize("count", [1, 30])
def test_a_batch_of_documents_takes_one_statement(engine: Engine, publisher: str, count: int) -> None:
    add(engine, count)
    statements: list[str] = []
    with db.session(engine) as opened:
        event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
        assert len(documents_of(opened, list(range(1, count + 1)))) == count
    assert sum(one.startswith("SELECT") for one in statements) == 1
