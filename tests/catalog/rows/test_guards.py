"""Limits of time and memory, the fence round DuckDB, processes and threads."""

from __future__ import annotations

import multiprocessing
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from catalog.errors import Unavailable
from catalog.rows import duck
from catalog.rows.engine import RowFiles, iter_export, read_page
from catalog.rows.limits import LIMITS, Clock, Limits
from catalog.rows.query import parse_query
from catalog.schema import Field
from tests.catalog.rows.releases import LAND, make_release
from tests.catalog.rows.test_engine import ROWS, grouped, numbers


@pytest.fixture
def land(tmp_path: Path) -> RowFiles:
    return make_release(tmp_path, LAND, ROWS, group=2)


def slow_statement() -> str:
    return (
        "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE (a.range * 31) % 1009 > (b.range * 17) % 1013"
    )


def test_the_time_limit_stops_duckdb(land: RowFiles) -> None:
    with pytest.raises(Unavailable) as caught:
        duck.fetch(land.parquet, len(LAND), slow_statement(), [], LIMITS, Clock(0.05))
    assert caught.value.message.code == "query_too_slow"
    assert numbers(replace(land, serving=None), ("area__gt", "1")) == [1, 2]


def test_the_time_limit_stops_a_stream(land: RowFiles) -> None:
    slow = slow_statement().replace("count(*)", "a.range")
    with pytest.raises(Unavailable) as caught:
        list(duck.stream(land.parquet, len(LAND), slow.replace("> (", "> 2000 + ("), [], Limits(export_seconds=0.05)))
    assert caught.value.message.code == "query_too_slow"


def test_the_time_limit_stops_the_reading_of_ranks(tmp_path: Path) -> None:
    texts = [(f"{number * 7919 % 1_000_003} Nowhere {number}",) for number in range(60_000)]
    files = make_release(tmp_path, [Field("t", "文", "string")], texts)
    looked_for = [("t__contains", f"nowhere {number % 10}") for number in range(90)]  # some 20 ms each
    query = parse_query(looked_for, files.table)
    assert read_page(files, parse_query(looked_for[:1], files.table)).total > 0  # the ranks are there
    with pytest.raises(Unavailable) as caught:
        read_page(files, query, limits=Limits(seconds=0.1))
    assert caught.value.message.code == "query_too_slow"


def test_no_time_left_is_too_slow(land: RowFiles) -> None:
    query = parse_query([("q", "越城")], land.table)
    with pytest.raises(Unavailable):
        read_page(land, query, limits=Limits(seconds=0))
    with pytest.raises(Unavailable):
        iter_export(land, query, Limits(export_seconds=0))


def test_a_total_that_cannot_be_counted_in_time_says_so(land: RowFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_slow(*_: Any) -> tuple[str, list[Any]]:
        return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", []

    monkeypatch.setattr("catalog.rows.engine.count_sql", too_slow)
    query = parse_query([("bids__gte", "0"), ("limit", "2")], land.table)
    page = read_page(replace(land, serving=None), query, limits=Limits(seconds=1))
    assert (len(page.rows), page.total, page.total_exact) == (2, 3, False)


def test_the_memory_limit_is_kept(land: RowFiles) -> None:
    hungry = "SELECT list(a.range || '-' || b.range) FROM range(100000) a, range(1000) b"
    with pytest.raises(Unavailable) as caught:
        duck.fetch(land.parquet, len(LAND), hungry, [], Limits(memory_mib=64), Clock(30))
    assert caught.value.message.code == "query_too_large"


FORBIDDEN = [
    "SELECT * FROM read_csv('/etc/hostname')",
    "SELECT * FROM read_text('{other}')",
    "COPY (SELECT 1) TO '{directory}/x.csv'",
    "COPY (SELECT 1) TO '{parquet}'",
    "ATTACH '{directory}/x.duckdb'",
    "SET memory_limit = '9GB'",
    "SET enable_external_access = true",
    "INSTALL httpfs",
    "LOAD httpfs",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_duckdb_sees_its_one_file_and_nothing_else(land: RowFiles, statement: str) -> None:
    other = land.parquet.with_name("other.txt")
    other.write_text("secret")
    sql = statement.format(other=other, directory=land.parquet.parent, parquet=land.parquet)
    before = land.parquet.read_bytes()
    with duck._cursor(land.parquet, len(LAND), LIMITS) as cursor, pytest.raises(duckdb.Error):
        cursor.execute(sql).fetchall()
    assert land.parquet.read_bytes() == before


@pytest.mark.parametrize("name", ["it's; DROP TABLE r", "data [1] *?", "数据"])
def test_an_odd_path_is_only_a_path(tmp_path: Path, name: str) -> None:
    odd = tmp_path / name
    odd.mkdir()
    files = make_release(odd, LAND, ROWS)
    assert numbers(files, ("q", "越城")) == [1, 2]


def test_instances_beyond_a_few_are_closed_and_opened_anew(tmp_path: Path) -> None:
    made = []
    for number in range(duck._KEPT + 2):
        (tmp_path / str(number)).mkdir()
        made.append(make_release(tmp_path / str(number), [Field("n", "数", "integer")], [(number,)], serve=False))
    for _ in range(2):
        assert [grouped(files, ("select", "n")) for files in made] == [[(number,)] for number in range(len(made))]
    assert len(duck._open._things) <= duck._KEPT


def _read_in_child(files: RowFiles, answers: Any) -> None:
    answers.put([numbers(files), numbers(files, ("q", "越城")), numbers(replace(files, serving=None))])


def test_a_forked_process_reads_on_its_own(land: RowFiles) -> None:
    assert numbers(land, ("q", "越城")) == [1, 2]
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    child = context.Process(target=_read_in_child, args=(land, answers))
    child.start()
    assert answers.get() == [[1, 2, 3, 4], [1, 2], [1, 2, 3, 4]]
    child.join()
    assert child.exitcode == 0


def test_many_threads_read_the_same_files(land: RowFiles) -> None:
    answers: list[list[int]] = []

    def read() -> None:
        answers.extend(
            numbers(land, *params) for params in ([], [("q", "越城")], [("bids__gt", "1")]) for _ in range(5)
        )

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 60
    assert {tuple(one) for one in answers} == {(1, 2, 3, 4), (1, 2), (1, 3)}


def test_batches_of_a_wide_table_have_fewer_rows(land: RowFiles) -> None:
    statement = "SELECT i FROM range(5000) r(i)"
    several = list(duck.stream(land.parquet, len(LAND), statement, [], Limits(), 2048 * len(LAND)))
    assert [batch.num_rows for batch in several] == [2048, 2048, 904]
