"""The worker: claims a job, takes the file in, keeps the release; what it holds no transaction for is the long part.

`commit` stands here because a job's steps are the unit of work: claimed, renewed, ended.
"""

from __future__ import annotations

import logging
import os
import shutil
import socket
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, select

from catalog.db import now, session
from catalog.errors import NotFound, Unavailable
from catalog.rows.cache import ServingCache
from catalog.schema import Table, tables_from
from catalog.storage import Storage, key_of
from ingest import jobs
from ingest.findings import Refused
from ingest.models import Job
from ingest.releases import keep_release, record_intake

if TYPE_CHECKING:
    from ingest.outcome import Outcome
    from ingest.pipeline import Progress
    from ingest.privacy.guard import Found

log = logging.getLogger(__name__)
RENEW_EVERY = jobs.LEASE.total_seconds() / 6


@dataclass(frozen=True)
class Workshop:
    """What a worker needs: where things are, and whom to tell that something is public or changed."""

    engine: Engine
    storage: Storage
    serving: ServingCache
    scratch: Path
    changed: Callable[[], None] = lambda: None
    name: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:6]}")
    stopping: threading.Event = field(default_factory=threading.Event)


class Stopped(Exception):
    """The worker was asked to stop in the middle of a job, which waits for another."""


def free_orphans(shop: Workshop) -> int:
    """Free the jobs of workers of this machine that died, so that nobody waits for their leases; how many."""
    with session(shop.engine, write=True) as opened:
        freed = jobs.end_leases(opened, _is_gone)
        opened.commit()
    return freed


def _is_gone(worker: str) -> bool:
    """Whether it was a process of this machine that is there no more. A worker's name is `host-process-chance`."""
    host, _, rest = worker.rpartition("-")[0].rpartition("-")
    if host != socket.gethostname() or not rest.isdecimal():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # somebody else's process: it lives
        return False
    return False


def run_next(shop: Workshop) -> bool:
    """Claim one job and bring it to its end; False where none waits."""
    with session(shop.engine, write=True) as opened:
        job = jobs.claim(opened, shop.name)
        opened.commit()
    if job is None:
        return False
    run(shop, job)
    return True


def run(shop: Workshop, job: Job) -> None:
    """Take in the file of a job that this worker has claimed. A fault of the file or of ours ends the job, never us."""
    work = shop.scratch / job.id
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        with _Heartbeat(shop, job.id) as heartbeat:
            outcome, changes = _compare(shop, job, _take_in(shop, job, work, heartbeat.note))
            outcome, personal = _look_through(outcome)
        tables = _finish(shop, job.id, outcome, personal, changes)
        _build_serving(shop, tables)
    except Stopped:
        _give_back(shop, job.id)
    except Refused as refused:
        _fail(shop, job.id, refused)
    except MemoryError:
        _fail(shop, job.id, Refused("job_out_of_memory"))
    except Exception:
        log.exception("job %s failed by a fault of ours", job.id)
        _fail(shop, job.id, Refused("job_crashed", id=job.id))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    shop.changed()


def _take_in(shop: Workshop, job: Job, work: Path, note: Callable[[Progress], None]) -> Outcome:
    from ingest.families import find_schema
    from ingest.pipeline import Options, take_in  # polars takes a while to load: only for who takes files in

    try:
        source = shop.storage.local_path(job.upload_key)
    except NotFound as missing:
        raise Refused("upload_lost") from missing
    dataset = job.dataset
    published = dataset.latest_release
    return take_in(
        source,
        job.upload_name,
        work,
        Options(**{name: job.options.get(name) for name in ("period", "sheet", "encoding", "unit")}),
        schema=find_schema(dataset.schema) if dataset.schema else None,
        mapping=dataset.mapping,
        previous=tables_from(published.tables) if published else (),
        progress=note,
    )


def _compare(shop: Workshop, job: Job, outcome: Outcome) -> tuple[Outcome, list[dict[str, Any]]]:
    from ingest.comparison import compare_outcome, find_published  # polars, as above

    with session(shop.engine) as opened:
        published = find_published(opened, shop.storage, job.dataset_id, outcome.period)
    return compare_outcome(outcome, published, job.dataset.schema) if published else (outcome, [])


def _look_through(outcome: Outcome) -> tuple[Outcome, tuple[Found, ...]]:
    from ingest.privacy.guard import look_through  # polars, as above

    return look_through(outcome)


def _finish(
    shop: Workshop, job_id: str, outcome: Outcome, personal: tuple[Found, ...], changes: list[dict[str, Any]]
) -> list[Table]:
    """Store the files first, then the rows that name them, in one transaction; the tables that are kept."""
    from ingest.previews import preview
    from ingest.privacy.review import keep_found

    with session(shop.engine) as opened:
        keeps = not opened.get_one(Job, job_id).options.get("dry_run")
    tables = [_store(shop, one.table, one.parquet, one.cells) for one in outcome.tables] if keeps else []
    with session(shop.engine, write=True) as opened:
        job = jobs.hold(opened, job_id, shop.name)
        if job is None:
            log.warning("job %s was taken over by another worker", job_id)
            return []
        jobs.keep_findings(opened, job, outcome.findings)
        if keeps:
            job.release = keep_release(opened, job, outcome, tables)
            keep_found(opened, job.release, personal)
            record_intake(opened, job, outcome, personal)
        else:
            job.result = preview(outcome, personal, changes)
        job.state, job.finished_at, job.lease_until, job.progress = "succeeded", now(), None, 1.0
        job.rows_read, job.rows_accepted = outcome.rows_read, outcome.rows_accepted
        job.rows_rejected = outcome.rows_rejected
        opened.commit()
    if not keeps:
        _forget_upload(shop, job_id)
    return tables


def _build_serving(shop: Workshop, tables: list[Table]) -> None:
    """Build the serving files and profiles when the release is already kept: until then DuckDB answers, only slower.

    A steward may decide on its personal data at this very moment, which writes its files again.
    """
    for table in tables:
        key = key_of("releases", table.digest, ".parquet")
        try:
            parquet = shop.storage.local_path(key)
            shop.serving.path_for(parquet, table, checked=True)
            shop.serving.profile_for(parquet, table, checked=True)
        except (NotFound, Unavailable):
            if shop.storage.has(key):
                raise
            log.info("release file %s was written again while it was prepared", table.digest)


def _store(shop: Workshop, table: Table, parquet: Path, cells: Path) -> Table:
    rows_file = shop.storage.adopt("releases", parquet, suffix=".parquet")
    cells_file = shop.storage.adopt("cells", cells, suffix=".arrow")
    return replace(table, digest=rows_file.digest, bytes=rows_file.size, cells=cells_file.digest)


def _fail(shop: Workshop, job_id: str, refused: Refused) -> None:
    from ingest.privacy.guard import mask_refused

    with session(shop.engine, write=True) as opened:
        job = jobs.hold(opened, job_id, shop.name)
        if job is not None:
            jobs.fail(opened, job, mask_refused(refused))
            opened.commit()


def _give_back(shop: Workshop, job_id: str) -> None:
    with session(shop.engine, write=True) as opened:
        job = jobs.hold(opened, job_id, shop.name)
        if job is not None:
            job.state, job.lease_until, job.attempts = "queued", None, job.attempts - 1
            opened.commit()


def _forget_upload(shop: Workshop, job_id: str) -> None:
    """A dry run keeps nothing: its upload goes, unless another job or release has the same bytes."""
    with session(shop.engine) as opened:
        job = opened.get_one(Job, job_id)
        others = select(Job.id).where(Job.upload_digest == job.upload_digest, Job.id != job.id).limit(1)
        if opened.scalar(others) is None:
            shop.storage.remove(job.upload_key)


class _Heartbeat:
    """Renews the lease and notes the progress on a clock of its own while the file is read."""

    def __init__(self, shop: Workshop, job_id: str) -> None:
        self.shop, self.job_id = shop, job_id
        self.values: dict[str, Any] = {}
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True, name=f"lease-{job_id}")

    def note(self, progress: Progress) -> None:
        """Called by the pipeline; the numbers are written at the next beat. Raises Stopped when asked to."""
        if self.shop.stopping.is_set():
            raise Stopped
        self.values = {
            "progress": progress.fraction,
            "rows_read": progress.rows_read,
            "rows_accepted": progress.rows_accepted,
            "rows_rejected": progress.rows_rejected,
        }

    def __enter__(self) -> _Heartbeat:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join()

    def _beat(self) -> None:
        pause = 1.0  # soon at first, so that a short job shows progress too
        while not self.stop.wait(pause):
            try:
                with session(self.shop.engine, write=True) as opened:
                    jobs.renew(opened, self.job_id, self.shop.name, self.values)
                    opened.commit()
            except Exception:
                log.exception("job %s: the lease could not be renewed now", self.job_id)
            pause = min(pause * 2, RENEW_EVERY)
