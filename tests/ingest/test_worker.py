"""The worker: whatever a file or another worker does, a job ends whole or waits, and the worker lives on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, select

from catalog import db
from catalog.accounts import OPERATOR
from catalog.db import now
from catalog.models import Dataset, Release
from catalog.rows.cache import ServingCache
from catalog.storage import FileStorage
from ingest import jobs
from ingest.models import Job
from ingest.worker import Workshop, free_orphans, run, run_next
from tests.factories import a_dataset, a_publisher

CSV = b"name,value\na,1\nb,2\n"
HERE = socket.gethostname()


@pytest.fixture
def shop(engine: Engine, storage: FileStorage, tmp_path: Path) -> Workshop:
    with db.session(engine, write=True) as opened:
        a_publisher(opened)
        a_dataset(opened, slug="one")
        opened.commit()
    return Workshop(engine, storage, ServingCache(tmp_path / "serving", 1 << 30), tmp_path / "work", stopping=Event())


def queue(shop: Workshop, content: bytes = CSV, **options: object) -> str:
    """Queue a file; the id of its job."""
    stored = shop.storage.save("uploads", BytesIO(content))
    with db.session(shop.engine, write=True) as opened:
        dataset = opened.scalars(select(Dataset)).one()
        job = jobs.enqueue(opened, OPERATOR, dataset, jobs.Upload(stored, "data.csv", options))
        opened.commit()
        return job.id


def job_of(shop: Workshop, job_id: str) -> Job:
    with db.session(shop.engine) as opened:
        job = opened.get_one(Job, job_id)
        assert job.release is None or job.release.digest
        return job


def claim(shop: Workshop, name: str) -> Job:
    with db.session(shop.engine, write=True) as opened:
        job = jobs.claim(opened, name)
        opened.commit()
        assert job is not None
        return job


def releases(shop: Workshop) -> list[tuple[int, str, str | None]]:
    with db.session(shop.engine) as opened:
        return [(one.number, one.state, one.period) for one in opened.scalars(select(Release).order_by(Release.id))]


def test_a_job_becomes_a_release_with_its_files(shop: Workshop) -> None:
    job_id = queue(shop)
    assert run_next(shop)
    assert not run_next(shop)
    job = job_of(shop, job_id)
    assert (job.state, job.progress, job.rows_accepted) == ("succeeded", 1.0, 2)
    assert [len(list(shop.storage.iter_keys(kind))) for kind in ("uploads", "releases", "cells")] == [1, 1, 1]
    assert len(list(shop.serving.directory.glob("*/*.rows"))) == 1
    assert list(shop.scratch.iterdir()) == []


def test_a_worker_that_lost_its_lease_keeps_nothing(shop: Workshop) -> None:
    job_id = queue(shop)
    slow = claim(shop, shop.name)
    with db.session(shop.engine, write=True) as opened:
        opened.get_one(Job, job_id).lease_until = now() - timedelta(seconds=1)
        opened.commit()
    claim(shop, "the next")
    run(shop, slow)
    assert releases(shop) == []
    assert (job_of(shop, job_id).state, job_of(shop, job_id).worker) == ("running", "the next")


def test_the_job_of_a_dead_process_of_this_machine_is_free_at_once(shop: Workshop) -> None:
    job_id = queue(shop)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    claim(shop, f"{HERE}-{dead.pid}-abc123")
    assert free_orphans(shop) == 1
    assert run_next(shop)
    assert (job_of(shop, job_id).state, job_of(shop, job_id).attempts) == ("succeeded", 2)


@pytest.mark.parametrize(
    "worker",
    [f"{socket.gethostname()}-{os.getpid()}-abc", "another-host-1-abc", "odd", f"{socket.gethostname()}-1-a"],
    ids=["own", "of another host", "odd", "alive"],
)
def test_the_job_of_a_worker_that_may_live_is_left_to_it(shop: Workshop, worker: str) -> None:
    queue(shop)
    claim(shop, worker)
    assert free_orphans(shop) == 0
    assert not run_next(shop)


def test_a_worker_that_is_asked_to_stop_gives_the_job_back(shop: Workshop) -> None:
    job_id = queue(shop)
    shop.stopping.set()
    run_next(shop)
    job = job_of(shop, job_id)
    assert (job.state, job.attempts, job.lease_until) == ("queued", 0, None)
    shop.stopping.clear()
    run_next(shop)
    assert job_of(shop, job_id).state == "succeeded"


def test_an_upload_that_is_gone_fails_the_job_with_a_sentence(shop: Workshop) -> None:
    job_id = queue(shop)
    shop.storage.remove(job_of(shop, job_id).upload_key)
    run_next(shop)
    error = jobs.error_of(job_of(shop, job_id))
    assert error is not None
    assert (error.code, bool(error.remedy())) == ("upload_lost", True)


def test_a_fault_of_ours_fails_the_job_and_not_the_worker(shop: Workshop, storage: FileStorage) -> None:
    (storage.root / "releases").write_bytes(b"in the way of the folder")
    job_id = queue(shop)
    run_next(shop)
    error = jobs.error_of(job_of(shop, job_id))
    assert error is not None
    assert error.code == "job_crashed"
    assert releases(shop) == []
    (storage.root / "releases").unlink()
    queue(shop, CSV + b"c,3\n")
    assert run_next(shop)
    assert [number for number, _, _ in releases(shop)] == [1]


def test_a_new_draft_of_the_same_period_takes_the_place_of_the_one_before(shop: Workshop) -> None:
    for content, period in ((CSV, "2019"), (CSV + b"c,3\n", "2019"), (CSV, "2020")):
        queue(shop, content, period=period)
        run_next(shop)
    assert releases(shop) == [(1, "discarded", "2019"), (2, "draft", "2019"), (3, "draft", "2020")]


def test_a_dry_run_keeps_its_findings_and_no_file(shop: Workshop) -> None:
    job_id = queue(shop, b"name,name\na,1\n", dry_run=True)
    run_next(shop)
    job = job_of(shop, job_id)
    assert (job.state, job.release, len((job.result or {})["tables"])) == ("succeeded", None, 1)
    with db.session(shop.engine) as opened:
        assert jobs.list_findings(opened, opened.get_one(Job, job_id))
    assert list(shop.storage.iter_keys("uploads")) == []


def test_a_dry_run_leaves_the_file_that_another_job_needs(shop: Workshop) -> None:
    queue(shop)
    queue(shop, dry_run=True)
    while run_next(shop):
        pass
    assert len(list(shop.storage.iter_keys("uploads"))) == 1


def test_a_refused_file_fails_the_job_with_everything_that_was_found(shop: Workshop) -> None:
    job_id = queue(shop, b"a,b\n1,2,3\n")
    run_next(shop)
    job = job_of(shop, job_id)
    with db.session(shop.engine) as opened:
        found = [one.code for one in jobs.list_findings(opened, opened.get_one(Job, job_id))]
    assert (job.state, found) == ("failed", ["row_long"])
