"""Logs: one JSON object a line on standard error, with the id of the request that it belongs to.

The lines of requests are gathered and written together by a thread of their own, a moment later: a write for each
would let go of the interpreter in the middle of every request, and all threads would fight for it.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from multiprocessing.util import Finalize
from typing import Any, Final

import orjson
from flask import g, has_request_context

from ingest.privacy.hits import mask_text

access = logging.getLogger("portal.access")
_KINDS = frozenset({"id_number", "old_id_number", "mobile", "bank_card"})  # masked in logs whatever stands beside them
_REQUEST = vars(access.makeRecord(access.name, logging.INFO, "", 0, "request", (), None))
_SUSPECT = re.compile(r"\d(?:\D{0,2}\d){6}")
_PLAIN_SUSPECT = re.compile(_SUSPECT.pattern, re.ASCII)  # of plain text the same, and quicker
_GATHERED: Final = 0.05  # seconds that the line of a request waits at most
_MOST_GATHERED: Final = 100_000  # lines: whoever reads them may have stopped


class JsonLines(logging.Formatter):
    """A record as one line of JSON; the trace of an exception is a member, not more lines."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": _moment(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": _masked(record.getMessage()),
        }
        members = getattr(record, "members", None)
        if members is not None:
            line.update({name: _masked(value) for name, value in members.items()})
        elif has_request_context() and hasattr(g, "request_id"):
            line["request_id"] = g.request_id
        if record.exc_info:
            line["trace"] = _masked(self.formatException(record.exc_info))
        return orjson.dumps(line, default=str).decode()


def _masked(value: Any) -> Any:
    """A text without personal data: an address that was asked for, or an error of ours, may hold a value."""
    return mask_text(value, _KINDS) if isinstance(value, str) and _is_suspect(value) else value


def _is_suspect(text: str) -> bool:
    """Whether it may hold a mail address, or digits enough for a number of a person."""
    return "@" in text or (_PLAIN_SUSPECT if text.isascii() else _SUSPECT).search(text) is not None


class Gathered(logging.Handler):
    """Writes the lines of requests together: one is only kept, a thread of the process writes what has come since.

    What a process kept when it was killed outright is lost, a twentieth of a second at most; one that ends writes it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._begin_afresh()
        os.register_at_fork(after_in_child=self._begin_afresh)

    def keep(self, members: Mapping[str, Any]) -> None:
        """Keep one; a deque needs no lock."""
        self._kept.append((time.time(), members))
        if not self._came.is_set():
            self._wake()

    def flush(self) -> None:
        """Write what is kept."""
        lines = []
        with suppress(IndexError):  # another thread may write as well
            while True:
                lines.append(_line(*self._kept.popleft()))
        if lines:
            sys.stderr.write(b"".join(lines).decode())
            sys.stderr.flush()

    def _begin_afresh(self) -> None:
        """In a new process: nothing kept, and no thread yet."""
        self._kept: deque[tuple[float, Mapping[str, Any]]] = deque(maxlen=_MOST_GATHERED)
        self._came = threading.Event()
        self._writer: threading.Thread | None = None
        self._gate = threading.Lock()

    def _wake(self) -> None:
        self._came.set()
        if self._writer is None:
            with self._gate:
                if self._writer is None:
                    self._writer = threading.Thread(target=self._write, name="log", daemon=True)
                    self._writer.start()
                    Finalize(None, self.flush, exitpriority=10)  # whichever way this process ends by itself

    def _write(self) -> None:
        while self._came.wait():
            time.sleep(_GATHERED)
            self._came.clear()  # before the lines are taken: one that comes meanwhile wakes this again
            self.flush()


def _line(at: float, members: Mapping[str, Any]) -> bytes:
    """As JsonLines writes the record of a request."""
    head = {"at": _moment(at), "level": "INFO", "logger": access.name, "message": "request"}
    told = {name: _masked(value) for name, value in members.items()}
    return orjson.dumps(head | told, default=str, option=orjson.OPT_APPEND_NEWLINE)


def _moment(at: float) -> str:
    second = int(at)
    return f"{_second(second)}.{min(999, round((at - second) * 1000)):03}+00:00"


@lru_cache(10)
def _second(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")


_gathered: Final = Gathered()


def configure() -> None:
    """Let every logger of the process write so, and learn of a record only what a line tells."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    access.handlers[:], access.propagate = [_gathered], False
    logging.getLogger("elastic_transport").setLevel(logging.WARNING)  # it has a line for every request of its own


def tell(environ: Mapping[str, Any], status: int, request_id: str, seconds: float) -> None:
    """Write the line of a request: what was asked, never with which key, by whom or for which words."""
    if not access.isEnabledFor(logging.INFO):
        return
    path: str = environ["PATH_INFO"]
    members = {
        "method": environ["REQUEST_METHOD"],
        "path": path if path.isascii() else path.encode("latin-1").decode("utf-8", "replace"),
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "request_id": request_id,
    }
    if _gathered in access.handlers:
        _gathered.keep(members)
        return
    record = logging.LogRecord.__new__(logging.LogRecord)  # like the first: nobody asks where it was made
    vars(record).update(_REQUEST, created=time.time(), members=members)
    access.handle(record)
