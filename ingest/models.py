"""The tables of ingestion: jobs with a lease, and what was found in a file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.db import Base, UtcDateTime, now
from catalog.models import Account, Dataset, Json, Key, Release


class Job(Base):
    """One file to take in. A worker holds it by a lease that it renews; a lease run out is free for the next worker."""

    __tablename__ = "job"

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # random, not guessable
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(Text, default="queued")  # queued running succeeded failed cancelled
    upload_key: Mapped[str] = mapped_column(Text)
    upload_digest: Mapped[str] = mapped_column(Text)
    upload_name: Mapped[str] = mapped_column(Text)
    upload_size: Mapped[int] = mapped_column(BigInteger)
    options: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # period, sheet, encoding, unit, dry_run
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    progress: Mapped[float] = mapped_column(default=0.0)
    rows_read: Mapped[int] = mapped_column(BigInteger, default=0)
    rows_accepted: Mapped[int] = mapped_column(BigInteger, default=0)
    rows_rejected: Mapped[int] = mapped_column(BigInteger, default=0)
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)  # of a dry run: what would have been kept
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)  # code and params of the sentence
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    dataset: Mapped[Dataset] = relationship(lazy="joined")
    account: Mapped[Account | None] = relationship(lazy="joined")
    release: Mapped[Release | None] = relationship(lazy="joined")


Index("ix_job_waiting", Job.state, Job.created_at)


class FindingRow(Base):
    """One finding of a job, as it stands in `ingest.findings.Finding`."""

    __tablename__ = "finding"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), index=True)
    level: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    sheet: Mapped[str | None] = mapped_column(Text)
    row: Mapped[int | None]
    column: Mapped[str | None] = mapped_column(Text)  # the header as published
    cell: Mapped[str | None] = mapped_column(Text)  # A1 form
    raw: Mapped[str | None] = mapped_column(Text)
    count: Mapped[int] = mapped_column(default=1)  # how often the fault occurs; the place is the first one's


class PersonalColumn(Base):
    """Personal data of one kind in one column of a release, its examples masked, and what the steward decided on it.

    Of a text beside the rows `field` is its place: `title:data`, `note:2` (`ingest.privacy.texts`).
    """

    __tablename__ = "personal_column"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), index=True)
    field: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    cells: Mapped[int] = mapped_column(BigInteger)
    examples: Mapped[list[str]] = mapped_column(Json, default=list)
    sheet: Mapped[str | None] = mapped_column(Text)  # where the first of the cells stood
    cell: Mapped[str | None] = mapped_column(Text)  # its A1 name
    action: Mapped[str | None] = mapped_column(Text)  # publish mask drop; None while it is undecided
    ground: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
