"""One value of a column in the order of another is a piece of a kept order: the same rows as when they are sorted."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.rows import kept, pairs, thresholds
from catalog.rows.engine import RowFiles, read_page
from catalog.rows.query import parse_query
from catalog.schema import Field
from tests.catalog.rows.releases import make_release

FIELDS = (Field("name", "名称", "string"), Field("n", "数", "integer"), Field("period", "时期", "period"))
NAMES = ("a", "甲", None)
rows_of = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.one_of(st.none(), st.integers(-2, 2)),
        st.sampled_from(["2018", "2018-Q1", "2017-12", None]),
    ),
    max_size=25,
)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thresholds, "PAIR", 1)


def key_of(place: int, *, down: bool) -> Callable[[tuple[int, Any]], Any]:
    def key(one: tuple[int, Any]) -> Any:
        value = one[1][place]
        if value is None:
            return (1, 0, one[0])
        number = {"2018": 2, "2018-Q1": 2, "2017-12": 1}.get(value, value)  # a period by its first day
        return (0, -number if down else number, one[0])

    return key


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=rows_of,
    name=st.sampled_from(NAMES),
    order=st.sampled_from([1, 2]),
    down=st.booleans(),
    limit=st.integers(1, 4),
    offset=st.integers(0, 6),
)
def test_every_page_is_what_sorting_gives(
    rows: list[Any], name: str | None, order: int, limit: int, offset: int, *, down: bool
) -> None:
    wanted = sorted(((at, row) for at, row in enumerate(rows, 1) if row[0] == name), key=key_of(order, down=down))
    one = ("name__isnull", "true") if name is None else ("name", name)
    params = [one, ("order_by", "-" * down + FIELDS[order].name), ("limit", str(limit)), ("offset", str(offset))]
    with tempfile.TemporaryDirectory() as directory:
        files = make_release(Path(directory), FIELDS, rows, group=7)
        query = parse_query(params, files.table)
        page, seen = read_page(files, query), []
        while True:
            assert page.total == len(wanted)
            seen += [row[0] for row in page.rows]
            if page.next_after is None:
                break
            page = read_page(files, query, after=page.next_after)
        assert seen == [number for number, _ in wanted][offset:]
        assert bool(list(Path(directory).glob("*.rpair"))) == bool(wanted)


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RowFiles:
    monkeypatch.setattr(kept, "LATELY", 0.0)
    drawn = random.Random(7)
    rows = [(drawn.choice(NAMES), drawn.randrange(9), "2018") for _ in range(60)]
    return make_release(tmp_path, FIELDS, rows)


def asked(files: RowFiles, **params: str) -> list[int]:
    return [row[0] for row in read_page(files, parse_query(list(params.items()), files.table)).rows]


@pytest.mark.parametrize("spoil", [lambda data: data[:-9], lambda data: b"x" + data[1:], lambda data: b""])
def test_a_broken_one_is_made_anew(table: RowFiles, spoil: Callable[[bytes], bytes]) -> None:
    right = asked(table, name="a", order_by="n")
    path = next(table.parquet.parent.glob("*.rpair"))
    path.write_bytes(spoil(path.read_bytes()))
    assert asked(table, name="a", order_by="n") == right


def test_one_of_a_large_table_is_made_beside_and_rows_are_sorted_so_long(
    table: RowFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = asked(table, name="a", order_by="-n")
    next(table.parquet.parent.glob("*.rpair")).unlink()
    monkeypatch.setattr(thresholds, "MAKE_NOW", 1)
    waiting: dict[Any, Callable[[], None]] = {}
    files = replace(table, later=waiting.__setitem__)
    assert asked(files, name="a", order_by="-n") == right
    assert len(waiting) == 1
    for make in (*waiting.values(), *waiting.values()):  # twice is once
        make()
    waiting.clear()
    assert asked(files, name="a", order_by="-n") == right
    assert not waiting


def test_a_table_has_only_so_many(table: RowFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "MOST", 1)
    first = asked(table, name="a", order_by="n")
    assert asked(table, name="a", order_by="period") == sorted(first)
    assert len(list(table.parquet.parent.glob("*.rpair"))) == 1
