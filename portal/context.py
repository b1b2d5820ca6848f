"""What one process holds open (database, index, storage), and the unit of work of one request.

`commit` stands here: a request that writes is one transaction, committed when its view has returned, and so is a
command. The index is brought up to date right after, and on a timer by the worker where it was away.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import current_app, g, request
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from catalog.accounts import PUBLIC, Actor
from catalog.db import open_database, session
from catalog.errors import Unavailable
from catalog.rows.cache import ServingCache
from catalog.rows.engine import RowFiles
from catalog.schema import Table
from catalog.signing import Signer
from catalog.storage import Storage, key_of, open_storage
from ingest.worker import Workshop
from portal.exports import ExportCache
from portal.settings import Settings
from search import open_index
from search.index import SearchIndex
from search.sync import ensure, sync

log = logging.getLogger(__name__)
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
SERVING_CACHE_BYTES = 20 << 30
QUICK_ROWS = 20_000  # rows whose serving file is built in a fraction of a second


@dataclass
class House:
    """The settings of a process and what they open, each at its first use."""

    settings: Settings
    indexed: bool = False  # whether this process has seen that there is an index

    @cached_property
    def engine(self) -> Engine:
        """The database."""
        return open_database(self.settings.database_url)

    @cached_property
    def index(self) -> SearchIndex:
        """The search index; with SQLite it lives in the catalog's database, else in a file of its own."""
        settings = self.settings
        own = settings.data_dir / "search.sqlite"
        path = Path(self.engine.url.database or own) if settings.embedded else own
        return open_index(settings.search_url, database_path=path)

    @cached_property
    def storage(self) -> Storage:
        """Uploads, releases and raw cells."""
        return open_storage(self.settings.storage_url)

    @cached_property
    def signer(self) -> Signer:
        """Signs heads and proofs."""
        return Signer(self.settings.secret_key)

    @cached_property
    def serving(self) -> ServingCache:
        """The SQLite forms of releases, which can be rebuilt."""
        return ServingCache(self.settings.data_dir / "serving", SERVING_CACHE_BYTES)

    @cached_property
    def exports(self) -> ExportCache:
        """Finished exports, which can be made again."""
        return ExportCache(self.settings.data_dir / "exports")

    def rows_of(self, table: Table) -> RowFiles:
        """The files of one table of a release. Raises Unavailable where the release's own file is missing."""
        key = key_of("releases", table.digest, ".parquet")
        if not self.storage.has(key):
            raise Unavailable("release_file_missing", retry_after=60, digest=table.digest)
        parquet = self.storage.local_path(key)
        return RowFiles(parquet, self._serving_form(parquet, table), table)

    def _serving_form(self, parquet: Path, table: Table) -> Path | None:
        """The serving file; a missing one is built now where that is quick, else beside, and DuckDB answers so long."""
        if table.rows <= QUICK_ROWS:
            return self.serving.path_for(table.digest, parquet, table)
        found = self.serving.find(table.digest)
        if found is None:
            self.builder.submit(self.serving.path_for, table.digest, parquet, table)
        return found

    @cached_property
    def builder(self) -> ThreadPoolExecutor:
        """Builds serving files one after the other."""
        return ThreadPoolExecutor(1, thread_name_prefix="serving")

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction of a command: committed at its end, rolled back when it raised."""
        with session(self.engine, write=True) as opened:
            yield opened
            opened.commit()

    def workshop(self, stopping: threading.Event | None = None) -> Workshop:
        """What a worker of this house needs."""
        return Workshop(
            engine=self.engine,
            storage=self.storage,
            serving=self.serving,
            scratch=self.settings.data_dir / "work",
            changed=self._changed,
            stopping=stopping or threading.Event(),
        )

    def close(self) -> None:
        """Let go of the database and the index, so that processes made from this one begin afresh."""
        self.engine.dispose()
        if "index" in vars(self):
            self.index.close()

    def _changed(self) -> None:
        self.catch_up()

    def catch_up(self, after: int = 0) -> int:
        """Bring the index up to date; whatever is wrong with the index is no fault of the write before."""
        try:
            if not self.indexed:
                ensure(self.engine, self.index)
                self.indexed = True
            return sync(self.engine, self.index, after=after)
        except Unavailable:
            log.warning("the search index is away; it will be brought up to date when it is back")
        except Exception:
            log.exception("the search index could not be brought up to date")
        return 0


def house() -> House:
    """The house of the running application."""
    found: House = current_app.extensions["house"]
    return found


def actor() -> Actor:
    """Who asks in this request."""
    found: Actor = getattr(g, "actor", PUBLIC)
    return found


def catalog_session() -> Session:
    """The session of this request's unit of work, opened at first use: after the body has arrived."""
    if g.session is None:
        writes = request.method not in SAFE_METHODS
        g.session = g.open_sessions.enter_context(session(house().engine, write=writes))
    found: Session = g.session
    return found


@contextmanager
def unit_of_work() -> Iterator[None]:
    """One transaction for one request: committed when the view has returned, rolled back when it raised."""
    writes = request.method not in SAFE_METHODS
    with ExitStack() as g.open_sessions:
        g.session = None
        yield
        if writes and g.session is not None:
            g.session.commit()
    if writes:
        house().catch_up()
