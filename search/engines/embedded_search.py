"""One question to the embedded index, from its words to a page."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from search import analysis, facets, ranking
from search.engines import embedded_query as build
from search.engines.embedded_query import Sql
from search.engines.embedded_tables import Tables
from search.highlight import highlights
from search.index import FacetCount, Hit, SearchPage, SearchQuery
from search.paging import next_after
from search.ranking import rarity
from search.understood import understood

Tally = tuple[int, Mapping[str, tuple[FacetCount, ...]]]
_COUNTS: Final = 50_000  # expressions whose counts are remembered
_TALLIES: Final = 500


class Memory:
    """What one state of the index has told already: it holds until the next write."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.counts: dict[str, int] = {}  # FTS5 expression -> documents
        self.tallies: dict[object, Tally] = {}  # conditions -> total and facets

    def trim(self) -> None:
        """Forget where it has grown too large."""
        if len(self.counts) > _COUNTS or len(self.tallies) > _TALLIES:
            self.counts, self.tallies = {}, {}


class Search:
    """One question on one connection."""

    def __init__(self, connection: sqlite3.Connection, memory: Memory, query: SearchQuery) -> None:
        self.connection, self.memory, self.tables, self.query = connection, memory, memory.tables, query
        self.question = analysis.question(query.text)
        self.base = build.base_conditions(query)
        self.holders: dict[str, list[int]] = {}

    def page(self) -> SearchPage:
        loose = self._match()
        rows = self._rows()
        size = self.query.size
        hits = tuple(self._hit(row) for row in rows[:size])
        total, counts = self._tally(loose=loose)
        return SearchPage(
            total=total,
            hits=hits,
            facets=counts,
            next_after=next_after(hits, len(rows) > size),
            understood=understood(self.question, loose=loose),
        )

    def _tally(self, *, loose: bool) -> Tally:
        known, asked = self.memory.tallies, (self.query.conditions, loose)
        if asked not in known:
            known[asked] = (self._total(), self._facets())
        return known[asked]

    def _match(self) -> bool:
        """Find what the text matches; where all of it finds nothing, what a part of it matches: then true."""
        if not self.query.text:
            return False
        self._fill(loose=False)
        if self._tally(loose=False)[0] or not self.query.may_loosen:
            return False
        self._fill(loose=True)
        return True

    def _fill(self, *, loose: bool) -> None:
        self.connection.execute("DELETE FROM temp.search_match")
        self.holders.clear()
        if not self.question.units:
            return
        self._gather(loose=loose)
        if self.query.order[0].name == "score":
            self._score(loose=loose)

    def _gather(self, *, loose: bool) -> None:
        question = self.question
        asked, least = build.unit_expressions(question), 1 if loose else question.least
        if loose and question.least_chars[1]:
            asked, least = build.letter_expressions(question), question.least_chars[1]
        rarest = [one for _, one in sorted(zip(self._counts(asked), asked, strict=True))]
        self._execute(build.candidates(rarest, least, self.base, self.tables))
        if loose or least < len(rarest):
            self._sift(loose=loose)

    def _sift(self, *, loose: bool) -> None:
        """Leave only the candidates that have enough, and note how many words they have."""
        units = Counter(one for asked in build.unit_expressions(self.question) for one in self._holders(asked))
        enough = {one for one, count in units.items() if count >= self.question.least}
        if loose:
            alone, beside = self.question.least_chars
            letters = Counter(one for asked in build.letter_expressions(self.question) for one in self._holders(asked))
            enough = {one for one, count in letters.items() if count >= (beside if one in units else alone)}
            enough |= units.keys() if not beside else set()
        self.connection.execute("DELETE FROM temp.search_match")
        rows = ((one, units[one]) for one in enough)
        self.connection.executemany("INSERT INTO temp.search_match (id, units, score) VALUES (?, ?, 0)", rows)

    def _score(self, *, loose: bool) -> None:
        """Of each term its best field, summed up here: SQLite takes five times as long over it."""
        scores: dict[int, float] = {}
        for term in ranking.terms(self.question, loose=loose):
            best: dict[int, float] = {}
            for points, asked in sorted(self._points(term)):
                best.update(dict.fromkeys(self._holders(asked), points))  # the greater points come last
            for one, points in best.items():
                scores[one] = scores.get(one, 0.0) + points
        rows = [(points, one) for one, points in scores.items()]
        self.connection.executemany("UPDATE temp.search_match SET score = ? WHERE id = ?", rows)
        self._execute(build.finishing(self.question, self.tables))

    def _points(self, term: ranking.Term) -> list[tuple[float, str]]:
        asked = build.expressions(term)
        documents, *counts = self._counts(["", *(one for one, _ in asked)])
        known = zip(asked, counts, strict=True)
        return [(weight * rarity(count, documents), one) for (one, weight), count in known if count]

    def _holders(self, asked: str) -> list[int]:
        """The candidates that an expression holds in."""
        if asked not in self.holders:
            rows = self.connection.execute(build.holders(self.tables), (asked,)).fetchall()
            self.holders[asked] = [row[0] for row in rows]
        return self.holders[asked]

    def _counts(self, asked: Sequence[str]) -> list[int]:
        """In how many documents each expression holds; the empty one holds in all."""
        known = self.memory.counts
        if new := [one for one in asked if one not in known]:
            known.update(zip(new, self._execute(build.counting(new, self.tables)).fetchone(), strict=True))
        return [known[one] for one in asked]

    @property
    def _source(self) -> Sql:
        """The rows that everything but own filters let through."""
        if self.query.text:
            return Sql(f"temp.search_match h CROSS JOIN {self.tables.document} d ON d.id = h.id WHERE 1")
        return Sql(f"{self.tables.document} d WHERE {self.base.text}", self.base.params)

    def _total(self) -> int:
        sql = build.joined([self._source, build.own_condition(self.query)], " AND ")
        return int(self._execute(Sql("SELECT count(*) FROM " + sql.text, sql.params)).fetchone()[0])

    def _rows(self) -> list[tuple[Any, ...]]:
        query = self.query
        where = build.joined([self._source, build.own_condition(query), build.after_condition(query)], " AND ")
        start = 0 if query.after is not None else query.offset
        columns, order = build.order_columns(query), build.order_by(query)
        page = f"SELECT d.id, {columns} FROM {where.text} ORDER BY {order} LIMIT ? OFFSET ?"
        return self._execute(Sql(page, (*where.params, query.size + 1, start))).fetchall()

    def _hit(self, row: tuple[Any, ...]) -> Hit:
        card = f"SELECT slug, title, description FROM {self.tables.card} WHERE id = ?"
        slug, title, description = self.connection.execute(card, row[:1]).fetchone()
        score = row[1] if self.query.order[0].name == "score" else 0.0
        return Hit(row[0], slug, score, highlights(self.question, title, description), tuple(row[1:]))

    def _facets(self) -> dict[str, Any]:
        wanted, own = self.query.facets, facets.own_filters(self.query)
        if not wanted:
            return {}
        flags = [build.filter_condition(self.query, name) for name in own]
        columns = build.joined([*(Sql(f"d.{name}") for name in wanted), *flags], ", ")
        sql = f"SELECT {columns.text} FROM {self._source.text}"
        rows = self._execute(Sql(sql, (*columns.params, *self._source.params))).fetchall()
        by_column = list(zip(*rows, strict=True)) or [()] * (len(wanted) + len(own))
        passes = dict(zip(own, by_column[len(wanted) :], strict=True))
        return facets.counted(wanted, by_column[: len(wanted)], passes, build.unpacked)

    def _execute(self, sql: Sql) -> sqlite3.Cursor:
        return self.connection.execute(sql.text, sql.params)
