"""What the embedded index has told of documents, remembered until the next write: a question's hits come again."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from search import facets
from search.engines.embedded_query import BETWEEN, RECORD, Sql, joined, unpacked
from search.fields import FACET_FIELDS
from search.index import FacetCount

Ids = frozenset[int] | set[int]
Row = tuple[float, int, int]  # prior, updated, number of the combination of its facets' values
PRIOR: Final = 0
UPDATED: Final = 1
VALUES: Final = 2
_PLACES: Final = {field.name: place for place, field in enumerate(FACET_FIELDS)}
_AND: Final = f" || char({ord(BETWEEN)}) || "
_MOST: Final = 200_000  # documents that are remembered, at most about 80 MiB
_BY_IDS: Final = 30_000  # of them that are read by their ids; of more all are read


class Rows:
    """What ranking and facets need of documents."""

    def __init__(self, table: str) -> None:
        self._select = f"SELECT id, prior, updated, facets FROM {table}"
        self._known: dict[int, Row] = {}
        self._numbers: dict[str, int] = {}  # all facets' values as a text -> number; many documents have them in common
        self._values: list[tuple[str, ...]] = []  # by number, as columns have them

    def trim(self) -> None:
        """Forget everything where it has grown too large."""
        if len(self._known) > _MOST:
            self._known, self._numbers, self._values = {}, {}, []

    def of(self, connection: sqlite3.Connection, ids: Ids) -> Mapping[int, Row]:
        """At least those documents, by id."""
        missing = set(ids).difference(self._known)
        if missing:
            among = Sql(" WHERE id IN (SELECT value FROM json_each(?))", (as_json(list(missing)),))
            asked = among if len(missing) < _BY_IDS else Sql("")
            for one, prior, updated, values in connection.execute(self._select + asked.text, asked.params):
                self._known[one] = prior, updated, self._number(values)
        return self._known

    def _number(self, values: str) -> int:
        known = self._numbers.get(values)
        if known is None:
            known = self._numbers[values] = len(self._values)
            self._values.append(tuple(values.split(BETWEEN)))
        return known

    def counts(self, ids: Ids, names: Sequence[str]) -> dict[str, tuple[FacetCount, ...]]:
        """Facets of documents that are known."""
        known = self._known
        found: Counter[int] = Counter([known[one][VALUES] for one in ids])
        return {name: self._counted(_PLACES[name], found) for name in names}

    def _counted(self, place: int, found: Mapping[int, int]) -> tuple[FacetCount, ...]:
        stored: dict[str, int] = {}
        for number, count in found.items():
            one = self._values[number][place]
            stored[one] = stored.get(one, 0) + count
        return facets.spread(stored, unpacked)


def counts_of_all(
    connection: sqlite3.Connection, source: Sql, flags: Mapping[str, Sql], names: Sequence[str]
) -> dict[str, tuple[FacetCount, ...]]:
    """Facets of whatever `source` gives; each counts what passes all `flags` but its own.

    One text with all values is read in a fifth of the time of a row for each document.
    """
    told = joined([Sql("d.facets"), *(Sql(f"({one.text} IS TRUE)", one.params) for one in flags.values())], _AND)
    asked = Sql(
        f"SELECT group_concat({told.text}, char({ord(RECORD)})) FROM {source.text}", told.params + source.params
    )
    text = connection.execute(asked.text, asked.params).fetchone()[0]
    found = [(one.split(BETWEEN), count) for one, count in Counter(text.split(RECORD) if text else ()).items()]
    counts = {}
    for name in names:
        others = [place for place, flag in enumerate(flags, len(FACET_FIELDS)) if flag != name]
        kept = [one for one in found if all(one[0][place] == "1" for place in others)] if others else found
        place, stored = _PLACES[name], dict[str, int]()
        for values, count in kept:
            stored[values[place]] = stored.get(values[place], 0) + count
        counts[name] = facets.spread(stored, unpacked)
    return counts


def as_json(values: Sequence[int | str]) -> str:
    """Values as the text that json_each reads."""
    return orjson.dumps(values).decode()


def read_ids(connection: sqlite3.Connection, sql: Sql) -> frozenset[int]:
    """The ids that a statement gives; it is asked for them as one text, which is read in half the time of rows."""
    found = connection.execute(sql.text, sql.params).fetchone()[0]
    return frozenset(orjson.loads(f"[{found}]")) if found else frozenset()
