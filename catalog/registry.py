"""The writes of the catalog: register, revise, submit, approve, reject, withdraw. Functions flush, callers commit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog import audit
from catalog.accounts import OPERATOR, STAFF, WRITE, Actor, get_publisher, require_role
from catalog.db import now
from catalog.errors import Conflict, Forbidden, Invalid
from catalog.life import Step, get_step
from catalog.members import check_members, members_of, plain, set_members
from catalog.models import Dataset, Publisher, Release
from catalog.slugs import free_slug


def register(session: Session, actor: Actor, body: Mapping[str, Any]) -> Dataset:
    """A new draft from a checked body. Raises Conflict where the slug is taken, NotFound for the publisher."""
    require_role(actor, "steward", "admin")
    publisher = get_publisher(session, body["publisher"])
    if not actor.speaks_for(publisher.slug):
        raise Forbidden("publisher_does_not_fit", publisher=publisher.slug)
    slug = body.get("slug") or free_slug(session, body["title"])
    if session.scalar(select(Dataset.id).where(Dataset.slug == slug)):
        raise Conflict("slug_taken", slug=slug)
    dataset = Dataset(slug=slug, publisher=publisher)
    set_members(dataset, body)
    session.add(dataset)
    session.flush()
    audit.record(session, audit.Act(actor.name, "register", slug, dataset.id, {"after": plain(body)}))
    return dataset


def revise(session: Session, actor: Actor, dataset: Dataset, changes: Mapping[str, Any]) -> Dataset:
    """Change a dataset's members; of a published one the change waits in `pending` for a reviewer."""
    get_step("revise", dataset, actor)
    if dataset.latest_release_id and "schema" in changes and changes["schema"] != dataset.schema:
        raise Invalid.at("schema", "schema_fixed_once_published")
    named = {*changes, *(("family",) if "schema" in changes else ())}  # which follows it
    before = {name: value for name, value in members_of(dataset).items() if name in named}
    if dataset.state == "draft":
        set_members(dataset, changes)
    else:
        waiting = {**(dataset.pending or {}), **plain(changes)}
        check_members(dataset.access, dataset.level, waiting)
        dataset.pending = waiting
    touch(dataset)
    detail = {"before": plain(before), "after": plain(changes)}
    audit.record(session, audit.Act(actor.name, "revise", dataset.slug, dataset.id, detail))
    return dataset


def submit(session: Session, actor: Actor, dataset: Dataset) -> Dataset:
    """Hand the draft, its draft releases or its pending change to the reviewers."""
    step = get_step("submit", dataset, actor)
    if dataset.access == "closed" and not dataset.conditions:
        raise Conflict("closed_without_ground")
    drafts = list_releases(session, dataset, "draft")
    if dataset.state == "published" and not drafts and not dataset.pending:
        raise Conflict("nothing_to_submit", slug=dataset.slug)
    dataset.submitted_by_id, dataset.under_review, dataset.reason = actor.account_id, True, None
    _move(session, actor, dataset, step, drafts, "in_review")
    return dataset


def approve(session: Session, actor: Actor, dataset: Dataset, publish_at: datetime | None = None) -> Dataset:
    """Publish what waits, now or at `publish_at`. Nobody approves what he submitted or ingested (Forbidden)."""
    later = publish_at is not None and publish_at > now()
    step = get_step("approve", dataset, actor, later=later)
    waiting = list_releases(session, dataset, "in_review")
    _refuse_own(actor, dataset, waiting)
    if later and publish_at is not None:
        dataset.publish_at = publish_at
        _move(session, actor, dataset, step, waiting, "scheduled", {"publish_at": publish_at.isoformat()})
    else:
        moment = now()
        _move(session, actor, dataset, step, waiting, "in_review", {"published_at": moment.isoformat()})
        publish(session, dataset, waiting, moment)
    return dataset


def reject(session: Session, actor: Actor, dataset: Dataset, reason: str) -> Dataset:
    """Give back what waits, with the reason; releases become drafts again."""
    step = get_step("reject", dataset, actor)
    waiting = list_releases(session, dataset, "in_review", "scheduled")
    _refuse_own(actor, dataset, waiting)
    dataset.reason, dataset.under_review, dataset.publish_at = reason, False, None
    _move(session, actor, dataset, step, waiting, "draft", {"reason": reason})
    return dataset


def withdraw(session: Session, actor: Actor, dataset: Dataset, reason: str) -> Dataset:
    """Take a published dataset back; a tombstone with title and reason stays."""
    step = get_step("withdraw", dataset, actor)
    _refuse_own(actor, dataset, [])
    dataset.reason, dataset.under_review, dataset.publish_at = reason, False, None
    _move(session, actor, dataset, step, list_releases(session, dataset, "published"), "withdrawn", {"reason": reason})
    dataset.public_revision = dataset.revision
    return dataset


def publish(session: Session, dataset: Dataset, releases: list[Release], moment: datetime | None = None) -> None:
    """Make the dataset, the releases and the pending change public at a moment, together; the revision counts it.

    Callers put that moment on record.
    """
    moment = moment or now()
    if dataset.pending:
        set_members(dataset, dataset.pending)
        dataset.pending = None
    for release in releases:
        _supersede(session, release)
        release.state, release.published_at = "published", moment
    if releases:
        dataset.latest_release = max(releases, key=lambda one: one.number)
    dataset.state, dataset.under_review, dataset.publish_at = "published", False, None
    dataset.issued = dataset.issued or moment
    dataset.modified, dataset.public_revision = moment, dataset.revision
    session.flush()


def publish_due(session: Session) -> list[Dataset]:
    """Publish every dataset whose `publish_at` has come."""
    moment = now()
    due = list(session.scalars(select(Dataset).where(Dataset.publish_at <= moment).with_for_update(of=Dataset)))
    for dataset in due:
        waiting = list_releases(session, dataset, "scheduled")
        touch(dataset)
        publish(session, dataset, waiting, moment)
        detail = {"published_at": moment.isoformat()}
        audit.record(session, audit.Act(OPERATOR.name, "publish", dataset.slug, dataset.id, detail))
    return due


def create_publisher(session: Session, actor: Actor, body: Mapping[str, Any]) -> Publisher:
    """A new publisher. Raises Conflict where the slug is taken."""
    require_role(actor, "admin")
    if session.scalar(select(Publisher.id).where(Publisher.slug == body["slug"])):
        raise Conflict("slug_taken", slug=body["slug"])
    own = {name: value for name, value in body.items() if value is not None and name != "parent"}
    parent = get_publisher(session, body["parent"]) if body.get("parent") else None
    publisher = Publisher(**own, parent=parent)
    session.add(publisher)
    session.flush()
    audit.record(session, audit.Act(actor.name, "create_publisher", publisher.slug, detail={"after": told(publisher)}))
    return publisher


def told(publisher: Publisher) -> dict[str, Any]:
    """All of a publisher that the record tells."""
    names = ("title", "title_translations", "aliases", "region")
    return {name: getattr(publisher, name) for name in names} | {
        "parent": publisher.parent.slug if publisher.parent else None
    }


def set_mapping(session: Session, actor: Actor, dataset: Dataset, columns: Mapping[str, str | None]) -> Dataset:
    """Keep the steward's answers on headers; they serve every later release."""
    require_writer(actor, dataset, "steward", "admin")
    dataset.mapping = dict(columns)
    touch(dataset)
    audit.record(session, audit.Act(actor.name, "set_mapping", dataset.slug, dataset.id, {"columns": dict(columns)}))
    return dataset


def require_writer(actor: Actor, dataset: Dataset, *roles: str, scope: str = WRITE) -> None:
    """Raises Unauthenticated for the public, Forbidden where role, publisher or the key's reach does not fit."""
    require_role(actor, *(roles or STAFF), scope=scope)
    if not actor.speaks_for(dataset.publisher.slug):
        raise Forbidden("publisher_does_not_fit", publisher=dataset.publisher.slug)


def list_releases(session: Session, dataset: Dataset, *states: str) -> list[Release]:
    """The dataset's releases in these states, oldest first."""
    wanted = select(Release).where(Release.dataset_id == dataset.id, Release.state.in_(states))
    return list(session.scalars(wanted.order_by(Release.number)))


def touch(dataset: Dataset) -> None:
    """Count the change: the revision is lock, ETag and mark of a stale index entry."""
    dataset.revision += 1


def _move(
    session: Session,
    actor: Actor,
    dataset: Dataset,
    step: Step,
    releases: list[Release],
    release_state: str,
    detail: dict[str, Any] | None = None,
) -> None:
    for release in releases:
        release.state = release_state
    move = {"from": dataset.state, "to": step.after, "releases": [one.number for one in releases]}
    dataset.state = step.after
    touch(dataset)
    audit.record(session, audit.Act(actor.name, step.act, dataset.slug, dataset.id, {**move, **(detail or {})}))
    session.flush()


def _refuse_own(actor: Actor, dataset: Dataset, releases: list[Release]) -> None:
    mine = actor.account_id is not None and (
        dataset.submitted_by_id == actor.account_id or any(one.ingested_by_id == actor.account_id for one in releases)
    )
    if mine:
        raise Forbidden("review_by_another")


def _supersede(session: Session, release: Release) -> None:
    earlier = select(func.max(Release.number)).where(
        Release.dataset_id == release.dataset_id,
        Release.period.is_(None) if release.period is None else Release.period == release.period,
        Release.state == "published",
        Release.number < release.number,
    )
    release.supersedes = session.scalar(earlier)
