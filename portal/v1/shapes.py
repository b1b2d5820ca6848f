"""What goes out: datasets, releases, jobs and findings as plain JSON data, under the names of the contract."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from catalog.accounts import Actor
from catalog.db import moment_text
from catalog.lookup import seen_revision
from catalog.members import MEMBERS, members_of
from catalog.models import Audit, Dataset, Duty, Publisher, Release
from catalog.rows.coordinates import find_coordinates
from catalog.schema import Field, Table, tables_from
from ingest import jobs
from ingest.findings import Finding
from ingest.models import Job
from portal.links import absolute

EXPORT_FORMATS = ("csv", "xlsx", "json", "ndjson", "parquet")


def moment(value: datetime | None) -> str | None:
    """RFC 3339 in UTC."""
    return moment_text(value) if value else None


def publisher_shape(publisher: Publisher) -> dict[str, Any]:
    """A publisher as other answers name it."""
    return {"slug": publisher.slug, "title": publisher.title}


def dataset_shape(dataset: Dataset, viewer: Actor, language: str) -> dict[str, Any]:
    """One dataset whole: metadata, fields, latest release, links."""
    latest = dataset.latest_release if viewer.may_know_releases(dataset) else None
    shape: dict[str, Any] = {"id": dataset.id, "slug": dataset.slug, "publisher": publisher_shape(dataset.publisher)}
    members = members_of(dataset)
    shape |= {name: members[name] for name in MEMBERS}
    shape["temporal"] = {"from": dataset.temporal_from, "to": dataset.temporal_to}
    shape |= {
        "state": dataset.state,
        "revision": seen_revision(dataset, viewer),
        "issued": moment(dataset.issued),
        "modified": moment(dataset.modified),
        "fields": [field_shape(one, language) for one in tables_from(latest.tables)[0].fields] if latest else [],
        "latest_release": _latest_shape(latest, language) if latest else None,
        "quality": None,
        "links": dataset_links(dataset, latest),
    }
    if viewer.may_see(dataset):
        shape |= {
            "pending": dataset.pending,
            "under_review": dataset.under_review,
            "reason": dataset.reason,
            "publish_at": moment(dataset.publish_at),
        }
    return shape


def item_shape(dataset: Dataset, viewer: Actor, language: str) -> dict[str, Any]:
    """A dataset as an item of a search: as the public sees it, without its fields."""
    shape = dataset_shape(dataset, Actor(), language) | {"revision": seen_revision(dataset, viewer)}
    del shape["fields"]
    if shape["latest_release"]:
        del shape["latest_release"]["tables"]
    return shape


def dataset_links(dataset: Dataset, latest: Release | None) -> dict[str, Any]:
    """Where to go from a dataset."""
    home = absolute(f"/api/v1/datasets/{dataset.slug}")
    links: dict[str, Any] = {"self": home, "releases": f"{home}/releases", "history": f"{home}/history"}
    if latest:
        links["rows"] = f"{home}/rows"
        formats = (*EXPORT_FORMATS, *(("geojson",) if _has_places(latest) else ()))
        links["exports"] = {name: f"{home}/export.{name}" for name in formats}
    return links


def _has_places(release: Release) -> bool:
    return find_coordinates(tables_from(release.tables)[0].fields) is not None


def field_shape(field: Field, language: str) -> dict[str, Any]:
    """A field: `codes` maps each code to its label."""
    labels = {code: words.get(language, code) for code, words in field.codes.items()} if field.codes else None
    title = (field.titles or {}).get(language, field.title)
    return {
        "name": field.name,
        "title": title,
        "type": field.type,
        "unit": field.unit,
        "description": field.description,
        "codes": labels,
        "nullable": field.nullable,
    }


def table_shape(table: Table, language: str) -> dict[str, Any]:
    """A table of a release."""
    return {
        "name": table.name,
        "title": table.title,
        "sheet": table.sheet,
        "header_rows": list(table.header_rows),
        "unit": table.unit,
        "rows": table.rows,
        "found": found_shape(table),
        "fields": [field_shape(one, language) for one in table.fields],
    }


_FOUND = ("extent", "banners", "between", "formulas", "left_out", "totals", "notes", "blank_rows")


def found_shape(table: Table) -> dict[str, Any]:
    """How a table was found in its file: nothing of releases from before that was kept."""
    found = {name: table.origin[name] for name in _FOUND if name in table.origin}
    if "banners" in found:
        found["banners"] = [one for one in found["banners"] if one]  # a blank one was dropped
    return found


def release_shape(release: Release, language: str, *, totals: bool = True) -> dict[str, Any]:
    """A release whole; `totals`: whether its rows of sums are for this reader, as its rows are."""
    names = ("number", "period", "state", "rows", "bytes", "digest", "supersedes", "encoding")
    return {
        **{name: getattr(release, name) for name in names},
        "notes": [one for one in release.notes if one],  # a blank one was dropped
        "totals": release.totals if totals else [],
        "created_at": moment(release.created_at),
        "published_at": moment(release.published_at),
        "tables": [table_shape(one, language) for one in tables_from(release.tables)],
    }


def _latest_shape(release: Release, language: str) -> dict[str, Any]:
    whole = release_shape(release, language)
    return {name: whole[name] for name in ("number", "period", "rows", "bytes", "digest", "published_at", "tables")}


def job_shape(job: Job, language: str) -> dict[str, Any]:
    """A job and how far it is; `error` says why it failed and what to do."""
    error = jobs.error_of(job)
    home = absolute(f"/api/v1/jobs/{job.id}")
    return {
        "id": job.id,
        "state": job.state,
        "dataset": job.dataset.slug,
        "progress": round(job.progress, 3),
        "rows_read": job.rows_read,
        "rows_accepted": job.rows_accepted,
        "rows_rejected": job.rows_rejected,
        "release": job.release.number if job.release else None,
        "attempts": job.attempts,
        "dry_run": bool(job.options.get("dry_run")),
        "result": job.result,
        "created_at": moment(job.created_at),
        "started_at": moment(job.started_at),
        "finished_at": moment(job.finished_at),
        "error": error_shape(error, language) if error else None,
        "links": {"self": home, "findings": f"{home}/findings"},
    }


def error_shape(finding: Finding, language: str) -> dict[str, Any]:
    """Why a job failed, in the three parts of the contract."""
    place = "·".join(str(part) for part in (finding.sheet, finding.cell or finding.row) if part)
    title = finding.message(language)
    return {
        "title": title,
        "detail": f"{place}: {title}" if place else title,
        "remedy": finding.remedy(language),
        "code": finding.code,
    }


def finding_shape(finding: Finding, language: str) -> dict[str, Any]:
    """One finding with its sentences."""
    return {
        "level": finding.level,
        "code": finding.code,
        "sheet": finding.sheet,
        "row": finding.row,
        "column": finding.column,
        "cell": finding.cell,
        "raw": finding.raw,
        "count": finding.count,
        "message": finding.message(language),
        "remedy": finding.remedy(language),
    }


def act_shape(entry: Audit) -> dict[str, Any]:
    """One act of the public history: what and when; who stays with the office."""
    return {"at": moment(entry.at), "act": entry.act, "digest": entry.digest}


def duty_shape(duty: Duty, datasets: list[str]) -> dict[str, Any]:
    """One duty and the datasets that fulfil it."""
    return {
        "id": duty.id,
        "section": duty.section,
        "title": duty.title,
        "title_en": duty.title_en,
        "lead": duty.lead,
        "clock": duty.clock,
        "family": duty.family,
        "kind": duty.kind,
        "dataset_titles": duty.dataset_titles,
        "datasets": datasets,
        "links": {"self": absolute(f"/api/v1/duties/{duty.id}")},
    }
