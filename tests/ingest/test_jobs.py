"""Jobs: a lease for each, taken over where a worker is gone, given up where it kills its workers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from catalog import db
from catalog.accounts import OPERATOR, PUBLIC, Actor
from catalog.db import now
from catalog.errors import Conflict, Invalid, NotFound
from catalog.models import Dataset
from catalog.storage import StoredFile
from ingest import jobs
from ingest.findings import WARNING, Finding, Refused
from ingest.models import Job
from tests.factories import a_dataset, a_publisher, a_release, refused


@pytest.fixture
def dataset(session: Session) -> Dataset:
    a_publisher(session)
    return a_dataset(session)


def an_upload(digest: str = "a" * 64, **options: object) -> jobs.Upload:
    return jobs.Upload(StoredFile(f"uploads/{digest}", digest, 3), "data.csv", options)


def test_jobs_are_claimed_oldest_first_and_once(session: Session, dataset: Dataset) -> None:
    made = [jobs.enqueue(session, OPERATOR, dataset, an_upload(letter * 64)) for letter in "ab"]
    for number, job in enumerate(made):
        job.created_at = now() - timedelta(minutes=5 - number)
    session.flush()
    assert [jobs.claim(session, "w"), jobs.claim(session, "w"), jobs.claim(session, "w")] == [*made, None]
    assert [(job.state, job.worker, job.attempts) for job in made] == [("running", "w", 1)] * 2


def test_two_workers_never_hold_the_same_job(engine: Engine) -> None:
    with db.session(engine, write=True) as opened:
        a_publisher(opened)
        jobs.enqueue(opened, OPERATOR, a_dataset(opened), an_upload())
        opened.commit()
    with db.session(engine, write=True) as first:
        assert jobs.claim(first, "one") is not None
        if engine.dialect.name == "postgresql":  # on SQLite the second would wait for the first to end
            with db.session(engine, write=True) as second:
                assert jobs.claim(second, "two") is None
        first.commit()
    with db.session(engine, write=True) as second:
        assert jobs.claim(second, "two") is None


def test_a_lease_that_ran_out_is_free_for_the_next(session: Session, dataset: Dataset) -> None:
    job = jobs.enqueue(session, OPERATOR, dataset, an_upload())
    jobs.claim(session, "gone")
    assert jobs.renew(session, job.id, "gone", {"progress": 0.5})
    assert jobs.claim(session, "next") is None
    job.lease_until = now() - timedelta(seconds=1)
    session.flush()
    assert jobs.claim(session, "next") is job
    assert not jobs.renew(session, job.id, "gone", {})
    assert jobs.hold(session, job.id, "gone") is None
    assert jobs.hold(session, job.id, "next") is job


def test_a_job_that_killed_three_workers_is_failed_with_that_reason(session: Session, dataset: Dataset) -> None:
    job = jobs.enqueue(session, OPERATOR, dataset, an_upload())
    for _ in range(3):
        assert jobs.claim(session, "victim") is job
        job.lease_until = now() - timedelta(seconds=1)
        session.flush()
    assert jobs.claim(session, "fourth") is None
    error = jobs.error_of(job)
    assert job.state == "failed"
    assert error is not None
    assert error.code == "job_killed_worker"
    assert [one.code for one in jobs.list_findings(session, job)] == ["job_killed_worker"]


def test_the_same_upload_waiting_or_kept_answers_with_its_job(session: Session, dataset: Dataset) -> None:
    job = jobs.enqueue(session, OPERATOR, dataset, an_upload())
    assert jobs.enqueue(session, OPERATOR, dataset, an_upload()) is job
    assert jobs.enqueue(session, OPERATOR, dataset, an_upload(period="2019")) is not job
    assert jobs.enqueue(session, OPERATOR, dataset, an_upload("b" * 64)) is not job
    jobs.take(job, "w")
    jobs.fail(session, job, Refused("upload_lost"))
    session.flush()
    again = jobs.enqueue(session, OPERATOR, dataset, an_upload())
    assert again is not job
    again.state, again.release = "succeeded", a_release(session, dataset)
    session.flush()
    assert jobs.enqueue(session, OPERATOR, dataset, an_upload()) is again
    again.release.state = "discarded"
    session.flush()
    assert jobs.enqueue(session, OPERATOR, dataset, an_upload()) is not again


def test_a_dry_run_is_always_done_anew(session: Session, dataset: Dataset) -> None:
    upload = an_upload(dry_run=True)
    assert jobs.enqueue(session, OPERATOR, dataset, upload) is not jobs.enqueue(session, OPERATOR, dataset, upload)


def test_jobs_are_for_insiders(session: Session, dataset: Dataset) -> None:
    job = jobs.enqueue(session, OPERATOR, dataset, an_upload())
    assert jobs.get_job(session, job.id, OPERATOR) is job
    for stranger in (PUBLIC, Actor("x", "steward", 9, frozenset({"other"}))):
        with refused(NotFound, "job_not_found"):
            jobs.get_job(session, job.id, stranger)
    with refused(NotFound, "job_not_found"):
        jobs.get_job(session, "none", OPERATOR)


def test_findings_come_back_as_they_were_found(session: Session, dataset: Dataset) -> None:
    job = jobs.enqueue(session, OPERATOR, dataset, an_upload())
    found = [Finding(WARNING, "upload_lost", {"cells": ["A1", "A2"], "n": 2}, "表1", 3, "面积", "B3", "x", 2)]
    jobs.keep_findings(session, job, found)
    jobs.keep_findings(session, job, [])
    assert jobs.list_findings(session, job) == found


def test_a_dataset_is_ready_when_nothing_runs_and_no_row_was_refused(session: Session, dataset: Dataset) -> None:
    jobs.require_ready(session, dataset)
    job = jobs.enqueue(session, OPERATOR, dataset, an_upload())
    with refused(Conflict, "job_still_running"):
        jobs.require_ready(session, dataset)
    job.state, job.release, job.rows_rejected = "succeeded", a_release(session, dataset), 2
    session.flush()
    with refused(Conflict, "rows_were_refused"):
        jobs.require_ready(session, dataset)
    job.release.state = "discarded"
    session.flush()
    jobs.require_ready(session, dataset)


@pytest.mark.parametrize("state", ["in_review", "scheduled", "withdrawn"])
def test_files_are_taken_for_drafts_and_published_datasets_only(session: Session, dataset: Dataset, state: str) -> None:
    jobs.require_uploadable(dataset)
    dataset.state = state
    with refused(Conflict, "act_forbidden_by_state"):
        jobs.require_uploadable(dataset)
    dataset.state, dataset.under_review = "published", True
    with refused(Conflict, "act_forbidden_by_state"):
        jobs.require_uploadable(dataset)


def test_options_that_no_file_can_be_read_with(session: Session) -> None:
    jobs.check_options({"encoding": "gb18030", "unit": "公顷,万元"})
    with refused(Invalid, "encoding_unknown"):
        jobs.check_options({"encoding": "gb18031"})
    with refused(Invalid, "text_too_long"):
        jobs.check_options({"sheet": "x" * 300})


def test_a_job_that_did_not_fail_has_no_error(session: Session, dataset: Dataset) -> None:
    job = jobs.enqueue(session, OPERATOR, dataset, an_upload())
    assert jobs.error_of(job) is None
    assert session.scalars(select(Job)).all() == [job]
