"""Jobs: a table of files to take in, each held by one worker through a lease that it renews."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.orm import Session

from catalog.accounts import Actor
from catalog.db import now
from catalog.errors import Conflict, Invalid, NotFound
from catalog.models import Dataset, Release
from catalog.storage import StoredFile
from ingest.findings import ERROR, Finding, Refused
from ingest.models import FindingRow, Job
from ingest.privacy.hits import find_hits, mask_text

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 3  # a job that took three workers with it is not given to a fourth
OPEN_STATES = ("queued", "running")
LONGEST_OPTION = 200  # characters


@dataclass(frozen=True)
class Upload:
    """A file that is stored, and how it is to be read."""

    file: StoredFile
    name: str
    options: Mapping[str, Any]  # period, sheet, encoding, unit, dry_run: only those that were given


def enqueue(session: Session, actor: Actor, dataset: Dataset, upload: Upload) -> Job:
    """Queue the upload; the same bytes read the same way, waiting or already a release, answer with their own job."""
    known = find_same(session, dataset, upload)
    if known is not None:
        return known
    job = Job(
        id=secrets.token_urlsafe(12),
        dataset=dataset,
        account_id=actor.account_id,
        upload_key=upload.file.key,
        upload_digest=upload.file.digest,
        upload_size=upload.file.size,
        upload_name=mask_text(upload.name),  # from here on: a person's name or number may stand in it
        options=dict(upload.options),
    )
    session.add(job)
    session.flush()
    return job


def find_same(session: Session, dataset: Dataset, upload: Upload) -> Job | None:
    """The job of the same dataset, bytes and options that waits, runs, or has made a release that still counts."""
    if upload.options.get("dry_run"):
        return None
    alive = or_(Job.state.in_(OPEN_STATES), Release.state.in_(("draft", "in_review", "scheduled", "published")))
    wanted = select(Job).outerjoin(Release, Job.release_id == Release.id)
    wanted = wanted.where(Job.dataset_id == dataset.id, Job.upload_digest == upload.file.digest, alive)
    same = (job for job in session.scalars(wanted.order_by(Job.created_at.desc())))
    return next((job for job in same if job.options == dict(upload.options)), None)


def get_job(session: Session, job_id: str, actor: Actor) -> Job:
    """The job, for insiders of its dataset. Raises NotFound for anybody else."""
    job = session.get(Job, job_id)
    if job is None or not actor.may_see(job.dataset):
        raise NotFound("job_not_found", id=job_id)
    return job


def claim(session: Session, worker: str) -> Job | None:
    """Lease the oldest job that waits or whose worker is gone; None where there is none."""
    wanted = select(Job).where(_free()).order_by(Job.created_at).limit(1).with_for_update(skip_locked=True, of=Job)
    while (job := session.scalar(wanted)) is not None:
        if job.attempts < MOST_ATTEMPTS:
            take(job, worker)
            return job
        fail(session, job, Refused("job_killed_worker", attempts=job.attempts))
        session.flush()
    return None


def end_leases(session: Session, gone: Callable[[str], bool]) -> int:
    """Free the jobs whose worker is known to be gone before their leases run out; how many."""
    running = session.scalars(select(Job).where(Job.state == "running"))
    freed = [job for job in running if gone(job.worker or "")]
    for job in freed:
        job.lease_until = now() - LEASE
    session.flush()
    return len(freed)


def take(job: Job, worker: str) -> None:
    """Lease the job to the worker."""
    job.state, job.worker, job.lease_until = "running", worker, now() + LEASE
    job.attempts += 1
    job.started_at = job.started_at or now()


def renew(session: Session, job_id: str, worker: str, values: Mapping[str, Any]) -> bool:
    """Keep the lease and note the progress; False where the job is no longer this worker's."""
    mine = and_(Job.id == job_id, Job.worker == worker, Job.state == "running")
    renewed = update(Job).where(mine).values(lease_until=now() + LEASE, **values).returning(Job.id)
    return session.scalar(renewed) is not None


def hold(session: Session, job_id: str, worker: str) -> Job | None:
    """The job locked for its end, or None where another worker has it by now."""
    mine = select(Job).where(Job.id == job_id, Job.worker == worker, Job.state == "running")
    return session.scalar(mine.with_for_update(of=Job))


def fail(session: Session, job: Job, refused: Refused) -> None:
    """End the job without a release; the fault is its error and its last finding."""
    job.state, job.finished_at, job.lease_until = "failed", now(), None
    finding = refused.finding
    job.error = {"code": finding.code, "params": plain_params(finding.params), **_place(finding)}
    keep_findings(session, job, [*(one for one in refused.also if one != finding), finding])


def keep_findings(session: Session, job: Job, findings: Iterable[Finding]) -> None:
    """Store what was found, in its order."""
    rows = [{**asdict(one), "params": plain_params(one.params), "job_id": job.id} for one in findings]
    if rows:
        session.execute(insert(FindingRow), rows)


def list_findings(session: Session, job: Job) -> list[Finding]:
    """What was found, in the order it was found."""
    rows = session.scalars(select(FindingRow).where(FindingRow.job_id == job.id).order_by(FindingRow.id))
    return [_finding(row) for row in rows]


def error_of(job: Job) -> Finding | None:
    """Why a failed job failed."""
    if not job.error:
        return None
    error = job.error
    place = (error.get("sheet"), error.get("row"), error.get("column"), error.get("cell"))
    return Finding(ERROR, error["code"], error["params"], *place)


def require_ready(session: Session, dataset: Dataset) -> None:
    """Raises Conflict while a job of the dataset runs, or while a draft release left rows out."""
    if session.scalar(select(Job.id).where(Job.dataset_id == dataset.id, Job.state.in_(OPEN_STATES)).limit(1)):
        raise Conflict("job_still_running", slug=dataset.slug)
    drafts = select(Job).join(Release, Job.release_id == Release.id).where(Release.dataset_id == dataset.id)
    for job in session.scalars(drafts.where(Release.state == "draft", Job.rows_rejected > 0)):
        raise Conflict("rows_were_refused", rows=job.rows_rejected, job=job.id)


def require_uploadable(dataset: Dataset) -> None:
    """Raises Conflict where the state of the dataset forbids a new release."""
    if dataset.under_review or dataset.state not in ("draft", "published"):
        state = "in_review" if dataset.under_review else dataset.state
        raise Conflict("act_forbidden_by_state", act="ingest", state=state)


def check_options(options: Mapping[str, Any]) -> None:
    """Raises Invalid for an option that no file could be read with."""
    from ingest.encoding import get_codec  # reading modules load only where a file is at hand

    for name, value in options.items():
        if len(value) > LONGEST_OPTION:
            raise Invalid.at(name, "text_too_long", most=LONGEST_OPTION)
        if find_hits(value):
            raise Invalid.at(name, "text_personal")
    try:
        get_codec(options.get("encoding", "utf-8"))
    except Refused as refused:
        finding = refused.finding
        raise Invalid.at("encoding", finding.code, **finding.params) from None


def plain_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as JSON data."""
    return {name: value if isinstance(value, (int, float, str, list)) else str(value) for name, value in params.items()}


def _free() -> ColumnElement[bool]:
    return or_(Job.state == "queued", and_(Job.state == "running", Job.lease_until < now()))


def _place(finding: Finding) -> dict[str, Any]:
    return {"sheet": finding.sheet, "row": finding.row, "column": finding.column, "cell": finding.cell}


def _finding(row: FindingRow) -> Finding:
    return Finding(row.level, row.code, row.params, row.sheet, row.row, row.column, row.cell, row.raw, row.count)
