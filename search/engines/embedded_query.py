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


def unit_expressions(question: Question) -> list[str]:
    """Each word of the question as an FTS5 expression: any of its tokens in any field that words are sought in."""
    fields = " ".join(matched_fields(question))
    return [_in(fields, unit.tokens) for unit in question.units]


def letter_expressions(question: Question) -> list[str]:
    """Each single character of the question as an FTS5 expression."""
    return [_in("chars", [letter]) for letter in question.chars]


def candidates(rarest: Sequence[str], least: int, base: Sql, tables: Names) -> Sql:
    """Put into the connection's own table all ids that may have `least` of the expressions, which come rarest first.

    Whatever has 3 of 5 has one at least of any 3: so the most frequent ones need not be gone through.
    """
    every = least == len(rarest)
    asked = " AND ".join(rarest) if every else " OR ".join(rarest[: len(rarest) - least + 1])
    return Sql(
        f"INSERT INTO temp.search_match (id, units, score) SELECT d.id, {least if every else 0}, 0"
        f" FROM {tables.words}(?) w CROSS JOIN {tables.document} d ON d.id = w.rowid WHERE {base.text}",
        (asked, *base.params),
    )


def holders(tables: Names) -> str:
    """SQL for the candidates that an expression holds in."""
    # The plus keeps SQLite from asking FTS5 once for each candidate.
    return f"SELECT rowid FROM {tables.words}(?) WHERE +rowid IN (SELECT id FROM temp.search_match)"


def expressions(term: Term) -> list[tuple[str, float]]:
    """What gives points for a term: FTS5 expressions of its token in one field, with the field's weight."""
    return [(_in(field, [term.token]), weight) for field, weight in term.fields]


def counting(asked: Sequence[str], tables: Names) -> Sql:
    """In how many documents each expression holds; the empty one holds in all."""
    everything = Sql(f"(SELECT count(*) FROM {tables.document})")
    counts = [Sql(f"(SELECT count(*) FROM {tables.words}(?))", (one,)) if one else everything for one in asked]
    columns = joined(counts, ", ")
    return Sql("SELECT " + columns.text, columns.params)


def finishing(question: Question, tables: Names) -> Sql:
    """Add to the points of the words what all of them and the title's own shape give, and weigh the whole."""
    return Sql(
        "INSERT OR REPLACE INTO temp.search_match (id, units, score) SELECT h.id, h.units, round(d.prior * (h.score"
        f" + CASE WHEN h.units >= ? THEN {ALL_WORDS} ELSE 0 END + CASE WHEN d.folded = ? THEN {TITLE_IS}"
        f" WHEN substr(d.folded, 1, ?) = ? THEN {TITLE_STARTS} ELSE 0 END), 4)"
        f" FROM temp.search_match h CROSS JOIN {tables.document} d ON d.id = h.id",
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
