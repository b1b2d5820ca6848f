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
_DIGITS = 11  # fewer are no number of one of these kinds
_SUSPECT = re.compile(rf"\d(?:\D{{0,2}}+\d){{{_DIGITS - 1}}}")
_PLAIN_SUSPECT = re.compile(_SUSPECT.pattern, re.ASCII)  # of plain text the same, and quicker
_LINE: Final = (  # of a request, as JsonLines would write it
    b'{"at":"%b","level":"INFO","logger":"portal.access","message":"request","status":%d,"milliseconds":%.1f,'
    b'"method":%b,"path":%b,"request_id":%b}\n'
)
_Asked = tuple[float, str, str, int, float, str]  # when, method, path, status, seconds, id
_GATHERED: Final = 0.05  # seconds that the line of a request waits at most
_MOST_GATHERED: Final = 100_000  # lines: whoever reads them may have stopped


class JsonLines(logging.Formatter):
    """A record as one line of JSON; the trace of an exception is a member, not more lines."""

    def format(self, record: logging.LogRecord) -> str:
        line: bytes | None = getattr(record, "line", None)  # of a request
        return (line[:-1] if line else self._tell(record)).decode()

    def _tell(self, record: logging.LogRecord) -> bytes:
        line = {
            "at": _moment(record.created).decode(),
            "level": record.levelname,
            "logger": record.name,
            "message": _masked(record.getMessage()),
        }
        if has_request_context() and hasattr(g, "request_id"):
            line["request_id"] = g.request_id
        if record.exc_info:
            line["trace"] = _masked(self.formatException(record.exc_info))
        return orjson.dumps(line, default=str)


def _masked(value: Any) -> Any:
    """A text without personal data: an address that was asked for, or an error of ours, may hold a value."""
    return mask_text(value, _KINDS) if isinstance(value, str) and _is_suspect(value) else value


def _is_suspect(text: str) -> bool:
    """Whether it may hold a mail address, or digits enough for a number of a person."""
    if "@" in text:
        return True
    if not text.isascii():
        return _SUSPECT.search(text) is not None
    written = text.encode()
    digits = len(written) - len(written.translate(None, b"0123456789"))  # of most texts too few: quicker than to search
    return digits >= _DIGITS and _PLAIN_SUSPECT.search(text) is not None


class Gathered(logging.Handler):
    """Writes the lines of requests together: one is only kept, a thread of the process writes what has come since.

    What a process kept when it was killed outright is lost, a twentieth of a second at most; one that ends writes it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._begin_afresh()
        os.register_at_fork(after_in_child=self._begin_afresh)

    def keep(self, asked: _Asked) -> None:
        """Keep one; a deque needs no lock."""
        self._kept.append(asked)
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
        self._kept: deque[_Asked] = deque(maxlen=_MOST_GATHERED)
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


def _moment(at: float) -> bytes:
    second = int(at)
    return b"%b.%03d+00:00" % (_second(second), (at - second) * 1000)


@lru_cache(10)
def _second(at: int) -> bytes:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S").encode()


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
    asked = time.time(), environ["REQUEST_METHOD"], environ["PATH_INFO"], status, seconds, request_id
    if _gathered in access.handlers:
        _gathered.keep(asked)
        return
    access.info("request", extra={"line": _line(*asked)})


def _line(at: float, method: str, path: str, status: int, seconds: float, request_id: str) -> bytes:
    """As JsonLines would write it."""
    read = path if path.isascii() else path.encode("latin-1").decode("utf-8", "replace")
    texts = (method, read, request_id)
    if _is_suspect(" ".join(texts)):  # looked at together: it seldom is
        texts = tuple(map(_masked, texts))
    return _LINE % (_moment(at), status, seconds * 1000, *map(orjson.dumps, texts))
