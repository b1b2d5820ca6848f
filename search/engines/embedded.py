"""The index that needs no service: SQLite with FTS5, in the catalog's own database file or in one of its own.

Any number of processes may read and write it: reads see one snapshot (WAL), writes take their turn (BEGIN IMMEDIATE).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from catalog.db import BUSY_TIMEOUT_MS
from catalog.errors import Conflict, Unavailable
from search import analysis
from search.batches import batches
from search.beside import worked
from search.engines import embedded_tables as layout
from search.engines.embedded_postings import Memory
from search.engines.embedded_search import Search
from search.engines.embedded_tables import Tables
from search.index import CatchUp, IndexStatus, SearchDocument, SearchPage, SearchQuery, Written

BATCH: Final = 1_000
_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "temp_store=MEMORY",
    "cache_size=-16000",
    "wal_autocheckpoint=4000",
)
_MATCHES: Final = "CREATE TEMP TABLE search_match (id INTEGER PRIMARY KEY)"
_AWAY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)

Prepared = list[tuple[SearchDocument, dict[str, str]]]


class EmbeddedIndex:
    """A SearchIndex in a SQLite file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._memory: Memory | None = None

    def prepare(self) -> bool:
        with self._writing() as connection:
            if not layout.live(connection):
                layout.switch(connection, layout.create(connection), complete=False)
            return not layout.is_complete(connection)

    def write(self, documents: Iterable[SearchDocument], removed_ids: Iterable[int] = ()) -> Written:
        with closing(worked(documents, BATCH, analysis.document_tokens)) as ready:
            for batch, tokens in ready:
                with self._writing() as connection:
                    layout.put(connection, _live(connection), list(zip(batch, tokens, strict=True)))
        gone = list(removed_ids)
        if gone:
            with self._writing() as connection:
                layout.remove(connection, _live(connection), gone)
        return Written()

    def search(self, query: SearchQuery) -> SearchPage:
        with self._transaction("BEGIN") as connection:
            return Search(connection, self._remembered(_live(connection)), query).page()

    def frequencies(self, pairs: Sequence[tuple[str, str]]) -> tuple[int, list[int]]:
        with self._transaction("BEGIN") as connection:
            memory = self._remembered(_live(connection))
            counts = [len(memory.documents_with(connection, name, token)) for name, token in pairs]
            return memory.size(connection), counts

    def rebuild(self, documents: Iterable[SearchDocument], catch_up: CatchUp) -> Mapping[int, int]:
        with self._writing() as connection:
            tables = layout.create(connection)
        held: dict[int, int] = {}
        with _not_overtaken():
            with closing(worked(documents, BATCH, analysis.document_tokens)) as ready:
                for batch, tokens in ready:
                    with self._writing() as connection:
                        _put(connection, tables, list(zip(batch, tokens, strict=True)), held)
            self._settle(tables)
            with self._writing() as connection:  # nobody else writes until the new one answers
                changes = catch_up(held)
                for batch in batches(changes.documents, BATCH):
                    _put(connection, tables, _prepared(batch), held)
                layout.remove(connection, tables, changes.removed_ids)
                layout.switch(connection, tables, complete=True)
        for one in changes.removed_ids:
            held.pop(one, None)
        return held

    def settle(self) -> None:
        with self._transaction("BEGIN") as connection:
            tables = _live(connection)
        with _not_overtaken():
            self._settle(tables)

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
        while self._idle:
            self._idle.pop().close()

    def _remembered(self, tables: Tables) -> Memory:
        memory = self._memory
        if memory is None or memory.tables != tables:
            self._memory = memory = Memory(tables)
        memory.trim()
        return memory

    def _settle(self, tables: Tables) -> None:
        """One segment for all words, in short transactions, so that others may write between."""
        more, begin = True, True
        while more:
            with self._writing() as connection:
                more, begin = layout.merge(connection, tables, begin=begin), False

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


def _prepared(batch: Sequence[SearchDocument]) -> Prepared:
    return list(zip(batch, analysis.document_tokens(batch), strict=True))


def _put(connection: sqlite3.Connection, tables: Tables, prepared: Prepared, held: dict[int, int]) -> None:
    layout.put(connection, tables, prepared)
    held.update((document.id, document.revision) for document, _ in prepared)


@contextmanager
def _not_overtaken() -> Iterator[None]:
    """A rebuild whose tables another one has removed gives way to it."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            raise Conflict("rebuild_overtaken") from error
        raise


def _live(connection: sqlite3.Connection) -> Tables:
    tables = layout.live(connection)
    if tables is None:
        raise Unavailable("search_unavailable")
    return tables
