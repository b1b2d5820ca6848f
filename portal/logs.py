"""Logs: one JSON object a line on standard error, with the id of the request that it belongs to."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import g, has_request_context

from ingest.privacy.hits import mask_text

access = logging.getLogger("portal.access")
_KINDS = frozenset({"id_number", "old_id_number", "mobile", "bank_card"})  # masked in logs whatever stands beside them
_REQUEST = vars(access.makeRecord(access.name, logging.INFO, "", 0, "request", (), None))
_SUSPECT = re.compile(r"@|\d(?:[^\d]{0,2}\d){6}")


class JsonLines(logging.Formatter):
    """A record as one line of JSON; the trace of an exception is a member, not more lines."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname, "logger": record.name, "message": _masked(record.getMessage())}
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
    return mask_text(value, _KINDS) if isinstance(value, str) and _SUSPECT.search(value) else value


def configure() -> None:
    """Let every logger of the process write so, and learn of a record only what a line tells."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def tell(environ: Mapping[str, Any], status: int, request_id: str, seconds: float) -> None:
    """Write the line of a request: what was asked, never with which key, by whom or for which words."""
    if not access.isEnabledFor(logging.INFO):
        return
    members = {
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "request_id": request_id,
    }
    record = logging.LogRecord.__new__(logging.LogRecord)  # like the first: nobody asks where it was made
    vars(record).update(_REQUEST, created=time.time(), members=members)
    access.handle(record)
