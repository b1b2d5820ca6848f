"""The command that takes one file in, in the foreground."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import orjson

from catalog.db import session
from ingest import jobs
from ingest.models import Job
from portal.commands.house import open_house
from portal.context import House
from portal.taking import publish_now, take_in
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
    for change in (summary["result"] or {}).get("changes", ()):
        _print_changes(change)
    rows = f"{summary['rows_accepted']} of {summary['rows_read']} rows"
    click.echo(f"{summary['state']}: release {summary['release']}, {rows}", err=True)


def _print_changes(change: dict[str, Any]) -> None:
    """What a dry run would change in one table: the first rows of each kind, a line each."""
    for kind in ("added", "changed", "removed"):
        for row in change.get(kind, ()):
            click.echo(f"{kind}\t{change['table']}\t{orjson.dumps(row).decode()}")
