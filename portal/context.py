"""What one process holds open (database, index, storage), and the unit of work of one request.

`commit` stands here: a request that writes is one transaction, committed when its view has returned, and so is a
command. The index is brought up to date right after, and on a timer by the worker where it was away.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import current_app, g, request
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from catalog.accounts import PUBLIC, Actor
from catalog.db import open_database, open_session, session
from catalog.errors import Unavailable
from catalog.keys import require_live
from catalog.rows.cache import ServingCache, locked
from catalog.rows.engine import RowFiles
from catalog.rows.kept import Lately
from catalog.rows.serving import Serving
from catalog.schema import Table
from catalog.signing import Signer
from catalog.storage import Storage, key_of, open_storage
from ingest.worker import Workshop
from portal.edge import SAFE_METHODS
from portal.exports import ExportCache
from portal.glances import Glances
from portal.heavy import Answers, HeavyPool, step_back
from portal.misses import MissLog
from portal.sampling import cells_of
from portal.settings import Settings
from search import open_index, synonyms
from search.index import SearchIndex
from search.inside import find_waiting, read_values, take_in
from search.lexicon import Lexicon
from search.sync import ensure, sync

log = logging.getLogger(__name__)
SERVING_CACHE_BYTES = 20 << 30
QUICK_ROWS = 200_000  # rows whose serving file is built in a fraction of a second


@dataclass
class House:
    """The settings of a process and what they open, each at its first use."""

    settings: Settings
    indexed: bool = False  # whether this process has seen that there is an index
    lexicon: Lexicon | None = None  # the words that this process understood the last question by

    @cached_property
    def engine(self) -> Engine:
        """The database."""
        return open_database(self.settings.database_url)

    @cached_property
    def glances(self) -> Glances:
        """What nearly every request asks of the database."""
        return Glances(self.engine)

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

    @cached_property
    def misses(self) -> MissLog:
        """Where questions without an answer are noted."""
        return MissLog(self.writing)

    @cached_property
    def heavy(self) -> HeavyPool:
        """Where queries run that must not hold up pages."""
        return HeavyPool("heavy")

    @cached_property
    def exporting(self) -> HeavyPool:
        """Where exports are made."""
        return HeavyPool("export", at_once=1, nice=10)

    @cached_property
    def answers(self) -> Answers:
        """What heavy queries answered."""
        return Answers()

    def rows_of(self, table: Table) -> RowFiles:
        """The files of one table of a release. Raises Unavailable where the release's own file is missing."""
        if (known := self.find_rows(table)) is not None:
            return known
        parquet = self._parquet(table.digest)
        serving = self._serving_form(parquet, table)
        found = RowFiles(parquet, serving, table, lambda key, make: self._beside((table.digest, key), make))
        return self._lately.keep(table, found, serving.is_whole) if isinstance(serving, Serving) else found

    def find_rows(self, table: Table) -> RowFiles | None:
        """The same where they were found of late."""
        return self._lately.find(table)

    @cached_property
    def _lately(self) -> Lately[RowFiles]:
        return Lately()

    def _parquet(self, digest: str) -> Path:
        """The release's own file: looked for each time, but its path is worked out once."""
        found = self._paths.get(digest)
        if found is not None and found.exists():
            return found
        key = key_of("releases", digest, ".parquet")
        if not self.storage.has(key):
            raise Unavailable("release_file_missing", retry_after=60, digest=digest)
        self._paths[digest] = self.storage.local_path(key)
        return self._paths[digest]

    @cached_property
    def _paths(self) -> dict[str, Path]:
        return {}

    def _serving_form(self, parquet: Path, table: Table) -> Path | Serving | None:
        """The serving file; a missing one is built now where that is quick, else beside, and DuckDB answers so long."""
        found = self.serving.find(table)
        if found is None and table.rows <= QUICK_ROWS:
            return self.serving.path_for(parquet, table)
        if found is None:
            self._beside((table.digest, None), lambda: self.serving.path_for(parquet, table))
        return found

    def _beside(self, name: object, make: Callable[[], object]) -> None:
        """Have a cache file made by another thread, once however many ask."""
        if name in self._making:
            return
        self._making.add(name)

        def run() -> None:
            try:
                with locked(self.settings.data_dir / "making.lock"):  # other processes want the same made
                    make()
            except Exception:
                log.exception("a cache file could not be made")
            finally:
                self._making.discard(name)

        self.builder.submit(run)

    @cached_property
    def _making(self) -> set[object]:
        return set()

    @cached_property
    def builder(self) -> ThreadPoolExecutor:
        """Makes cache files one after the other."""
        return ThreadPoolExecutor(1, thread_name_prefix="serving", initializer=step_back, initargs=(10,))

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
        """Let go of the database and the index, so that processes made from this one begin afresh.

        What runs beside ends first: it may hold a connection.
        """
        if misses := vars(self).pop("misses", None):
            misses.close()
        if builder := vars(self).pop("builder", None):
            builder.shutdown(cancel_futures=True)
        if glances := vars(self).pop("glances", None):
            glances.close()
        self.engine.dispose()
        if "index" in vars(self):
            self.index.close()

    def words(self, opened: Session) -> Lexicon:
        """The words that questions are understood by now."""
        found = self.glances.synonym_revisions.first()
        if self.lexicon is None or self.lexicon.revision != (found[0] if found else 0):
            self.lexicon = synonyms.words(opened, self.settings.home_region)
        return self.lexicon

    def _changed(self) -> None:
        self.catch_up()

    def _sample(self) -> bool:
        """Take in the values of some releases that search may find; whether there were any."""
        with session(self.engine) as opened:
            waiting = find_waiting(opened)
        if waiting is None:
            return False
        values = read_values(waiting, lambda table: cells_of(table, self.rows_of))
        with self.writing() as opened:
            take_in(opened, waiting, values)
        return True

    def catch_up(self, *, settle: bool = False) -> int:
        """Bring the index up to date; whatever is wrong with the index is no fault of the write before.

        `settle`: many have come, let the index put itself in order.
        """
        try:
            if not self.indexed:
                ensure(self.engine, self.index)
                self.indexed = True
            while self._sample():
                pass
            done = sync(self.engine, self.index)
            if settle:
                self.index.settle()
            return done
        except Unavailable:
            self.indexed = False  # it may come back empty
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
        g.session = open_session(house().engine, write=g.writes)
        if g.writes:  # the body may have taken long, and the key may be revoked by now
            require_live(g.session, actor())
    found: Session = g.session
    return found


class UnitOfWork:
    """One transaction for one request: committed when the view has returned, rolled back when it raised."""

    def __init__(self, *, reads_only: bool = False) -> None:
        g.session, g.writes = None, request.method not in SAFE_METHODS and not reads_only

    def __enter__(self) -> None:
        """Nothing is opened before it is asked for."""

    def __exit__(self, kind: type[BaseException] | None, fault: object, trace: object) -> None:
        """The end, one way or the other; the index learns of what was written."""
        if g.session is not None:
            with g.session as opened:
                if g.writes and kind is None:
                    opened.commit()
        if g.writes and kind is None:
            house().catch_up()
