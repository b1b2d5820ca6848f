"""The record of every act, chained by digests so that a change of the past shows.

A record's digest is the SHA-256 of its canonical JSON: sorted keys, no blanks, with the digest of the record before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
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

    Plain statements by the driver's own cursor: as a model, or by the engine, they would cost several times more.
    """
    session.flush()  # what is recorded may be new itself
    connection, detail = session.connection(), canonical(act.detail or {}).decode()
    moment, dialect = now().replace(tzinfo=None), connection.dialect
    append = _append_elsewhere if dialect.name == "postgresql" else _append
    cursor = connection.connection.cursor()
    try:
        append(cursor, act, moment, detail)
    except dialect.loaded_dbapi.Error as error:  # told as the engine would tell it
        raise DBAPIError.instance(None, None, error, dialect.loaded_dbapi.Error, dialect=dialect) from error
    finally:
        cursor.close()


def _append_elsewhere(cursor: DBAPICursor, act: Act, moment: datetime, detail: str) -> None:
    """All of it in one way there and back."""
    cursor.execute(_APPEND_ELSEWHERE, (moment, act.account, act.verb, act.dataset_id, act.target, detail))


def _append(cursor: DBAPICursor, act: Act, moment: datetime, detail: str) -> None:
    """The same on SQLite."""
    cursor.execute(_NEWEST)
    previous, earlier = cursor.fetchone() or (START, "")
    at = max(moment.isoformat(" ", "microseconds"), earlier)
    digest = _digest(f"{at.replace(' ', 'T')}+00:00", act, detail, previous)
    values = (at, act.account, act.verb, act.dataset_id, act.target, detail, previous, digest)
    cursor.execute(_APPEND, values)


def digest_of(entry: Audit) -> str:
    """The digest that the record should have."""
    act = Act(entry.account, entry.act, entry.target, entry.dataset_id, entry.detail)
    detail = canonical(entry.detail).decode()
    return _digest(entry.at.isoformat(timespec="microseconds"), act, detail, entry.previous_digest)


def _digest(at: str, act: Act, detail: str, previous: str) -> str:
    """Of the canonical form of the record, put together round its detail, which is in that form already."""
    account, verb, target = (canonical(text).decode() for text in (act.account, act.verb, act.target))
    dataset = "null" if act.dataset_id is None else act.dataset_id
    content = (
        f'{{"account":{account},"act":{verb},"at":"{at}","dataset":{dataset},"detail":{detail}'
        f',"previous":"{previous}","target":{target}}}'
    )
    return hashlib.sha256(content.encode()).hexdigest()


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
