"""What the acts on record say of a release's findings and personal data, against what the tables hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.canonical import canonical
from catalog.models import Audit, Dataset, Release
from ingest.findings import Finding
from ingest.jobs import list_findings, plain_params
from ingest.models import Job, PersonalColumn
from ingest.privacy.decided import list_columns

Told = dict[str, Any]


def findings_digest(findings: Iterable[Finding]) -> str:
    """Of all that a steward was told of a file."""
    told = [{**vars(one), "params": plain_params(one.params)} for one in findings]
    return hashlib.sha256(canonical({"findings": told})).hexdigest()


def iter_unproved(session: Session) -> Iterator[str]:
    """One sentence for everything that differs from what the acts say."""
    told = _read_acts(session)
    wanted = select(Release, Dataset.slug).join(Dataset, Release.dataset_id == Dataset.id).order_by(Release.id)
    for release, slug in session.execute(wanted).all():
        said = told.get((release.dataset_id, release.number), {})
        name = f"release {slug}/{release.number}"
        yield from _personal(name, said, list_columns(session, release))
        if "findings" in said and _findings(session, release) != said["findings"]:
            yield f"{name}: its findings are not what the acts say"


def _read_acts(session: Session) -> dict[tuple[int | None, int], Told]:
    """Of each release what was found in it, and what was decided since."""
    told: dict[tuple[int | None, int], Told] = {}
    acts = select(Audit).where(Audit.act.in_(("ingest", "decide_privacy"))).order_by(Audit.id)
    for entry in session.scalars(acts):
        place = (entry.dataset_id, entry.detail["release"])
        if entry.act == "ingest":
            names = ("personal", "findings")
            told[place] = {name: entry.detail[name] for name in names if name in entry.detail} | {"decisions": {}}
        else:
            told.setdefault(place, {"decisions": {}})["decisions"] |= entry.detail["decisions"]
    return told


def _personal(name: str, said: Told, columns: list[PersonalColumn]) -> Iterator[str]:
    found = [[one.field, one.kind, one.cells] for one in columns]
    if said.get("personal", found) != found:
        yield f"{name}: the personal data found in it are not what the acts say"
    for one in columns:
        known = _decision(said.get("decisions", {}), one.field)
        if (one.action, one.ground) != known:
            yield f"{name}: what is decided on {one.field} is {one.action}, the acts say {known[0]}"


def _decision(decisions: Mapping[str, Any], field: str) -> tuple[str | None, str | None]:
    known = decisions.get(field, {})
    return known.get("action"), known.get("ground")


def _findings(session: Session, release: Release) -> str | None:
    job = session.scalar(select(Job).where(Job.release_id == release.id))
    return findings_digest(list_findings(session, job)) if job else None
