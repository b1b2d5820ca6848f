"""A file beside the published release of its dataset: what would change, and what of it makes no sense."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.errors import NotFound
from catalog.models import Release
from catalog.schema import Table, tables_from
from catalog.storage import Storage, key_of
from ingest.changes import compare
from ingest.families import DeclaredSchema, find_schema
from ingest.families.declared import Past
from ingest.findings import INFO, Finding
from ingest.past import MOST_ROWS, Against, Edition, list_breaks

if TYPE_CHECKING:
    from ingest.one_table import TypedTable
    from ingest.outcome import Outcome

log = logging.getLogger(__name__)
_FIRST = 10  # rows of each kind that a dry run shows


@dataclass(frozen=True)
class Published:
    """The release that a file is compared with, with the local file of each of its tables."""

    number: int
    period: str | None
    tables: tuple[tuple[Table, Path], ...]


def find_published(opened: Session, storage: Storage, dataset_id: int, period: str | None) -> Published | None:
    """The published release of the period, else the latest; None where there is none, or a file of it is lost."""
    public = select(Release).where(Release.dataset_id == dataset_id, Release.state == "published")
    newest = public.order_by(Release.number.desc()).limit(1)
    same = opened.scalar(newest.where(Release.period == period)) if period is not None else None
    release = same or opened.scalar(newest)
    if release is None:
        return None
    tables = tables_from(release.tables)
    try:
        files = [(table, storage.local_path(key_of("releases", table.digest, ".parquet"))) for table in tables]
    except NotFound:
        log.warning("release %s of dataset %s has lost a file: nothing is compared", release.number, dataset_id)
        return None
    return Published(release.number, release.period, tuple(files))


def compare_outcome(
    outcome: Outcome, published: Published, schema_name: str | None
) -> tuple[Outcome, list[dict[str, Any]]]:
    """The outcome with what the comparison found, and for each table what would change, as JSON data."""
    schema = find_schema(schema_name) if schema_name else None
    findings: list[Finding] = []
    changes: list[dict[str, Any]] = []
    before = {table.name: (table, path) for table, path in published.tables}
    for typed in outcome.tables:
        if typed.table.name not in before:
            continue
        other, path = before[typed.table.name]
        changes.append(_changes(typed, other, path, published.number))
        findings.append(_said(typed.table, changes[-1]))
        key = tuple(typed.table.origin.get("key", ()))
        same = published.period == outcome.period
        against = Against(published.number, key, _rules(schema, typed.table), same)
        findings += list_breaks(Edition(typed.table, typed.parquet, typed.cells), Edition(other, path), against)
    return replace(outcome, findings=outcome.findings + tuple(findings)), changes


def _changes(typed: TypedTable, other: Table, path: Path, number: int) -> dict[str, Any]:
    if max(typed.table.rows, other.rows) > MOST_ROWS:
        return {"table": typed.table.name, "release": number, "counts": None}
    key = tuple(typed.table.origin.get("key", ()))
    found = compare((path, other), (typed.parquet, typed.table), key, _FIRST)
    lists = {"added": found.added, "changed": found.changed, "removed": found.removed}
    return {"table": typed.table.name, "release": number, "key": list(found.key), "counts": found.counts, **lists}


def _said(table: Table, changes: dict[str, Any]) -> Finding:
    counts = changes["counts"]
    params = {"release": changes["release"], "table": table.title[:40]}
    if counts is None:
        return Finding(INFO, "changes_not_counted", {**params, "most": MOST_ROWS}, sheet=table.sheet)
    code = "changes_found" if any(counts.values()) else "changes_none"
    return Finding(INFO, code, {**params, **counts}, sheet=table.sheet)


def _rules(schema: DeclaredSchema | None, table: Table) -> Past:
    """The rules of the schema, or of the one of a form's tables."""
    own = [one for one in (schema.tables if schema is not None else ()) if one.table == table.name]
    return own[0].past if own else schema.past if schema is not None else Past()
