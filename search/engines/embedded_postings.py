"""Where tokens stand in the embedded index, remembered until the next write."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final

from search.engines.embedded_columns import Ids, Rows, read_ids
from search.engines.embedded_query import Sql
from search.engines.embedded_tables import Tables
from search.index import FacetCount
from search.ranking import fields_of
from search.units import Way

Tally = Mapping[str, tuple[FacetCount, ...]]
Documents = frozenset[int]
_PLACES: Final = 1_000_000  # places that are remembered, at most about 80 MiB
_TALLIES: Final = 500
_SCOPES: Final = 20


class Memory:
    """What one state of the index has told already: it holds until the next write."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.totals: dict[object, int] = {}  # conditions -> total
        self.tallies: dict[object, Tally] = {}  # conditions -> facets
        self.documents: int | None = None
        self.rows = Rows(tables.document)
        self._seen: dict[object, Documents] = {}  # scope -> what it lets through
        self._known: dict[tuple[str, str], Documents] = {}  # the last used at the end
        self._size = 0

    def trim(self) -> None:
        """Forget what was not asked for longest, where it has grown too large."""
        if len(self.totals) > _TALLIES:
            self.totals, self.tallies = {}, {}
        if len(self._seen) > _SCOPES:
            self._seen = {}
        self.rows.trim()
        while self._size > _PLACES and self._known:
            self._size -= len(self._known.pop(next(iter(self._known)), ())) + 1

    def documents_with(self, connection: sqlite3.Connection, field: str, token: str) -> Documents:
        """The documents that have a token in a field; in no other field too, see analysis.document_tokens."""
        key = field, token
        found = self._known.pop(key, None)
        if found is None:
            found = self._read(connection, field, token)
            self._size += len(found) + 1
        self._known[key] = found
        return found

    def seen(self, connection: sqlite3.Connection, scope: object, condition: Sql) -> Documents:
        """The documents that somebody may see."""
        if scope not in self._seen:
            asked = f"SELECT group_concat(id) FROM {self.tables.document} d WHERE {condition.text}"
            self._seen[scope] = read_ids(connection, Sql(asked, condition.params))
        return self._seen[scope]

    def holders(self, connection: sqlite3.Connection, way: Way) -> Ids:
        """The documents in which a way of saying something is there."""
        anywhere = [self._anywhere(connection, token) for token in way.tokens]
        if way.needed < len(anywhere):
            return in_enough(anywhere, way.needed)
        return frozenset.intersection(*sorted(anywhere, key=len)) if anywhere else frozenset()

    def size(self, connection: sqlite3.Connection) -> int:
        """How many documents there are."""
        if self.documents is None:
            asked = connection.execute(f"SELECT count(*) FROM {self.tables.document}")
            self.documents = int(asked.fetchone()[0])
        return self.documents

    def _anywhere(self, connection: sqlite3.Connection, token: str) -> Documents:
        return frozenset().union(*(self.documents_with(connection, name, token) for name in fields_of(token)))

    def _read(self, connection: sqlite3.Connection, field: str, token: str) -> Documents:
        asked = f"SELECT group_concat(rowid) FROM {self.tables.words}(?)"
        return read_ids(connection, Sql(asked, (f'{field}:"{token}"',)))


def union(sets: Iterable[Ids]) -> set[int]:
    """All members of all sets."""
    return set().union(*sets)


def in_enough(sets: Sequence[Ids], least: int) -> set[int]:
    """What is a member of at least so many of the sets; `least` is 1 or more."""
    if least > len(sets):
        return set()
    ordered = sorted(sets, key=len)
    possible = union(ordered[: len(sets) - least + 1])  # what is in none of these is in too few
    if least == 1:
        return possible
    counts = Counter(chain.from_iterable(one & possible for one in ordered))
    return {one for one, count in counts.items() if count >= least}
