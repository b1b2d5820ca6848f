"""The index that needs no service: SQLite with FTS5, in the catalog's own database file or in one of its own.

Any number of processes may read and write it: reads see one snapshot (WAL), writes take their turn (BEGIN IMMEDIATE).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from catalog.db import BUSY_TIMEOUT_MS
from catalog.errors import Conflict, Unavailable
from search import analysis, facets, ranking
from search.batches import batches
from search.engines import embedded_query as build
from search.engines import embedded_tables as layout
from search.engines.embedded_query import Sql
from search.engines.embedded_tables import Tables
from search.highlight import highlights
from search.index import CatchUp, Hit, IndexStatus, SearchDocument, SearchPage, SearchQuery, Written
from search.paging import next_after
from search.ranking import rarity
from search.understood import understood

BATCH: Final = 500
_PRAGMAS: Final = ("journal_mode=WAL", "synchronous=NORMAL", "temp_store=MEMORY", "cache_size=-16000")
_MATCHES: Final = "CREATE TEMP TABLE search_match (id INTEGER PRIMARY KEY, units INTEGER, score REAL)"
_AWAY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)


class EmbeddedIndex:
    """A SearchIndex in a SQLite file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[sqlite3.Connection] = []

    def prepare(self) -> bool:
        with self._writing() as connection:
            if not layout.live(connection):
                layout.switch(connection, layout.create(connection), complete=False)
            return not layout.is_complete(connection)

    def write(self, documents: Iterable[SearchDocument], removed_ids: Iterable[int] = ()) -> Written:
        for batch in batches(documents, BATCH):
            prepared = list(zip(batch, analysis.document_tokens(batch), strict=True))
            with self._writing() as connection:
                layout.put(connection, _live(connection), prepared)
        gone = list(removed_ids)
        if gone:
            with self._writing() as connection:
                layout.remove(connection, _live(connection), gone)
        return Written()

    def search(self, query: SearchQuery) -> SearchPage:
        with self._transaction("BEGIN") as connection:
            return _Search(connection, _live(connection), query).page()

    def rebuild(self, documents: Iterable[SearchDocument], catch_up: CatchUp) -> int:
        with self._writing() as connection:
            tables = layout.create(connection)
        held: dict[int, int] = {}
        for batch in batches(documents, BATCH):
            prepared = list(zip(batch, analysis.document_tokens(batch), strict=True))
            with self._writing() as connection:
                _put(connection, tables, prepared, held)
        with self._writing() as connection:  # nobody else writes until the new one answers
            changes = catch_up(held)
            for batch in batches(changes.documents, BATCH):
                _put(connection, tables, list(zip(batch, analysis.document_tokens(batch), strict=True)), held)
            layout.remove(connection, tables, changes.removed_ids)
            layout.switch(connection, tables, complete=True)
        return len(held) - len(changes.removed_ids)

    def status(self, *, revisions: bool = False) -> IndexStatus:
        with self._transaction("BEGIN") as connection:
            tables = layout.live(connection)
            if tables is None:
                return IndexStatus("embedded", self.path.name, layout.VERSION, False, 0)
            known = layout.revisions(connection, tables) if revisions else {}
            count = connection.execute(f"SELECT count(*) FROM {tables.card}").fetchone()[0]
            return IndexStatus("embedded", self.path.name, layout.VERSION, True, count, known)

    def generations(self) -> list[str]:
        """Every generation that stands in the file, the one that answers and what attempts left behind."""
        with self._transaction("BEGIN") as connection:
            return layout.generations(connection)

    def close(self) -> None:
        """Close the connections that nobody uses now."""
        while self._idle:
            self._idle.pop().close()

    def _writing(self) -> Any:
        return self._transaction("BEGIN IMMEDIATE")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.pop() if self._idle else self._connect()
        except (sqlite3.OperationalError, IndexError) as error:
            raise Unavailable("search_unavailable") from error
        try:
            connection.execute(begin)
            yield connection
            connection.execute("COMMIT")
        except BaseException as error:
            connection.close()  # rolls back
            if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF in _AWAY:
                raise Unavailable("search_unavailable") from error
            raise
        self._idle.append(connection)

    def _connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            self.path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None, check_same_thread=False
        )
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(_MATCHES)
        return connection


class _Search:
    """One question on one connection."""

    def __init__(self, connection: sqlite3.Connection, tables: Tables, query: SearchQuery) -> None:
        self.connection, self.tables, self.query = connection, tables, query
        self.question = analysis.question(query.text)
        self.base = build.base_conditions(query)

    def page(self) -> SearchPage:
        loose = self._match()
        rows = self._rows()
        size = self.query.size
        hits = tuple(self._hit(row) for row in rows[:size])
        return SearchPage(
            total=self._total(),
            hits=hits,
            facets=self._facets(),
            next_after=next_after(hits, len(rows) > size),
            understood=understood(self.question, loose=loose),
        )

    def _match(self) -> bool:
        """Find what the text matches; where all of it finds nothing, what a part of it matches: then true."""
        if not self.query.text:
            return False
        self._fill(loose=False)
        if self._total() or not self.query.may_loosen:
            return False
        self._fill(loose=True)
        return True

    def _fill(self, *, loose: bool) -> None:
        self.connection.execute("DELETE FROM temp.search_match")
        if not self.question.units:
            return
        self._execute(build.matching(self.question, self.base, self.tables, loose=loose))
        asked = build.expressions(ranking.terms(self.question, loose=loose))
        *counts, documents = self._execute(build.counting([one for _, one, _ in asked], self.tables)).fetchone()
        known = zip(asked, counts, strict=True)
        points = [(term, one, weight * rarity(count, documents)) for (term, one, weight), count in known if count]
        if points:
            self._execute(build.scoring(self.question, points, self.tables))

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


def _put(connection: sqlite3.Connection, tables: Tables, prepared: list[Any], held: dict[int, int]) -> None:
    try:
        layout.put(connection, tables, prepared)
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            raise Conflict("rebuild_overtaken") from error
        raise
    held.update((document.id, document.revision) for document, _ in prepared)


def _live(connection: sqlite3.Connection) -> Tables:
    tables = layout.live(connection)
    if tables is None:
        raise Unavailable("search_unavailable")
    return tables
