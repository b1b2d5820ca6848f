"""One question to the embedded index, from its words to a page."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

from search import facets, ranking
from search.engines import embedded_query as build
from search.engines.embedded_postings import Memory, Tally, in_enough, union
from search.engines.embedded_query import Sql
from search.fields import ALL_FIRST, ALL_WORDS, AS_WRITTEN, EACH_WORD, ENOUGH_HITS
from search.highlight import Marker
from search.index import Hit, SearchPage, SearchQuery
from search.paging import next_after
from search.question import attempts, question
from search.ranking import rarity
from search.understood import understood
from search.units import Question, Unit, Way


@dataclass(frozen=True)
class Attempt:
    """A question, the documents that each of its units is in, and those that have enough of them."""

    question: Question
    has: dict[Unit, set[int]]
    enough: set[int]


class Search:
    """One question on one connection."""

    def __init__(self, connection: sqlite3.Connection, memory: Memory, query: SearchQuery) -> None:
        self.connection, self.memory, self.tables, self.query = connection, memory, memory.tables, query
        self.question = question(query.text, query.words)
        self.base = build.base_conditions(query)
        self.attempts: list[Attempt] = []  # each more forgiving than the one before
        self.there: dict[Way, AbstractSet[int]] = {}

    def page(self) -> SearchPage:
        used = self._match()
        rows = self._rows()
        size = self.query.size
        hits = self._hits(rows[:size])
        total, counts = self._count(used), self._tally(used)
        return SearchPage(
            total=total,
            hits=hits,
            facets=counts,
            next_after=next_after(hits, len(rows) > size),
            understood=understood(self.question, [hit.title for hit in hits], loose=used > 0),
            question=self.question,
        )

    def _count(self, used: int) -> int:
        known, asked = self.memory.totals, (self.query.conditions, used)
        if asked not in known:
            known[asked] = self._total()
        return known[asked]

    def _tally(self, used: int) -> Tally:
        known, asked = self.memory.tallies, (self.query.conditions, used)
        if asked not in known:
            known[asked] = self._facets()
        return known[asked]

    def _match(self) -> int:
        """Find what the text matches; gives how many times the question had to become more forgiving."""
        if not self.query.text:
            return 0
        for used, asked in enumerate(attempts(self.question)):
            self.question = asked
            self._fill(asked)
            if not self.query.may_loosen or used == len(ENOUGH_HITS) or self._count(used) >= ENOUGH_HITS[used]:
                break
        return used

    def _fill(self, asked: Question) -> None:
        has = {unit: union(map(self._holders, unit.ways)) for unit in asked.units}
        enough = (self._enough_parts(asked, has) if asked.parts else _enough(asked, has)) if has else set()
        self.attempts.append(Attempt(asked, has, enough))
        self.connection.execute("DELETE FROM temp.search_match")
        base, document = self.base, self.tables.document
        self._execute(
            Sql(
                f"INSERT INTO temp.search_match (id) SELECT d.id FROM json_each(?) j"
                f" CROSS JOIN {document} d ON d.id = j.value WHERE {base.text}",
                (json.dumps(list(enough)), *base.params),
            )
        )

    def _holders(self, way: Way) -> AbstractSet[int]:
        if way not in self.there:
            self.there[way] = self.memory.holders(self.connection, way)
        return self.there[way]

    def _enough_parts(self, asked: Question, has: Mapping[Unit, AbstractSet[int]]) -> set[int]:
        """What has enough of the single characters, fewer of them beside a word."""
        some = union(has.values())
        alone, beside = asked.least_chars
        letters = [self._holders(Way(one, (one,))) for one in asked.chars]
        helped = in_enough(letters, beside) & some if beside else some
        return in_enough(letters, alone) | helped

    def _all_scores(self, found: Collection[int]) -> dict[int, float]:
        """By the strictest attempt that lets each in: what is there as written is not judged by mere sound."""
        scores: dict[int, float] = {}
        left = set(found)
        for attempt in self.attempts:
            scores |= self._scores(attempt, left & attempt.enough)
            left -= attempt.enough
        return scores

    def _scores(self, attempt: Attempt, found: AbstractSet[int]) -> dict[int, float]:
        asked, scores = attempt.question, dict.fromkeys(found, 0.0)
        if not scores:
            return scores
        for unit in asked.units:
            best: dict[int, float] = {}
            holders = attempt.has[unit] & scores.keys()
            for way in unit.ways:
                within = self._holders(way) & holders if len(unit.ways) > 1 else holders
                points = self._way_points(ranking.way_terms(unit, way), within) if within else {}
                best.update((one, most) for one, most in points.items() if most > best.get(one, 0.0))
            for one in holders:
                scores[one] += best.get(one, 0.0) + EACH_WORD
            for one in holders & union(map(self._holders, unit.written)):
                scores[one] += AS_WRITTEN
        terms = ranking.bond_terms(asked) + ranking.value_terms(asked)
        terms += ranking.letter_terms(asked) if asked.parts else []
        for one, more in self._way_points(terms, scores.keys()).items():
            scores[one] += more
        for one in set.intersection(*attempt.has.values(), set(scores)):
            scores[one] += ALL_WORDS
        return scores

    def _way_points(self, terms: Sequence[ranking.Term], within: AbstractSet[int]) -> dict[int, float]:
        """What the tokens give to each of the documents."""
        points: dict[int, float] = {}
        documents = self.memory.size(self.connection)
        for term in terms:
            for name, weight in term.weights.items():
                having = self.memory.documents_with(self.connection, name, term.token)
                worth = weight * rarity(len(having), documents)
                for one in having & within:
                    points[one] = points.get(one, 0.0) + worth
        return points

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
        """The hits of the page and one more: id and sort values."""
        if self.query.order[0].name == "score":
            return self._best()
        query = self.query
        where = build.joined([self._source, build.own_condition(query), build.after_condition(query)], " AND ")
        columns, order = build.order_columns(query), build.order_by(query)
        page = f"SELECT d.id, {columns} FROM {where.text} ORDER BY {order} LIMIT ? OFFSET ?"
        return self._execute(Sql(page, (*where.params, query.size + 1, self._start))).fetchall()

    def _best(self) -> list[tuple[Any, ...]]:
        where = build.joined([self._source, build.own_condition(self.query)], " AND ")
        title = build.title_points(self.question)
        rows = self._execute(Sql(f"SELECT {title.text} FROM {where.text}", (*title.params, *where.params))).fetchall()
        scores = self._all_scores([row[0] for row in rows])
        strict = self.attempts[0].enough
        ranked: Iterable[tuple[float, int, int]] = (
            (-round(prior * (scores[one] + points), 4) - (ALL_FIRST if one in strict else 0.0), -updated, one)
            for one, prior, updated, points in rows
        )
        if self.query.after is not None:
            score, newest, last = self.query.after
            ranked = (key for key in ranked if key > (-score, -newest, last))
        page = nsmallest(self._start + self.query.size + 1, ranked)[self._start :]
        return [(one, -score, -updated, one) for score, updated, one in page]

    @property
    def _start(self) -> int:
        return 0 if self.query.after is not None else self.query.offset

    def _hits(self, rows: Sequence[tuple[Any, ...]]) -> tuple[Hit, ...]:
        sql = f"SELECT slug, title, description FROM {self.tables.card} WHERE id = ?"
        cards = [self.connection.execute(sql, row[:1]).fetchone() for row in rows]
        marked = Marker(self.question).page([card[1:] for card in cards])
        scored = self.query.order[0].name == "score"
        return tuple(
            Hit(row[0], card[0], marks, tuple(row[1:]), card[1], scored)
            for row, card, marks in zip(rows, cards, marked, strict=True)
        )

    def _facets(self) -> dict[str, Any]:
        wanted, own = self.query.facets, self.query.own_filters
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


def _enough(asked: Question, has: Mapping[Unit, set[int]]) -> set[int]:
    """What has all regions and enough of the words."""
    found = [has[unit] for unit in asked.required]
    if asked.telling:
        found.append(in_enough([has[unit] for unit in asked.telling], asked.least))
    return set.intersection(*sorted(found, key=len))
