"""How Alembic runs a migration here: on the connection, and inside the transaction, that `portal.migrate` hands it."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

import ingest.models  # noqa: F401 - its tables belong to the schema too
import search.models  # noqa: F401 - its tables too
from catalog.db import Base, UtcDateTime
from catalog.models import Json, Key

OTHERS = ("search_", "sqlite_")  # tables with these prefixes are an engine's own, made and dropped by it


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether a table found in the database is ours to compare."""
    return kind != "table" or not (name or "").startswith(OTHERS)


def render_item(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """Write our own column types by what they are in the database, so that old migrations need no code of ours."""
    if kind != "type":
        return False
    names = ((UtcDateTime, "sa.DateTime()"), (type(Json), "JSON"))
    if item is Key:
        return "KEY"
    return next((name for one, name in names if isinstance(item, one)), False)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_name=include_name,
    render_item=render_item,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
