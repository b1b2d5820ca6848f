"""What was found in a release and whether it is decided; loads no polars, so every submit may ask."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.errors import Conflict
from catalog.models import Dataset, Release
from ingest.models import Job, PersonalColumn
from ingest.privacy.hits import find_hits


def list_columns(session: Session, release: Release) -> list[PersonalColumn]:
    """What was found in a release, with the decisions, in the order it was found."""
    wanted = select(PersonalColumn).where(PersonalColumn.release_id == release.id)
    return list(session.scalars(wanted.order_by(PersonalColumn.id)))


def require_decided(session: Session, dataset: Dataset) -> None:
    """Raises Conflict while personal data of a draft release are undecided, or the dataset's own texts hold any."""
    _require_clean(dataset)
    wanted = select(Release.number, PersonalColumn).join(Release, PersonalColumn.release_id == Release.id)
    wanted = wanted.where(Release.dataset_id == dataset.id, Release.state == "draft", PersonalColumn.action.is_(None))
    row = session.execute(wanted.order_by(PersonalColumn.id).limit(1)).first()
    if row is not None:
        raise _undecided(row[0], row[1])


@lru_cache(maxsize=1_000)
def personal_in_prose(text: str) -> tuple[str, ...]:
    """The kinds of personal data in a title or a description; an office's telephone may stand there."""
    return tuple(hit.kind for hit in find_hits(text) if hit.kind != "landline")


def _require_clean(dataset: Dataset) -> None:
    """What was brought before it was looked for, or has come by another way than a body."""
    for member in ("title", "description"):
        text = (dataset.pending or {}).get(member, getattr(dataset, member))
        if kinds := personal_in_prose(text or ""):
            raise Conflict("metadata_personal", member=member, kind=", ".join(dict.fromkeys(kinds)))


def require_shown(session: Session, release: Release) -> None:
    """Raises Conflict where the rows still hold, undecided, what only stewards may see; texts are masked."""
    waiting = [one for one in list_columns(session, release) if one.action is None and ":" not in one.field]
    if waiting:
        raise _undecided(release.number, waiting[0])


def _undecided(number: int, column: PersonalColumn) -> Conflict:
    """The sentence, with the place of the first cell and what it holds, masked."""
    place = " ".join(one for one in (column.sheet, column.cell, *column.examples[:1]) if one)
    return Conflict("personal_data_undecided", number=number, field=column.field, place=place)


def find_settled_upload(session: Session, release: Release) -> str | None:
    """The key of the upload of a release with personal data that is decided on; None while a job has to read it."""
    columns = list_columns(session, release)
    jobs = list(session.scalars(select(Job).where(Job.upload_digest == release.upload_digest)))
    waits = any(one.action is None for one in columns) or any(job.state in ("queued", "running") for job in jobs)
    return jobs[0].upload_key if columns and jobs and not waits else None
