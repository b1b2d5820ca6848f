"""One question to the embedded index, from its words to a page."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from typing import Any, Final

from search import ranking
from search.engines import embedded_query as build
from search.engines.embedded_columns import PRIOR, UPDATED, Ids, as_json, counts_of_all, read_ids
from search.engines.embedded_postings import Memory, Tally, in_enough, union
from search.engines.embedded_query import Sql
from search.fields import (
    ALL_FIRST,
    ALL_WORDS,
    AS_WRITTEN,
    EACH_WORD,
    ENOUGH_HITS,
    TITLE_IS,
    TITLE_IS_CALLED,
    TITLE_STARTS,
)
from search.highlight import Marker
from search.index import FacetCount, Hit, SearchPage, SearchQuery
from search.paging import next_after
from search.question import attempts, question
from search.ranking import rarity
from search.understood import understood
from search.units import Question, Unit, Way


@dataclass(frozen=True)
class Attempt:
    """A question, the documents that each of its units is in, those that have enough of them, and those of these that
    the query's conditions let through, own filters aside."""

    question: Question
    has: dict[Unit, Ids]
    enough: Ids
    found: Ids


_LAST: Final = "\U0010ffff"  # behind every character of a title's key
_TIERS: Final = 2  # attempts whose hits stand one behind the other
_ROUNDED: Final = 0.001  # what rounding may change
_CALLED: Final = "d.folded IN (SELECT value FROM json_each(?))"


class Search:
    """One question on one connection."""

    def __init__(self, connection: sqlite3.Connection, memory: Memory, query: SearchQuery) -> None:
        self.connection, self.memory, self.tables, self.query = connection, memory, memory.tables, query
        self.question = question(query.text, query.words)
        self.base = build.base_conditions(query)
        self.attempts: list[Attempt] = []  # each more forgiving than the one before
        self.there: dict[Way, Ids] = {}
        self.passes: dict[str, Ids] = {}  # own filters -> what was found and passes them

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
            if used and self._count(0):
                break
        return used

    def _fill(self, asked: Question) -> None:
        has = {unit: self._having(unit) for unit in asked.units}
        enough = (self._enough_parts(asked, has) if asked.parts else _enough(asked, has)) if has else frozenset()
        if asked.parts and self.attempts:
            enough = enough | self.attempts[-1].enough
        found = enough & self.memory.seen(self.connection, self.query.scope, build.scope_condition(self.query))
        if build.narrows(self.query):
            found = self._passing(found, self.base)
        self.attempts.append(Attempt(asked, has, enough, found))
        own = self.query.own_filters
        self.passes = {name: self._passing(found, build.filter_condition(self.query, name)) for name in own}

    @property
    def _found(self) -> Ids:
        return self.attempts[-1].found

    def _having(self, unit: Unit) -> Ids:
        ways = [self._holders(way) for way in unit.ways]
        return ways[0] if len(ways) == 1 else union(ways)

    def _passing(self, ids: Ids, condition: Sql) -> Ids:
        """Which of the ids a condition lets through."""
        document = self.tables.document
        asked = f"SELECT group_concat(d.id) FROM json_each(?) j CROSS JOIN {document} d ON d.id = j.value WHERE "
        return read_ids(self.connection, Sql(asked + condition.text, (as_json(list(ids)), *condition.params)))

    def _holders(self, way: Way) -> Ids:
        if way not in self.there:
            self.there[way] = self.memory.holders(self.connection, way)
        return self.there[way]

    def _enough_parts(self, asked: Question, has: Mapping[Unit, Ids]) -> set[int]:
        """What has enough of the single characters, fewer of them beside a word."""
        some = union(has.values())
        alone, beside = asked.least_chars
        letters = [self._holders(Way(one, (one,))) for one in asked.chars]
        helped = in_enough(letters, beside) & some if beside else some
        return in_enough(letters, alone) | helped

    def _all_scores(self, found: Ids) -> dict[int, float]:
        """By the stricter attempt of the last two that lets each in: what is there as written is not judged by mere
        sound."""
        scores: dict[int, float] = {}
        left = found
        for attempt in self.attempts[-_TIERS:]:
            scores |= self._scores(attempt, left & attempt.enough)
            left = left - attempt.enough
        return scores

    def _scores(self, attempt: Attempt, found: Ids) -> dict[int, float]:
        asked, scores = attempt.question, dict.fromkeys(found, 0.0)
        if not scores:
            return scores
        for unit in asked.units:
            self._add_unit(scores, unit, attempt.has[unit] & found)
        terms = ranking.bond_terms(asked) + ranking.value_terms(asked)
        terms += ranking.letter_terms(asked) if asked.parts else []
        for one, more in self._way_points(terms, found).items():
            scores[one] += more
        for one in found.intersection(*attempt.has.values()):
            scores[one] += ALL_WORDS
        return scores

    def _add_unit(self, scores: dict[int, float], unit: Unit, holders: Ids) -> None:
        """The points of the best of its ways."""
        best: dict[int, float] = {}
        for way in unit.ways:
            within = self._holders(way) & holders if len(unit.ways) > 1 else holders
            points = self._way_points(ranking.way_terms(unit, way), within) if within else {}
            best = best | {one: most for one, most in points.items() if most > best.get(one, 0.0)} if best else points
        for one in holders:
            scores[one] += best.get(one, 0.0) + EACH_WORD
        for one in holders & union(map(self._holders, unit.written)):
            scores[one] += AS_WRITTEN

    def _way_points(self, terms: Sequence[ranking.Term], within: Ids) -> dict[int, float]:
        """What the tokens give to each of the documents."""
        points: dict[int, float] = {}
        documents = self.memory.size(self.connection)
        for term in terms:
            for name, weight in term.weights.items():
                having = self.memory.documents_with(self.connection, name, term.token)
                worth = weight * rarity(len(having), documents)
                if points:
                    for one in having & within:
                        points[one] = points.get(one, 0.0) + worth
                else:
                    points = dict.fromkeys(having & within, worth)
        return points

    def _total(self) -> int:
        if self.query.text:
            return len(self._left())
        where = build.joined([self._all, build.own_condition(self.query)], " AND ")
        return int(self._execute(Sql("SELECT count(*) FROM " + where.text, where.params)).fetchone()[0])

    @property
    def _all(self) -> Sql:
        """The rows that everything but own filters lets through, without any words."""
        return Sql(f"{self.tables.document} d WHERE {self.base.text}", self.base.params)

    def _left(self, but: str = "") -> Ids:
        """What was found and passes all own filters but one."""
        others = [passed for name, passed in self.passes.items() if name != but]
        return self._found.intersection(*others) if others else self._found

    def _rows(self) -> list[tuple[Any, ...]]:
        """The hits of the page and one more: id and sort values."""
        query = self.query
        if query.order[0].name == "score":
            return self._best()
        among = f"json_each(?) j CROSS JOIN {self.tables.document} d ON d.id = j.value WHERE 1"
        source = Sql(among, (as_json(list(self._found)),)) if query.text else self._all
        where = build.joined([source, build.own_condition(query), build.after_condition(query)], " AND ")
        columns, order = build.order_columns(query), build.order_by(query)
        page = f"SELECT d.id, {columns} FROM {where.text} ORDER BY {order} LIMIT ? OFFSET ?"
        return self._execute(Sql(page, (*where.params, query.size + 1, self._start))).fetchall()

    def _best(self) -> list[tuple[Any, ...]]:
        found = self._left()
        scores = self._all_scores(found)
        for one, points in self._title_points(found).items():
            scores[one] += points
        rows = self.memory.rows.of(self.connection, found)
        strict = self.attempts[-_TIERS:][0].enough
        given = {one: rows[one][PRIOR] * points for one, points in scores.items()}
        for one in given.keys() & strict:
            given[one] += ALL_FIRST
        size = self._start + self.query.size + 1
        if self.query.after is None:
            least = min(nlargest(size, given.values()), default=0.0) - _ROUNDED
            given = {one: points for one, points in given.items() if points >= least}
        keys = ((-round(points, 4), -rows[one][UPDATED], one) for one, points in given.items())
        if self.query.after is not None:
            score, newest, last = self.query.after
            if last in given and rows[last][UPDATED] == newest:  # writes have moved all scores a little, its own too
                score = round(given[last], 4)
            start = (-score, -newest, last)
            keys = (key for key in keys if key > start)
        page = nsmallest(size, keys)[self._start :]
        return [(one, -score, -updated, one) for score, updated, one in page]

    def _title_points(self, found: Ids) -> dict[int, float]:
        """What the title's own shape gives."""
        asked = self.question
        starts = self._titled("d.folded >= ? AND d.folded < ?", asked.title, asked.title + _LAST)
        points = dict.fromkeys(starts & found, TITLE_STARTS)
        if asked.called:
            points |= dict.fromkeys(self._titled(_CALLED, as_json(asked.called)) & found, TITLE_IS_CALLED)
        return points | dict.fromkeys(self._titled("d.folded = ?", asked.title) & found, TITLE_IS)

    def _titled(self, condition: str, *params: str) -> frozenset[int]:
        asked = f"SELECT group_concat(id) FROM {self.tables.document} d WHERE {condition}"
        return read_ids(self.connection, Sql(asked, params))

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

    def _facets(self) -> Tally:
        wanted = self.query.facets
        if not wanted:
            return {}
        if not self.query.text:
            flags = {name: build.filter_condition(self.query, name) for name in self.query.own_filters}
            return counts_of_all(self.connection, self._all, flags, wanted)
        self.memory.rows.of(self.connection, self._found)
        counts = self.memory.rows.counts
        found: dict[str, tuple[FacetCount, ...]] = {
            name: counts(self._left(name), [name])[name] for name in self.passes
        }
        return found | counts(self._left(), [name for name in wanted if name not in found])

    def _execute(self, sql: Sql) -> sqlite3.Cursor:
        return self.connection.execute(sql.text, sql.params)


def _enough(asked: Question, has: Mapping[Unit, Ids]) -> Ids:
    """What has all regions and enough of the words."""
    found = [has[unit] for unit in asked.required]
    if asked.telling:
        found.append(in_enough([has[unit] for unit in asked.telling], asked.least))
    first, *others = sorted(found, key=len)
    return first.intersection(*others) if others else first
