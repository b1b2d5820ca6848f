"""The record of every act, chained by digests so that a change of the past shows.

A record's digest is the SHA-256 of its canonical JSON: sorted keys, no blanks, with the digest of the record before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from catalog.canonical import canonical
from catalog.db import now
from catalog.models import Audit

START = "0" * 64
SEEN_ACTS = ("approve", "publish", "import", "withdraw")  # what changes what the public sees
PUBLIC_ACTS = ("register", "ingest", "submit", *SEEN_ACTS)  # what the public may know of
# SQLite's writers are alone from the beginning; PostgreSQL does all of it in one way there and back (migration 0006).
_NEWEST = "SELECT digest, at FROM audit ORDER BY id DESC LIMIT 1"
_APPEND = """INSERT INTO audit (at, account, act, dataset_id, target, detail, previous_digest, digest)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_APPEND_ELSEWHERE = "SELECT append_act(%s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True)
class Act:
    """What was done: by whom (an account's name), which verb, to what."""

    account: str
    verb: str
    target: str
    dataset_id: int | None = None
    detail: dict[str, Any] | None = None


def record(session: Session, act: Act) -> None:
    """Append the act to the chain, in the caller's transaction. Its time is never before that of the act before it.

    Plain statements: as a model it would cost more than all the rest of a write.
    """
    session.flush()  # what is recorded may be new itself
    connection, detail = session.connection(), canonical(act.detail or {}).decode()
    moment = now().replace(tzinfo=None)
    if connection.dialect.name == "postgresql":
        values = (moment, act.account, act.verb, act.dataset_id, act.target, detail)
        connection.exec_driver_sql(_APPEND_ELSEWHERE, values)
    else:
        _append(connection, act, moment, detail)


def _append(connection: Connection, act: Act, moment: datetime, detail: str) -> None:
    """The same on SQLite."""
    previous, earlier = connection.exec_driver_sql(_NEWEST).first() or (START, "")
    at = max(moment.isoformat(" ", "microseconds"), earlier)
    digest = _digest(f"{at.replace(' ', 'T')}+00:00", act, previous)
    values = (at, act.account, act.verb, act.dataset_id, act.target, detail, previous, digest)
    connection.exec_driver_sql(_APPEND, values)


def digest_of(entry: Audit) -> str:
    """The digest that the record should have."""
    act = Act(entry.account, entry.act, entry.target, entry.dataset_id, entry.detail)
    return _digest(entry.at.isoformat(timespec="microseconds"), act, entry.previous_digest)


def _digest(at: str, act: Act, previous: str) -> str:
    content = {
        "at": at,
        "account": act.account,
        "act": act.verb,
        "target": act.target,
        "dataset": act.dataset_id,
        "detail": act.detail or {},
        "previous": previous,
    }
    return hashlib.sha256(canonical(content)).hexdigest()


def iter_broken_links(session: Session) -> Iterator[Audit]:
    """Every record whose digest or whose link to the one before does not fit, oldest first."""
    previous = START
    for entry in session.scalars(select(Audit).order_by(Audit.id).execution_options(yield_per=1000)):
        if entry.previous_digest != previous or entry.digest != digest_of(entry):
            yield entry
        previous = entry.digest


def list_history(session: Session, dataset_id: int) -> list[Audit]:
    """The acts on one dataset, newest first."""
    return list(session.scalars(select(Audit).where(Audit.dataset_id == dataset_id).order_by(Audit.id.desc())))


def list_public_history(session: Session, dataset_id: int) -> list[Audit]:
    """What everybody may know of a dataset's acts, newest first: how it came to be as the public sees it now.

    What is under way since then, and what was turned down, stays inside.
    """
    acts = list_history(session, dataset_id)
    last = next((place for place, one in enumerate(acts) if _is_seen(one)), len(acts))
    return [one for one in acts[last:] if one.act in PUBLIC_ACTS]


def _is_seen(entry: Audit) -> bool:
    """Whether the act changed what the public sees, at once."""
    return entry.act in SEEN_ACTS and "publish_at" not in entry.detail
