"""A question as SQL for the embedded index. What a user wrote goes in as parameters, into FTS5 only as our tokens."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from search.analysis import Question
from search.facets import own_filters
from search.fields import ALL_WORDS, FILTERS, TITLE_IS, TITLE_STARTS
from search.index import SearchQuery, micros
from search.paging import beyond
from search.ranking import Term, matched_fields

SEPARATOR: Final = "\x1f"  # round each of several values that stand in one column
_COLUMNS: Final = {"score": "h.score", **{name: f"d.{name}" for name in ("updated", "title", "popularity", "id")}}


class Names(Protocol):
    """The names of the tables that are asked."""

    @property
    def document(self) -> str: ...

    @property
    def words(self) -> str: ...


@dataclass(frozen=True)
class Sql:
    """A piece of SQL and its parameters."""

    text: str
    params: tuple[Any, ...] = ()


def joined(pieces: Sequence[Sql], between: str) -> Sql:
    """The pieces as one; nothing at all reads as true."""
    text = between.join(piece.text for piece in pieces) or "1"
    return Sql(text, tuple(param for piece in pieces for param in piece.params))


def packed(values: Iterable[str]) -> str:
    """Several values in one column."""
    clean = [value.replace(SEPARATOR, " ") for value in values]
    return SEPARATOR.join(["", *clean, ""]) if clean else ""


def unpacked(stored: str | None) -> list[str]:
    """The inverse of `packed`; a plain value is itself."""
    return [value for value in (stored or "").split(SEPARATOR) if value]


def base_conditions(query: SearchQuery) -> Sql:
    """What binds hits and every facet: all but the filters that are facets too."""
    filters = [filter_condition(query, name) for name in query.filters if name not in own_filters(query)]
    return joined([*_scope(query), *filters, *_periods(query)], " AND ")


def filter_condition(query: SearchQuery, name: str) -> Sql:
    """One filter: any of its values."""
    values = query.filters[name]
    if FILTERS[name].many:
        wanted = json.dumps([packed([value]) for value in values])
        return Sql(f"EXISTS (SELECT 1 FROM json_each(?) WHERE instr(d.{name}, value))", (wanted,))
    return Sql(f"d.{name} IN (SELECT value FROM json_each(?))", (json.dumps(values),))


def own_condition(query: SearchQuery) -> Sql:
    """The filters that are facets too."""
    return joined([filter_condition(query, name) for name in own_filters(query)], " AND ")


def after_condition(query: SearchQuery) -> Sql:
    """What lies beyond `after` in the order."""
    if query.after is None:
        return Sql("1")
    alternatives = [
        joined([Sql(f"{_COLUMNS[name]} {operator} ?", (value,)) for name, operator, value in together], " AND ")
        for together in beyond(query.order, query.after)
    ]
    either = joined([replace(one, text=f"({one.text})") for one in alternatives], " OR ")
    return replace(either, text=f"({either.text})")


def order_columns(query: SearchQuery) -> str:
    """The sort values, as columns."""
    return ", ".join(_COLUMNS[key.name] for key in query.order)


def order_by(query: SearchQuery) -> str:
    """The order, as SQL."""
    return ", ".join(_COLUMNS[key.name] + (" DESC" if key.descending else "") for key in query.order)


def matching(question: Question, base: Sql, tables: Names, *, loose: bool) -> Sql:
    """Put into the connection's own table the ids that have enough of the words, and how many."""
    enough = _enough(question, tables, loose=loose)
    return Sql(
        f"WITH m AS MATERIALIZED ({enough.text}) INSERT INTO temp.search_match (id, units, score)"
        f" SELECT m.id, m.units, 0 FROM m CROSS JOIN {tables.document} d ON d.id = m.id WHERE {base.text}",
        (*enough.params, *base.params),
    )


def _enough(question: Question, tables: Names, *, loose: bool) -> Sql:
    fields, count = " ".join(matched_fields(question)), len(question.units)
    units = [_in(fields, unit.tokens) for unit in question.units]
    if question.least == count and not loose:  # FTS5 itself is fastest at all of them
        return Sql(f"SELECT rowid AS id, {count} AS units FROM {tables.words}(?)", (" AND ".join(units),))
    found = [Sql(f"SELECT rowid AS id, 1 AS unit, 0 AS letter FROM {tables.words}(?)", (one,)) for one in units]
    least = Sql("sum(unit) >= ?", (question.least,))
    if loose:
        letter = f"SELECT rowid, 0, 1 FROM {tables.words}(?)"
        found += [Sql(letter, (_in("chars", [one]),)) for one in question.chars]
        least = Sql("sum(letter) >= ? OR (sum(unit) >= 1 AND sum(letter) >= ?)", question.least_chars)
    union = joined(found, " UNION ALL ")
    grouped = f"SELECT id, sum(unit) AS units FROM ({union.text}) GROUP BY id HAVING {least.text}"
    return Sql(grouped, (*union.params, *least.params))


def expressions(terms: Sequence[Term]) -> list[tuple[int, str, float]]:
    """What gives points: the number of its term, an FTS5 expression of one token in one field, and its weight."""
    return [
        (number, _in(field, [term.token]), weight) for number, term in enumerate(terms) for field, weight in term.fields
    ]


def counting(asked: Sequence[str], tables: Names) -> Sql:
    """In how many documents each expression holds, and how many documents there are."""
    counts = [Sql(f"(SELECT count(*) FROM {tables.words}(?))", (one,)) for one in asked]
    everything = Sql(f"(SELECT count(*) FROM {tables.document})")
    both = joined([*counts, everything], ", ")
    return Sql("SELECT " + both.text, both.params)


def scoring(question: Question, points: Sequence[tuple[int, str, float]], tables: Names) -> Sql:
    """Give the ids found their points: of each term its best field, and what the whole title adds."""
    # The plus keeps SQLite from asking FTS5 once for each id.
    one = f"SELECT rowid, ?, ? FROM {tables.words}(?) WHERE +rowid IN (SELECT id FROM temp.search_match)"
    union = joined([Sql(one, (number, score, asked)) for number, asked, score in points], " UNION ALL ")
    bonus = _bonus(question)
    return Sql(
        f"WITH found (id, term, score) AS MATERIALIZED ({union.text}),"
        " best AS (SELECT id, max(score) AS score FROM found GROUP BY id, term),"
        " m AS (SELECT id, sum(score) AS score FROM best GROUP BY id)"
        " INSERT OR REPLACE INTO temp.search_match (id, units, score)"
        f" SELECT h.id, h.units, round(d.prior * (coalesce(m.score, 0) + {bonus.text}), 4)"
        f" FROM temp.search_match h CROSS JOIN {tables.document} d ON d.id = h.id LEFT JOIN m ON m.id = h.id",
        (*union.params, *bonus.params),
    )


def _bonus(question: Question) -> Sql:
    """What having all words and what the title's own shape add."""
    return Sql(
        f"CASE WHEN h.units >= ? THEN {ALL_WORDS} ELSE 0 END + CASE WHEN d.folded = ? THEN {TITLE_IS}"
        f" WHEN substr(d.folded, 1, ?) = ? THEN {TITLE_STARTS} ELSE 0 END",
        (len(question.units), question.title, len(question.title), question.title),
    )


def _in(fields: str, tokens: Sequence[str]) -> str:
    return f"{{{fields}}} : ({' OR '.join(chr(34) + token + chr(34) for token in tokens)})"


def _scope(query: SearchQuery) -> list[Sql]:
    drafts_of = query.scope.drafts_of
    if drafts_of is None:
        return []
    own = json.dumps(sorted(drafts_of))
    return [Sql("(d.status = 'published' OR d.publisher IN (SELECT value FROM json_each(?)))", (own,))]


def _periods(query: SearchQuery) -> list[Sql]:
    first, last = query.days
    updated = None if query.updated_from is None else micros(query.updated_from)
    asked = (("d.period_end >= ?", first), ("d.period_start <= ?", last), ("d.updated >= ?", updated))
    return [Sql(text, (value,)) for text, value in asked if value is not None]
