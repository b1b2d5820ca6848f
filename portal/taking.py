"""A file taken in and published in this process, without a server: what the command line and the demonstration do."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from catalog import audit, registry
from catalog.accounts import OPERATOR
from catalog.db import now, session
from catalog.errors import Conflict, NotFound
from catalog.lookup import find_dataset
from catalog.models import Dataset
from ingest import jobs, worker
from ingest.models import Job
from ingest.privacy.decided import require_decided
from portal.context import House


def take_in(house: House, file: Path, slug: str, options: dict[str, Any], *, tell: bool) -> Job:
    """Store the file and bring its job to its end in this process; the job as it then is."""
    with session(house.engine) as opened:
        jobs.require_uploadable(get_any_dataset(opened, slug))
    with file.open("rb") as source:
        stored = house.storage.save("uploads", source, limit=house.settings.upload_limit)
    shop = house.workshop()
    with house.writing() as opened:
        upload = jobs.Upload(stored, file.name, options)
        job = jobs.enqueue(opened, OPERATOR, get_any_dataset(opened, slug), upload)
        fresh = job.state == "queued"
        if fresh:
            jobs.take(job, shop.name)
    if fresh:
        with _Progress(house, job.id, tell=tell):
            worker.run(shop, job)
    with session(house.engine) as opened:
        return opened.get_one(Job, job.id)


def get_any_dataset(opened: Session, slug: str) -> Dataset:
    """The dataset whatever its state. Raises NotFound."""
    dataset = find_dataset(opened, slug)
    if dataset is None:
        raise NotFound("dataset_not_found", slug=slug, nearest="")
    return dataset


def publish_now(house: House, slug: str) -> None:
    """Publish the dataset with its draft releases, as a migration."""
    with house.writing() as opened:
        dataset = get_any_dataset(opened, slug)
        drafts = registry.list_releases(opened, dataset, "draft")
        if dataset.state not in ("draft", "published") or dataset.under_review:
            raise Conflict("act_forbidden_by_state", act="publish", state=dataset.state)
        require_decided(opened, dataset)
        if drafts or dataset.state == "draft":
            registry.touch(dataset)
            moment = now()
            registry.publish(opened, dataset, drafts, moment)
            detail = {"migration": True, "releases": [one.number for one in drafts]}
            detail["published_at"] = moment.isoformat()
            audit.record(opened, audit.Act(OPERATOR.name, "publish", slug, dataset.id, detail))
    house.catch_up()


class _Progress:
    """A line on standard error while the job runs, where somebody watches."""

    def __init__(self, house: House, job_id: str, *, tell: bool) -> None:
        self.house, self.job_id = house, job_id
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._tell, daemon=True)
        self.tell = tell and sys.stderr.isatty()

    def __enter__(self) -> None:
        if self.tell:
            self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        if self.tell:
            self.thread.join()
            print(file=sys.stderr)

    def _tell(self) -> None:
        while not self.stop.wait(0.5):
            with session(self.house.engine) as opened:
                job = opened.get_one(Job, self.job_id)
                print(f"\r{job.progress:4.0%}  {job.rows_read} rows read", end="", file=sys.stderr, flush=True)
