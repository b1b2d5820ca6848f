"""Where tokens stand in the embedded index, remembered until the next write."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from typing import Final

from search.engines.embedded_tables import Tables, open_places
from search.index import FacetCount
from search.units import Way

Tally = Mapping[str, tuple[FacetCount, ...]]
Postings = dict[int, str]  # document -> the field that has the token; never two, see analysis.document_tokens
_PLACES: Final = 1_000_000  # places that are remembered, at most about 80 MiB
_FREQUENT: Final = 1_000  # documents with a token, from which on only candidates are looked at
_TALLIES: Final = 500
_COUNTS: Final = 100_000


class Memory:
    """What one state of the index has told already: it holds until the next write."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.totals: dict[object, int] = {}  # conditions -> total
        self.tallies: dict[object, Tally] = {}  # conditions -> facets
        self.documents: int | None = None
        self._postings: dict[str, Postings] = {}
        self._counts: dict[str, Counter[str]] = {}
        self._holders: dict[str, Set[int]] = {}
        self._size = 0

    def trim(self) -> None:
        """Forget where it has grown too large."""
        if len(self.totals) > _TALLIES:
            self.totals, self.tallies = {}, {}
        if self._size > _PLACES:
            self._postings, self._holders, self._size = {}, {}, 0
        if len(self._counts) > _COUNTS:
            self._counts = {}

    def postings(self, connection: sqlite3.Connection, token: str) -> Postings:
        """The documents that have a token, each with its field: of a frequent one only the present candidates."""
        if token not in self._counts or (token not in self._postings and not self._is_frequent(token)):
            self._read(connection, token)
        if token in self._postings:
            return self._postings[token]
        asked = f"SELECT doc, col FROM {self.tables.places} WHERE term = ? AND +doc IN temp.search_match"
        return dict(connection.execute(asked, (token,)).fetchall())

    def counts(self, connection: sqlite3.Connection, token: str) -> Mapping[str, int]:
        """In how many documents each field has a token."""
        if token not in self._counts:
            self._read(connection, token)
        return self._counts[token]

    def _is_frequent(self, token: str) -> bool:
        return sum(self._counts[token].values()) > _FREQUENT

    def _read(self, connection: sqlite3.Connection, token: str) -> None:
        open_places(connection, self.tables)
        asked = f"SELECT doc, col FROM {self.tables.places} WHERE term = ? LIMIT ?"
        rows = connection.execute(asked, (token, _FREQUENT + 1)).fetchall()
        if len(rows) <= _FREQUENT:
            self._postings[token] = dict(rows)
            self._counts[token] = Counter(field for _, field in rows)
            self._size += len(rows) + 1
        else:
            counted = f"SELECT col, count(*) FROM {self.tables.places} WHERE term = ? GROUP BY col"
            self._counts[token] = Counter(dict(connection.execute(counted, (token,)).fetchall()))

    def size(self, connection: sqlite3.Connection) -> int:
        """How many documents there are."""
        if self.documents is None:
            asked = connection.execute(f"SELECT count(*) FROM {self.tables.document}")
            self.documents = int(asked.fetchone()[0])
        return self.documents

    def holders(self, connection: sqlite3.Connection, way: Way) -> Set[int]:
        """The documents in which a way of saying something is there: one look into FTS5, which is quick at that."""
        if not way.tokens:
            return frozenset()
        asked = (" AND " if way.whole else " OR ").join(f'"{token}"' for token in way.tokens)
        known = self._holders.get(asked)
        if known is None:
            rows = connection.execute(f"SELECT rowid FROM {self.tables.words}(?)", (asked,)).fetchall()
            known = self._holders[asked] = frozenset(row[0] for row in rows)
            self._size += len(known) + 1
        return known


def union(sets: Iterable[Set[int]]) -> set[int]:
    """All members of all sets."""
    return set().union(*sets)
