"""The command that takes one file in, in the foreground."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import click
import orjson

from catalog import audit, registry
from catalog.accounts import OPERATOR
from catalog.db import session
from catalog.errors import Conflict, NotFound
from catalog.lookup import find_dataset
from catalog.models import Dataset
from ingest import jobs, worker
from ingest.models import Job
from portal.commands.house import open_house
from portal.context import House
from portal.v1.shapes import error_shape, finding_shape


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dataset", "slug", required=True)
@click.option("--period")
@click.option("--sheet")
@click.option("--encoding")
@click.option("--unit", help="Units of the numbers, with commas: 公顷,万元")
@click.option("--dry-run", is_flag=True, help="Keep nothing, tell everything.")
@click.option("--publish", is_flag=True, help="A migration: the release is public at once, and recorded as such.")
@click.option("--json", "as_json", is_flag=True, help="The result as one JSON document.")
def ingest(file: Path, slug: str, dry_run: bool, publish: bool, as_json: bool, **options: str | None) -> None:
    """Take one file in now: progress on standard error, findings on standard output; exit 1 when refused."""
    house = open_house()
    given: dict[str, Any] = {name: value for name, value in options.items() if value}
    jobs.check_options(given)
    job = take_in(house, file, slug, given | ({"dry_run": True} if dry_run else {}), tell=not as_json)
    if publish and job.state == "succeeded" and not dry_run:
        publish_now(house, slug)
    sys.exit(report(house, job.id, as_json=as_json))


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


def get_any_dataset(opened: Any, slug: str) -> Dataset:
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
        if drafts or dataset.state == "draft":
            registry.publish(opened, dataset, drafts)
            registry.touch(dataset)
            detail = {"migration": True, "releases": [one.number for one in drafts]}
            audit.record(opened, audit.Act(OPERATOR.name, "publish", slug, dataset.id, detail))
    house.catch_up()


def report(house: House, job_id: str, *, as_json: bool) -> int:
    """Print what was found; 0, or 1 where the file was refused or rows were."""
    with session(house.engine) as opened:
        job = opened.get_one(Job, job_id)
        found, error = jobs.list_findings(opened, job), jobs.error_of(job)
        shapes = [finding_shape(one, "zh-Hans") for one in found]
        summary = {
            "job": job.id,
            "state": job.state,
            "release": job.release.number if job.release else None,
            "rows_read": job.rows_read,
            "rows_accepted": job.rows_accepted,
            "rows_rejected": job.rows_rejected,
            "result": job.result,
            "error": error_shape(error, "zh-Hans") if error else None,
            "findings": shapes,
        }
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(summary, option=orjson.OPT_INDENT_2) + b"\n")
    else:
        _print(summary, shapes)
    return 0 if summary["state"] == "succeeded" and not summary["rows_rejected"] else 1


def _print(summary: dict[str, Any], shapes: list[dict[str, Any]]) -> None:
    for one in shapes:
        place = " ".join(str(part) for part in (one["sheet"], one["cell"] or one["row"]) if part)
        times = f" ×{one['count']}" if one["count"] > 1 else ""
        click.echo(f"{one['level']}\t{place}\t{one['message']}{times}\t{one['remedy']}")
    rows = f"{summary['rows_accepted']} of {summary['rows_read']} rows"
    click.echo(f"{summary['state']}: release {summary['release']}, {rows}", err=True)


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
            click.echo("", err=True)

    def _tell(self) -> None:
        while not self.stop.wait(0.5):
            with session(self.house.engine) as opened:
                job = opened.get_one(Job, self.job_id)
                click.echo(f"\r{job.progress:4.0%}  {job.rows_read} rows read", err=True, nl=False)
