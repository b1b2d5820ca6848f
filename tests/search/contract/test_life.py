"""How an index lives: writes and their order, rebuilds without a gap, crashes in the middle, and its own report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from catalog.errors import Conflict
from search.index import Changes, SearchDocument, SearchIndex, SearchQuery
from tests.factories import refused
from tests.search.documents import a_document

Opened = Callable[[], SearchIndex]
NO_CHANGES = Changes(())


def titles(index: SearchIndex, text: str = "") -> list[str]:
    """Slugs found, by title."""
    return [hit.slug for hit in index.search(SearchQuery(text, sort="title", size=100)).hits]


def test_what_is_written_is_found_by_the_next_search(index: SearchIndex, opened: Opened) -> None:
    index.write([a_document(1)])
    assert titles(opened(), "土地") == ["d-1"]


def test_a_new_revision_replaces_the_old_one_wholly(index: SearchIndex) -> None:
    index.write([a_document(1, "土地供应", tags=("旧",))])
    index.write([a_document(1, "债务余额", revision=2)])
    assert (titles(index, "土地"), titles(index, "旧"), titles(index, "债务")) == ([], [], ["d-1"])


def test_a_slow_writer_never_overwrites_a_newer_document(index: SearchIndex) -> None:
    index.write([a_document(1, "债务余额", revision=2)])
    assert index.write([a_document(1, "土地供应", revision=1)]).refused == {}
    assert (titles(index, "土地"), titles(index, "债务")) == ([], ["d-1"])


def test_the_same_revision_may_be_written_again(index: SearchIndex) -> None:
    index.write([a_document(1, publisher_title="财政局")])
    index.write([a_document(1, publisher_title="税务局")])
    assert (titles(index, "财政局"), titles(index, "税务局")) == ([], ["d-1"])


def test_what_is_taken_out_is_gone(index: SearchIndex) -> None:
    index.write([a_document(1), a_document(2)])
    index.write([], [1, 77])
    assert (titles(index), titles(index, "土地")) == (["d-2"], ["d-2"])


def test_more_than_one_batch_is_written(index: SearchIndex) -> None:
    index.write(a_document(number) for number in range(1, 1_102))
    assert index.search(SearchQuery("土地")).total == 1_101


def test_an_index_put_in_order_answers_the_same_and_takes_more(index: SearchIndex) -> None:
    for number in range(1, 40):
        index.write([a_document(number, f"土地供应第{number}号")])
    before = index.search(SearchQuery("土地供应", size=100)).hits
    index.settle()
    assert index.search(SearchQuery("土地供应", size=100)).hits == before
    index.settle()
    index.write([a_document(40, "土地供应第40号")])
    assert index.search(SearchQuery("土地供应")).total == 40


def test_an_index_says_until_its_first_rebuild_that_it_wants_one(index: SearchIndex, opened: Opened) -> None:
    assert opened().prepare()
    index.rebuild([a_document(1)], lambda held: NO_CHANGES)
    assert not opened().prepare()
    assert titles(index) == ["d-1"]


def test_the_old_index_answers_until_the_new_one_is_whole(index: SearchIndex, opened: Opened) -> None:
    index.write([a_document(1), a_document(2)])
    reader, seen = opened(), []

    def documents() -> Iterator[SearchDocument]:
        for number in range(1, 601):
            if number % 200 == 0:
                seen.append(titles(reader))
            yield a_document(number, revision=2)

    assert len(index.rebuild(documents(), lambda held: NO_CHANGES)) == 600
    assert seen == [["d-1", "d-2"]] * 3
    assert reader.search(SearchQuery("土地")).total == 600


def test_what_changes_during_a_rebuild_is_in_its_result(index: SearchIndex, opened: Opened) -> None:
    index.write([a_document(number) for number in (1, 2, 3)])
    truth = {number: a_document(number) for number in (1, 2, 3)}
    writer = opened()

    def documents() -> Iterator[SearchDocument]:
        for number in (1, 2, 3):
            yield truth[number]
        truth[1] = replace(truth[1], title="债务余额", revision=2)  # read already
        writer.write([truth[1]])
        del truth[2]
        writer.write([], [2])
        truth[4] = a_document(4)
        writer.write([truth[4]])

    def catch_up(held: object) -> Changes:
        known = dict(held)  # type: ignore[call-overload]  # pairs, as both engines give them
        late = [one for one in truth.values() if known.get(one.id) != one.revision]
        return Changes(late, tuple(known.keys() - truth.keys()))

    assert len(index.rebuild(documents(), catch_up)) == 3
    assert index.status(revisions=True).revisions == {1: 2, 3: 1, 4: 1}
    assert (titles(writer, "债务"), titles(writer, "土地")) == (["d-1"], ["d-3", "d-4"])


def test_a_rebuild_that_dies_leaves_the_old_index_and_the_next_one_cleans_up(
    index: SearchIndex, opened: Opened
) -> None:
    index.rebuild([a_document(1)], lambda held: NO_CHANGES)

    def dying() -> Iterator[SearchDocument]:
        yield from (a_document(number) for number in range(2, 1_000))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.rebuild(dying(), lambda held: NO_CHANGES)
    assert titles(opened()) == ["d-1"]
    index.rebuild([a_document(3)], lambda held: NO_CHANGES)
    assert titles(opened()) == ["d-3"]
    assert len(generations(index)) == 1


def generations(index: SearchIndex) -> list[str]:
    """What of this index stands in the engine."""
    from search.engines.elastic import ElasticIndex
    from search.engines.embedded import EmbeddedIndex

    if isinstance(index, ElasticIndex):
        return index.generations()
    assert isinstance(index, EmbeddedIndex)
    return index.generations()


def test_a_second_rebuild_overtakes_the_first(index: SearchIndex, opened: Opened) -> None:
    def overtaken() -> Iterator[SearchDocument]:
        yield from (a_document(number) for number in range(1, 501))
        opened().rebuild([a_document(900)], lambda held: NO_CHANGES)
        yield from (a_document(number) for number in range(501, 1_002))

    with refused(Conflict, "rebuild_overtaken"):
        index.rebuild(overtaken(), lambda held: NO_CHANGES)
    assert titles(index) == ["d-900"]
    assert len(generations(index)) == 1


def test_an_index_that_is_overtaken_at_its_last_look_changes_nothing(index: SearchIndex, opened: Opened) -> None:
    looks: list[int] = []

    def catch_up(held: object) -> Changes:
        looks.append(1)
        return Changes([a_document(2)] if len(looks) == 1 else ())

    index.rebuild([a_document(1)], catch_up)
    assert titles(index) == ["d-1", "d-2"]


def test_an_index_reports_what_it_holds(index: SearchIndex) -> None:
    index.write([a_document(1), a_document(2, revision=7)])
    status = index.status(revisions=True)
    assert (status.ready, status.documents, status.revisions) == (True, 2, {1: 1, 2: 7})
    assert index.status().revisions == {}


def test_an_index_that_was_closed_opens_again(index: SearchIndex) -> None:
    index.write([a_document(1)])
    index.close()
    assert titles(index, "土地") == ["d-1"]


def test_what_is_remembered_of_a_question_ends_with_the_next_write(index: SearchIndex, opened: Opened) -> None:
    query, writer = SearchQuery("土地", facets=("tag",)), opened()
    index.write([a_document(1, tags=("甲",))])
    assert [index.search(query).total, index.search(query).total] == [1, 1]
    writer.write([a_document(2, tags=("甲",))])
    assert index.search(query).facets["tag"][0].count == 2
    writer.write([], [1])
    assert index.search(query).facets["tag"][0].count == 1


def test_an_index_that_is_not_there_says_so(opened: Opened) -> None:
    status = opened().status()
    assert (status.ready, status.documents) == (False, 0)
