"""Marks datasets stale when what the index has of their publisher changes; whoever flushes the change has it done."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, event, inspect, update

from catalog.models import Dataset, Publisher

_INDEXED: Final = ("title", "aliases", "slug")


@event.listens_for(Publisher, "after_update")
def _publisher_changed(_mapper: Any, connection: Connection, publisher: Publisher) -> None:
    seen = inspect(publisher).attrs
    if any(seen[name].history.has_changes() for name in _INDEXED):
        connection.execute(update(Dataset).where(Dataset.publisher_id == publisher.id).values(indexed_revision=0))
