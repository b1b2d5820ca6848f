"""The tables of the embedded index: their names carry version and generation, so that two can stand side by side."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from search import analysis
from search.engines.embedded_query import BETWEEN, packed
from search.fields import FACET_FIELDS, TEXT_FIELDS
from search.index import SearchDocument, micros, title_key

LAYOUT: Final = 3  # raise it with any change of the tables below
VERSION: Final = f"a{analysis.VERSION}l{LAYOUT}"
_HASH_BYTES: Final = 8 << 20  # of words in memory: those of a whole batch, which becomes one segment
_MERGE_PAGES: Final = 1_000  # of 4 KiB: about a tenth of a second
_POINTER: Final = """CREATE TABLE IF NOT EXISTS search_pointer (version TEXT PRIMARY KEY,
    live INTEGER, latest INTEGER NOT NULL, complete INTEGER NOT NULL, writes INTEGER NOT NULL) WITHOUT ROWID"""
_CARD: Final = ("id", "revision", "slug", "title", "description")
_DOCUMENT: Final = (
    "id", *(field.name for field in FACET_FIELDS),
    "period_start", "period_end", "updated", "title", "popularity", "prior", "folded", "facets",
)  # fmt: skip
_TEXTS: Final = ", ".join(field.name for field in TEXT_FIELDS)


@dataclass(frozen=True)
class Tables:
    """The names of one generation: what hits show, what is filtered and sorted, and the words.

    `writes` grows with every write: two that are equal hold the same.
    """

    generation: int
    writes: int = 0

    @property
    def stem(self) -> str:
        return f"search_{VERSION}_{self.generation}"

    @property
    def card(self) -> str:
        return f"{self.stem}_card"

    @property
    def document(self) -> str:
        return f"{self.stem}_document"

    @property
    def words(self) -> str:
        return f"{self.stem}_words"


def live(connection: sqlite3.Connection) -> Tables | None:
    """The generation that answers."""
    row = _pointer(connection)
    return Tables(row[0], row[2]) if row and row[0] is not None else None


def is_complete(connection: sqlite3.Connection) -> bool:
    """Whether the generation that answers was built to its end."""
    row = _pointer(connection)
    return bool(row and row[1])


def _pointer(connection: sqlite3.Connection) -> tuple[int | None, int, int] | None:
    try:
        asked = connection.execute("SELECT live, complete, writes FROM search_pointer WHERE version = ?", (VERSION,))
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    row: tuple[int | None, int, int] | None = asked.fetchone()
    return row


def create(connection: sqlite3.Connection) -> Tables:
    """A new, empty generation. What earlier attempts left behind goes, and so do other versions' tables."""
    connection.execute(_POINTER)
    connection.execute("INSERT OR IGNORE INTO search_pointer VALUES (?, NULL, 0, 0, 0)", (VERSION,))
    connection.execute("UPDATE search_pointer SET latest = latest + 1 WHERE version = ?", (VERSION,))
    latest = connection.execute("SELECT latest FROM search_pointer WHERE version = ?", (VERSION,)).fetchone()[0]
    _drop_others(connection, live(connection))
    tables = Tables(latest)
    plain = ", ".join(name for name in _DOCUMENT if name != "id")
    connection.execute(f"CREATE TABLE {tables.card} (id INTEGER PRIMARY KEY, {', '.join(_CARD[1:])})")
    connection.execute(f"CREATE TABLE {tables.document} (id INTEGER PRIMARY KEY, {plain})")
    connection.execute(f"CREATE INDEX {tables.document}_newest ON {tables.document} (updated DESC)")
    connection.execute(f"CREATE INDEX {tables.document}_folded ON {tables.document} (folded)")
    # The ascii tokenizer takes every character beyond ASCII as part of a token: it splits at spaces, and no more.
    tokenizer = "\"ascii tokenchars '_.-^~@#='\""
    shape = f"{_TEXTS}, detail=column, columnsize=0, tokenize={tokenizer}"
    connection.execute(f"CREATE VIRTUAL TABLE {tables.words} USING fts5({shape})")
    _configure(connection, tables, "automerge", 0)  # a rebuild merges once, at its end
    _configure(connection, tables, "hashsize", _HASH_BYTES)
    return tables


def switch(connection: sqlite3.Connection, tables: Tables, *, complete: bool) -> None:
    """Let that generation answer, and remove all others."""
    pointer = "UPDATE search_pointer SET live = ?, complete = ? WHERE version = ?"
    connection.execute(pointer, (tables.generation, complete, VERSION))
    if complete:  # a question looks into every segment some forty times: single writes shall leave few
        _configure(connection, tables, "automerge", 4)
    _drop_others(connection, tables)


def merge(connection: sqlite3.Connection, tables: Tables, *, begin: bool) -> bool:
    """Bring the segments of the words a step nearer to being one; false when they are. `begin` takes in all of them."""
    before = connection.total_changes
    _configure(connection, tables, "merge", -_MERGE_PAGES if begin else _MERGE_PAGES)
    return connection.total_changes - before >= 2


def _configure(connection: sqlite3.Connection, tables: Tables, what: str, value: int) -> None:
    connection.execute(f"INSERT INTO {tables.words} ({tables.words}, rank) VALUES (?, ?)", (what, value))


def put(
    connection: sqlite3.Connection, tables: Tables, documents: Sequence[tuple[SearchDocument, dict[str, str]]]
) -> None:
    """Write documents with their tokens, unless the index has them newer."""
    ids = [document.id for document, _ in documents]
    known = revisions(connection, tables, ids)
    fresh = [(document, tokens) for document, tokens in documents if document.revision >= known.get(document.id, 0)]
    remove(connection, tables, [document.id for document, _ in fresh if document.id in known])
    _insert(connection, tables.card, len(_CARD), (_card(document) for document, _ in fresh))
    _insert(
        connection,
        tables.document,
        len(_DOCUMENT),
        (_document(document, tokens["folded"]) for document, tokens in fresh),
    )
    texts = ((document.id, *(tokens[field.name] for field in TEXT_FIELDS)) for document, tokens in fresh)
    marks = ", ".join("?" * (len(TEXT_FIELDS) + 1))
    connection.executemany(f"INSERT INTO {tables.words} (rowid, {_TEXTS}) VALUES ({marks})", texts)


def remove(connection: sqlite3.Connection, tables: Tables, ids: Iterable[int]) -> None:
    """Take ids out; absent ones are fine."""
    rows = [(one,) for one in ids]
    _note_write(connection)
    for table, key in ((tables.card, "id"), (tables.document, "id"), (tables.words, "rowid")):
        connection.executemany(f"DELETE FROM {table} WHERE {key} = ?", rows)


def _note_write(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE search_pointer SET writes = writes + 1 WHERE version = ?", (VERSION,))


def revisions(connection: sqlite3.Connection, tables: Tables, ids: Sequence[int] | None = None) -> dict[int, int]:
    """id -> revision, of those ids or of all."""
    if ids is None:
        return dict(connection.execute(f"SELECT id, revision FROM {tables.card}"))
    marks = ", ".join("?" * len(ids))
    return dict(connection.execute(f"SELECT id, revision FROM {tables.card} WHERE id IN ({marks})", ids))


def _insert(connection: sqlite3.Connection, table: str, width: int, rows: Iterable[tuple[Any, ...]]) -> None:
    connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", rows)


def _card(document: SearchDocument) -> tuple[Any, ...]:
    return document.id, document.revision, document.slug, document.title, document.description


def _document(document: SearchDocument, folded: str) -> tuple[Any, ...]:
    values = ((field.many, getattr(document, field.attribute)) for field in FACET_FIELDS)
    stored = [packed(value) if many else value for many, value in values]
    title = title_key(document.title)
    return (
        document.id,
        *stored,
        *document.period,
        micros(document.updated),
        title,
        document.popularity,
        document.prior,
        folded,
        BETWEEN.join(value or "" for value in stored),  # all at once, for counting
    )


def generations(connection: sqlite3.Connection) -> list[str]:
    """The stems of all generations, of whatever version."""
    named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'search_a*_card'")
    return [name.removesuffix("_card") for (name,) in named]


def _drop_others(connection: sqlite3.Connection, keep: Tables | None) -> None:
    for stem in generations(connection):
        if keep is None or stem != keep.stem:
            for table in ("card", "document", "words"):
                connection.execute(f"DROP TABLE IF EXISTS {stem}_{table}")
