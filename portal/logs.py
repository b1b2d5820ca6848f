"""Logs: one JSON object a line on standard error, with the id of the request that it belongs to."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime

import orjson
from flask import Flask, Response, g, has_request_context, request

access = logging.getLogger("portal.access")


class JsonLines(logging.Formatter):
    """A record as one line of JSON; the trace of an exception is a member, not more lines."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        line.update(getattr(record, "members", {}))
        if has_request_context() and hasattr(g, "request_id"):
            line["request_id"] = g.request_id
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def configure() -> None:
    """Let every logger of the process write so."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def install(app: Flask) -> None:
    """Write a line for every request: what was asked, never with which key, by whom or for which words."""
    app.before_request(_begin)
    app.after_request(_tell)


def _begin() -> None:
    g.began = time.perf_counter()


def _tell(response: Response) -> Response:
    milliseconds = round((time.perf_counter() - g.began) * 1000, 1) if hasattr(g, "began") else None
    members = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "milliseconds": milliseconds,
    }
    access.info("request", extra={"members": members})
    return response
