"""The record of every act, chained by digests so that a change of the past shows.

A record's digest is the SHA-256 of its canonical JSON: sorted keys, no blanks, with the digest of the record before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.canonical import canonical
from catalog.db import now
from catalog.models import Audit

START = "0" * 64
SEEN_ACTS = ("approve", "publish", "import", "withdraw")  # what changes what the public sees
PUBLIC_ACTS = ("register", "ingest", "submit", *SEEN_ACTS)  # what the public may know of
_CHAIN_LOCK = 0x6F64_7001  # any number, the same in every process: who appends waits for the one before
# Two statements, since one would look before it has waited, sent at once, since every write pays for the way.
_LOCK_AND_READ = f"SELECT pg_advisory_xact_lock({_CHAIN_LOCK}); SELECT digest, at FROM audit ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True)
class Act:
    """What was done: by whom (an account's name), which verb, to what."""

    account: str
    verb: str
    target: str
    dataset_id: int | None = None
    detail: dict[str, Any] | None = None


def record(session: Session, act: Act) -> Audit:
    """Append the act to the chain, in the caller's transaction. Its time is never before that of the act before it."""
    previous, earlier = _newest(session)
    moment = now()
    entry = Audit(
        at=moment if earlier is None else max(moment, earlier),  # a clock that was set back tells no other order
        account=act.account,
        act=act.verb,
        target=act.target,
        dataset_id=act.dataset_id,
        detail=act.detail or {},
        previous_digest=previous,
        digest="",
    )
    entry.digest = digest_of(entry)
    session.add(entry)
    session.flush()
    return entry


def _newest(session: Session) -> tuple[str, datetime | None]:
    """Digest and time of the record that the next one follows; on PostgreSQL nobody else appends until the commit."""
    if session.get_bind().dialect.name != "postgresql":
        row = session.execute(select(Audit.digest, Audit.at).order_by(Audit.id.desc()).limit(1)).first()
        return (row[0], row[1]) if row else (START, None)
    cursor = session.connection().connection.cursor()
    cursor.execute(_LOCK_AND_READ)
    cursor.nextset()
    found = cursor.fetchone()
    return (found[0], found[1].replace(tzinfo=UTC)) if found else (START, None)


def digest_of(entry: Audit) -> str:
    """The digest that the record should have."""
    content = {
        "at": _moment(entry.at),
        "account": entry.account,
        "act": entry.act,
        "target": entry.target,
        "dataset": entry.dataset_id,
        "detail": entry.detail,
        "previous": entry.previous_digest,
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


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
