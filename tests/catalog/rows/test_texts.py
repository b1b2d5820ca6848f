"""Texts of rows are those that the values give, whichever rows are read; broken ones are not used."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.rows import texts, thresholds
from catalog.rows.engine import RowFiles, RowPage, read_page
from catalog.rows.query import parse_query
from catalog.rows.serving import open_serving
from catalog.rows.texts import build_texts, open_texts
from catalog.schema import Field
from tests.catalog.rows.releases import make_release
from tests.catalog.rows.test_engines_agree import FIELDS, rows_of

ODD = Field('it\'s "odd"\\', "怪", "string")
QUERIES: list[list[tuple[str, str]]] = [
    [],
    [("limit", "2"), ("offset", "1")],
    [("order_by", "-n"), ("limit", "3")],
    [("ok", "true"), ("order_by", "day,-name")],
]


def texts_file(files: RowFiles) -> Path:
    assert files.serving is not None
    return files.serving.with_suffix(".rtexts")


def with_texts(files: RowFiles) -> RowFiles:
    assert files.serving is not None
    texts_file(files).unlink(missing_ok=True)
    build_texts(open_serving(files.serving, files.table), files.parquet)
    return files


def told(files: RowFiles, page: RowPage) -> list[dict[str, Any]]:
    names = ["_row", *(field.name for field in files.table.fields)]
    return orjson.loads(orjson.dumps([dict(zip(names, row, strict=True)) for row in page.rows]))  # type: ignore[no-any-return]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_of, texts_=st.lists(st.text(max_size=5), min_size=14, max_size=14))
def test_a_page_as_text_is_the_page(rows: list[tuple[Any, ...]], texts_: list[str]) -> None:
    fields = (*FIELDS, ODD)
    with tempfile.TemporaryDirectory() as name, patch.object(texts, "_CELLS", 4):
        files = with_texts(
            make_release(Path(name), fields, [(*row, text) for row, text in zip(rows, texts_, strict=False)])
        )
        for params in QUERIES:
            query = parse_query(params, files.table)
            plain, text = read_page(files, query), read_page(files, query, as_text=True)
            assert (text.total, text.next_after) == (plain.total, plain.next_after)
            if text.text is not None:
                assert json.loads(text.text) == told(files, plain)
            else:
                assert plain.rows == []


@pytest.fixture
def files(tmp_path: Path) -> RowFiles:
    return with_texts(make_release(tmp_path, [Field("n", "数", "integer")], [(number,) for number in range(5000)]))


def test_neighbours_are_read_across_batches(files: RowFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_CELLS", 2048 * len(files.table.fields))  # as many rows as DuckDB works with at once
    with_texts(files)
    for numbers in (range(1, 5001), range(2040, 2060), [5000, 1, 2049]):
        found = open_texts(open_serving(files.serving, files.table))
        assert found is not None
        assert [one["_row"] for one in json.loads(found.read(numbers))] == list(numbers)


def test_a_choice_of_fields_is_not_read_from_texts(files: RowFiles) -> None:
    assert read_page(files, parse_query([], files.table), as_text=True).text is not None
    for params in ([("select", "n")], [("select", "count(*)")]):
        assert read_page(files, parse_query(params, files.table), as_text=True).text is None
    assert read_page(files, parse_query([], files.table)).text is None


@pytest.mark.parametrize("spoiled", [b"", b"\0" * 500, b"broken"])
def test_broken_texts_are_not_used(files: RowFiles, spoiled: bytes) -> None:
    texts_file(files).write_bytes(spoiled)
    page = read_page(files, parse_query([("limit", "1")], files.table), as_text=True)
    assert (page.text, page.rows) == (None, [(1, 0)])


def test_texts_are_made_beside_where_they_are_worth_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thresholds, "TEXTS", 2)
    asked: list[Any] = []
    made = make_release(tmp_path, [Field("n", "数", "integer")], [(1,), (2,)])
    served = RowFiles(made.parquet, made.serving, made.table, lambda key, make: asked.append(make))
    query = parse_query([], made.table)
    assert read_page(served, query, as_text=True).text is None
    asked[0]()
    assert read_page(served, query, as_text=True).text == b'[{"_row":1,"n":1},{"_row":2,"n":2}]'
