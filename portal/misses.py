"""Notes questions without an answer beside the request, so that no reader waits for the database's writer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ingest.privacy.hits import find_hits
from search.misses import is_kept, note_miss

_WAITING = 100  # notes that may wait for the writer; further ones are dropped
log = logging.getLogger(__name__)


class MissLog:
    """Writes one note after the other; `writing` opens a transaction and commits it."""

    def __init__(self, writing: Callable[[], AbstractContextManager[Session]]) -> None:
        self._writing = writing
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="misses")
        self._waiting: set[Future[None]] = set()

    def note(self, text: str) -> None:
        """Keep the question if it may be kept and the writer is not far behind."""
        if is_kept(text) and not find_hits(text) and len(self._waiting) < _WAITING:
            future = self._pool.submit(self._note, text)
            self._waiting.add(future)
            future.add_done_callback(self._waiting.discard)

    def settle(self) -> None:
        """Wait until everything noted so far is written."""
        for future in list(self._waiting):
            future.result()

    def close(self) -> None:
        """Write what waits, and take nothing more."""
        self._pool.shutdown()

    def _note(self, text: str) -> None:
        try:
            with self._writing() as opened:
                note_miss(opened, text)
        except SQLAlchemyError:
            log.warning("a question without an answer could not be noted", exc_info=True)
