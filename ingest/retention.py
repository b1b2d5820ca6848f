"""How long what is not public is kept: drafts that nobody submits, uploads in the clear, files that nobody names."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from catalog import audit
from catalog.accounts import OPERATOR
from catalog.db import now
from catalog.models import Release
from catalog.registry import touch
from catalog.rows.cache import ServingCache
from catalog.storage import Storage
from ingest.findings import BESIDE
from ingest.jobs import OPEN_STATES
from ingest.models import FindingRow, Job, PersonalColumn

GRACE = timedelta(days=1)  # before a file that nobody names is removed: a worker stores it before the row that names it
AT_ONCE = 50  # uploads that are settled, drafts that are discarded in one round
KINDS = ("releases", "cells")
WAITING = ("draft", "in_review", "scheduled")  # the steward may need the marked copy of his workbook


@dataclass(frozen=True)
class Retention:
    """How long each is kept; None: for ever."""

    uploads: timedelta | None  # in the clear
    undecided: timedelta | None  # drafts with personal data that nobody decides on
    drafts: timedelta | None


def discard_drafts(session: Session, retention: Retention) -> list[Release]:
    """Discard the drafts whose time is over, each on record; their files go with the next `remove_unnamed`."""
    over = [one for one in (_undecided(retention.undecided), _older(retention.drafts)) if one is not None]
    if not over:
        return []
    wanted = select(Release).where(Release.state == "draft", or_(*over)).order_by(Release.id).limit(AT_ONCE)
    found = list(session.scalars(wanted.with_for_update(of=Release, skip_locked=True)))
    for release in found:
        release.state = "discarded"
        dataset = release.dataset
        touch(dataset)
        act = audit.Act(OPERATOR.name, "discard_draft", dataset.slug, dataset.id, {"release": release.number})
        audit.record(session, act)
    session.flush()
    return found


def _older(age: timedelta | None) -> ColumnElement[bool] | None:
    return None if age is None else Release.created_at < now() - age


def _undecided(age: timedelta | None) -> ColumnElement[bool] | None:
    older = _older(age)
    if older is None:
        return None
    waiting = select(PersonalColumn.release_id).where(PersonalColumn.action.is_(None))
    return and_(older, Release.id.in_(waiting))


def list_stale_uploads(session: Session, storage: Storage, age: timedelta | None) -> list[str]:
    """The keys of uploads that are to be in the clear no longer, and that no job has to read any more.

    Their time is over, or they hold personal data beside the cells and what was made of them is no draft any more.
    """
    before = None if age is None else now() - age
    telling = _telling(session)
    needed = set(session.scalars(select(Job.upload_key).where(Job.state.in_(OPEN_STATES))))
    keys = (key for key in storage.iter_keys("uploads") if key not in needed)
    return [key for key in keys if key in telling or (before and storage.modified(key) < before)][:AT_ONCE]


def _telling(session: Session) -> set[str]:
    """The uploads with personal data where no cell is that was read, of releases that are decided on."""
    wanted = select(Job.upload_key).join(FindingRow, FindingRow.job_id == Job.id).join(Job.release)
    return set(session.scalars(wanted.where(FindingRow.code.in_(BESIDE), Release.state.not_in(WAITING))))


def remove_unnamed(session: Session, storage: Storage, serving: ServingCache) -> int:
    """Remove the files of discarded drafts, and what a process that died has left; how many files of releases."""
    before = now() - GRACE
    tables = session.scalars(select(Release.tables).where(Release.state != "discarded"))
    named = {digest for found in tables for one in found for digest in (one.get("digest"), one.get("cells"))}
    gone = 0
    for key in (key for kind in KINDS for key in storage.iter_keys(kind)):
        if _digest(key) not in named and storage.modified(key) < before:
            storage.remove(key)
            gone += 1
    for digest in serving.iter_digests(before.timestamp()):
        if digest not in named:
            serving.remove(digest)
    serving.remove_left_over(before.timestamp())
    storage.remove_left_over(before)
    return gone


def remove_scratch(session: Session, scratch: Path) -> None:
    """Remove what workers that died have left of jobs that nobody works at."""
    at_work = set(session.scalars(select(Job.id).where(Job.state.in_(OPEN_STATES))))
    for folder in _older_than(scratch.glob("*"), now() - GRACE):
        if folder.name not in at_work:
            shutil.rmtree(folder, ignore_errors=True)


def _older_than(paths: Iterable[Path], before: datetime) -> list[Path]:
    return [path for path in paths if path.stat().st_mtime < before.timestamp()]


def _digest(key: str) -> str:
    return key.rsplit("/", 1)[-1].partition(".")[0]
