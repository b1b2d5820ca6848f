"""A finished intake becomes a draft release, and the record says what was taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog import audit
from catalog.digests import content_digest
from catalog.models import Dataset, Release
from catalog.registry import touch
from catalog.schema import Table
from ingest.models import Job
from ingest.proving import findings_digest

if TYPE_CHECKING:
    from ingest.outcome import Outcome
    from ingest.privacy.guard import Found


def keep_release(opened: Session, job: Job, outcome: Outcome, tables: list[Table]) -> Release:
    """A draft release of what was taken in; it takes the place of the drafts of its period. Callers commit."""
    dataset = opened.scalar(select(Dataset).where(Dataset.id == job.dataset_id).with_for_update(of=Dataset))
    assert dataset is not None  # noqa: S101 - a job's dataset is never deleted: its foreign key forbids it
    numbers = select(func.max(Release.number)).where(Release.dataset_id == dataset.id)
    release = Release(
        dataset_id=dataset.id,
        number=(opened.scalar(numbers) or 0) + 1,
        period=outcome.period,
        rows=sum(one.rows for one in tables),
        bytes=sum(one.bytes for one in tables),
        digest=tables[0].digest,
        encoding=outcome.encoding,
        totals=list(outcome.totals),
        notes=list(outcome.notes),
        tables=[one.to_dict() for one in tables],
        upload_digest=job.upload_digest,
        upload_name=job.upload_name,
        ingested_by_id=job.account_id,
    )
    _discard_drafts(opened, dataset, release.period)
    opened.add(release)
    opened.flush()
    touch(dataset)
    return release


def record_intake(opened: Session, job: Job, outcome: Outcome, personal: tuple[Found, ...]) -> None:
    """Put on record what was taken in, and what the steward is told of it."""
    release, dataset = job.release, job.dataset
    assert release is not None  # noqa: S101 - it was just kept
    detail = {
        "release": release.number,
        "digest": release.digest,
        "rows": release.rows,
        "content": content_digest(release),
        "upload": release.upload_digest,
        "findings": findings_digest(outcome.findings),
        "personal": [[one.field, one.kind, one.cells] for one in personal],
    }
    who = job.account.name if job.account else "operator"
    audit.record(opened, audit.Act(who, "ingest", dataset.slug, dataset.id, detail))


def _discard_drafts(opened: Session, dataset: Dataset, period: str | None) -> None:
    """A new draft of the same period takes the place of the ones before it."""
    same = Release.period.is_(None) if period is None else Release.period == period
    drafts = select(Release).where(Release.dataset_id == dataset.id, Release.state == "draft", same)
    for draft in opened.scalars(drafts):
        draft.state = "discarded"
