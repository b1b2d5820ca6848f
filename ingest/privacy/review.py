"""The steward's decisions on a draft's columns and texts: kept, carried out on the files, recorded. Callers commit."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import audit
from catalog.accounts import Actor
from catalog.db import now
from catalog.digests import content_digest
from catalog.errors import Conflict, Invalid, nearest
from catalog.models import Release
from catalog.registry import touch
from catalog.schema import Table, tables_from
from catalog.storage import Storage, key_of
from ingest.models import PersonalColumn
from ingest.privacy.decided import list_columns
from ingest.privacy.files import Ruling, rewrite
from ingest.privacy.guard import Found
from ingest.privacy.texts import Told, forget_texts, is_text, read_texts, settle_text

ACTIONS = ("publish", "mask", "drop")  # in the order of strictness: a decision may only become stricter


@dataclass(frozen=True)
class Decision:
    """What a steward says of a column; `ground` says why it may be published."""

    action: str
    ground: str | None = None


@dataclass(frozen=True)
class LeftFile:
    """A file of the draft that nobody names any more: its kind and digest."""

    kind: str
    digest: str
    suffix: str


def keep_found(session: Session, release: Release, found: Iterable[Found]) -> None:
    """Keep what the columns of a fresh draft hold."""
    for one in found:
        session.add(
            PersonalColumn(
                release_id=release.id,
                field=one.field,
                kind=one.kind,
                cells=one.cells,
                examples=list(one.examples),
                sheet=one.sheet,
                cell=one.cell,
            )
        )
    session.flush()


def decide(
    session: Session,
    storage: Storage,
    actor: Actor,
    release: Release,
    decisions: Mapping[str, Decision],
) -> list[LeftFile]:
    """Carry the decisions out; the files that are needed no more once this is committed. Raises Conflict, Invalid."""
    dataset = release.dataset
    if release.state != "draft" or dataset.under_review:
        raise Conflict("act_forbidden_by_state", act="privacy", state=release.state)
    columns = list_columns(session, release)
    _check(columns, decisions)
    fresh = [one for one in columns if one.field in decisions and decisions[one.field].action != one.action]
    before = tables_from(release.tables)
    _carry_out(storage, release, [one for one in fresh if not is_text(one.field)], decisions)
    _settle_texts(storage, release, {one.field: decisions[one.field].action for one in fresh if is_text(one.field)})
    session.flush()
    gone = _unused(session, before)
    for one in columns:
        if one.field in decisions:
            one.action, one.ground = decisions[one.field].action, decisions[one.field].ground
            one.decided_at = now()
    touch(dataset)
    detail = {
        "release": release.number,
        "digest": release.digest,
        "content": content_digest(release),
        "decisions": {name: {"action": one.action, "ground": one.ground} for name, one in decisions.items()},
    }
    audit.record(session, audit.Act(actor.name, "decide_privacy", dataset.slug, dataset.id, detail))
    return gone


def _check(columns: list[PersonalColumn], decisions: Mapping[str, Decision]) -> None:
    before = {one.field: one.action for one in columns}
    for name, decision in decisions.items():
        if name not in before:
            raise Invalid.at(f"decisions.{name}", "field_not_personal", name=name, nearest=nearest(name, before))
        if decision.action == "publish" and not decision.ground:
            raise Invalid.at(f"decisions.{name}.ground", "ground_needed")
        was = before[name]
        if was is not None and ACTIONS.index(decision.action) < ACTIONS.index(was):
            raise Conflict("decision_final", field=name)


def _carry_out(
    storage: Storage,
    release: Release,
    columns: list[PersonalColumn],
    decisions: Mapping[str, Decision],
) -> None:
    kinds: dict[str, set[str]] = {}
    for one in columns:
        if decisions[one.field].action != "publish":
            kinds.setdefault(one.field, set()).add(one.kind)
    if not kinds:
        return
    rulings = {name: Ruling(decisions[name].action, frozenset(found)) for name, found in kinds.items()}
    dropped = {name for name, ruling in rulings.items() if ruling.action == "drop"}
    before = tables_from(release.tables)
    if any(all(one.name in dropped for one in table.fields) for table in before):
        raise Invalid.at("decisions", "all_columns_dropped")
    _keep_tables(release, [_rewrite(storage, table, rulings) for table in before])
    release.totals = [
        {**one, "values": {name: value for name, value in one["values"].items() if name not in kinds}}
        for one in release.totals
    ]


def _settle_texts(storage: Storage, release: Release, actions: Mapping[str, str]) -> None:
    """Put the texts in their places as they were decided, and forget what is not to be published."""
    if not actions:
        return
    told, secret = (
        Told(release.tables, release.notes, release.totals),
        {p for p, a in actions.items() if a != "publish"},
    )
    for table in tables_from(release.tables):
        texts = read_texts(storage.local_path(key_of("cells", table.cells, ".arrow")))
        for place in texts.keys() & actions.keys():
            settle_text(told, place, texts[place], actions[place])
    release.notes, release.totals = told.notes, told.totals
    _keep_tables(release, [_forget(storage, one, secret) for one in tables_from(told.tables)])


def _forget(storage: Storage, table: Table, places: Iterable[str]) -> Table:
    cells = storage.local_path(key_of("cells", table.cells, ".arrow"))
    with tempfile.TemporaryDirectory() as work:
        changed = forget_texts(cells, places, Path(work) / "cells.arrow")
        return replace(table, cells=storage.adopt("cells", changed, suffix=".arrow").digest) if changed else table


def _keep_tables(release: Release, tables: list[Table]) -> None:
    release.tables = [one.to_dict() for one in tables]
    release.digest, release.bytes = tables[0].digest, sum(one.bytes for one in tables)


def _rewrite(storage: Storage, table: Table, rulings: Mapping[str, Ruling]) -> Table:
    parquet = storage.local_path(key_of("releases", table.digest, ".parquet"))
    cells = storage.local_path(key_of("cells", table.cells, ".arrow"))
    with tempfile.TemporaryDirectory() as work:
        changed, rows_file, cells_file = rewrite(parquet, cells, table, rulings, Path(work))
        rows = storage.adopt("releases", rows_file, suffix=".parquet")
        raw = storage.adopt("cells", cells_file, suffix=".arrow")
    return replace(changed, digest=rows.digest, cells=raw.digest)


def _unused(session: Session, tables: Iterable[Table]) -> list[LeftFile]:
    """The files of these tables that no release names."""
    named = {
        digest
        for found in session.scalars(select(Release.tables).where(Release.state != "discarded"))
        for one in found
        for digest in (one.get("digest"), one.get("cells"))
    }
    files = [LeftFile("releases", one.digest, ".parquet") for one in tables]
    files += [LeftFile("cells", one.cells, ".arrow") for one in tables]
    return [one for one in files if one.digest not in named]
