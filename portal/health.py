"""Whether the process lives (`/healthz`) and whether what it needs answers (`/readyz`)."""

from __future__ import annotations

import logging

from flask import Flask, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from catalog.db import session
from catalog.errors import PortalError
from portal.answers import json_answer
from portal.context import house
from portal.migrate import is_current

log = logging.getLogger(__name__)
NO_STORE = {"Cache-Control": "no-store"}


def install(app: Flask) -> None:
    """Answer at the two addresses."""
    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)


def healthz() -> Response:
    """The process answers."""
    return json_answer({"status": "ok"}, headers=NO_STORE)


def readyz() -> Response:
    """Database, storage and search, each by its word; 503 where the portal cannot serve without it.

    Search being away leaves the portal ready, since it reads, writes and browses without: its word is `away`.
    """
    checks = {"database": _database(), "storage": _storage(), "search": _search()}
    ready = checks["database"] == checks["storage"] == "ok"
    state = "ready" if ready else "not_ready"
    if ready and checks["search"] != "ok":
        state = "degraded"
    return json_answer({"status": state, "checks": checks}, 200 if ready else 503, NO_STORE)


def _database() -> str:
    try:
        with session(house().engine) as opened:
            opened.execute(text("SELECT 1"))
        return "ok" if is_current(house().engine) else "schema_outdated"
    except SQLAlchemyError:
        log.exception("the database does not answer")
        return "away"


def _storage() -> str:
    try:
        house().storage.has("uploads/00/none")
    except (OSError, PortalError):
        log.exception("the storage does not answer")
        return "away"
    return "ok"


def _search() -> str:
    try:
        house().index.status()
    except PortalError:
        return "away"
    return "ok"
