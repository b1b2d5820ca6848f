"""What only the embedded index has: its words in segments, which are brought together when much has been written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from search.engines.embedded import EmbeddedIndex
from tests.search.documents import a_document


def segments(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        (words,) = connection.execute("SELECT name FROM sqlite_master WHERE name GLOB 'search_a*_words_idx'").fetchone()
        found: int = connection.execute(f"SELECT count(DISTINCT segid) FROM {words}").fetchone()[0]
        return found


def test_an_index_put_in_order_has_its_words_in_one_segment(tmp_path: Path) -> None:
    index = EmbeddedIndex(tmp_path / "search.sqlite")
    index.prepare()
    for number in range(6):
        index.write([a_document(number)])
    assert segments(index.path) > 1
    index.settle()
    assert segments(index.path) == 1
    index.close()
